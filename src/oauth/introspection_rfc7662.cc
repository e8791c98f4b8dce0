#include "oauth/introspection_rfc7662.h"

#include "base/text.h"
#include "oauth/claims.h"

namespace signet::oauth {

Result<TokenQuery> parse_introspection_request(const http::Form& form) {
  return parse_revocation_request(form);
}

std::string render_introspection(const IntrospectionResponse& response) {
  JsonWriter writer;
  writer.boolean("active", response.active);
  if (!response.active) return std::move(writer).take();  // RFC7662-2.2: nothing about why
  writer.text_if("iss", response.iss).text_if("sub", response.sub).text_if("client_id", response.client_id);
  writer.text_if("username", response.username).text_if("token_type", response.token_type);
  writer.text_if("scope", join(response.scope, " "));
  write_audience(writer, response.aud);
  write_time_if(writer, "exp", response.exp);
  write_time_if(writer, "iat", response.iat);
  write_time_if(writer, "nbf", response.nbf);
  writer.text_if("jti", response.jti).text_if("acr", response.acr);
  write_strings_if(writer, "amr", response.amr);
  write_time_if(writer, "auth_time", response.auth_time);
  write_raw_if(writer, "cnf", response.cnf.render_cnf());  // RFC8705-3.2, RFC9449-6.2
  write_raw_if(writer, "authorization_details", response.authorization_details);
  return std::move(writer).take();
}

Result<IntrospectionResponse> parse_introspection(std::string_view body) {
  TRY_ASSIGN(const json::object object, parse_json_object(body));
  return parse_introspection(object);
}

Result<IntrospectionResponse> parse_introspection(const json::object& object) {
  TRY_ASSIGN(const auto active, find_bool(object, "active"));
  if (!active) return fail(ErrorCode::Malformed, "The introspection answer does not say whether the token is active.");
  IntrospectionResponse response;
  response.active = *active;
  if (!*active) return response;
  TRY_ASSIGN(response.iss, find_text(object, "iss"));
  TRY_ASSIGN(response.sub, find_text(object, "sub"));
  TRY_ASSIGN(response.client_id, find_text(object, "client_id"));
  TRY_ASSIGN(response.username, find_text(object, "username"));
  TRY_ASSIGN(response.token_type, find_text(object, "token_type"));
  TRY_ASSIGN(const std::string scope, find_text(object, "scope"));
  response.scope = split_words(scope);
  TRY_ASSIGN(response.aud, find_audience(object));
  TRY_ASSIGN(response.exp, find_time(object, "exp"));
  TRY_ASSIGN(response.iat, find_time(object, "iat"));
  TRY_ASSIGN(response.nbf, find_time(object, "nbf"));
  TRY_ASSIGN(response.jti, find_text(object, "jti"));
  TRY_ASSIGN(response.acr, find_text(object, "acr"));
  TRY_ASSIGN(response.amr, find_list(object, "amr"));
  TRY_ASSIGN(response.auth_time, find_time(object, "auth_time"));
  TRY_ASSIGN(response.cnf, parse_cnf(object));
  TRY_ASSIGN(response.authorization_details, find_object_array_text(object, "authorization_details"));
  return response;
}

}  // namespace signet::oauth
