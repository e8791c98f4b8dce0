#include "store/records.h"

#include <latch>
#include <thread>

#include "crypto/digest.h"

namespace signet::test {

Digest256 digest_of(std::string_view name) {
  return crypto::sha256(name);
}

store::ClientRecord client(std::string client_id, Instant now) {
  return {.client_id = std::move(client_id),
          .issuer = kIssuer,
          .version = 1,
          .metadata = R"({"client_name":"Bank"})",
          .created_at = now,
          .updated_at = now};
}

store::AccountRecord account(std::string account_id, Instant now) {
  return {.account_id = account_id,
          .issuer = kIssuer,
          .username = account_id + "@example.com",
          .password_hash = "$argon2id$x",
          .claims = R"({"email":"a@example.com"})",
          .created_at = now,
          .updated_at = now};
}

oauth::AuthorizationRequest authorization_request() {
  oauth::AuthorizationRequest request;
  request.client_id = "bank";
  request.response_type = "code";
  request.redirect_uri = "https://bank.example.com/callback";
  request.state = "a state";
  request.scope = {"openid", "accounts"};
  request.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  request.code_challenge_method = "S256";
  return request;
}

store::GrantRecord grant(std::string grant_id, Instant now) {
  return {.grant_id = std::move(grant_id),
          .issuer = kIssuer,
          .client_id = "bank",
          .account_id = "alice",
          .scope = {"openid", "accounts"},
          .resource = {"https://api.example.com/"},
          .request = authorization_request(),
          .authenticated_at = now - minutes{5},
          .acr = "urn:example:strong",
          .amr = {"pwd", "otp"},
          .created_at = now,
          .expires_at = now + days{90}};
}

store::AuthorizationCodeRecord code(std::string_view text, std::string grant_id, Instant now) {
  return {.code_hash = oauth::CodeHash::of(text),
          .issuer = kIssuer,
          .client_id = "bank",
          .grant_id = std::move(grant_id),
          .expires_at = now + seconds{60}};
}

store::PushedRequestRecord pushed_request(std::string_view token, Instant now) {
  return {.request_uri_hash = oauth::TokenHash::of(token),
          .issuer = kIssuer,
          .client_id = "bank",
          .request = authorization_request(),
          .expires_at = now + seconds{90}};
}

store::AccessTokenRecord access_token(std::string_view text, std::string grant_id, Instant now) {
  return {.token_hash = oauth::TokenHash::of(text),
          .issuer = kIssuer,
          .client_id = "bank",
          .account_id = grant_id.empty() ? "" : "alice",
          .grant_id = grant_id,
          .subject = grant_id.empty() ? "bank" : "alice-at-bank",
          .scope = {"accounts"},
          .audience = {"https://api.example.com/"},
          .confirmation = oauth::SenderConstraint::dpop("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
          .issued_at = now,
          .expires_at = now + minutes{10}};
}

store::RefreshTokenRecord refresh_token(std::string_view text, std::string grant_id, Instant now) {
  return {.token_hash = oauth::TokenHash::of(text),
          .issuer = kIssuer,
          .client_id = "bank",
          .grant_id = std::move(grant_id),
          .confirmation = oauth::SenderConstraint::mtls("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"),
          .issued_at = now,
          .expires_at = now + days{90}};
}

store::SessionRecord session(std::string_view cookie, std::string account_id, Instant now) {
  return {.session_hash = oauth::SessionHash::of(cookie),
          .issuer = kIssuer,
          .account_id = std::move(account_id),
          .authenticated_at = now,
          .acr = "urn:example:strong",
          .amr = {"pwd"},
          .created_at = now,
          .last_used_at = now,
          .expires_at = now + hours{12},
          .session_id = "id-of-" + std::string(cookie),
          .proofs = R"([{"kind":"password"}])",
          .binding = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
          .address = "192.0.2.7",
          .agent = "Firefox on Linux"};
}

store::FactorRecord factor(std::string factor_id, std::string account_id, Instant now) {
  return {.factor_id = factor_id,
          .account_id = std::move(account_id),
          .issuer = kIssuer,
          .kind = "passkey",
          .name = "Phone",
          .lookup_hash = digest_of(factor_id),
          .secret = {0, 1, 255},
          .data = R"({"aaguid":"x"})",
          .counter = 0,
          .created_at = now};
}

store::PushChallengeRecord push_challenge(std::string challenge_id, std::string account_id, Instant now) {
  return {.challenge_id = std::move(challenge_id),
          .issuer = kIssuer,
          .account_id = std::move(account_id),
          .purpose = "login",
          .shown = R"({"client":"Bank"})",
          .shown_hash = digest_of(R"({"client":"Bank"})"),
          .match_number = "42",
          .created_at = now,
          .expires_at = now + store::kPushLifetime};
}

store::DeviceRegistrationRecord device_registration(std::string_view code, std::string account_id, Instant now) {
  return {.code_hash = digest_of(code),
          .issuer = kIssuer,
          .account_id = std::move(account_id),
          .expires_at = now + minutes{10}};
}

store::KnownDeviceRecord known_device(std::string_view cookie, std::string account_id, Instant now) {
  return {.account_id = std::move(account_id),
          .device_hash = digest_of(cookie),
          .issuer = kIssuer,
          .name = "Firefox on Linux",
          .address = "192.0.2.7",
          .country = "SE",
          .latitude = 59'329'300,
          .longitude = -18'068'600,
          .first_used_at = now,
          .last_used_at = now,
          .expires_at = now + days{180}};
}

store::WorkflowInstanceRecord workflow_instance(std::string_view handle, Instant now) {
  return {.instance_hash = oauth::InstanceHash::of(handle),
          .issuer = kIssuer,
          .binding_hash = digest_of("browser"),
          .definition = "login",
          .state = R"({"step":"password"})",
          .version = 1,
          .expires_at = now + minutes{15}};
}

store::DecisionContextRecord decision_context(std::string context_id, std::string account_id, Instant now) {
  return {.context_id = std::move(context_id),
          .issuer = kIssuer,
          .account_id = std::move(account_id),
          .recorded_at = now,
          .workflow_version = 0,
          .policy_version = 1,
          .context = R"({"country":"DE"})",
          .decision = R"({"rules":["all"],"notify":true})"};
}

store::ConsentRecord consent(std::string account_id, std::string client_id, Instant now) {
  return {.account_id = std::move(account_id),
          .client_id = std::move(client_id),
          .issuer = kIssuer,
          .scope = {"openid", "accounts"},
          .claims = {"email"},
          .updated_at = now};
}

int winners_of_race(sql::Database& database, int racers, const std::function<sql::Batch()>& make_batch) {
  std::latch start(racers);
  std::atomic<int> winners = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < racers; ++i) {
    threads.emplace_back([&] {
      sql::Batch batch = make_batch();
      start.arrive_and_wait();
      const auto result = run_blocking(database.write(std::move(batch)));
      if (result && !result->failed_guard) ++winners;
    });
  }
  threads.clear();
  return winners;
}

}  // namespace signet::test
