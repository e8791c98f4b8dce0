#include "gateway/revocation_feed.h"

#include <algorithm>

#include "base/json.h"
#include "crypto/digest.h"

namespace signet::gateway {
namespace {

constexpr std::size_t kMaxCursorBytes = 256;
constexpr JsonLimits kLimits{.bytes = 1024 * 1024, .depth = 6};
/// 9999-12-31T23:59:59.999Z: what lies beyond is a mistake, and no arithmetic is done with it.
constexpr std::int64_t kLastMillisecond = 253'402'300'799'999;
/// What is longer is cut: a set of marks cannot look further ahead. Tokens from before it are asked about.
constexpr seconds kMostRetention = days{60};
constexpr milliseconds kMostHeld = hours{1};

Digest256 mark_of(std::string_view kind, std::string_view issuer, BytesView value) {
  std::string text(kind);
  text.push_back('\0');
  text.append(issuer);
  text.push_back('\0');
  text.append(as_text(value));
  return crypto::sha256(text);
}

/// Nothing for a kind that is not known.
Result<std::optional<Digest256>> parse_mark(std::string_view issuer, const json::object& row) {
  if (const auto grant = peek_string(row, "grant_id"); !grant.empty()) return std::optional(grant_mark(issuer, grant));
  if (const auto client = peek_string(row, "client_id"); !client.empty()) {
    return std::optional(client_mark(issuer, client));
  }
  const auto token = peek_string(row, "token_hash");
  if (token.empty()) return std::optional<Digest256>();
  TRY_ASSIGN(const Bytes bytes, decode_base64url(token));
  TRY_ASSIGN(const auto hash, oauth::TokenHash::from_bytes(bytes));
  return std::optional(token_mark(issuer, hash));
}

/// Fails: Malformed
Result<std::optional<Duration>> find_retention(const json::object& object) {
  TRY_ASSIGN(const auto told, find_integer(object, "retention"));
  if (!told) return std::nullopt;
  if (*told <= 0) return fail(ErrorCode::Malformed, "The retention of the revocations is no time.");
  return std::optional(Duration(seconds{std::min(*told, kMostRetention.count())}));
}

/// Fails: Malformed
Result<std::optional<Duration>> find_held(const json::object& object) {
  TRY_ASSIGN(const auto told, find_integer(object, "held"));
  if (!told) return std::nullopt;
  if (*told < 0 || *told > kMostHeld.count()) return fail(ErrorCode::Malformed, "The member held is no short time.");
  return std::optional<Duration>(milliseconds{*told});
}

Result<void> add_row(RevocationFeed& feed, std::string_view issuer, const json::value& row) {
  if (!row.is_object()) return fail(ErrorCode::Malformed, "A row of the revocations is not an object.");
  TRY_ASSIGN(const auto mark, parse_mark(issuer, row.get_object()));
  if (!mark) {
    feed.reset = true;
    feed.has_unknown = true;
    return {};
  }
  TRY_ASSIGN(const auto revoked_at, find_integer(row.get_object(), "revoked_at"));
  if (!revoked_at || *revoked_at < 0 || *revoked_at > kLastMillisecond) {
    return fail(ErrorCode::Malformed, "A row of the revocations has no revoked_at that could be a time.");
  }
  feed.revocations.push_back({*mark, from_unix_millis(*revoked_at)});
  return {};
}

}  // namespace

Digest256 token_mark(std::string_view issuer, const oauth::TokenHash& token) {
  return mark_of("token", issuer, token.bytes());
}

Digest256 grant_mark(std::string_view issuer, std::string_view grant_id) {
  return mark_of("grant", issuer, as_bytes(grant_id));
}

Digest256 client_mark(std::string_view issuer, std::string_view client_id) {
  return mark_of("client", issuer, as_bytes(client_id));
}

Result<RevocationFeed> parse_revocation_feed(std::string_view issuer, std::string_view body) {
  TRY_ASSIGN(const json::object object, parse_json_object(body, kLimits));
  RevocationFeed feed;
  TRY_ASSIGN(const auto cursor, find_string(object, "cursor"));
  TRY_ASSIGN(const auto reset, find_bool(object, "reset"));
  TRY_ASSIGN(const auto more_available, find_bool(object, "more_available"));
  TRY_ASSIGN(feed.retention, find_retention(object));
  TRY_ASSIGN(feed.held, find_held(object));
  const auto* rows = object.if_contains("revocations");
  if (!cursor || cursor->empty() || cursor->size() > kMaxCursorBytes || !reset || rows == nullptr ||
      !rows->is_array()) {
    return fail(ErrorCode::Malformed, "The revocations need cursor, reset and revocations.");
  }
  feed.cursor = *cursor;
  feed.reset = *reset;
  feed.is_anew = *reset && feed.retention.has_value();
  feed.more_available = more_available.value_or(false);
  for (const auto& row : rows->get_array()) TRY(add_row(feed, issuer, row));
  return feed;
}

}  // namespace signet::gateway
