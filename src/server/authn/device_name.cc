#include "server/authn/device_name.h"

#include <span>

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostBytes = 512;

struct Mark {
  std::string_view text;
  std::string_view name;
};

// The first one found counts: browsers carry the marks of those they descend from.
constexpr Mark kBrowsers[] = {
    {"signet/", "signet command line"},
    {"Edg/", "Edge"},
    {"EdgA/", "Edge"},
    {"EdgiOS/", "Edge"},
    {"OPR/", "Opera"},
    {"OPiOS/", "Opera"},
    {"Vivaldi/", "Vivaldi"},
    {"SamsungBrowser/", "Samsung Internet"},
    {"DuckDuckGo/", "DuckDuckGo"},
    {"Ddg/", "DuckDuckGo"},
    {"FxiOS/", "Firefox"},
    {"Firefox/", "Firefox"},
    {"CriOS/", "Chrome"},
    {"Chromium/", "Chromium"},
    {"HeadlessChrome/", "Chrome"},
    {"Chrome/", "Chrome"},
    {"Safari/", "Safari"},
    {"curl/", "curl"},
};

constexpr Mark kSystems[] = {
    {"iPhone", "iPhone"}, {"iPad", "iPad"},   {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
    {"Macintosh", "Mac"}, {"Linux", "Linux"}, {"FreeBSD", "FreeBSD"}, {"OpenBSD", "OpenBSD"},
};

std::string_view find_name(std::span<const Mark> marks, std::string_view text) {
  for (const auto& mark : marks)
    if (text.contains(mark.text)) return mark.name;
  return {};
}

}  // namespace

DeviceName find_device_name(std::string_view user_agent) {
  const auto text = user_agent.substr(0, kMostBytes);
  return {.browser = find_name(kBrowsers, text), .system = find_name(kSystems, text)};
}

std::string render_device_name(const DeviceName& name) {
  std::string text(name.browser.empty() ? "Unknown browser" : name.browser);
  if (!name.system.empty()) text.append(" on ").append(name.system);
  return text;
}

}  // namespace signet::server::authn
