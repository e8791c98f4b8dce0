#include "oauth/sender_constraint.h"

#include "base/bytes.h"

namespace signet::oauth {
namespace {

bool is_sha256_text(std::string_view text) {
  const auto bytes = decode_base64url(text);
  return bytes && bytes->size() == 32;
}

}  // namespace

std::string SenderConstraint::render_cnf() const {
  if (!is_bound()) return {};
  JsonWriter writer;
  writer.text(kind == Kind::Dpop ? "jkt" : "x5t#S256", thumbprint);
  return std::move(writer).take();
}

Result<SenderConstraint> parse_cnf(const json::object& claims) {
  const auto* value = claims.if_contains("cnf");
  if (value == nullptr) return SenderConstraint{};
  const auto* cnf = value->if_object();
  // RFC7800-3.1: one key; a kind we cannot check must not be read as "not bound"
  if (cnf == nullptr || cnf->size() != 1)
    return fail(ErrorCode::Malformed, "The member cnf must name exactly one key.");
  const auto jkt = peek_string(*cnf, "jkt");
  const auto x5t = peek_string(*cnf, "x5t#S256");
  if (is_sha256_text(jkt)) return SenderConstraint::dpop(std::string(jkt));  // RFC9449-6.1
  if (is_sha256_text(x5t)) return SenderConstraint::mtls(std::string(x5t));  // RFC8705-3.1
  return fail(ErrorCode::Malformed, "The member cnf has a confirmation that is not supported.");
}

}  // namespace signet::oauth
