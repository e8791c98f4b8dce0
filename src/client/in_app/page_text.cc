#include "client/in_app/page_text.h"

#include <algorithm>

namespace signet::client::in_app {
namespace {

constexpr std::size_t kMaxLineBytes = 2048;

/// The bytes of a character at `at` that must not reach a terminal; 0: it may.
std::size_t measure_control(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
  if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) <= 0x9f) return 2;  // C1
  if (byte(0) != 0xe2) return 0;
  const bool is_mark = byte(1) == 0x80 && (byte(2) == 0x8e || byte(2) == 0x8f || (byte(2) >= 0xa8 && byte(2) <= 0xae));
  const bool is_isolate = byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9;
  return is_mark || is_isolate ? 3 : 0;
}

std::string_view prefix_of(std::string_view kind) {
  if (kind == "heading") return "\n";
  if (kind == "error" || kind == "warn") return "! ";
  return "  ";
}

void add_line(std::string& out, std::string_view prefix, std::string_view text) {
  out.append(prefix).append(make_printable(text)).append("\n");
}

bool has_message(const Representation& page, std::string_view text) {
  return std::ranges::find(page.messages, text, &Message::text) != page.messages.end();
}

void add_problem(std::string& out, const Representation& page, const Problem& problem) {
  const std::string& words = problem.detail.empty() ? problem.title : problem.detail;
  if (!has_message(page, words)) add_line(out, "! ", words);
  for (const auto& message : problem.page.messages) {
    if (message.kind == "error" && message.text != words) add_line(out, "! ", message.text);
  }
  for (const auto& field : problem.invalid_fields) {
    if (field.detail != words) add_line(out, "! ", field.name + ": " + field.detail);
  }
  if (problem.retry_after) {
    const auto wait = std::chrono::ceil<seconds>(*problem.retry_after).count();
    add_line(out, "! ", "Again in " + std::to_string(wait) + " s.");
  }
}

void add_link(std::string& out, const Link& link) {
  const std::string& name = link.title.empty() ? link.rel : link.title;
  if (link.href.starts_with("data:")) {
    add_line(out, "  ", name + ": a picture, which a terminal does not show");
  } else {
    add_line(out, "  ", name + ": " + link.href);
  }
}

}  // namespace

std::string make_printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size() && out.size() < kMaxLineBytes;) {
    const std::size_t control = measure_control(text, at);
    if (control == 0) {
      out += text[at++];
    } else {
      out += ' ';
      at += control;
    }
  }
  return out;
}

std::string render_page_text(const Representation& page, const std::optional<Problem>& problem) {
  std::string out;
  for (const auto& message : page.messages) add_line(out, prefix_of(message.kind), message.text);
  if (problem) add_problem(out, page, *problem);
  for (const auto& link : page.links) add_link(out, link);
  return out;
}

}  // namespace signet::client::in_app
