#include "server/authn/device_name.h"

#include <span>

#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostBytes = 512;
constexpr std::string_view kUnknownBrowser = "Unknown browser";
constexpr std::string_view kUnknownApp = "Unknown app";
constexpr std::string_view kOn = " on ";

struct Mark {
  std::string_view text;
  std::string_view name;
};

// The first one found counts: browsers carry the marks of those they descend from.
constexpr Mark kBrowsers[] = {
    {"signet/", "signet"},
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

std::string describe_program(const workflow::Facts& facts, std::string_view kept) {
  if (kept == kUnknownBrowser) return text(facts, Text::UnknownBrowser);
  if (kept == kUnknownApp) return text(facts, Text::UnknownApp);
  return std::string(kept);
}

}  // namespace

DeviceName find_device_name(std::string_view user_agent) {
  const auto text = user_agent.substr(0, kMostBytes);
  return {.browser = find_name(kBrowsers, text), .system = find_name(kSystems, text)};
}

std::string render_device_name(const DeviceName& name, Agent agent) {
  const std::string_view unknown = agent == Agent::App ? kUnknownApp : kUnknownBrowser;
  std::string text(name.browser.empty() ? unknown : name.browser);
  if (!name.system.empty()) text.append(kOn).append(name.system);
  return text;
}

std::string describe_agent(const workflow::Facts& facts, std::string_view kept) {
  const auto on = kept.find(kOn);
  std::string program = describe_program(facts, kept.substr(0, on));
  if (on == std::string_view::npos) return program;
  return text(facts, Text::AgentOnSystem, {program, kept.substr(on + kOn.size())});
}

}  // namespace signet::server::authn
