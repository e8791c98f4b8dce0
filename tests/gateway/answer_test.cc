#include "gateway/answer.h"

#include <set>

#include "gateway/counters.h"
#include "support/fakes.h"
#include "verify/refusal.h"

namespace signet::gateway {
namespace {

constexpr ServerFault kFaults[] = {ServerFault::None, ServerFault::Unavailable, ServerFault::BadAnswer,
                                   ServerFault::Timeout};
constexpr ErrorCode kUncheckedCodes[] = {ErrorCode::Unavailable, ErrorCode::Overloaded, ErrorCode::Timeout};
/// What the token core refuses with.
constexpr ErrorCode kRefusedCodes[] = {ErrorCode::InvalidRequest,
                                       ErrorCode::InvalidToken,
                                       ErrorCode::InsufficientScope,
                                       ErrorCode::InsufficientUserAuthentication,
                                       ErrorCode::InvalidDpopProof,
                                       ErrorCode::UseDpopNonce,
                                       ErrorCode::Malformed,
                                       ErrorCode::TooLarge,
                                       ErrorCode::UnsupportedAlgorithm,
                                       ErrorCode::BadSignature,
                                       ErrorCode::UnknownKey,
                                       ErrorCode::Expired,
                                       ErrorCode::NotYetValid,
                                       ErrorCode::Bug};

verify::Policy make_policy() {
  verify::Policy policy;
  policy.realm = "bank";
  policy.required_scope = {"accounts"};
  policy.step_up.acr_values = {"phr"};
  policy.resource_metadata = "https://api.example/.well-known/oauth-protected-resource";
  return policy;
}
verify::Refusal refuse(ErrorCode code) {
  return verify::make_refusal({.code = code, .public_text = "The reason.", .detail = "secret detail"}, make_policy(),
                              oauth::TokenScheme::Dpop);
}
json::object body_of(const http::Response& response) {
  return parse_json_object(response.body).value();
}

bool is_counted(std::string_view reason) {
  return std::ranges::find(kReasons, reason) != kReasons.end();
}

TEST(ServerFaults, AStatusThatIsNoSuccessIsNeverTakenForOne) {
  for (int status = -1; status < 1000; ++status) {
    if (status == 200 || status == 204) continue;
    EXPECT_NE(fault_of_status(status), ServerFault::None) << status;
  }
  EXPECT_EQ(fault_of_status(200), ServerFault::None);
  EXPECT_EQ(fault_of_status(204), ServerFault::None);
}

TEST(ServerFaults, ABusyServerALateOneAndABrokenOneAreToldApart) {
  for (const int status : {503, 429}) EXPECT_EQ(fault_of_status(status), ServerFault::Unavailable) << status;
  for (const int status : {504, 408}) EXPECT_EQ(fault_of_status(status), ServerFault::Timeout) << status;
  for (const int status : {0, 101, 201, 206, 301, 302, 304, 400, 401, 403, 404, 413, 499, 500, 502, 505}) {
    EXPECT_EQ(fault_of_status(status), ServerFault::BadAnswer) << status;
  }
}

TEST(Answers, ATokenThatWasNotCheckedIsNeverChallenged) {
  for (const ErrorCode code : kUncheckedCodes) {
    for (const ServerFault fault : kFaults) {
      verify::Refusal refusal = refuse(code);
      refusal.www_authenticate = {"DPoP"};  // whoever put it there
      refusal.new_dpop_nonce = "nonce";
      const http::Response response = make_answer(refusal, fault);
      EXPECT_GE(response.status, 502);
      EXPECT_EQ(response.fields.count("WWW-Authenticate"), 0U);
      EXPECT_EQ(response.fields.count("DPoP-Nonce"), 0U);
    }
  }
}

TEST(Answers, TheFaultOfTheServerChoosesTheStatus) {
  const std::pair<ServerFault, int> rows[] = {{ServerFault::None, 503},
                                              {ServerFault::Unavailable, 503},
                                              {ServerFault::BadAnswer, 502},
                                              {ServerFault::Timeout, 504}};
  for (const ErrorCode code : kUncheckedCodes) {
    for (const auto& [fault, status] : rows) {
      const http::Response response = make_answer(refuse(code), fault);
      EXPECT_EQ(response.status, status);
      EXPECT_EQ(response.fields.get("Retry-After"), status == 503 ? "1" : "");
      EXPECT_EQ(body_of(response).at("status").as_int64(), status);
    }
  }
}

TEST(Answers, AFaultOfTheServerDoesNotHideWhyATokenWasRefused) {
  for (const ServerFault fault : kFaults) {
    const http::Response response = make_answer(refuse(ErrorCode::InvalidToken), fault);
    EXPECT_EQ(response.status, 401);
    EXPECT_EQ(reason_of(refuse(ErrorCode::InvalidToken), fault), "invalid_token");
  }
}

TEST(Answers, AMistakeOfOursSaysNothingOfTheToken) {
  const http::Response response = make_answer(refuse(ErrorCode::Bug), ServerFault::None);
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.fields.count("WWW-Authenticate"), 0U);
  EXPECT_EQ(response.fields.count("Retry-After"), 0U);
}

// RFC9457-3
TEST(Answers, AreProblemsThatNobodyStoresAndHoldNoDetail) {
  for (const ErrorCode code : kRefusedCodes) {
    const http::Response response = make_answer(refuse(code), ServerFault::None);
    EXPECT_EQ(response.fields.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(response.fields.get("Cache-Control"), "no-store");
    EXPECT_EQ(response.body.find("secret detail"), std::string::npos);
    const json::object body = body_of(response);
    EXPECT_EQ(peek_string(body, "type"), "about:blank");
    EXPECT_NE(peek_string(body, "title"), "");
    EXPECT_EQ(peek_string(body, "detail"), "The reason.");
    EXPECT_EQ(peek_string(body, "error"), reason_of(refuse(code), ServerFault::None));
    EXPECT_EQ(body.at("status").as_int64(), response.status);
  }
}

// RFC6750-3, RFC9449-7.1
TEST(Answers, EveryChallengeIsAFieldOfItsOwn) {
  const http::Response response = make_answer(refuse(ErrorCode::InvalidToken), ServerFault::None);
  const auto challenges = response.fields.all("WWW-Authenticate");
  ASSERT_EQ(challenges.size(), 2U);
  EXPECT_TRUE(challenges[0].starts_with("DPoP realm=\"bank\", error=\"invalid_token\""));
  EXPECT_TRUE(challenges[1].starts_with("Bearer realm=\"bank\""));
  EXPECT_EQ(challenges[1].find("error"), std::string_view::npos);
}

// RFC6750-3.1
TEST(Answers, AMissingScopeIsForbiddenAndNamed) {
  const http::Response response = make_answer(refuse(ErrorCode::InsufficientScope), ServerFault::None);
  EXPECT_EQ(response.status, 403);
  EXPECT_NE(response.fields.get("WWW-Authenticate").find("scope=\"accounts\""), std::string_view::npos);
}

// RFC9470-3
TEST(Answers, AWeakLoginIsAskedForABetterOne) {
  const http::Response response = make_answer(refuse(ErrorCode::InsufficientUserAuthentication), ServerFault::None);
  EXPECT_EQ(response.status, 401);
  EXPECT_NE(response.fields.get("WWW-Authenticate").find("acr_values=\"phr\""), std::string_view::npos);
}

// RFC9449-8.2
TEST(Answers, ANonceComesWithTheChallengeThatDemandsIt) {
  verify::Refusal refusal = refuse(ErrorCode::UseDpopNonce);
  refusal.new_dpop_nonce = "nonce-1";
  const http::Response response = make_answer(refusal, ServerFault::None);
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.fields.get("DPoP-Nonce"), "nonce-1");
  EXPECT_NE(response.fields.get("WWW-Authenticate").find("error=\"use_dpop_nonce\""), std::string_view::npos);
}

TEST(Reasons, OfEveryRefusalAreCountedUnderTheirOwnName) {
  for (const ServerFault fault : kFaults) {
    for (const ErrorCode code : kRefusedCodes) {
      EXPECT_TRUE(is_counted(reason_of(refuse(code), fault))) << name_of(code);
    }
    for (const ErrorCode code : kUncheckedCodes) {
      EXPECT_TRUE(is_counted(reason_of(refuse(code), fault))) << name_of(code);
    }
  }
}

TEST(Reasons, TellWhatKeptTheGatewayFromDeciding) {
  const verify::Refusal refusal = refuse(ErrorCode::Unavailable);
  EXPECT_EQ(reason_of(refusal, ServerFault::None), "unavailable");
  EXPECT_EQ(reason_of(refusal, ServerFault::Unavailable), "server_unavailable");
  EXPECT_EQ(reason_of(refusal, ServerFault::BadAnswer), "server_bad_answer");
  EXPECT_EQ(reason_of(refusal, ServerFault::Timeout), "server_timeout");
}

// RFC9562-4
TEST(InteractionIds, WhatIsNoUuidIsNotEchoed) {
  const std::string good = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
  const std::string broken[] = {"",
                                good.substr(1),
                                good + "0",
                                " " + good.substr(1),
                                "{" + good + "}",
                                "urn:uuid:" + good,
                                std::string(36, '-'),
                                std::string(36, 'a'),
                                good.substr(0, 35) + "g",
                                good.substr(0, 35) + "\n",
                                good.substr(0, 35) + '\0',
                                "c770aef36784-41f7-8e0e-ff5f97bddb3a0",
                                "c770aef3_6784_41f7_8e0e_ff5f97bddb3a",
                                "c770aef3-6784-41f7-8e0e-ff5f97bddb\xc3\xa4"};
  for (const auto& text : broken) EXPECT_FALSE(is_interaction_id(text)) << text;
  EXPECT_TRUE(is_interaction_id(good));
  EXPECT_TRUE(is_interaction_id("C770AEF3-6784-41F7-8E0E-FF5F97BDDB3A"));
}

// RFC9562-5.4
TEST(InteractionIds, AreRandomUuidsOfVersionFour) {
  test::FixedRandom random;
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const std::string id = make_interaction_id(random);
    EXPECT_TRUE(is_interaction_id(id)) << id;
    EXPECT_EQ(id[14], '4') << id;
    EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
    made.insert(id);
  }
  EXPECT_EQ(made.size(), 100U);
}

}  // namespace
}  // namespace signet::gateway
