// Administration by an operator. The command line is tested with the real program; here are the rules that need no
// process.

#include <gmock/gmock.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/hypermedia.h"
#include "server/admin/accounts.h"
#include "server/admin/clients.h"
#include "server/admin/username.h"
#include "server/issuer.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server::admin {
namespace {

using test::value_of;

constexpr crypto::PasswordCost kCheap{.iterations = 1, .memory_bytes = 8 * 1024 * 1024};

oauth::ClientMetadata client_with(std::vector<std::string> redirect_uris) {
  oauth::ClientMetadata client;
  client.redirect_uris = std::move(redirect_uris);
  client.sector_identifier_uri = "https://sector.example/uris.json";
  return client;
}

// OIDC-8.1
TEST(SectorDocument, MustNameEveryRedirectUri) {
  const auto client = client_with({"https://a.example/cb", "https://b.example/cb"});
  EXPECT_TRUE(
      check_sector_document(R"(["https://b.example/cb","https://c.example/cb","https://a.example/cb"])", client));
  EXPECT_FALSE(check_sector_document(R"(["https://a.example/cb"])", client));
  EXPECT_FALSE(check_sector_document(R"(["https://a.example/cb","https://b.example/cb/"])", client));
}

TEST(SectorDocument, IsAnArrayOfTexts) {
  const auto client = client_with({"https://a.example/cb"});
  for (const std::string_view wrong :
       {"", "{}", "\"https://a.example/cb\"", "[[\"https://a.example/cb\"]]", "<html>", "[1]"}) {
    const auto checked = check_sector_document(wrong, client);
    ASSERT_FALSE(checked) << wrong;
    EXPECT_EQ(checked.error().code, ErrorCode::InvalidClientMetadata);
  }
}

TEST(Username, IsFoundHoweverItWasTyped) {
  EXPECT_EQ(normalize_username("  Alice@Example.COM\t"), "alice@example.com");
  EXPECT_EQ(normalize_username("J\xc3\xbcrgen"), "j\xc3\xbcrgen");
}

class Clients : public test::StoreTest {
 protected:
  Clients() {
    issuer_.id = "main";
    issuer_.profile = oauth::find_profile("openid");
    issuer_.scopes = {"accounts"};
    issuer_.authorization_details_types = {"payment_initiation"};
    issuer_.acr_values = {"pwd", "mfa"};
    issuer_.signing_algorithms = {crypto::SignatureAlgorithm::ES256};
  }
  static json::object metadata_with(std::string_view member, json::value value) {
    json::object metadata{
        {"client_id", "app"}, {"redirect_uris", {"https://app.example/cb"}}, {"token_endpoint_auth_method", "none"}};
    metadata[member] = std::move(value);
    return metadata;
  }
  Result<json::object> create(std::string_view member, json::value value) {
    return run_blocking(create_client(tools_, actor_, issuer_, metadata_with(member, std::move(value))));
  }
  /// The newest records of an event, as JSON.
  std::vector<std::string> records(std::string event) {
    std::vector<std::string> found;
    for (const auto& record : value_of(run_blocking(store.audit.list_newest({.event = std::move(event)}, "", 10)))) {
      found.push_back(record.record);
    }
    return found;
  }
  std::string refusal_of_update(std::string_view member, json::value value) {
    auto metadata = metadata_with(member, std::move(value));
    const auto updated = run_blocking(update_client(tools_, actor_, issuer_, "app", std::move(metadata)));
    return updated ? "(accepted)" : std::string(updated.error().public_text.view());
  }

  test::FakeClock clock_;
  test::FixedRandom random_;
  net::HttpClient http_client_{{}};
  Tools tools_{.store = store, .http_client = http_client_, .clock = clock_, .random = random_};
  Actor actor_{.name = "operator", .peer = {}};
  IssuerConfig issuer_;
};

// RFC7591-2
TEST_F(Clients, AreRegisteredOnlyForWhatTheIssuerOffers) {
  struct Wrong {
    std::string_view member;
    json::value value;
    std::string_view refusal;
    std::string_view detail;
  };
  const Wrong wrongs[] = {
      {"scope", "openid nosuchscope", "The member scope names a scope that the issuer does not offer.",
       "nosuchscope is not one of openid, profile, email, address, phone, offline_access, accounts: see "
       "issuers.main.scopes"},
      {"scope", json::string(oauth::kHypermediaScope), "The member scope names a scope that the issuer does not offer.",
       "urn:se:curity:scopes:haapi is not one of openid, profile, email, address, phone, offline_access, accounts: see "
       "issuers.main.scopes"},
      {"authorization_details_types",
       {"payment_initiation", "account_information"},
       "The member authorization_details_types names a type that the issuer does not offer.",
       "account_information is not one of payment_initiation: see issuers.main.authorization_details_types"},
      {"default_acr_values",
       {"pwd", "zz"},
       "The member default_acr_values names a level that the issuer does not have.",
       "zz is not one of pwd, mfa: see issuers.main.acr_values"},
  };
  for (const auto& [member, value, refusal, detail] : wrongs) {
    const auto created = create(member, value);
    ASSERT_FALSE(created) << detail;
    EXPECT_EQ(created.error().code, ErrorCode::InvalidClientMetadata);
    EXPECT_EQ(created.error().public_text.view(), refusal);
    EXPECT_EQ(created.error().detail, detail);
  }
  EXPECT_EQ(count("clients"), 0);
  value_of(create("scope", "openid"));
  for (const auto& wrong : wrongs) EXPECT_EQ(refusal_of_update(wrong.member, wrong.value), wrong.refusal);
}

TEST_F(Clients, MayHaveEachScopeOfTheIssuersMetadata) {
  issuer_.hypermedia_authentication = true;
  value_of(create("scope", json::string(join(offered_scopes(issuer_), " "))));
  for (const std::string_view scope :
       {"openid", "profile", "email", "address", "phone", "offline_access", "accounts", "urn:se:curity:scopes:haapi"})
    EXPECT_EQ(refusal_of_update("scope", json::string(scope)), "(accepted)") << scope;
  EXPECT_EQ(refusal_of_update("authorization_details_types", json::array{"payment_initiation"}), "(accepted)");
  EXPECT_EQ(refusal_of_update("default_acr_values", json::array{"mfa"}), "(accepted)");
}

TEST_F(Clients, ARecordNamesWhatHasChangedAndTheHashOfWhatIsStored) {
  const auto metadata_hash = [&] {
    const auto found = value_of(run_blocking(store.clients.find("app", "main")));
    return encode_base64url(crypto::sha256(found->metadata));
  };
  value_of(create("client_name", "One"));
  EXPECT_THAT(records("client.created").at(0), testing::HasSubstr("\"metadata_sha256\":\"" + metadata_hash() + "\""));
  clock_.advance(seconds{1});
  auto metadata = metadata_with("client_name", "One");
  metadata["redirect_uris"] = json::array{"https://evil.example/cb"};
  value_of(run_blocking(update_client(tools_, actor_, issuer_, "app", metadata)));
  const std::string record = records("client.updated").at(0);
  EXPECT_THAT(record, testing::HasSubstr(R"("changed":"redirect_uris",)"));
  EXPECT_THAT(record, testing::HasSubstr("\"metadata_sha256\":\"" + metadata_hash() + "\""));
  EXPECT_THAT(record, testing::Not(testing::HasSubstr("evil")));
  clock_.advance(seconds{1});
  metadata.erase("client_name");
  value_of(run_blocking(update_client(tools_, actor_, issuer_, "app", metadata)));
  EXPECT_THAT(records("client.updated").at(0), testing::HasSubstr(R"("changed":"client_name",)"));
}

TEST_F(Clients, AnUpdateOfAnUnknownClientIsRefused) {
  EXPECT_EQ(refusal_of_update("client_name", "One"), "There is no client of this client_id.");
  EXPECT_TRUE(records("client.updated").empty());
}

// RFC8705-2, RFC8705-3
TEST_F(Clients, AreNotRegisteredForCertificatesThatCannotArrive) {
  issuer_.mutual_tls = false;
  auto metadata = metadata_with("token_endpoint_auth_method", "tls_client_auth");
  metadata["tls_client_auth_san_dns"] = "app.example";
  const auto method = run_blocking(create_client(tools_, actor_, issuer_, metadata));
  ASSERT_FALSE(method);
  EXPECT_EQ(method.error().public_text.view(),
            "The member token_endpoint_auth_method needs mutual TLS, which this issuer does not have.");
  const auto bound = create("tls_client_certificate_bound_access_tokens", true);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().public_text.view(),
            "The member tls_client_certificate_bound_access_tokens needs mutual TLS, which this issuer does not have.");
  issuer_.mutual_tls = true;
  value_of(run_blocking(create_client(tools_, actor_, issuer_, metadata)));
}

TEST_F(Clients, WithoutAWishForAnAlgorithmHaveNoneStored) {
  const json::object created = value_of(create("client_name", "App"));
  for (const auto& [name, value] : created) {
    EXPECT_FALSE(std::string_view(name).ends_with("signed_response_alg")) << std::string_view(name);
  }
  EXPECT_EQ(refusal_of_update("id_token_signed_response_alg", "PS256"),
            "The issuer has no signing key for an algorithm the client asks for.");
  EXPECT_EQ(refusal_of_update("id_token_signed_response_alg", "ES256"), "(accepted)");
}

class Accounts : public test::StoreTest {
 protected:
  Result<json::object> create(std::string_view account) {
    return run_blocking(create_account(tools_, actor_, "main", value_of(parse_json_object(account)), kCheap));
  }
  Result<json::object> update(const std::string& username, json::object changes) {
    return run_blocking(update_account(tools_, actor_, "main", username, std::move(changes), kCheap));
  }
  /// The newest records of an event, as JSON.
  std::vector<std::string> records(std::string event) {
    std::vector<std::string> found;
    for (const auto& record : value_of(run_blocking(store.audit.list_newest({.event = std::move(event)}, "", 10)))) {
      found.push_back(record.record);
    }
    return found;
  }
  store::AccountRecord record(const std::string& username) {
    return value_of(run_blocking(store.accounts.find_by_username("main", username))).value();
  }
  void open_session(const std::string& account_id) {
    value_of(run_blocking(store.sessions.create({.session_hash = oauth::SessionHash::of("a session"),
                                                 .issuer = "main",
                                                 .account_id = account_id,
                                                 .authenticated_at = clock_.now(),
                                                 .acr = {},
                                                 .amr = {},
                                                 .created_at = clock_.now(),
                                                 .last_used_at = clock_.now(),
                                                 .expires_at = clock_.now() + hours{1}})));
  }

  test::FakeClock clock_;
  test::FixedRandom random_;
  net::HttpClient http_client_{{}};
  Tools tools_{.store = store, .http_client = http_client_, .clock = clock_, .random = random_};
  Actor actor_{.name = "operator", .peer = {}};
};

TEST_F(Accounts, KeepOnlyTheHashOfAPassword) {
  const auto account = value_of(create(R"({"username":"alice","password":"correct horse"})"));
  EXPECT_FALSE(account.contains("password"));
  EXPECT_TRUE(record("alice").password_hash.starts_with("$argon2id$"));
  EXPECT_EQ(record("alice").claims, "{}");
  EXPECT_TRUE(crypto::verify_password(SecretText("correct horse"), record("alice").password_hash));
}

TEST_F(Accounts, RefuseAPasswordThatIsTooShortOrTooLong) {
  EXPECT_FALSE(create(R"({"username":"alice","password":"seven77"})"));
  EXPECT_FALSE(create(R"({"username":"alice","password":"üüü"})")) << "characters count, not bytes";
  EXPECT_FALSE(
      create(R"({"username":"alice","password":")" + std::string(crypto::kMostPasswordBytes + 1, 'x') + R"("})"));
  EXPECT_FALSE(create(R"({"username":"alice","password":null})"));
}

// OIDC-5.1, RFC7519-4.1
TEST_F(Accounts, RefuseClaimsThatATokenSaysAboutItself) {
  for (const std::string_view name : {"iss", "sub", "aud", "exp", "acr", "auth_time", "cnf", "scope"}) {
    EXPECT_FALSE(create(R"({"username":"alice",")" + std::string(name) + R"(":"x"})")) << name;
  }
}

TEST_F(Accounts, RefuseFlagsThatAreNoWords) {
  std::string many = R"("f0")";
  for (int i = 1; i < 17; ++i) many += ",\"f" + std::to_string(i) + "\"";
  for (const std::string& wrong :
       {std::string(R"("staff")"), std::string("[1]"), std::string(R"([""])"), std::string(R"(["two words"])"),
        std::string(R"(["Staff"])"), "[\"" + std::string(33, 'x') + "\"]", "[" + many + "]"}) {
    EXPECT_FALSE(create(R"({"username":"alice","flags":)" + wrong + "}")) << wrong;
  }
}

TEST_F(Accounts, HaveFlagsThatAreNeverClaimsAndStayUntilTheyAreGivenAnew) {
  const auto created = value_of(create(R"({"username":"alice","flags":["staff","tier-1"],"name":"Alice"})"));
  EXPECT_EQ(render_json(created.at("flags")), R"(["staff","tier-1"])");
  EXPECT_EQ(record("alice").claims, R"({"name":"Alice"})");
  value_of(update("alice", {{"name", "A"}}));
  EXPECT_EQ(record("alice").flags, (std::vector<std::string>{"staff", "tier-1"}));
  const auto cleared = update("alice", {{"flags", json::array()}});
  EXPECT_EQ(render_json(value_of(cleared).at("flags")), "[]");
  EXPECT_TRUE(record("alice").flags.empty());
}

/// Who blocks an account must not take its confirmed address: without one there is no recovery and no notice.
TEST_F(Accounts, ClaimsThatAnUpdateDoesNotNameStay) {
  value_of(create(R"({"username":"bob","name":"Bob","email":"bob@example.com","email_verified":true})"));
  constexpr auto kClaims = R"({"name":"Bob","email":"bob@example.com","email_verified":true})";
  value_of(update("bob", {{"disabled", true}}));
  EXPECT_EQ(record("bob").claims, kClaims);
  value_of(update("bob", {{"disabled", false}, {"email", "bob@example.com"}}));
  EXPECT_EQ(record("bob").claims, kClaims);
  value_of(update("bob", {{"name", "Robert"}, {"nickname", "Bobby"}}));
  EXPECT_EQ(record("bob").claims,
            R"({"name":"Robert","email":"bob@example.com","email_verified":true,"nickname":"Bobby"})");
}

TEST_F(Accounts, NullRemovesAClaim) {
  value_of(create(R"({"username":"bob","name":"Bob","nickname":"Bobby"})"));
  value_of(update("bob", {{"nickname", nullptr}, {"website", nullptr}}));
  EXPECT_EQ(record("bob").claims, R"({"name":"Bob"})");
  EXPECT_FALSE(update("bob", {{"sub", nullptr}})) << "a name that tokens reserve";
  EXPECT_FALSE(update("bob", {{"disabled", nullptr}}));
  EXPECT_FALSE(create(R"({"username":"eve","nickname":null})")) << "there is nothing to remove";
}

/// An address counts as confirmed only while it is the one that was confirmed.
TEST_F(Accounts, ANewAddressIsNotConfirmedUnlessTheUpdateSaysSo) {
  value_of(create(R"({"username":"bob","email":"bob@example.com","email_verified":true,
                      "phone_number":"+4930123456","phone_number_verified":true})"));
  value_of(update("bob", {{"email", "bob@example.org"}}));
  EXPECT_EQ(record("bob").claims,
            R"({"email":"bob@example.org","phone_number":"+4930123456","phone_number_verified":true})");
  value_of(update("bob", {{"email", "bob@example.net"}, {"email_verified", true}, {"phone_number", "+4930654321"}}));
  EXPECT_EQ(record("bob").claims, R"({"email":"bob@example.net","phone_number":"+4930654321","email_verified":true})");
  value_of(update("bob", {{"email", nullptr}}));
  EXPECT_EQ(record("bob").claims, R"({"phone_number":"+4930654321"})");
}

TEST_F(Accounts, AnAccountDoesNotGrowBeyondItsLimitByUpdates) {
  value_of(create(R"({"username":"bob"})"));
  value_of(update("bob", {{"a", std::string(20 * 1024, 'x')}}));
  EXPECT_EQ(update("bob", {{"b", std::string(20 * 1024, 'x')}}).error().code, ErrorCode::TooLarge);
}

TEST_F(Accounts, AClaimThatWasStoredAsFlagsDoesNotPassForThem) {
  value_of(create(R"({"username":"alice","flags":["staff"]})"));
  auto old = record("alice");
  old.claims = R"({"flags":["admin"]})";
  EXPECT_EQ(render_json(value_of(to_json(old)).at("flags")), R"(["staff"])");
}

TEST_F(Accounts, ANewPasswordEndsTheSessions) {
  value_of(create(R"({"username":"alice","password":"correct horse"})"));
  open_session(record("alice").account_id);
  ASSERT_TRUE(
      run_blocking(set_account_password(tools_, actor_, "main", "Alice", SecretText("battery staple"), kCheap)));
  EXPECT_EQ(count("sessions"), 0);
  EXPECT_TRUE(crypto::verify_password(SecretText("battery staple"), record("alice").password_hash));
}

TEST_F(Accounts, DisablingEndsTheSessions) {
  value_of(create(R"({"username":"alice"})"));
  open_session(record("alice").account_id);
  ASSERT_TRUE(update("alice", {{"disabled", true}}));
  EXPECT_EQ(count("sessions"), 0);
  EXPECT_TRUE(record("alice").disabled);
}

TEST_F(Accounts, ARecordNamesWhatHasChangedAndNoValue) {
  value_of(create(R"({"username":"alice","email":"a@old.example","name":"Alice"})"));
  value_of(update("alice", {{"email", "a@new.example"}, {"name", "Alice"}, {"flags", json::array{"vip"}}}));
  const std::string record = records("account.updated").at(0);
  EXPECT_THAT(record, testing::HasSubstr(R"("changed":"email flags",)"));
  EXPECT_THAT(record, testing::Not(testing::HasSubstr("example")));
  EXPECT_THAT(record, testing::Not(testing::HasSubstr("vip")));
  clock_.advance(seconds{1});
  value_of(update("alice", {{"name", nullptr}}));
  EXPECT_THAT(records("account.updated").at(0), testing::HasSubstr(R"("changed":"name",)"));
  EXPECT_TRUE(records("account.password_set").empty());
  EXPECT_TRUE(records("account.disabled").empty());
}

TEST_F(Accounts, APasswordSetAmongOtherChangesIsRecordedAsOne) {
  value_of(create(R"({"username":"alice","password":"correct horse"})"));
  value_of(update("alice", {{"password", "battery staple"}}));
  EXPECT_EQ(records("account.password_set").size(), 1U);
  EXPECT_THAT(records("account.updated").at(0), testing::HasSubstr(R"("changed":"password",)"));
  EXPECT_THAT(records("account.updated").at(0), testing::Not(testing::HasSubstr("staple")));
}

TEST_F(Accounts, DisablingAndEnablingAreRecordedWhenTheyChangeSomething) {
  value_of(create(R"({"username":"alice"})"));
  value_of(update("alice", {{"disabled", false}}));
  EXPECT_TRUE(records("account.enabled").empty());
  value_of(update("alice", {{"disabled", true}}));
  value_of(update("alice", {{"disabled", true}}));
  EXPECT_EQ(records("account.disabled").size(), 1U);
  value_of(update("alice", {{"disabled", false}}));
  EXPECT_EQ(records("account.enabled").size(), 1U);
}

TEST_F(Accounts, AFailedChangeLeavesNoAuditRecord) {
  value_of(create(R"({"username":"alice"})"));
  EXPECT_EQ(create(R"({"username":"ALICE"})").error().code, ErrorCode::Conflict);
  EXPECT_EQ(run_blocking(remove_account(tools_, actor_, "main", "bob")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(count("audit"), 1);
}

}  // namespace
}  // namespace signet::server::admin
