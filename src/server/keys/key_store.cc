#include "server/keys/key_store.h"

#include <algorithm>

#include "server/audit.h"
#include "server/configuration/secret_file.h"

namespace signet::server {
namespace {

using crypto::SignatureAlgorithm;
using store::SigningKeyRecord;
using store::SigningKeyState;

/// Ties a seal to its row: a sealed key that was copied into another row, or another issuer's, does not open.
std::string seal_context(std::string_view issuer, std::string_view kid) {
  return std::string(issuer) + "|" + std::string(kid);
}

bool is(const SigningKeyRecord& record, SigningKeyState state, SignatureAlgorithm algorithm) {
  return record.state == state && record.algorithm == crypto::name_of(algorithm);
}

/// The oldest of its kind, so that two nodes which made keys at the same moment choose the same one.
const SigningKeyRecord* find(const std::vector<SigningKeyRecord>& keys, SigningKeyState state,
                             SignatureAlgorithm algorithm) {
  const auto found = std::ranges::find_if(keys, [&](const auto& key) { return is(key, state, algorithm); });
  return found == keys.end() ? nullptr : &*found;
}

AuditEvent key_event(AuditName event, const SigningKeyRecord& key) {
  return AuditEvent(event, "done").text("kid", key.kid).text("algorithm", key.algorithm);
}

/// After this time no token can live that a retired key has signed.
Duration memory_of(const IssuerConfig& issuer) {
  return std::max(issuer.access_token_lifetime, issuer.profile->id_token_lifetime) + days{1};
}

Result<jose::Jwk> parse_published(const SigningKeyRecord& record) {
  TRY_ASSIGN(const auto object, parse_json_object(record.public_jwk));
  return jose::parse_public_jwk(object);
}

int rank(SigningKeyState state) {
  return state == SigningKeyState::Current ? 0 : state == SigningKeyState::Next ? 1 : 2;
}

Result<jose::JwkSet> published_keys(std::vector<SigningKeyRecord> records) {
  std::ranges::sort(records, {},
                    [](const auto& r) { return std::tuple(rank(r.state), r.algorithm, r.created_at, r.kid); });
  std::vector<jose::Jwk> keys;
  for (const auto& record : records) {
    TRY_ASSIGN(auto jwk, parse_published(record));
    keys.push_back(std::move(jwk));
  }
  return jose::JwkSet(std::move(keys));
}

}  // namespace

Result<crypto::SealingKey> KeyStore::make_sealing_key(const SecretText& master_key) {
  return crypto::SealingKey::make(derive_key(master_key, "signet signing keys"));
}

Result<SigningKeyRecord> KeyStore::make_key(const IssuerConfig& issuer, SignatureAlgorithm algorithm,
                                            SigningKeyState state) {
  TRY_ASSIGN(const auto key, crypto::PrivateKey::generate(algorithm));
  const std::string kid = jose::thumbprint(key.public_key());
  const jose::Jwk jwk{.key = key.public_key(), .kid = kid, .use = "sig", .alg = algorithm, .key_ops = {}, .x5c = {}};
  const Instant now = clock_.now();
  const auto pkcs8 = key.to_pkcs8();
  return SigningKeyRecord{
      .kid = kid,
      .issuer = issuer.id,
      .algorithm = std::string(crypto::name_of(algorithm)),
      .state = state,
      .public_jwk = render_json(jose::to_json(jwk)),
      .sealed_key = sealing_key_.seal(random_, pkcs8.reveal(), as_bytes(seal_context(issuer.id, kid))),
      .created_at = now,
      .changed_at = now};
}

Result<crypto::PrivateKey> KeyStore::open_key(const SigningKeyRecord& record) const {
  auto pkcs8 = sealing_key_.open(record.sealed_key, as_bytes(seal_context(record.issuer, record.kid)));
  if (!pkcs8) {
    return fail(
        ErrorCode::Denied, "The master key does not open the stored signing keys.",
        "the key " + record.kid + " of issuer " + record.issuer +
            " was sealed with another master key: put the one this database was made with back into the file that "
            "secrets.master_key_file names");
  }
  return crypto::PrivateKey::from_pkcs8(*pkcs8);
}

Task<Result<void>> KeyStore::check_master_key(std::span<const IssuerConfig> issuers) {
  for (const auto& issuer : issuers) {
    CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
    if (!keys.empty()) CO_TRY(open_key(keys.front()));
  }
  co_return Result<void>{};
}

Task<Result<std::size_t>> KeyStore::make_missing(const IssuerConfig& issuer, SigningKeyState state, http::Peer actor) {
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  if (!keys.empty()) CO_TRY(open_key(keys.front()));
  sql::Batch batch;
  std::size_t made = 0;
  for (const auto algorithm : issuer.signing_algorithms) {
    if (find(keys, state, algorithm) != nullptr) continue;
    CO_TRY_ASSIGN(const auto key, make_key(issuer, algorithm, state));
    store::SigningKeys::add_insert(batch, key);
    key_event("key.created", key).text("state", store::name_of(state)).add_to(batch, issuer.id, actor, clock_.now());
    ++made;
  }
  CO_TRY(co_await store_.database.write(std::move(batch)));
  co_return made;
}

Task<Result<std::size_t>> KeyStore::make_missing_current(const IssuerConfig& issuer, http::Peer actor) {
  return make_missing(issuer, SigningKeyState::Current, std::move(actor));
}

Task<Result<std::size_t>> KeyStore::make_missing_next(const IssuerConfig& issuer, http::Peer actor) {
  return make_missing(issuer, SigningKeyState::Next, std::move(actor));
}

Task<Result<void>> KeyStore::rotate(const IssuerConfig& issuer, SignatureAlgorithm algorithm, RotationHaste haste,
                                    http::Peer actor) {
  CO_TRY(co_await make_missing_next(issuer, actor));
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  const auto* next = find(keys, SigningKeyState::Next, algorithm);
  if (next == nullptr) {
    co_return fail(ErrorCode::NotFound, "The issuer keeps no keys of this algorithm.",
                   "issuer " + issuer.id + " has no next key for " + std::string(crypto::name_of(algorithm)));
  }
  const Instant now = clock_.now();
  if (haste == RotationHaste::WhenPublished && now < next->created_at + kPublishBeforeUse) {
    const auto wait = std::chrono::ceil<seconds>(next->created_at + kPublishBeforeUse - now);
    co_return fail(ErrorCode::Throttled, "The next key has not been published for long enough.",
                   "caches may not know the next key of issuer " + issuer.id + " yet: rotate again in " +
                       std::to_string(wait.count()) + " s");
  }
  CO_TRY(open_key(*next));
  CO_TRY_ASSIGN(const auto fresh, make_key(issuer, algorithm, SigningKeyState::Next));
  sql::Batch batch;
  // Promotion is the first guard: of two nodes that rotate at once one finds the key taken, and writes nothing.
  store::SigningKeys::add_set_state(batch, next->kid, SigningKeyState::Next, SigningKeyState::Current, now);
  for (const auto& key : keys) {
    if (!is(key, SigningKeyState::Current, algorithm)) continue;
    store::SigningKeys::add_set_state(batch, key.kid, SigningKeyState::Current, SigningKeyState::Retired, now);
  }
  store::SigningKeys::add_insert(batch, fresh);
  key_event("key.rotated", *next).text("next_kid", fresh.kid).add_to(batch, issuer.id, actor, now);
  CO_TRY_ASSIGN(const auto written, co_await store_.database.write(std::move(batch)));
  if (written.failed_guard)
    co_return fail(ErrorCode::Conflict, "The key was rotated by another process at the same moment.");
  co_return Result<void>{};
}

Task<Result<std::size_t>> KeyStore::rotate_due(const IssuerConfig& issuer, http::Peer actor) {
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  std::size_t rotated = 0;
  for (const auto algorithm : issuer.signing_algorithms) {
    const auto* current = find(keys, SigningKeyState::Current, algorithm);
    if (current == nullptr || clock_.now() < current->changed_at + issuer.key_rotation_interval) continue;
    auto done = co_await rotate(issuer, algorithm, RotationHaste::WhenPublished, actor);
    if (done) ++rotated;
    const bool later = !done && (done.error().code == ErrorCode::Throttled || done.error().code == ErrorCode::Conflict);
    if (!done && !later) co_return std::unexpected(std::move(done).error());
  }
  co_return rotated;
}

Task<Result<std::size_t>> KeyStore::remove_outlived(const IssuerConfig& issuer, http::Peer actor) {
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  const Instant now = clock_.now();
  std::size_t removed = 0;
  for (const auto& key : keys) {
    if (key.state != SigningKeyState::Retired || now < key.changed_at + memory_of(issuer)) continue;
    sql::Batch batch;
    store::SigningKeys::add_remove(batch, key.kid);
    key_event("key.removed", key).add_to(batch, issuer.id, actor, now);
    CO_TRY_ASSIGN(const auto written, co_await store_.database.write(std::move(batch)));
    if (!written.failed_guard) ++removed;
  }
  co_return removed;
}

Task<Result<std::unique_ptr<const KeyRing>>> KeyStore::load_ring(const IssuerConfig& issuer) {
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  auto ring = std::make_unique<KeyRing>();
  for (const auto algorithm : issuer.signing_algorithms) {
    const auto* current = find(keys, SigningKeyState::Current, algorithm);
    if (current == nullptr) {
      co_return fail(ErrorCode::Unavailable, "The issuer has no signing key.",
                     "issuer " + issuer.id + " has no current key for " + std::string(crypto::name_of(algorithm)));
    }
    CO_TRY_ASSIGN(auto key, open_key(*current));
    ring->current.push_back({.key = std::move(key), .alg = algorithm, .kid = current->kid});
  }
  CO_TRY_ASSIGN(ring->published, published_keys(keys));
  ring->jwks_document = render_json(jose::to_json(ring->published));
  co_return std::unique_ptr<const KeyRing>(std::move(ring));
}

Task<Result<std::string>> KeyStore::load_fingerprint(const IssuerConfig& issuer) {
  CO_TRY_ASSIGN(const auto keys, co_await store_.signing_keys.list(issuer.id));
  std::string fingerprint;
  for (const auto& key : keys) fingerprint.append(key.kid).append("=").append(store::name_of(key.state)).append(" ");
  co_return fingerprint;
}

Task<Result<std::vector<SigningKeyRecord>>> KeyStore::list(const IssuerConfig& issuer) {
  return store_.signing_keys.list(issuer.id);
}

}  // namespace signet::server
