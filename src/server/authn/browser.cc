#include "server/authn/browser.h"

#include <algorithm>

#include "crypto/digest.h"
#include "http/cookie.h"
#include "server/authn/device_name.h"

namespace signet::server::authn {
namespace {

/// RFC6265-8.5: a browser sends its cookies to every port of a host.
bool shares_host(const Exchange& exchange) {
  return std::ranges::any_of(exchange.context.issuers, [&](const auto& other) {
    return other.get() != &exchange.issuer && other->host() == exchange.issuer.host();
  });
}

std::string cookie_name(const Exchange& exchange, std::string_view purpose) {
  std::string name = exchange.request.peer.tls ? "__Host-signet-" : "signet-";
  name += purpose;
  if (!exchange.issuer.path().empty() || shares_host(exchange)) name += "-" + exchange.issuer.id();
  return name;
}

bool is_token(std::string_view value) {
  return value.size() == 43 && std::ranges::all_of(value, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

std::optional<std::string> find_token_cookie(const Exchange& exchange, std::string_view purpose) {
  auto value = http::find_cookie(exchange.request.fields, cookie_name(exchange, purpose));
  return value && is_token(*value) ? std::move(value) : std::nullopt;
}

void set_cookie(const Exchange& exchange, http::Response& response, std::string_view purpose, const std::string& value,
                std::optional<seconds> max_age = {}) {
  // Lax, not Strict: the browser comes from the client's site and must bring the session along.
  response.fields.add("Set-Cookie", http::render_set_cookie({.name = cookie_name(exchange, purpose),
                                                             .value = value,
                                                             .max_age = max_age,
                                                             .same_site = "Lax",
                                                             .secure = exchange.request.peer.tls}));
}

}  // namespace

std::optional<oauth::SessionHash> find_session_hash(const Exchange& exchange) {
  if (exchange.app_key.empty()) return find_token_cookie(exchange, "session").transform(oauth::SessionHash::of);
  const std::string_view id = exchange.request.fields.get("Session-Id");
  return is_token(id) ? std::optional(oauth::SessionHash::of(id)) : std::nullopt;
}
std::optional<std::string> find_binding(const Exchange& exchange) {
  // A browser could send a thumbprint as its cookie; with the prefix it is worth nothing there.
  if (!exchange.app_key.empty()) return "app " + exchange.app_key;
  return find_token_cookie(exchange, "browser");
}
std::optional<std::string> find_device_cookie(const Exchange& exchange) {
  return exchange.app_key.empty() ? find_token_cookie(exchange, "device") : std::nullopt;
}

std::optional<std::string> find_language_cookie(const Exchange& exchange) {
  if (!exchange.app_key.empty()) return std::nullopt;
  return http::find_cookie(exchange.request.fields, cookie_name(exchange, "language"));
}

bool has_cookie(const Exchange& exchange) {
  constexpr std::string_view kPurposes[] = {"session", "browser", "device"};
  return std::ranges::any_of(kPurposes, [&](std::string_view purpose) {
    return http::find_cookie(exchange.request.fields, cookie_name(exchange, purpose)).has_value();
  });
}

void set_session_cookie(const Exchange& exchange, http::Response& response, const std::string& value) {
  if (!exchange.app_key.empty()) {
    response.fields.set("Set-Session-Id", value);
  } else {
    set_cookie(exchange, response, "session", value);
  }
}
void clear_session_cookie(const Exchange& exchange, http::Response& response) {
  if (exchange.app_key.empty()) set_cookie(exchange, response, "session", "", seconds{0});
}
void set_browser_cookie(const Exchange& exchange, http::Response& response, const std::string& value) {
  set_cookie(exchange, response, "browser", value);
}
void set_language_cookie(const Exchange& exchange, http::Response& response, const std::string& tag) {
  set_cookie(exchange, response, "language", tag);
}
void set_device_cookie(const Exchange& exchange, http::Response& response, const std::string& value) {
  set_cookie(exchange, response, "device", value, std::chrono::duration_cast<seconds>(days{180}));
}

std::string agent_name(const Exchange& exchange) {
  const Agent agent = exchange.is_app ? Agent::App : Agent::Browser;
  return render_device_name(find_device_name(exchange.request.fields.get("User-Agent")), agent);
}

std::string make_form_token(std::string_view binding, std::string_view handle, std::int64_t version) {
  const std::string input = "form\n" + std::string(handle) + "\n" + std::to_string(version);
  return encode_base64url(crypto::hmac_sha256(as_bytes(binding), as_bytes(input)));
}

std::string make_challenge(const Exchange& exchange, std::string_view handle, std::int64_t version) {
  const std::string input = "challenge\n" + std::string(handle) + "\n" + std::to_string(version);
  const auto key = as_bytes(exchange.context.config.master_key.reveal());
  return encode_base64url(crypto::hmac_sha256(key, as_bytes(input)));
}

bool is_speculative(const http::Request& request) {
  return request.method == "HEAD" || request.fields.get("Sec-Purpose").contains("prefetch") ||
         request.fields.get("Purpose") == "prefetch";
}

Result<void> check_same_origin(const Exchange& exchange) {
  constexpr PublicText kRefusal = "The form was sent from another site.";
  const std::string_view site = exchange.request.fields.get("Sec-Fetch-Site");
  if (!site.empty() && site != "same-origin" && site != "none") return fail(ErrorCode::InvalidRequest, kRefusal);
  // Our pages send no referrer, and a browser then names their origin "null"; the form token decides in that case.
  const std::string_view origin = exchange.request.fields.get("Origin");
  if (origin.empty() || origin == "null" || origin == exchange.issuer.origin()) return {};
  return fail(ErrorCode::InvalidRequest, kRefusal);
}

}  // namespace signet::server::authn
