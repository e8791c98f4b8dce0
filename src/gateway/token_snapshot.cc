// Layout: each text is a 32-bit length (native order, the bytes never leave the machine) and its bytes; a list is a
// count and its texts; a time is 64 bits of milliseconds, the least value when it is absent.
#include "gateway/token_snapshot.h"

#include <cstring>
#include <limits>

namespace signet::gateway {
namespace {

using oauth::SenderConstraint;

constexpr std::int64_t kAbsent = std::numeric_limits<std::int64_t>::min();

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  template <class Number>
  void number(Number value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }
  void list(const std::vector<std::string>& values) {
    number(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values) text(value);
  }
  void time(const std::optional<Instant>& value) { number(value ? to_unix_millis(*value) : kAbsent); }

 private:
  std::string& out_;
};

/// Reads what Writer wrote. After bytes that are too few everything is empty and `failed` is true.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  template <class Number>
  Number number() {
    Number value{};
    const std::string_view bytes = take(sizeof value);
    if (!failed_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  std::vector<std::string> list() {
    const auto count = number<std::uint32_t>();
    std::vector<std::string> values;
    for (std::uint32_t i = 0; i < count && !failed_; ++i) values.push_back(text());
    return values;
  }
  std::optional<Instant> time() {
    const auto value = number<std::int64_t>();
    return value == kAbsent ? std::nullopt : std::optional(from_unix_millis(value));
  }

 private:
  std::string_view take(std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

oauth::IntrospectionResponse to_introspection(oauth::JwtAccessToken token) {
  return {.active = true,
          .iss = std::move(token.iss),
          .sub = std::move(token.sub),
          .client_id = std::move(token.client_id),
          .username = {},
          .token_type = std::string(token.cnf.token_type()),
          .scope = std::move(token.scope),
          .aud = std::move(token.aud),
          .exp = token.exp,
          .iat = token.iat,
          .nbf = {},
          .jti = std::move(token.jti),
          .acr = std::move(token.acr),
          .amr = std::move(token.amr),
          .auth_time = token.auth_time,
          .cnf = std::move(token.cnf),
          .authorization_details = std::move(token.authorization_details)};
}

void append_snapshot(std::string& out, const KnownToken& token) {
  const oauth::IntrospectionResponse& response = token.response;
  Writer writer(out);
  writer.number(static_cast<std::uint8_t>(response.active));
  if (!response.active) return;
  writer.text(response.iss);
  writer.text(response.sub);
  writer.text(response.client_id);
  writer.text(response.token_type);
  writer.list(response.scope);
  writer.list(response.aud);
  writer.time(response.exp);
  writer.time(response.iat);
  writer.time(response.nbf);
  writer.text(response.jti);
  writer.text(response.acr);
  writer.list(response.amr);
  writer.time(response.auth_time);
  writer.number(static_cast<std::uint8_t>(response.cnf.kind));
  writer.text(response.cnf.thumbprint);
  writer.text(response.authorization_details);
  writer.text(token.phantom);
}

Result<KnownToken> parse_snapshot(std::string_view bytes) {
  Reader reader(bytes);
  KnownToken token;
  oauth::IntrospectionResponse& response = token.response;
  const auto active = reader.number<std::uint8_t>();
  response.active = active == 1;
  if (response.active) {
    response.iss = reader.text();
    response.sub = reader.text();
    response.client_id = reader.text();
    response.token_type = reader.text();
    response.scope = reader.list();
    response.aud = reader.list();
    response.exp = reader.time();
    response.iat = reader.time();
    response.nbf = reader.time();
    response.jti = reader.text();
    response.acr = reader.text();
    response.amr = reader.list();
    response.auth_time = reader.time();
    const auto kind = reader.number<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(SenderConstraint::Kind::Mtls)) {
      return fail(ErrorCode::Bug, "internal error", "a cached token has an unknown binding");
    }
    response.cnf.kind = static_cast<SenderConstraint::Kind>(kind);
    response.cnf.thumbprint = reader.text();
    response.authorization_details = reader.text();
    token.phantom = reader.text();
  }
  if (active > 1 || reader.failed() || !reader.at_end()) {
    return fail(ErrorCode::Bug, "internal error", "a cached token is damaged");
  }
  return token;
}

}  // namespace signet::gateway
