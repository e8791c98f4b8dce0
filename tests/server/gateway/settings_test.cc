// [protected_resources.*]: what is missing or contradictory stops the start, with a text that says what to do.
#include <sys/stat.h>

#include <fstream>

#include "server/settings.h"
#include "support/database.h"

namespace signet::server {
namespace {

class ProtectedResources : public testing::Test {
 protected:
  ProtectedResources() {
    std::ofstream(folder_.file("master.key")) << std::string(64, 'a');
    ::chmod(folder_.file("master.key").c_str(), 0600);
  }
  LoadedConfig read(const std::string& resource, const std::string& management = kManagement) {
    const std::string text =
        "[secrets]\nmaster_key_file = \"master.key\"\n[listeners.http]\nport = 9400\n"
        "[issuers.main]\nurl = \"http://127.0.0.1:9400\"\n"
        "[issuers.staff]\nurl = \"http://127.0.0.1:9400/staff\"\nprofile = \"openid\"\n" +
        management + "[protected_resources.bank]\n" + resource;
    return read_config(text, folder_.file("signet.toml"), {});
  }
  std::string problems(const std::string& resource, const std::string& management = kManagement) {
    std::string text;
    for (const auto& problem : read(resource, management).problems) text += problem.key + ": " + problem.text + "\n";
    return text;
  }
  /// What is wrong when one line takes the place of the good one.
  std::string problems_with(const std::string& key, const std::string& line,
                            const std::string& management = kManagement) {
    std::string resource;
    for (const auto& [name, good] : kGood) {
      if (name != key) resource += good + "\n";
    }
    return problems(resource + line + "\n", management);
  }

  inline static const std::string kManagement = "[management]\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
  inline static const std::map<std::string, std::string> kGood = {
      {"issuer", "issuer = \"main\""},
      {"audience", "audience = \"https://api.bank.example/v1\""},
      {"scopes", "scopes = [\"accounts\"]"},
      {"contract", "contract = \"forward_auth\""}};
  test::TemporaryDirectory folder_;
};

TEST_F(ProtectedResources, TheShortestOneIsStrict) {
  std::string all;
  for (const auto& [name, line] : kGood) all += line + "\n";
  const auto loaded = read(all);
  ASSERT_TRUE(loaded.config);
  const auto& resource = loaded.config->protected_resources.at(0);
  EXPECT_EQ(resource.name, "bank");
  EXPECT_EQ(resource.public_url, "https://api.bank.example");
  EXPECT_EQ(resource.accept, std::vector<std::string>{"dpop"});
  EXPECT_EQ(resource.contract, GatewayContract::ForwardAuth);
  EXPECT_EQ(resource.dpop_proof_lifetime, seconds{60});
}

TEST_F(ProtectedResources, WhatIsRequiredIsAskedForByName) {
  EXPECT_EQ(problems(""),
            "protected_resources.bank.audience: is required\n"
            "protected_resources.bank.contract: is required\n"
            "protected_resources.bank.issuer: is required\n"
            "protected_resources.bank.public_url: is required, since the audience has no origin\n"
            "protected_resources.bank.scopes: is required\n");
}

TEST_F(ProtectedResources, NoScopeIsSaidInWords) {
  EXPECT_EQ(problems_with("scopes", ""), "protected_resources.bank.scopes: is required\n");
  EXPECT_EQ(problems_with("scopes", "scopes = []"), "");
  EXPECT_THAT(problems_with("scopes", "scopes = [\"a b\"]"), testing::HasSubstr("has a space"));
}

TEST_F(ProtectedResources, TheContractIsOneOfThree) {
  EXPECT_THAT(problems_with("contract", "contract = \"kong\""),
              testing::HasSubstr("must be one of envoy, forward_auth, auth_request"));
  for (const char* const name : {"envoy", "auth_request"}) {
    EXPECT_EQ(problems_with("contract", std::string("contract = \"") + name + "\"", ""), "");
  }
}

TEST_F(ProtectedResources, TheIssuerExists) {
  EXPECT_THAT(problems_with("issuer", "issuer = \"http://127.0.0.1:9400\""), testing::HasSubstr("none of the tables"));
}

// RFC8707-2
TEST_F(ProtectedResources, TheAudienceIsAnAbsoluteUri) {
  EXPECT_THAT(problems_with("audience", "audience = \"bank\"\npublic_url = \"https://api.bank.example\""),
              testing::HasSubstr("absolute URI"));
  EXPECT_EQ(problems_with("audience", "audience = \"urn:bank:api\"\npublic_url = \"https://api.bank.example\""), "");
}

// RFC9449-4.3
TEST_F(ProtectedResources, ThePublicUrlIsAnOrigin) {
  for (const char* const wrong :
       {"https://api.bank.example/", "https://API.bank.example", "https://api.bank.example:443", "api.bank.example",
        "https://api.bank.example/v1", "http://api.bank.example"}) {
    EXPECT_THAT(problems_with("", std::string("public_url = \"") + wrong + "\""),
                testing::HasSubstr("public_url: must"))
        << wrong;
  }
  EXPECT_EQ(problems_with("", "public_url = \"http://127.0.0.1:8080\""), "");
}

TEST_F(ProtectedResources, BindingsAreNamedAndPossible) {
  EXPECT_THAT(problems_with("", "accept = []"), testing::HasSubstr("must name at least one"));
  EXPECT_THAT(problems_with("", "accept = [\"DPoP\"]"), testing::HasSubstr("has \"DPoP\""));
  EXPECT_EQ(problems_with("", "accept = [\"dpop\", \"mtls\"]"), "");
  EXPECT_THAT(problems_with("", "accept = [\"bearer\"]"), testing::HasSubstr("no tokens without a binding"));
  EXPECT_EQ(problems_with("issuer", "issuer = \"staff\"\naccept = [\"bearer\"]"), "");
}

// RFC9440-2.4
TEST_F(ProtectedResources, WhatAGatewaySaysIsBelievedFromKnownAddressesOnly) {
  EXPECT_THAT(problems_with("", "", ""), testing::HasSubstr("forward_auth needs management.trusted_proxies"));
  EXPECT_THAT(problems_with("contract", "contract = \"envoy\"\naccept = [\"mtls\"]", ""),
              testing::HasSubstr("mtls needs management.trusted_proxies"));
  EXPECT_THAT(problems_with("", "", "[management]\ntrusted_proxies = [\"gateway\"]\n"),
              testing::HasSubstr("is not a network"));
}

TEST_F(ProtectedResources, TheListenerThatAnswersIsOn) {
  EXPECT_THAT(problems_with("contract", "contract = \"envoy\"", "[management]\nenabled = false\n"),
              testing::HasSubstr("management.enabled: must be true"));
}

TEST_F(ProtectedResources, DurationsAreBounded) {
  for (const char* const wrong : {"dpop_proof_lifetime = \"0s\"", "dpop_proof_lifetime = \"6m\"", "max_age = \"0s\""}) {
    EXPECT_THAT(problems_with("", wrong), testing::HasSubstr("must be")) << wrong;
  }
}

TEST_F(ProtectedResources, WhatChallengesSayFitsAField) {
  EXPECT_THAT(problems_with("", "realm = \"a\\nb\""), testing::HasSubstr("realm: must"));
  EXPECT_THAT(problems_with("", "acr_values = [\"a b\"]"), testing::HasSubstr("has a space"));
  EXPECT_THAT(problems_with("", "resource_metadata = \"http://api.example/\""), testing::HasSubstr("an https URL"));
}

TEST_F(ProtectedResources, AnUnknownKeyIsAMistake) {
  EXPECT_THAT(problems_with("", "scope = [\"accounts\"]"), testing::HasSubstr("there is no such setting"));
}

}  // namespace
}  // namespace signet::server
