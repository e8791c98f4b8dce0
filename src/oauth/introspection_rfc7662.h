#pragma once
// Token introspection: the question and the answer. Spec: RFC7662, RFC9470-6.2, RFC8705-3.2, RFC9449-6.2

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "oauth/revocation_rfc7009.h"
#include "oauth/sender_constraint.h"

namespace signet::oauth {

/// Fails: InvalidRequest
[[nodiscard]] Result<TokenQuery> parse_introspection_request(const http::Form& form);

/// What an authorization server knows of a token. With `active` false nothing else is rendered.
struct IntrospectionResponse {
  bool active = false;
  std::string iss;
  std::string sub;
  std::string client_id;
  std::string username;
  std::string token_type;  ///< "Bearer" or "DPoP"
  std::vector<std::string> scope;
  std::vector<std::string> aud;
  std::optional<Instant> exp;
  std::optional<Instant> iat;
  std::optional<Instant> nbf;
  std::string jti;
  std::string acr;
  std::vector<std::string> amr;
  std::optional<Instant> auth_time;
  SenderConstraint cnf;
  std::string authorization_details;  ///< a JSON array text
};

/// The body of an introspection answer. An inactive token says nothing but that. Spec: RFC7662-2.2
[[nodiscard]] std::string render_introspection(const IntrospectionResponse& response);
/// Fails: Malformed (no boolean `active`, wrong types, ambiguous `cnf`)
[[nodiscard]] Result<IntrospectionResponse> parse_introspection(std::string_view body);
[[nodiscard]] Result<IntrospectionResponse> parse_introspection(const json::object& object);

}  // namespace signet::oauth
