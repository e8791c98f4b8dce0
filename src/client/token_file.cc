#include "client/token_file.h"

#include "base/json.h"
#include "base/text.h"
#include "oauth/claims.h"

namespace signet::client {
namespace {

using Kind = oauth::SenderConstraint::Kind;

std::string_view name_of(Kind binding) {
  switch (binding) {
    case Kind::Dpop:
      return "dpop";
    case Kind::Mtls:
      return "mtls";
    case Kind::None:
      return "none";
  }
  return "none";
}

Result<Kind> parse_binding(std::string_view name) {
  for (const Kind kind : {Kind::Dpop, Kind::Mtls, Kind::None}) {
    if (name == name_of(kind)) return kind;
  }
  return fail(ErrorCode::Malformed, "The binding of the token file is unknown.");
}

}  // namespace

Result<SecretText> render_token_file(const TokenFile& file) {
  const Tokens& tokens = file.tokens;
  JsonWriter writer;
  writer.text("issuer", file.issuer).text("client_file", file.client_file).text("binding", name_of(tokens.binding));
  writer.text("access_token", tokens.access_token.reveal());
  if (tokens.expires_at) writer.number("expires_at", to_unix_seconds(*tokens.expires_at));
  writer.text("scope", join(tokens.scope, " "));
  writer.text_if("refresh_token", tokens.refresh_token.reveal()).text_if("id_token", tokens.id_token.reveal());
  writer.text_if("sub", tokens.sub).text_if("nonce", tokens.nonce);
  if (!tokens.authorization_details.empty()) {
    writer.raw("authorization_details", render_json(tokens.authorization_details));
  }
  if (tokens.dpop_key) writer.text("dpop_key", tokens.dpop_key->to_pem().reveal());
  return SecretText(std::move(writer).take());
}

Result<TokenFile> parse_token_file(const SecretText& text) {
  TRY_ASSIGN(const json::object object, parse_json_object(text.reveal()));
  TokenFile file;
  Tokens& tokens = file.tokens;
  TRY_ASSIGN(file.issuer, oauth::find_text(object, "issuer"));
  TRY_ASSIGN(file.client_file, oauth::find_text(object, "client_file"));
  TRY_ASSIGN(const std::string binding, oauth::find_text(object, "binding"));
  TRY_ASSIGN(tokens.binding, parse_binding(binding));
  tokens.access_token = SecretText(std::string(peek_string(object, "access_token")));
  TRY_ASSIGN(tokens.expires_at, oauth::find_time(object, "expires_at"));
  TRY_ASSIGN(const std::string scope, oauth::find_text(object, "scope"));
  tokens.scope = split_words(scope);
  tokens.refresh_token = SecretText(std::string(peek_string(object, "refresh_token")));
  tokens.id_token = SecretText(std::string(peek_string(object, "id_token")));
  TRY_ASSIGN(tokens.sub, oauth::find_text(object, "sub"));
  TRY_ASSIGN(tokens.nonce, oauth::find_text(object, "nonce"));
  if (const auto* details = object.if_contains("authorization_details"); details != nullptr && details->is_array()) {
    tokens.authorization_details = details->get_array();
  }
  if (tokens.access_token.empty()) return fail(ErrorCode::Malformed, "The token file has no access_token.");
  if (tokens.binding != Kind::Dpop) return file;
  const SecretText pem{std::string(peek_string(object, "dpop_key"))};
  auto key = crypto::PrivateKey::from_pem(pem);
  if (!key) return fail_as(std::move(key).error(), ErrorCode::Malformed, "The token file has no usable dpop_key.");
  tokens.dpop_key = *std::move(key);
  return file;
}

}  // namespace signet::client
