#pragma once
// The key a token is bound to: the thing that must be proven wherever the token is used. Spec: RFC7800, RFC8705-3,
// RFC9449-6

#include <string>
#include <string_view>

#include "base/json.h"

namespace signet::oauth {

/// A confirmation (`cnf`). Default-constructed it means "no binding": a bearer token, which only a profile can allow.
struct SenderConstraint {
  enum class Kind { None, Dpop, Mtls };
  Kind kind = Kind::None;
  std::string thumbprint;  ///< `jkt` or `x5t#S256`, base64url

  [[nodiscard]] static SenderConstraint dpop(std::string jkt) { return {Kind::Dpop, std::move(jkt)}; }
  [[nodiscard]] static SenderConstraint mtls(std::string x5t) { return {Kind::Mtls, std::move(x5t)}; }
  [[nodiscard]] bool is_bound() const { return kind != Kind::None; }
  [[nodiscard]] std::string_view token_type() const { return kind == Kind::Dpop ? "DPoP" : "Bearer"; }
  /// The value of `cnf` as JSON text; empty without a binding.
  [[nodiscard]] std::string render_cnf() const;
  bool operator==(const SenderConstraint&) const = default;
};

/// Reads `cnf`. Both members, or a member of another kind, are refused: a token is bound to one key. Fails: Malformed
[[nodiscard]] Result<SenderConstraint> parse_cnf(const json::object& claims);

}  // namespace signet::oauth
