#include "server/authn/push_question.h"

#include "crypto/digest.h"
#include "server/authn/browser.h"
#include "server/authn/place.h"
#include "store/dated_id.h"

namespace signet::server::authn {
namespace {

/// "10" to "99": no leading zero, which people leave out.
std::string make_match_number(Random& random) {
  constexpr unsigned kNumbers = 90;
  std::array<std::uint8_t, 1> byte{};
  do {
    random.fill(byte);
  } while (byte[0] >= 2 * kNumbers);  // else some numbers would come more often than others
  return std::to_string(10 + byte[0] % kNumbers);
}

Duration remaining_of(const store::UnapprovedPushes& unapproved, Instant now) {
  return std::max<Duration>(unapproved.oldest + store::kPushMemory - now, seconds{1});
}

store::PushChallengeRecord make_challenge_record(Exchange& exchange, PushQuestion question) {
  std::string shown = render_json(question.shown);
  const Digest256 hash = crypto::sha256(shown);
  return {.challenge_id = store::make_dated_id(exchange.now, exchange.context.random),
          .issuer = exchange.issuer.id(),
          .account_id = std::move(question.account_id),
          .purpose = std::move(question.purpose),
          .shown = std::move(shown),
          .shown_hash = hash,
          .match_number = make_match_number(exchange.context.random),
          .created_at = exchange.now,
          .expires_at = exchange.now + store::kPushLifetime};
}

}  // namespace

Task<Result<std::variant<AskedPush, Duration>>> ask_devices(Exchange& exchange, PushQuestion question) {
  using Asked = std::variant<AskedPush, Duration>;
  const store::PushChallenges& challenges = exchange.context.store.push_challenges;
  const std::string account_id = question.account_id;
  CO_TRY_ASSIGN(const auto before, co_await challenges.count_unapproved(account_id, exchange.now));
  if (before.all >= kMostUnapprovedPushes) co_return Asked(remaining_of(before, exchange.now));
  // Who has refused lately is told so: somebody else may know the password.
  question.shown["refused_lately"] = before.denied;
  const store::PushChallengeRecord challenge = make_challenge_record(exchange, std::move(question));
  sql::Batch batch;
  const std::size_t account = store::Accounts::add_require(batch, account_id);
  const std::size_t most = store::PushChallenges::add_insert(batch, challenge, kMostUnapprovedPushes);
  AuditEvent("factor.push", "asked")
      .client(exchange.client_id)
      .account(account_id)
      .text("purpose", challenge.purpose)
      .text("challenge_id", challenge.challenge_id)
      .text("shown_hash", encode_base64url(challenge.shown_hash))
      .add_to(batch, exchange.issuer.id(), exchange.request.peer, exchange.now);
  CO_TRY_ASSIGN(const sql::BatchResult written, co_await exchange.context.database.write(std::move(batch)));
  if (written.failed_guard == account) {
    co_return fail(ErrorCode::AccessDenied, "This account cannot be used at the moment.");
  }
  if (written.failed_guard == most) co_return Asked(Duration(store::kPushMemory));
  co_return Asked(AskedPush{challenge.challenge_id, challenge.match_number, challenge.expires_at});
}

json::object describe_asking(const Exchange& exchange, std::string_view client_name, std::string_view client_host) {
  const std::string& address = exchange.request.peer.address;
  json::object shown{{"issuer", exchange.issuer.url()},
                     {"issuer_name", exchange.issuer.config().display_name},
                     {"client", client_name},
                     {"client_host", client_host},
                     {"browser", agent_name(exchange)},
                     {"address", address},
                     {"time", to_unix_seconds(exchange.now)}};
  const authn::Places* places = exchange.context.places;
  const auto place = places == nullptr ? std::nullopt : places->find(address);
  if (place && !place->country.empty()) shown["country"] = place->country;
  return shown;
}

}  // namespace signet::server::authn
