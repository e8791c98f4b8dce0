#include "server/authn/breached_passwords.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "base/bytes.h"
#include "crypto/digest.h"

namespace signet::server::authn {
namespace {

constexpr std::int64_t kLineBytes = 64;  // a hash, a count and the line end
constexpr std::size_t kHashDigits = 40;

std::string to_capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::unexpected<Error> unreadable(std::string detail) {
  return fail(ErrorCode::Unavailable, "The list of breached passwords cannot be read.", std::move(detail));
}

/// The hash of a line without its end, or nothing when it is no line of such a list.
std::optional<std::string> parse_hash(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() < kHashDigits || (line.size() > kHashDigits && line[kHashDigits] != ':')) return std::nullopt;
  const auto hash = line.substr(0, kHashDigits);
  if (std::ranges::any_of(hash, [](char c) { return hex_digit(c) < 0; })) return std::nullopt;
  return to_capitals(std::string(hash));
}

}  // namespace

BreachedPasswords::~BreachedPasswords() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<BreachedPasswords> BreachedPasswords::open(const std::string& path) {
  // O_NONBLOCK: a named pipe in the place of a file must not hold the start for ever.
  BreachedPasswords list(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (list.descriptor_ < 0)
    return fail(ErrorCode::NotFound, "A file cannot be read.", path + ": " + std::generic_category().message(errno));
  struct stat about{};
  if (::fstat(list.descriptor_, &about) != 0 || !S_ISREG(about.st_mode))
    return fail(ErrorCode::NotFound, "A file cannot be read.", path + ": not a file");
  if (!list.size() || !list.read_line(0, 0, about.st_size)) {
    return fail(ErrorCode::Malformed, "This is not a list of breached passwords.",
                path + ": must hold lines of a SHA-1 hash in hexadecimal, optionally with a colon and a count, sorted");
  }
  return list;
}

Result<std::int64_t> BreachedPasswords::size() const {
  struct stat about{};
  if (::fstat(descriptor_, &about) != 0) return unreadable(std::generic_category().message(errno));
  if (about.st_size == 0) return unreadable("the file is empty");
  return about.st_size;
}

Result<BreachedPasswords::Line> BreachedPasswords::read_line(std::int64_t at, std::int64_t low,
                                                             std::int64_t high) const {
  std::array<char, 2 * kLineBytes> buffer{};
  const std::int64_t start = std::max(low, at - kLineBytes);
  const auto wanted = static_cast<std::size_t>(std::min(high, at + kLineBytes) - start);
  const auto count = ::pread(descriptor_, buffer.data(), wanted, start);
  if (count < 0) return unreadable(std::generic_category().message(errno));
  if (!std::cmp_equal(count, wanted)) return unreadable("the file became shorter");
  const std::string_view text(buffer.data(), wanted);
  const auto offset = static_cast<std::size_t>(at - start);
  const auto before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  if (before == std::string_view::npos && start != low) return unreadable("a line is too long");
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = text.find('\n', offset);
  if (end == std::string_view::npos && start + static_cast<std::int64_t>(wanted) != high)
    return unreadable("a line is too long");
  auto hash = parse_hash(text.substr(begin, end == std::string_view::npos ? end : end - begin));
  if (!hash) return unreadable("a line is not a hash");
  const std::int64_t next = end == std::string_view::npos ? high : start + static_cast<std::int64_t>(end) + 1;
  return Line{.begin = start + static_cast<std::int64_t>(begin), .next = next, .hash = *std::move(hash)};
}

Result<bool> BreachedPasswords::contains(const SecretText& password) const {
  const std::string wanted = to_capitals(encode_hex(crypto::sha1(as_bytes(password.reveal()))));
  TRY_ASSIGN(std::int64_t high, size());
  std::int64_t low = 0;
  // What was seen left and right of the rest: a file that is out of order would else hide its passwords in silence.
  std::string least(kHashDigits, '0');
  std::string most(kHashDigits, 'F');
  while (low < high) {
    TRY_ASSIGN(const Line line, read_line(low + (high - low) / 2, low, high));
    if (line.hash < least || line.hash > most) return unreadable("the file is not sorted by hash");
    if (line.hash == wanted) return true;
    if (line.hash < wanted) {
      low = line.next;
      least = line.hash;
    } else {
      high = line.begin;
      most = line.hash;
    }
  }
  return false;
}

}  // namespace signet::server::authn
