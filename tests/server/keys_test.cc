#include "server/keys/key_store.h"

#include "crypto/random.h"
#include "server/configuration/secret_file.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server {
namespace {

using crypto::SignatureAlgorithm;
using store::SigningKeyState;

crypto::SealingKey sealing_key(char digit) {
  return test::value_of(KeyStore::make_sealing_key(SecretText(std::string(64, digit))));
}

IssuerConfig issuer_config(std::string id = "main",
                           std::vector<SignatureAlgorithm> algorithms = {SignatureAlgorithm::ES256}) {
  IssuerConfig config;
  config.id = std::move(id);
  config.profile = oauth::find_profile("fapi2_security");
  config.signing_algorithms = std::move(algorithms);
  config.access_token_lifetime = minutes{10};
  config.key_rotation_interval = days{90};
  return config;
}

class Keys : public test::StoreTest {
 protected:
  void start(const IssuerConfig& issuer) {
    test::value_of(run_blocking(keys_.make_missing_current(issuer, {})));
    test::value_of(run_blocking(keys_.make_missing_next(issuer, {})));
  }
  std::unique_ptr<const KeyRing> ring(const IssuerConfig& issuer) {
    return test::value_of(run_blocking(keys_.load_ring(issuer)));
  }
  std::vector<store::SigningKeyRecord> in_state(const IssuerConfig& issuer, SigningKeyState state) {
    auto keys = test::value_of(run_blocking(keys_.list(issuer)));
    std::erase_if(keys, [&](const auto& key) { return key.state != state; });
    return keys;
  }
  Result<void> rotate(const IssuerConfig& issuer, RotationHaste haste = RotationHaste::WhenPublished) {
    return run_blocking(keys_.rotate(issuer, issuer.signing_algorithms.front(), haste, {}));
  }

  test::FakeClock clock_;
  crypto::SystemRandom random_;
  KeyStore keys_{store, sealing_key('1'), clock_, random_};
  IssuerConfig issuer_ = issuer_config();
};

TEST_F(Keys, AreMadeOncePerAlgorithm) {
  const auto issuer = issuer_config("main", {SignatureAlgorithm::ES256, SignatureAlgorithm::EdDSA});
  EXPECT_EQ(test::value_of(run_blocking(keys_.make_missing_current(issuer, {}))), 2U);
  EXPECT_EQ(test::value_of(run_blocking(keys_.make_missing_current(issuer, {}))), 0U);
  const auto found = ring(issuer);
  ASSERT_EQ(found->current.size(), 2U);
  EXPECT_NE(found->find(SignatureAlgorithm::EdDSA), nullptr);
  EXPECT_EQ(found->find(SignatureAlgorithm::PS256), nullptr);
}

TEST_F(Keys, SignWithTheKeyThatIsPublished) {
  start(issuer_);
  const auto found = ring(issuer_);
  const auto jws = test::value_of(jose::sign_jws(found->current.at(0), "", "{}"));
  const auto published = test::value_of(jose::parse_jwk_set(found->jwks_document));
  EXPECT_TRUE(test::value_of(jose::UnverifiedJws::parse(jws)).verify(published));
  EXPECT_EQ(found->current.at(0).kid, jose::thumbprint(found->current.at(0).key.public_key()));
}

TEST_F(Keys, NoPrivateMemberIsPublished) {
  start(issuer_);
  const auto document = test::value_of(parse_json_object(ring(issuer_)->jwks_document));
  for (const auto& key : document.at("keys").as_array()) {
    EXPECT_FALSE(key.as_object().contains("d"));
    EXPECT_EQ(key.as_object().at("use").as_string(), "sig");
    EXPECT_EQ(key.as_object().at("alg").as_string(), "ES256");
  }
  EXPECT_EQ(document.at("keys").as_array().size(), 2U);
}

TEST_F(Keys, AreNotStoredInClear) {
  start(issuer_);
  const auto records = test::value_of(run_blocking(keys_.list(issuer_)));
  ASSERT_EQ(records.size(), 2U);  // one that signs and the next one
  const auto d = test::value_of(ring(issuer_)->current.at(0).key.private_value());
  for (const auto& record : records) {
    EXPECT_EQ(as_text(record.sealed_key).find(as_text(d.reveal())), std::string_view::npos);
  }
}

TEST_F(Keys, AnotherMasterKeyIsAClearError) {
  start(issuer_);
  KeyStore other(store, sealing_key('2'), clock_, random_);
  const auto found = run_blocking(other.load_ring(issuer_));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::Denied);
  EXPECT_THAT(found.error().detail, testing::HasSubstr("secrets.master_key_file"));
}

TEST_F(Keys, AnotherMasterKeyDoesNotRotate) {
  start(issuer_);
  KeyStore other(store, sealing_key('2'), clock_, random_);
  const auto before = ring(issuer_)->jwks_document;
  const auto done = run_blocking(other.rotate(issuer_, SignatureAlgorithm::ES256, RotationHaste::Now, {}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Denied);
  EXPECT_EQ(ring(issuer_)->jwks_document, before);
}

TEST_F(Keys, AnotherMasterKeyMakesNoKeys) {
  test::value_of(run_blocking(keys_.make_missing_current(issuer_, {})));
  KeyStore other(store, sealing_key('2'), clock_, random_);
  const std::vector<IssuerConfig> issuers = {issuer_config("fresh"), issuer_};
  EXPECT_EQ(run_blocking(other.check_master_key(issuers)).error().code, ErrorCode::Denied);
  EXPECT_TRUE(run_blocking(keys_.check_master_key(issuers)));
  EXPECT_EQ(run_blocking(other.make_missing_next(issuer_, {})).error().code, ErrorCode::Denied);
  EXPECT_EQ(in_state(issuer_, SigningKeyState::Next).size(), 0U);
}

TEST_F(Keys, ASealedKeyThatWasMovedToAnotherIssuerDoesNotOpen) {
  const auto other = issuer_config("other");
  start(issuer_);
  auto stolen = in_state(issuer_, SigningKeyState::Current).at(0);
  sql::Batch batch;
  stolen.issuer = "other";
  stolen.kid += "x";
  store::SigningKeys::add_insert(batch, stolen);
  write(std::move(batch));
  const auto found = run_blocking(keys_.load_ring(other));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::Denied);
}

TEST_F(Keys, AnIssuerWithoutKeysHasNoRing) {
  const auto found = run_blocking(keys_.load_ring(issuer_));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::Unavailable);
}

TEST_F(Keys, RotationPromotesTheKeyThatWasPublishedBefore) {
  start(issuer_);
  const auto next = in_state(issuer_, SigningKeyState::Next).at(0).kid;
  const auto current = in_state(issuer_, SigningKeyState::Current).at(0).kid;
  clock_.advance(kPublishBeforeUse);
  ASSERT_TRUE(rotate(issuer_));
  EXPECT_EQ(ring(issuer_)->current.at(0).kid, next);
  EXPECT_EQ(in_state(issuer_, SigningKeyState::Retired).at(0).kid, current);
  EXPECT_EQ(in_state(issuer_, SigningKeyState::Next).size(), 1U);
  EXPECT_EQ(ring(issuer_)->published.keys().size(), 3U);
}

TEST_F(Keys, ATokenSignedBeforeTheRotationStillVerifies) {
  start(issuer_);
  const auto jws = test::value_of(jose::sign_jws(ring(issuer_)->current.at(0), "", "{}"));
  ASSERT_TRUE(rotate(issuer_, RotationHaste::Now));
  EXPECT_TRUE(test::value_of(jose::UnverifiedJws::parse(jws)).verify(ring(issuer_)->published));
}

TEST_F(Keys, RotationWaitsUntilCachesKnowTheNextKey) {
  start(issuer_);
  const auto done = rotate(issuer_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Throttled);
  EXPECT_THAT(done.error().detail, testing::HasSubstr("rotate again in 600 s"));
  EXPECT_TRUE(rotate(issuer_, RotationHaste::Now));
}

TEST_F(Keys, RotationIsOnlyForAlgorithmsTheIssuerKeeps) {
  start(issuer_);
  const auto done = run_blocking(keys_.rotate(issuer_, SignatureAlgorithm::EdDSA, RotationHaste::Now, {}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::NotFound);
}

TEST_F(Keys, RotateThemselvesWhenTheirIntervalHasPassed) {
  start(issuer_);
  EXPECT_EQ(test::value_of(run_blocking(keys_.rotate_due(issuer_, {}))), 0U);
  clock_.advance(days{90});
  EXPECT_EQ(test::value_of(run_blocking(keys_.rotate_due(issuer_, {}))), 1U);
  EXPECT_EQ(test::value_of(run_blocking(keys_.rotate_due(issuer_, {}))), 0U);
}

TEST_F(Keys, ARetiredKeyStaysAsLongAsATokenMayLive) {
  start(issuer_);
  ASSERT_TRUE(rotate(issuer_, RotationHaste::Now));
  clock_.advance(minutes{10} + days{1} - seconds{1});
  EXPECT_EQ(test::value_of(run_blocking(keys_.remove_outlived(issuer_, {}))), 0U);
  clock_.advance(seconds{1});
  EXPECT_EQ(test::value_of(run_blocking(keys_.remove_outlived(issuer_, {}))), 1U);
  EXPECT_EQ(in_state(issuer_, SigningKeyState::Retired).size(), 0U);
  EXPECT_EQ(ring(issuer_)->current.size(), 1U);
}

TEST_F(Keys, TheFingerprintChangesWithEveryRotation) {
  start(issuer_);
  const auto before = test::value_of(run_blocking(keys_.load_fingerprint(issuer_)));
  EXPECT_EQ(test::value_of(run_blocking(keys_.load_fingerprint(issuer_))), before);
  ASSERT_TRUE(rotate(issuer_, RotationHaste::Now));
  EXPECT_NE(test::value_of(run_blocking(keys_.load_fingerprint(issuer_))), before);
}

TEST_F(Keys, EveryChangeLeavesAnAuditRecord) {
  start(issuer_);
  clock_.advance(seconds{1});
  ASSERT_TRUE(rotate(issuer_, RotationHaste::Now));
  const auto records = test::value_of(run_blocking(store.audit.list({}, "", 20)));
  std::vector<std::string> events;
  for (const auto& record : records) events.push_back(record.event);
  EXPECT_EQ(events, (std::vector<std::string>{"key.created", "key.created", "key.rotated"}));
}

TEST_F(Keys, OfTwoNodesThatMakeKeysAtOnceBothSignWithTheSameOne) {
  start(issuer_);
  // The second node's key, made in the same moment before either saw the other's.
  test::TemporaryDatabase elsewhere;
  store::Store other_store(elsewhere.database());
  clock_.advance(milliseconds{5});
  KeyStore other(other_store, sealing_key('1'), clock_, random_);
  test::value_of(run_blocking(other.make_missing_current(issuer_, {})));
  sql::Batch batch;
  store::SigningKeys::add_insert(batch, test::value_of(run_blocking(other.list(issuer_))).at(0));
  const auto first = ring(issuer_)->current.at(0).kid;
  write(std::move(batch));
  EXPECT_EQ(ring(issuer_)->current.size(), 1U);
  EXPECT_EQ(ring(issuer_)->current.at(0).kid, first);
  EXPECT_EQ(ring(issuer_)->published.keys().size(), 3U);
}

}  // namespace
}  // namespace signet::server
