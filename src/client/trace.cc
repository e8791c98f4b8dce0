#include "client/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/trace_rows.h"

namespace signet::client {
namespace {

constexpr std::size_t kNameWidth = 18;

/// The few styles of the picture; all empty where there are no colours.
struct Style {
  std::string_view number, title, dim, good, bad, off;
};
constexpr Style kPlain = {"", "", "", "", "", ""};
constexpr Style kColors = {"\x1b[1;36m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[0m"};

/// Text from a server must not move the cursor of the terminal it is shown on.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c);
  return out;
}

void append_rows(std::string& out, const Style& style, std::string_view arrow, const std::vector<TraceRow>& rows) {
  for (const TraceRow& row : rows) {
    out += fmt::format("     {}{} {:<{}}{} {}\n", style.dim, arrow, printable(row.name), kNameWidth, style.off,
                       printable(row.value));
  }
}

}  // namespace

std::string shorten(std::string_view secret) {
  constexpr std::size_t kShown = 6;
  if (secret.size() <= 2 * kShown) return secret.empty() ? "" : "…";
  return std::string(secret.substr(0, kShown)) + "…";
}

std::string render_step(unsigned step, const net::OutgoingRequest& request, const Result<http::Response>& response,
                        Duration took, bool colors) {
  const Style& style = colors ? kColors : kPlain;
  std::string out = fmt::format("{}{:>3}{}  {}{}{}\n", style.number, step, style.off, style.title,
                                describe_purpose(request), style.off);
  out += fmt::format("     {} {}\n", request.method, printable(request.url.substr(0, request.url.find('?'))));
  append_rows(out, style, "→", describe_request(request));
  const std::string time = fmt::format("{} ms", took.count());
  if (!response) {
    out += fmt::format("     {}← {}{} {}\n\n", style.bad, response.error().public_text.view(), style.off, time);
    return out;
  }
  const std::string status = fmt::format("{} {}", response->status, http::reason_phrase(response->status));
  out += fmt::format("     {}← {:<{}}{} {}{}{}\n", response->status < 400 ? style.good : style.bad, status, kNameWidth,
                     style.off, style.dim, time, style.off);
  append_rows(out, style, "←", describe_response(*response));
  out += '\n';
  return out;
}

Task<Result<http::Response>> TracingTransport::send(net::OutgoingRequest request) {
  const unsigned step = ++step_;
  const net::OutgoingRequest shown = request;
  const Instant start = clock_.now();
  auto response = co_await inner_.send(std::move(request));
  options_.sink(render_step(step, shown, response, clock_.now() - start, options_.colors));
  co_return response;
}

}  // namespace signet::client
