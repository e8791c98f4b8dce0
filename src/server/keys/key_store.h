#pragma once
// The signing keys of issuers: made, sealed at rest, rotated, and gathered into the KeyRing that an issuer signs with.
//
//   next ──rotate──▶ current ──rotate──▶ retired ──longest token + 1 day──▶ removed
//
// All three states are published, so that nobody ever meets a signature of a key that is not in the JWK set yet or any
// more.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "http/message.h"
#include "server/issuer.h"
#include "store/store.h"

namespace signet::server {

/// How long a key must have been published before it may sign: twice the time that caches may keep the JWK set.
inline constexpr Duration kPublishBeforeUse = minutes{10};

enum class RotationHaste {
  WhenPublished,  ///< refuses while caches may not know the next key yet
  Now,            ///< after a loss of the key: rotates in any case
};

class KeyStore {
 public:
  KeyStore(store::Store& store, crypto::SealingKey sealing_key, const Clock& clock, Random& random)
      : store_(store), sealing_key_(std::move(sealing_key)), clock_(clock), random_(random) {}

  /// The sealing key that belongs to a master key. Needs: a checked master key
  [[nodiscard]] static Result<crypto::SealingKey> make_sealing_key(const SecretText& master_key);

  /// Opens one stored key of every issuer, so that no key is ever made under a master key that is not the database's.
  /// Fails: Denied, Unavailable
  [[nodiscard]] Task<Result<void>> check_master_key(std::span<const IssuerConfig> issuers);

  /// Makes the current key of every algorithm that has none, and answers how many it made. RSA keys take about 100 ms
  /// each. Fails: Unavailable, Overloaded
  [[nodiscard]] Task<Result<std::size_t>> make_missing_current(const IssuerConfig& issuer, http::Peer actor);
  /// The same for next keys.
  [[nodiscard]] Task<Result<std::size_t>> make_missing_next(const IssuerConfig& issuer, http::Peer actor);

  /// next becomes current, current retired, and a new next is made. The next key is opened first, so that a wrong
  /// master key never promotes a key that cannot sign. Fails: Throttled (WhenPublished only), Conflict (somebody else
  /// rotated), Denied (master key), Unavailable
  [[nodiscard]] Task<Result<void>> rotate(const IssuerConfig& issuer, crypto::SignatureAlgorithm algorithm,
                                          RotationHaste haste, http::Peer actor);
  /// Rotates the algorithms whose current key has reached the issuer's interval; answers how many.
  [[nodiscard]] Task<Result<std::size_t>> rotate_due(const IssuerConfig& issuer, http::Peer actor);
  /// Removes retired keys that no living token can have been signed with; answers how many.
  [[nodiscard]] Task<Result<std::size_t>> remove_outlived(const IssuerConfig& issuer, http::Peer actor);

  /// What an issuer signs with and publishes. Fails: Denied (the master key does not open a key), Unavailable (no
  /// current key), Bug (unreadable)
  [[nodiscard]] Task<Result<std::unique_ptr<const KeyRing>>> load_ring(const IssuerConfig& issuer);
  /// Changes whenever the ring does; cheap.
  [[nodiscard]] Task<Result<std::string>> load_fingerprint(const IssuerConfig& issuer);
  [[nodiscard]] Task<Result<std::vector<store::SigningKeyRecord>>> list(const IssuerConfig& issuer);

 private:
  [[nodiscard]] Result<store::SigningKeyRecord> make_key(const IssuerConfig& issuer,
                                                         crypto::SignatureAlgorithm algorithm,
                                                         store::SigningKeyState state);
  [[nodiscard]] Result<crypto::PrivateKey> open_key(const store::SigningKeyRecord& record) const;
  [[nodiscard]] Task<Result<std::size_t>> make_missing(const IssuerConfig& issuer, store::SigningKeyState state,
                                                       http::Peer actor);

  store::Store& store_;
  crypto::SealingKey sealing_key_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace signet::server
