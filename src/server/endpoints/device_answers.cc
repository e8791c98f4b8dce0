// The answer of a device to a challenge. The JWT is kept as evidence: it says by a hash what was shown.
#include "server/authn/push_question.h"
#include "server/devices/device_request.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

using store::PushState;

struct Answer {
  std::string challenge_id;
  std::string shown_hash;
  std::string number;  ///< empty when it is denied: nobody has to look for a number to say no
  PushState decision = PushState::Denied;
  bool user_verified = false;
};

Result<Answer> parse_answer(const oauth::DeviceJwt& jwt) {
  Answer answer;
  TRY_ASSIGN(answer.challenge_id, load_text_claim(jwt, "challenge_id", "The JWT must have a challenge_id."));
  TRY_ASSIGN(answer.shown_hash, load_text_claim(jwt, "shown_hash", "The JWT must have a shown_hash."));
  constexpr PublicText kDecision = "The decision of the JWT must be approve or deny.";
  TRY_ASSIGN(const std::string decision, load_text_claim(jwt, "decision", kDecision));
  if (decision != "approve" && decision != "deny") return fail(ErrorCode::InvalidRequest, kDecision);
  const auto verified = find_bool(jwt.claims.members, "uv");
  if (!verified) return fail(ErrorCode::InvalidRequest, "The uv of the JWT must be true or false.");
  answer.user_verified = verified->value_or(false);
  if (decision == "deny") return answer;
  answer.decision = PushState::Approved;
  TRY_ASSIGN(answer.number, load_text_claim(jwt, "number", "The JWT must have the number of the page."));
  return answer;
}

AuditEvent make_record(const KnownDevice& device, const Answer& answer, std::string_view outcome) {
  return AuditEvent("factor.push", outcome)
      .account(device.factor.account_id)
      .text("challenge_id", answer.challenge_id)
      .text("factor_id", device.factor.factor_id)
      .text("shown_hash", answer.shown_hash);
}

void add_record(sql::Batch& batch, const Exchange& exchange, AuditEvent record) {
  std::move(record).add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
}

/// Writes the mark of the JWT and what `add` adds behind it. False: a guard of `add` has failed.
Task<Result<bool>> write_once(Exchange& exchange, const oauth::DeviceJwt& jwt, sql::Batch after) {
  sql::Batch batch;
  const std::size_t mark = add_device_mark(batch, exchange, jwt);
  batch.append(std::move(after));
  CO_TRY_ASSIGN(const sql::BatchResult written, co_await exchange.context.database.write(std::move(batch)));
  if (written.failed_guard == mark) co_return fail_replayed();
  co_return !written.failed_guard;
}

/// An answer that is refused has used up its JWT, and is recorded.
Task<Result<void>> spend(Exchange& exchange, const KnownDevice& device, const Answer& answer, std::string outcome,
                         sql::Batch after) {
  add_record(after, exchange, make_record(device, answer, outcome));
  CO_TRY(co_await write_once(exchange, device.jwt, std::move(after)));
  exchange.is_recorded = true;
  co_return Result<void>();
}

Task<Result<http::Response>> accept_answer(Exchange& exchange, const KnownDevice& device, const Answer& answer) {
  const std::string& account_id = device.factor.account_id;
  sql::Batch batch;
  (void)store::Accounts::add_require(batch, account_id);
  (void)store::PushChallenges::add_answer(batch,
                                          {.challenge_id = answer.challenge_id,
                                           .account_id = account_id,
                                           .state = answer.decision,
                                           .factor_id = device.factor.factor_id,
                                           .user_verified = answer.user_verified,
                                           .evidence = device.text},
                                          exchange.now);
  add_record(batch, exchange, make_record(device, answer, name_of(answer.decision)));
  CO_TRY_ASSIGN(const bool was_first, co_await write_once(exchange, device.jwt, std::move(batch)));
  if (!was_first) {  // the mark of the JWT has stayed, the record of the answer has not
    exchange.record(make_record(device, answer, "too_late"));
    exchange.is_recorded = true;
    co_return fail(ErrorCode::Conflict, "The challenge was answered already or has expired.");
  }
  JsonWriter writer;
  writer.text("challenge_id", answer.challenge_id).text("state", name_of(answer.decision));
  co_return http::make_json_response(200, std::move(writer).take());
}

}  // namespace

Task<Result<http::Response>> device_answers(Exchange& exchange) {
  CO_TRY_ASSIGN(const KnownDevice device, co_await load_device(exchange, oauth::DeviceJwtUse::Answer));
  CO_TRY_ASSIGN(const Answer answer, parse_answer(device.jwt));
  const std::string& account_id = device.factor.account_id;
  CO_TRY_ASSIGN(const auto challenge,
                co_await exchange.context.store.push_challenges.find(account_id, answer.challenge_id));
  if (!challenge || challenge->issuer != exchange.issuer.id()) {
    CO_TRY(co_await spend(exchange, device, answer, "unknown_challenge", {}));
    co_return fail(ErrorCode::NotFound, "The challenge_id of the JWT is no challenge of this account.");
  }
  if (answer.shown_hash != encode_base64url(challenge->shown_hash)) {
    CO_TRY(co_await spend(exchange, device, answer, "wrong_hash", {}));
    co_return fail(ErrorCode::InvalidRequest, "The shown_hash of the JWT is not that of the challenge.");
  }
  const bool is_open = challenge->state == PushState::Pending && challenge->expires_at > exchange.now;
  if (is_open && answer.decision == PushState::Approved && answer.number != challenge->match_number) {
    sql::Batch batch;
    store::PushChallenges::add_wrong_number(batch, account_id, answer.challenge_id, authn::kMostWrongNumbers,
                                            exchange.now);
    CO_TRY(co_await spend(exchange, device, answer, "wrong_number", std::move(batch)));
    co_return fail(ErrorCode::InvalidRequest, "The number of the JWT is not the one on the page.");
  }
  co_return co_await accept_answer(exchange, device, answer);
}

}  // namespace signet::server
