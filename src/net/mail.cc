#include "net/mail.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"

namespace signet::net {
namespace {

constexpr std::size_t kMostHeaderBytes = 300;
constexpr std::size_t kMostTextBytes = 64 * 1024;
constexpr std::size_t kLocalPartBytes = 64;  // RFC 5321 section 4.5.3.1.1
constexpr std::size_t kAddressBytes = 254;
constexpr std::size_t kPlainBytes = 60;  // a header line stays below 78 characters with its name
constexpr std::size_t kWordBytes = 45;   // 60 characters of base64, and no more than 75 with the frame (RFC2047-2)
constexpr std::size_t kLineCharacters = 76;

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Labels with a dot between them, made of letters, digits and `others`.
bool is_dotted(std::string_view text, std::string_view others) {
  return std::ranges::all_of(split(text, '.'), [&](std::string_view label) {
    return !label.empty() &&
           std::ranges::all_of(label, [&](char c) { return is_letter_or_digit(c) || others.contains(c); });
  });
}

/// RFC5322-2.2: no control character in a header; a line end among them would begin a header of the writer's choice.
Result<void> check_header_text(std::string_view text) {
  const bool is_clean =
      is_valid_utf8(text) && std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (!is_clean) return fail(ErrorCode::Malformed, "A header of the mail has a control character or is not UTF-8.");
  if (text.size() > kMostHeaderBytes) return fail(ErrorCode::Malformed, "A header of the mail is too long.");
  return {};
}

/// The longest beginning of at most `limit` bytes that does not cut a character in two.
std::string_view whole_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while ((static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

/// RFC2047-2: encoded words, each whole in itself and on a line of its own.
std::string encode_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto part = whole_characters(text, kWordBytes);
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + encode_base64(as_bytes(part)) + "?=";
    text.remove_prefix(part.size());
  }
  return out;
}

/// As it is when it cannot be taken for anything else, else in encoded words.
std::string render_text(std::string_view text, std::string_view marks) {
  const bool is_plain = text.size() <= kPlainBytes && trim(text) == text &&
                        std::ranges::all_of(text, [&](char c) { return is_letter_or_digit(c) || marks.contains(c); });
  return is_plain ? std::string(text) : encode_words(text);
}

std::string render_from(const std::string& name, std::string_view address) {
  const std::string bracketed = fmt::format("<{}>", address);
  return name.empty() ? bracketed : render_text(name, " ") + " " + bracketed;
}

/// RFC5322-3.3, in UTC.
std::string render_date(Instant now) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(now - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

/// Line ends are CRLF before they are encoded, and lines of base64 have at most 76 characters (RFC 2045 section 6.8).
std::string render_body(std::string_view text) {
  std::string canonical;
  for (const auto line : split(text, '\n')) {
    if (line.data() != text.data()) canonical += "\r\n";
    canonical += line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  }
  const std::string encoded = encode_base64(as_bytes(canonical));
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); i += kLineCharacters) out += encoded.substr(i, kLineCharacters) + "\r\n";
  return out;
}

}  // namespace

Result<void> check_mail_address(std::string_view address) {
  constexpr std::string_view kAtomMarks = "!#$%&'*+-/=?^_`{|}~";
  const auto at = address.find('@');
  const bool is_address = at != std::string_view::npos && address.size() <= kAddressBytes && at <= kLocalPartBytes &&
                          is_dotted(address.substr(0, at), kAtomMarks) && is_dotted(address.substr(at + 1), "-");
  if (!is_address) return fail(ErrorCode::Malformed, "This is not a plain mail address.");
  return {};
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.find('@') + 1);
}

Result<std::string> render_mail(const Mail& mail, std::string_view from, Instant now, Random& random) {
  TRY(check_mail_address(from));
  TRY(check_mail_address(mail.to));
  TRY(check_header_text(mail.from_name));
  TRY(check_header_text(mail.subject));
  if (!is_valid_utf8(mail.text)) return fail(ErrorCode::Malformed, "The text of the mail is not UTF-8.");
  if (mail.text.size() > kMostTextBytes) return fail(ErrorCode::TooLarge, "The text of the mail is too long.");
  // RFC3834-5: no answering machine is to answer.
  return fmt::format(
      "Date: {}\r\nFrom: {}\r\nTo: <{}>\r\nMessage-ID: <{}@{}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n"
      "Auto-Submitted: auto-generated\r\n\r\n{}",
      render_date(now), render_from(mail.from_name, from), mail.to, make_random_id(random), domain_of(from),
      render_text(mail.subject, " .,:;!?'()-+/&"), render_body(mail.text));
}

}  // namespace signet::net
