#include "net/response_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace signet::net {
namespace {

bool is_framing_field(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_ascii_case(name, "date");
    case 10:
      return equals_ignoring_ascii_case(name, "connection") || equals_ignoring_ascii_case(name, "keep-alive");
    case 14:
      return equals_ignoring_ascii_case(name, "content-length");
    case 17:
      return equals_ignoring_ascii_case(name, "transfer-encoding");
    default:
      return false;
  }
}

bool is_safe_name(std::string_view name) {
  const auto is_safe = [](char c) { return c > 0x20 && c < 0x7f && c != ':'; };
  return !name.empty() && std::ranges::all_of(name, is_safe);
}

bool is_safe_value(std::string_view value) {
  bool is_foreign = false;  // no early end: so the compiler looks at many characters at once
  for (const char c : value) {
    is_foreign |= static_cast<unsigned char>(c) < 0x20 ? c != '\t' : c == 0x7f;
  }
  return !is_foreign;
}

void append_number(std::string& out, std::size_t number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

/// RFC9110-6.4.1, RFC9110-8.6: these answers have no content and no length.
bool has_content(int status) {
  return status != 204 && status != 304;
}

}  // namespace

std::string_view DateLine::at(Instant now) {
  const auto second = to_unix_seconds(now);
  if (second == second_) return line_;
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  line_ =
      fmt::format("Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n", kDays[std::chrono::weekday(day).c_encoding()],
                  unsigned{date.day()}, kMonths[unsigned{date.month()} - 1], int{date.year()}, time.hours().count(),
                  time.minutes().count(), time.seconds().count());
  second_ = second;
  return line_;
}

bool is_safe_to_send(const http::Response& response) {
  if (response.status < 200 || response.status > 599) return false;
  return std::ranges::all_of(response.fields.list(), [](const http::Field& field) {
    return is_safe_name(field.name) && is_safe_value(field.value);
  });
}

bool wants_close(const http::Response& response) {
  return equals_ignoring_ascii_case(response.fields.get("connection"), "close");
}

void append_response(std::string& out, const http::Response& response, ResponseFraming framing,
                     std::string_view date_line) {
  out.reserve(out.size() + 512 + response.body.size());
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += http::reason_phrase(response.status);
  out += "\r\n";
  out += date_line;
  for (const auto& field : response.fields.list()) {
    if (is_framing_field(field.name)) continue;
    out += field.name;
    out += ": ";
    out += field.value;
    out += "\r\n";
  }
  if (has_content(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  if (!framing.keep_alive) {
    out += "Connection: close\r\n";
  } else if (!framing.is_http11) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (has_content(response.status) && !framing.omit_body) out += response.body;
}

}  // namespace signet::net
