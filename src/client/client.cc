// What all requests to the authorization server share: endpoints, authentication, proofs, the one retry for a nonce.
#include "client/client.h"

#include "base/text.h"

namespace signet::client {
namespace {

/// The public text of a refusal by cause: the server's own words may say anything, so they stay in the detail.
PublicText describe(ErrorCode code) {
  switch (cause_of(code)) {
    case Cause::Unavailable:
      return "The authorization server is not available.";
    default:
      return "The authorization server refused the request.";
  }
}

bool asks_for_nonce(const http::Response& response) {
  return response.status == 400 && oauth::parse_error_response(response.body).error == "use_dpop_nonce";  // RFC9449-8
}

}  // namespace

Result<std::unique_ptr<Client>> Client::make(ClientConfig config, remote::Transport& transport, const Clock& clock,
                                             Random& random) {
  TRY(check_client_config(config));
  return std::unique_ptr<Client>(new Client(std::move(config), transport, clock, random));
}

Client::Client(ClientConfig config, remote::Transport& transport, const Clock& clock, Random& random)
    : config_(std::move(config)),
      transport_(transport),
      clock_(clock),
      random_(random),
      server_({.issuer = config_.issuer, .ca_pem = config_.ca_pem, .timeout = config_.timeout}, transport, clock) {}

std::string Client::choose(const std::string& endpoint, const std::string& alias) const {
  return config_.wants_mtls_endpoints() && !alias.empty() ? alias : endpoint;  // RFC8705-5
}

Result<net::OutgoingRequest> Client::make_post(const Post& post) {
  net::OutgoingRequest request;
  request.method = "POST";
  request.url = post.url;
  request.timeout = config_.timeout;
  request.max_response_bytes = config_.max_response_bytes;
  request.tls = remote::make_tls(config_.credential, config_.ca_pem, config_.wants_mtls_endpoints());
  request.fields.add("Content-Type", "application/x-www-form-urlencoded");
  request.fields.add("Accept", post.accept);
  auto form = post.form;
  TRY(remote::authenticate(config_.credential, config_.issuer, random_, clock_.now(), form));
  request.body = http::render_form(form);
  if (post.dpop_key) {
    const std::string nonce = nonces_.find(NonceSpace::AuthorizationServer, post.url);
    TRY_ASSIGN(std::string proof, make_dpop_proof(*post.dpop_key, random_, clock_.now(), {"POST", post.url, nonce}));
    request.fields.add("DPoP", proof);
  }
  return request;
}

Task<Result<http::Response>> Client::post(Post post) {
  if (post.url.empty()) co_return fail(ErrorCode::Unavailable, "The authorization server has no such endpoint.");
  for (bool retried = false;; retried = true) {
    CO_TRY_ASSIGN(net::OutgoingRequest request, make_post(post));
    auto response = co_await transport_.send(std::move(request));
    if (!response) co_return std::unexpected(std::move(response).error());
    const bool has_nonce = nonces_.remember(NonceSpace::AuthorizationServer, post.url, *response);
    // Once only: a server that is never content with its own nonce would keep us here for ever.
    if (retried || !post.dpop_key || !has_nonce || !asks_for_nonce(*response)) co_return response;
  }
}

Error read_refusal(const http::Response& response) {
  const oauth::ErrorResponse answer = oauth::parse_error_response(response.body);
  std::string detail = "status " + std::to_string(response.status);
  if (answer.error.empty()) {
    const auto code = response.status >= 500 ? ErrorCode::Unavailable : ErrorCode::Malformed;
    return Error{code, "The authorization server gave an answer that is none.", std::move(detail)};
  }
  const auto known = oauth::find_error_code(answer.error);
  const ErrorCode code = known.value_or(response.status >= 500 ? ErrorCode::Unavailable : ErrorCode::Denied);
  detail += ", " + oauth::make_error_description(answer.error).substr(0, 64);
  if (!answer.error_description.empty()) {
    detail += ": " + oauth::make_error_description(answer.error_description).substr(0, 256);
  }
  return Error{code, describe(code), std::move(detail)};
}

}  // namespace signet::client
