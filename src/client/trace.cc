#include "client/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/trace_rows.h"

namespace signet::client {
namespace {

constexpr std::size_t kNameWidth = 18;
constexpr std::size_t kMaxNameWidth = 40;

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

/// The column that fits the names of one step.
std::size_t width_of(const std::vector<TraceRow>& sent, const std::vector<TraceRow>& received) {
  std::size_t width = kNameWidth;
  for (const auto* rows : {&sent, &received}) {
    for (const TraceRow& row : *rows) width = std::max(width, std::min(row.name.size(), kMaxNameWidth));
  }
  return width;
}

void append_rows(std::string& out, const Style& style, std::string_view arrow, const std::vector<TraceRow>& rows,
                 std::size_t width) {
  for (const TraceRow& row : rows) {
    out += fmt::format("     {}{} {:<{}}{} {}\n", style.dim, arrow, printable(row.name), width, style.off,
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
  out += fmt::format("     {} {}\n", request.method, printable(describe_address(request.url)));
  const auto sent = describe_request(request);
  const auto received = response ? describe_response(*response) : std::vector<TraceRow>();
  const std::size_t width = width_of(sent, received);
  append_rows(out, style, "→", sent, width);
  const std::string status = response ? fmt::format("{} {}", response->status, http::reason_phrase(response->status))
                                      : std::string(response.error().public_text.view());
  const bool is_good = response && response->status < 400;
  out += fmt::format("     {}← {:<{}}{} {}{} ms{}\n", is_good ? style.good : style.bad, status, width, style.off,
                     style.dim, took.count(), style.off);
  append_rows(out, style, "←", received, width);
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
