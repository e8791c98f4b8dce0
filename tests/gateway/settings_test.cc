#include "gateway/settings.h"

#include "gateway/private_keys.h"

namespace signet::gateway {
namespace {

/// A location that may start.
Settings make_settings() {
  Settings settings;
  settings.issuer = "https://as.example";
  settings.audience = "https://api.example/v1";
  settings.scopes = std::vector<std::string>{"accounts"};
  settings.introspection = "/_signet/introspect";
  settings.jwks = "/_signet/jwks";
  settings.revocations = "/_signet/revocations";
  settings.client_id = "gateway";
  settings.client_auth = ClientAuth::Tls;
  settings.has_cache = true;
  settings.has_replay = true;
  return settings;
}

using Change = std::function<void(Settings&)>;

void expect_refused(std::string_view text, const Change& change) {
  Settings settings = make_settings();
  change(settings);
  const auto location = make_location(std::move(settings));
  ASSERT_FALSE(location) << text;
  EXPECT_EQ(location.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(location.error().public_text.view(), text);
}
Location expect_accepted(const Change& change) {
  Settings settings = make_settings();
  change(settings);
  auto location = make_location(std::move(settings));
  EXPECT_TRUE(location) << location.error().public_text.view();
  return *std::move(location);
}

TEST(GatewaySettings, WithoutAnIssuerTheyAreRefused) {
  expect_refused("signet_issuer is missing", [](Settings& s) { s.issuer.clear(); });
}

TEST(GatewaySettings, AnIssuerThatIsNoSecureUrlIsRefused) {
  for (const auto* issuer : {"as.example", "https://", "http://as.example", "ftp://as.example", "https://as.example?a",
                             "https://as.example#a", "https://user@as.example", "urn:as", "https://as.example\n"}) {
    expect_refused("signet_issuer must be an https URL without query and fragment",
                   [&](Settings& s) { s.issuer = issuer; });
  }
}

TEST(GatewaySettings, AnIssuerOnThisMachineMayBeInClear) {
  EXPECT_EQ(expect_accepted([](Settings& s) { s.issuer = "http://127.0.0.1:8080"; }).policy.issuers.front().issuer,
            "http://127.0.0.1:8080");
}

TEST(GatewaySettings, WithoutAnAudienceTheyAreRefused) {
  expect_refused("signet_audience is missing", [](Settings& s) { s.audience.clear(); });
  for (const auto* audience : {"api", "/v1", "//api.example", "api.example/v1"}) {
    expect_refused("signet_audience must be an absolute URI", [&](Settings& s) { s.audience = audience; });
  }
}

// RFC9449-4.3
TEST(GatewaySettings, AnAudienceThatIsNoOriginNeedsAPublicUrl) {
  for (const auto* audience : {"urn:bank:api", "http://api.example", "https://api.example?a", "https://api.example#a",
                               "https://user@api.example"}) {
    expect_refused("signet_public_url is missing, and signet_audience is no https URL that could stand for it",
                   [&](Settings& s) { s.audience = audience; });
  }
  EXPECT_EQ(expect_accepted([](Settings& s) {
              s.audience = "urn:bank:api";
              s.public_url = "https://api.example";
            }).public_origin,
            "https://api.example");
}

TEST(GatewaySettings, APublicUrlThatIsMoreThanAnOriginIsRefused) {
  for (const auto* url : {"api.example", "http://api.example", "https://api.example/v1", "https://api.example?a",
                          "https://api.example#", "https://user:password@api.example", "https://"}) {
    expect_refused("signet_public_url must be an https origin without a path",
                   [&](Settings& s) { s.public_url = url; });
  }
}

TEST(GatewaySettings, ThePublicOriginIsTheOneOfTheAudienceOrTheOneThatIsSaid) {
  EXPECT_EQ(expect_accepted([](Settings&) {}).public_origin, "https://api.example");
  EXPECT_EQ(expect_accepted([](Settings& s) { s.audience = "https://API.example:443/v1"; }).public_origin,
            "https://api.example");
  EXPECT_EQ(expect_accepted([](Settings& s) { s.public_url = "https://www.example:8443/"; }).public_origin,
            "https://www.example:8443");
  EXPECT_EQ(expect_accepted([](Settings& s) { s.public_url = "http://localhost:8080"; }).public_origin,
            "http://localhost:8080");
}

TEST(GatewaySettings, ThatNoScopeIsNeededHasToBeSaid) {
  expect_refused("signet_scopes is missing; say \"signet_scopes off\" when no scope is needed",
                 [](Settings& s) { s.scopes.reset(); });
  EXPECT_TRUE(expect_accepted([](Settings& s) { s.scopes->clear(); }).policy.required_scope.empty());
}

// RFC6749-3.3
TEST(GatewaySettings, AScopeThatNoTokenCanHaveIsRefused) {
  for (const auto* scope : {"", "a b", "a\"", "a\\", "a\n", "\xc3\xa4"}) {
    expect_refused("signet_scopes has a scope with characters that no scope can have",
                   [&](Settings& s) { s.scopes = {"accounts", scope}; });
  }
}

TEST(GatewaySettings, ALocationThatAcceptsNothingIsRefused) {
  expect_refused("signet_accept accepts nothing", [](Settings& s) { s.accept_dpop = s.accept_mtls = false; });
  expect_refused("signet_tokens accepts nothing", [](Settings& s) { s.opaque_tokens = s.jwt_tokens = false; });
}

TEST(GatewaySettings, WithoutAWayToTheServerTheyAreRefused) {
  expect_refused("signet_jwks is missing", [](Settings& s) { s.jwks.clear(); });
  expect_refused("signet_introspection is missing; without it only \"signet_tokens jwt\" can be checked",
                 [](Settings& s) { s.introspection.clear(); });
}

TEST(GatewaySettings, WhoAsksTheServerMustSayWhoHeIs) {
  for (const auto* id : {"", "the gateway", "gate\nway", "g\xc3\xa4teway"}) {
    expect_refused("signet_client_id is missing or malformed", [&](Settings& s) { s.client_id = id; });
  }
  expect_refused("signet_client_id is missing or malformed", [](Settings& s) { s.client_id = std::string(256, 'g'); });
  expect_refused("signet_client_auth is missing", [](Settings& s) { s.client_auth = ClientAuth::Unset; });
  expect_refused("signet_client_auth is missing", [](Settings& s) {  // the feed is a question as well
    s.client_auth = ClientAuth::Unset;
    s.opaque_tokens = false;
    s.introspection.clear();
  });
}

TEST(GatewaySettings, WhoNeverAsksNeedsNoName) {
  const Location location = expect_accepted([](Settings& s) {
    s.opaque_tokens = false;
    s.introspection.clear();
    s.revocations.clear();
    s.client_id.clear();
    s.client_auth = ClientAuth::Unset;
  });
  EXPECT_FALSE(location.policy.accept_opaque);
  EXPECT_FALSE(location.credential.signer);
}

TEST(GatewaySettings, AKeyThatCannotSignIsRefused) {
  const std::string two = fmt::format(R"({{"keys":[{},{}]}})", test::ec_jwk(), test::ed_jwk());
  for (const auto& key : {std::string(), std::string("{}"), test::make_jwk(test::kEcPublic, R"("kid":"public")"), two,
                          test::mismatched_ec_jwk(), test::mismatched_ed_jwk()}) {
    expect_refused("signet_client_auth: the file must hold one private key, as a JWK or a JWK set", [&](Settings& s) {
      s.client_auth = ClientAuth::PrivateKeyJwt;
      s.client_key = SecretText(key);
    });
  }
}

TEST(GatewaySettings, TheKeyIsReadForTheIssuer) {
  const Location location = expect_accepted([](Settings& s) {
    s.client_auth = ClientAuth::PrivateKeyJwt;
    s.client_key = SecretText(test::ec_jwk());
  });
  EXPECT_TRUE(location.credential.signer);
  EXPECT_EQ(location.credential.client_id, "gateway");
  EXPECT_EQ(location.credential.issuer, "https://as.example");
  EXPECT_FALSE(expect_accepted([](Settings& s) { s.client_key = SecretText("unused"); }).credential.signer);
}

TEST(GatewaySettings, WithoutACacheTheyAreRefused) {
  expect_refused("signet_cache is missing", [](Settings& s) { s.has_cache = false; });
}

TEST(GatewaySettings, ACeilingThatIsNoBoundIsRefused) {
  expect_refused("signet_cache: the ceiling must be at least 1s", [](Settings& s) { s.ceiling = milliseconds{999}; });
  expect_refused("signet_cache: the ceiling must be at most 1h",
                 [](Settings& s) { s.ceiling = hours{1} + milliseconds{1}; });
  expect_refused("signet_cache: negative must not be longer than the ceiling",
                 [](Settings& s) { s.negative_lifetime = s.ceiling + milliseconds{1}; });
  for (const Duration ceiling : {Duration(seconds{1}), Duration(hours{1})}) {
    EXPECT_EQ(expect_accepted([&](Settings& s) {
                s.ceiling = ceiling;
                s.negative_lifetime = ceiling;
              }).settings.ceiling,
              ceiling);
  }
}

// RFC9449-11.1
TEST(GatewaySettings, ThatProofsMayBeUsedAgainHasToBeSaid) {
  expect_refused("signet_replay is missing: name a zone, or say \"signet_replay off\"",
                 [](Settings& s) { s.has_replay = false; });
  EXPECT_TRUE(expect_accepted([](Settings&) {}).policy.check_dpop_replay);
  EXPECT_FALSE(expect_accepted([](Settings& s) {
                 s.has_replay = false;
                 s.replay_off = true;
               }).policy.check_dpop_replay);
  EXPECT_FALSE(expect_accepted([](Settings& s) { s.has_replay = s.accept_dpop = false; }).policy.accept_dpop);
}

TEST(GatewaySettings, NoncesThatNobodyCanMakeOrUseAreRefused) {
  expect_refused("signet_dpop_nonce is set, but signet_accept has no dpop", [](Settings& s) {
    s.accept_dpop = false;
    s.nonce_group = "api";
  });
  expect_refused("signet_dpop_nonce needs a replay zone or key=FILE", [](Settings& s) {
    s.has_replay = false;
    s.replay_off = true;
    s.nonce_group = "api";
  });
  EXPECT_EQ(expect_accepted([](Settings& s) {
              s.has_replay = false;
              s.replay_off = true;
              s.nonce_group = "api";
              s.nonce_key_hex = SecretText(std::string(64, 'a'));
            }).settings.nonce_group,
            "api");
}

TEST(GatewaySettings, ALifeOfProofsBeyondReasonIsRefused) {
  for (const Duration lifetime :
       {Duration(0), Duration(seconds{5}) - Duration(1), Duration(minutes{10}) + Duration(1)}) {
    expect_refused("signet_dpop_lifetime must be from 5s to 10m", [&](Settings& s) { s.dpop_lifetime = lifetime; });
  }
  for (const Duration lifetime : {Duration(seconds{5}), Duration(minutes{10})}) {
    EXPECT_EQ(expect_accepted([&](Settings& s) { s.dpop_lifetime = lifetime; }).policy.dpop_lifetime, lifetime);
  }
}

TEST(GatewaySettings, BearerTokensAreAcceptedByNameOnly) {
  const Location location = expect_accepted([](Settings&) {});
  EXPECT_TRUE(location.policy.accept_dpop);
  EXPECT_TRUE(location.policy.accept_mtls);
  EXPECT_FALSE(location.policy.accept_bearer);
  EXPECT_TRUE(expect_accepted([](Settings& s) { s.accept_bearer = true; }).policy.accept_bearer);
}

TEST(GatewaySettings, EveryDemandReachesThePolicy) {
  const Location location = expect_accepted([](Settings& s) {
    s.accept_mtls = false;
    s.jwt_tokens = false;
    s.acr_values = {"phr"};
    s.max_age = minutes{5};
    s.realm = "bank";
  });
  const verify::Policy& policy = location.policy;
  ASSERT_EQ(policy.issuers.size(), 1U);
  EXPECT_EQ(policy.issuers.front().issuer, "https://as.example");
  EXPECT_EQ(policy.audience, "https://api.example/v1");
  EXPECT_EQ(policy.required_scope, std::vector<std::string>{"accounts"});
  EXPECT_FALSE(policy.accept_mtls);
  EXPECT_FALSE(policy.accept_jwt);
  EXPECT_EQ(policy.step_up.acr_values, std::vector<std::string>{"phr"});
  EXPECT_EQ(policy.step_up.max_age, minutes{5});
  EXPECT_EQ(policy.realm, "bank");
  EXPECT_EQ(policy.resource_metadata, "https://api.example/.well-known/oauth-protected-resource/v1");
}

TEST(GatewaySettings, ThePolicyThatAsksDiffersInNothingElse) {
  const Location location = expect_accepted([](Settings& s) { s.realm = "bank"; });
  EXPECT_FALSE(location.policy.introspect_jwt);
  EXPECT_TRUE(location.asking_policy.introspect_jwt);
  EXPECT_EQ(location.asking_policy.audience, location.policy.audience);
  EXPECT_EQ(location.asking_policy.required_scope, location.policy.required_scope);
  EXPECT_EQ(location.asking_policy.realm, "bank");
}

}  // namespace
}  // namespace signet::gateway
