#include "x509/ip_address.h"

#include <array>
#include <charconv>

namespace signet::x509 {
namespace {

struct Run {
  std::size_t start = 0;
  std::size_t length = 0;
};

/// RFC5952-4.2: the longest run of zero groups, the first of equals, is left out; a single group never is.
Run longest_zero_run(const std::array<unsigned, 8>& groups) {
  Run best;
  Run current;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    current = groups[i] != 0 ? Run{} : current.length == 0 ? Run{i, 1} : Run{current.start, current.length + 1};
    if (current.length > best.length) best = current;
  }
  return best.length > 1 ? best : Run{};
}

std::string render_v4(BytesView address) {
  std::string out;
  for (const std::uint8_t byte : address) {
    if (!out.empty()) out += '.';
    out += std::to_string(byte);
  }
  return out;
}

void append_hex(std::string& out, unsigned group) {
  std::array<char, 4> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), group, 16).ptr;
  out.append(digits.data(), end);
}

std::string render_v6(BytesView address) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = address[i * 2] * 256U + address[i * 2 + 1];
  const Run zeros = longest_zero_run(groups);
  std::string out;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (zeros.length != 0 && i == zeros.start) {
      out += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    append_hex(out, groups[i]);
  }
  return out;
}

}  // namespace

Result<std::string> render_ip_address(BytesView address) {
  if (address.size() == 4) return render_v4(address);
  if (address.size() == 16) return render_v6(address);
  return fail(ErrorCode::Malformed, "An IP address has neither 4 nor 16 bytes.");
}

}  // namespace signet::x509
