#pragma once
// Records as the tests of several repositories need them.

#include <functional>
#include <string>

#include "support/database.h"

namespace signet::test {

inline constexpr const char* kIssuer = "main";

Digest256 digest_of(std::string_view name);
store::ClientRecord client(std::string client_id, Instant now);
store::AccountRecord account(std::string account_id, Instant now);
oauth::AuthorizationRequest authorization_request();
store::GrantRecord grant(std::string grant_id, Instant now);
store::AuthorizationCodeRecord code(std::string_view text, std::string grant_id, Instant now);
store::PushedRequestRecord pushed_request(std::string_view token, Instant now);
store::AccessTokenRecord access_token(std::string_view text, std::string grant_id, Instant now);
store::RefreshTokenRecord refresh_token(std::string_view text, std::string grant_id, Instant now);
store::SessionRecord session(std::string_view cookie, std::string account_id, Instant now);
store::FactorRecord factor(std::string factor_id, std::string account_id, Instant now);
store::PushChallengeRecord push_challenge(std::string challenge_id, std::string account_id, Instant now);
store::DeviceRegistrationRecord device_registration(std::string_view code, std::string account_id, Instant now);
store::KnownDeviceRecord known_device(std::string_view cookie, std::string account_id, Instant now);
store::WorkflowInstanceRecord workflow_instance(std::string_view handle, Instant now);
store::DecisionContextRecord decision_context(std::string context_id, std::string account_id, Instant now);
store::ConsentRecord consent(std::string account_id, std::string client_id, Instant now);

/// How many of `racers` threads get a batch through when all write at the same moment.
int winners_of_race(sql::Database& database, int racers, const std::function<sql::Batch()>& make_batch);

}  // namespace signet::test
