#include "server/authn/asked.h"

#include "server/authn/facts.h"

namespace signet::server::authn {

Task<Result<Asked>> load_asked(Exchange& exchange, const workflow::Facts& facts) {
  Asked asked;
  CO_TRY_ASSIGN(asked.request, oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest)));
  exchange.client_id = asked.request.client_id;
  if (const std::string_view hash = peek_string(facts, fact::kRequestUriHash); !hash.empty()) {
    CO_TRY_ASSIGN(const Bytes bytes, decode_base64url(hash));
    CO_TRY_ASSIGN(asked.request_uri_hash, oauth::TokenHash::from_bytes(bytes));
  }
  CO_TRY_ASSIGN(asked.client, co_await exchange.context.clients.find(exchange.issuer.id(), exchange.issuer.profile(),
                                                                     asked.request.client_id));
  if (asked.client == nullptr) co_return fail(ErrorCode::InvalidClient, "The client does not exist any more.");
  CO_TRY(check_destination(exchange.issuer, *asked.client, asked.request, asked.channel()));
  co_return asked;
}

std::string client_id_of(const workflow::Facts& facts) {
  const auto request = oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest));
  return request ? request->client_id : std::string();
}

bool is_for_client(const workflow::Facts& facts) {
  return facts.contains(fact::kRequest);
}

}  // namespace signet::server::authn
