#include "attacks/attacks.h"

#include <fmt/format.h>

#include "base/text.h"
#include "client/scripted_browser.h"
#include "http/form.h"
#include "jose/jwk.h"
#include "oauth/bearer_rfc6750.h"

namespace signet::attacks {
namespace {

using client::Tokens;

/// A login up to the code: what a thief finds in a browser's history or a log.
struct StolenCode {
  std::string code;
  client::PendingLogin pending;
};

Task<Result<std::string>> drive_browser(Victim& victim, client::StartedLogin started) {
  client::ScriptedBrowserOptions options;
  options.ca_pem = victim.client.config().ca_pem;
  client::ScriptedBrowser browser(victim.transport, std::move(options));
  co_return co_await browser.log_in(started.authorization_url, started.pending.redirect_uri, victim.username,
                                    victim.password);
}

Task<Result<StolenCode>> obtain_code(Victim& victim) {
  auto started = co_await victim.client.start({});
  if (!started) co_return std::unexpected(std::move(started).error());
  const auto query = co_await drive_browser(victim, *started);
  if (!query) co_return std::unexpected(query.error());
  CO_TRY_ASSIGN(const http::Form form, http::Form::parse(*query));
  const auto code = form.find("code");
  if (!code) co_return fail(ErrorCode::AccessDenied, "The login gave no code.");
  co_return StolenCode{std::string(*code), std::move(started->pending)};
}

Task<Result<Tokens>> obtain_tokens(Victim& victim) {
  auto started = co_await victim.client.start({});
  if (!started) co_return std::unexpected(std::move(started).error());
  const auto query = co_await drive_browser(victim, *started);
  if (!query) co_return std::unexpected(query.error());
  auto login = co_await victim.client.finish(*query, std::move(started->pending));
  if (!login) co_return std::unexpected(std::move(login).error());
  co_return std::move(login->tokens);
}

std::string describe(const http::Response& response) {
  const auto fields = response.fields.all("WWW-Authenticate");
  const auto challenges = oauth::parse_challenges(fields);
  std::string error = oauth::parse_error_response(response.body).error;
  if (challenges) {
    for (const auto& challenge : *challenges) {
      if (!challenge.error.empty()) error = challenge.error;
    }
  }
  return fmt::format("{} {}", response.status, error.empty() ? http::reason_phrase(response.status) : error);
}

Attempt judge(std::string what, std::string expected, std::string got) {
  const bool is_refused = got == expected;
  return {std::move(what), std::move(expected), std::move(got), is_refused};
}

Attempt judge_token_request(std::string what, ErrorCode expected, const Result<oauth::TokenResponse>& result) {
  const std::string got = result ? "a token was issued" : std::string(name_of(result.error().code));
  return judge(std::move(what), std::string(name_of(expected)), got);
}

/// A call that must work, so that the refusals after it prove something.
Result<Attempt> judge_control(std::string what, const Result<client::ApiResponse>& answer) {
  if (!answer) return std::unexpected(answer.error());
  return judge(std::move(what), "200 OK", describe(answer->response));
}

/// The request as a recorder on the wire has it: token and proof, ready to be sent again.
Result<net::OutgoingRequest> record_call(Victim& victim, const Tokens& tokens) {
  net::OutgoingRequest request;
  request.url = victim.api_url;
  request.tls.ca_pem = victim.client.config().ca_pem;
  TRY_ASSIGN(const std::string proof,
             client::make_dpop_proof(*tokens.dpop_key, victim.random, victim.clock.now(),
                                     {"GET", victim.api_url, {}, tokens.access_token.reveal()}));
  request.fields.add("Accept", "application/json");
  request.fields.add("Authorization", client::render_authorization(tokens));
  request.fields.add("DPoP", proof);
  return request;
}

/// A token request with a fresh assertion around the proof that is given.
Result<net::OutgoingRequest> make_refresh(Victim& victim, const std::string& endpoint, const Tokens& tokens,
                                          const std::string& proof) {
  const client::ClientConfig& config = victim.client.config();
  std::vector<http::Form::Entry> form = {{"grant_type", "refresh_token"},
                                         {"refresh_token", tokens.refresh_token.reveal()}};
  TRY(remote::authenticate(config.credential, config.issuer, victim.random, victim.clock.now(), form));
  net::OutgoingRequest request;
  request.method = "POST";
  request.url = endpoint;
  request.tls.ca_pem = config.ca_pem;
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  request.fields.add("Accept", "application/json");
  request.fields.add("DPoP", proof);
  request.body = http::render_form(form);
  return request;
}

Task<Result<std::string>> send(Victim& victim, net::OutgoingRequest request) {
  const auto response = co_await victim.transport.send(std::move(request));
  if (!response) co_return std::unexpected(response.error());
  co_return describe(*response);
}

}  // namespace

Task<Result<Attack>> use_stolen_token(Victim& victim) {
  Attack attack{"A stolen access token", "The token is bound to a key that never leaves the client.", {}};
  auto tokens = co_await obtain_tokens(victim);
  if (!tokens) co_return std::unexpected(std::move(tokens).error());

  Tokens stolen = *tokens;
  CO_TRY_ASSIGN(stolen.dpop_key, crypto::PrivateKey::generate(victim.client.config().dpop_algorithm));
  const auto other_key = co_await victim.client.call(stolen, {.url = victim.api_url});
  if (!other_key) co_return std::unexpected(other_key.error());
  attack.attempts.push_back(
      judge("with a proof of the thief's own key", "401 invalid_token", describe(other_key->response)));

  CO_TRY_ASSIGN(net::OutgoingRequest bearer, record_call(victim, *tokens));
  net::OutgoingRequest plain;
  plain.url = bearer.url;
  plain.tls = bearer.tls;
  plain.fields.add("Authorization", "Bearer " + tokens->access_token.reveal());
  CO_TRY_ASSIGN(std::string downgraded, co_await send(victim, std::move(plain)));
  attack.attempts.push_back(judge("as a Bearer token without a proof", "401 invalid_token", std::move(downgraded)));

  const auto owner = co_await victim.client.call(*tokens, {.url = victim.api_url});
  CO_TRY_ASSIGN(Attempt control, judge_control("by its owner, with the key (must work)", owner));
  attack.attempts.push_back(std::move(control));
  co_return attack;
}

Task<Result<Attack>> reuse_code(Victim& victim) {
  Attack attack{"A code used twice", "A code works once; a second use takes back what the first one gave.", {}};
  auto stolen = co_await obtain_code(victim);
  if (!stolen) co_return std::unexpected(std::move(stolen).error());
  const client::PendingLogin& pending = stolen->pending;
  auto first =
      co_await victim.client.redeem(stolen->code, pending.redirect_uri, pending.code_verifier, pending.dpop_key);
  if (!first) co_return std::unexpected(std::move(first).error());
  const auto second =
      co_await victim.client.redeem(stolen->code, pending.redirect_uri, pending.code_verifier, pending.dpop_key);
  attack.attempts.push_back(
      judge_token_request("the same code with all its secrets again", ErrorCode::InvalidGrant, second));

  Tokens tokens;
  tokens.access_token = SecretText(first->access_token);
  tokens.dpop_key = pending.dpop_key;
  const auto answer = co_await victim.client.call(std::move(tokens), {.url = victim.api_url});
  if (!answer) co_return std::unexpected(answer.error());
  attack.attempts.push_back(
      judge("the token of the first use, at the API", "401 invalid_token", describe(answer->response)));
  co_return attack;
}

Task<Result<Attack>> redeem_code_of_another_client(Victim& victim) {
  Attack attack{"A code in the hands of another client", "A code belongs to the client that asked for it.", {}};
  auto stolen = co_await obtain_code(victim);
  if (!stolen) co_return std::unexpected(std::move(stolen).error());
  const client::PendingLogin& pending = stolen->pending;
  const auto result =
      co_await victim.other_client.redeem(stolen->code, pending.redirect_uri, pending.code_verifier, pending.dpop_key);
  attack.attempts.push_back(judge_token_request(
      "redeemed by " + victim.other_client.config().credential.client_id + ", correctly authenticated",
      ErrorCode::InvalidGrant, result));
  co_return attack;
}

Task<Result<Attack>> reuse_proof(Victim& victim) {
  Attack attack{"A recorded DPoP proof", "A proof is for one request; its identifier is remembered.", {}};
  auto tokens = co_await obtain_tokens(victim);
  if (!tokens) co_return std::unexpected(std::move(tokens).error());
  CO_TRY_ASSIGN(const net::OutgoingRequest call, record_call(victim, *tokens));
  CO_TRY_ASSIGN(std::string first_call, co_await send(victim, call));
  attack.attempts.push_back(judge("the call itself (must work)", "200 OK", std::move(first_call)));
  CO_TRY_ASSIGN(std::string second_call, co_await send(victim, call));
  attack.attempts.push_back(
      judge("the very same call again, at the API", "401 invalid_dpop_proof", std::move(second_call)));

  if (tokens->refresh_token.empty()) co_return attack;
  const auto metadata = co_await victim.client.metadata();
  if (!metadata) co_return std::unexpected(metadata.error());
  const std::string endpoint = (*metadata)->token_endpoint;
  CO_TRY_ASSIGN(const std::string proof,
                client::make_dpop_proof(*tokens->dpop_key, victim.random, victim.clock.now(), {"POST", endpoint}));
  CO_TRY_ASSIGN(net::OutgoingRequest refresh, make_refresh(victim, endpoint, *tokens, proof));
  CO_TRY_ASSIGN(std::string first, co_await send(victim, std::move(refresh)));
  attack.attempts.push_back(judge("a token request (must work)", "200 OK", std::move(first)));
  CO_TRY_ASSIGN(net::OutgoingRequest again, make_refresh(victim, endpoint, *tokens, proof));
  CO_TRY_ASSIGN(std::string second, co_await send(victim, std::move(again)));
  attack.attempts.push_back(
      judge("its proof again, at the token endpoint", "400 invalid_dpop_proof", std::move(second)));
  co_return attack;
}

Task<Result<Attack>> call_past_the_gateway(Victim& victim) {
  Attack attack{
      "A way around the gateway", "The API takes the gateway's own tokens only, with the key it saw proven.", {}};
  auto tokens = co_await obtain_tokens(victim);
  if (!tokens) co_return std::unexpected(std::move(tokens).error());
  const std::string bearer = "Bearer " + tokens->access_token.reveal();
  const std::string jkt = jose::thumbprint(tokens->dpop_key->public_key());

  CO_TRY_ASSIGN(net::OutgoingRequest proven, record_call(victim, *tokens));
  proven.url = victim.inner_api_url;
  CO_TRY_ASSIGN(std::string inside, co_await send(victim, std::move(proven)));
  attack.attempts.push_back(
      judge("at the API's inner port, with token and proof", "401 invalid_token", std::move(inside)));

  const auto forge = [&](const std::string& url) {
    net::OutgoingRequest forged;
    forged.url = url;
    forged.tls.ca_pem = victim.client.config().ca_pem;
    forged.fields.add("Authorization", bearer);
    forged.fields.add("Client-DPoP-JKT", jkt);  // what the gateway would write after a good proof
    return forged;
  };
  CO_TRY_ASSIGN(std::string spoken, co_await send(victim, forge(victim.inner_api_url)));
  attack.attempts.push_back(judge("there, with the words of the gateway", "401 invalid_token", std::move(spoken)));
  CO_TRY_ASSIGN(std::string sent, co_await send(victim, forge(victim.api_url)));
  attack.attempts.push_back(judge("the same words sent to the gateway", "401 invalid_token", std::move(sent)));

  const auto owner = co_await victim.client.call(*tokens, {.url = victim.api_url});
  CO_TRY_ASSIGN(Attempt control, judge_control("by its owner, through the gateway (must work)", owner));
  attack.attempts.push_back(std::move(control));
  co_return attack;
}

}  // namespace signet::attacks
