#include "oauth/core_rfc6749.h"

#include "base/json.h"
#include "oauth/test_keys.h"

namespace signet::oauth {
namespace {

using test::code_of;
using test::kAccepted;

TEST(WireErrors, EveryCodeHasARow) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::Bug); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    const WireError wire = wire_error(code);
    if (code != ErrorCode::Bug) EXPECT_NE(wire.error, "server_error") << name_of(code);
    EXPECT_GE(wire.status, 400) << name_of(code);
  }
}

TEST(WireErrors, OnlyABugIsAServerError) {
  EXPECT_EQ(wire_error(ErrorCode::Bug).status, 500);
  EXPECT_EQ(wire_error(ErrorCode::Unavailable).status, 503);
  EXPECT_EQ(wire_error(ErrorCode::InvalidClient).status, 401);
  EXPECT_EQ(wire_error(ErrorCode::InvalidGrant).status, 400);
  EXPECT_EQ(wire_error(ErrorCode::TooLarge).status, 413);
  EXPECT_EQ(wire_error(ErrorCode::Throttled).status, 429);
}

TEST(WireErrors, AClientReadsBackWhatTheServerWrites) {
  EXPECT_EQ(find_error_code("invalid_grant"), ErrorCode::InvalidGrant);
  EXPECT_EQ(find_error_code("invalid_request"), ErrorCode::InvalidRequest);
  EXPECT_EQ(find_error_code("temporarily_unavailable"), ErrorCode::Unavailable);
  EXPECT_EQ(find_error_code("no_such_error"), std::nullopt);
}

TEST(WireErrors, TheDetailNeverLeavesTheProcess) {
  const std::string body = render_error(Error{ErrorCode::InvalidGrant, "The code has expired.", "grant 4711"});
  EXPECT_EQ(body, R"({"error":"invalid_grant","error_description":"The code has expired."})");
}

// RFC6749-5.2
TEST(WireErrors, ADescriptionHoldsOnlyTheCharactersOfRfc6749) {
  EXPECT_EQ(make_error_description("a \"quote\" and a \\ and \r\n\x80 z"), "a quote and a  and  z");
}

// RFC6749-3.3
TEST(Scope, ATokenWithAQuoteOrABackslashIsRefused) {
  EXPECT_EQ(code_of(parse_scope("read a\"b")), ErrorCode::InvalidScope);
  EXPECT_EQ(code_of(parse_scope("a\\b")), ErrorCode::InvalidScope);
  EXPECT_EQ(code_of(parse_scope("caf\xc3\xa9")), ErrorCode::InvalidScope);
}

TEST(Scope, TooManyValuesAreRefused) {
  std::string text;
  for (int i = 0; i < 101; ++i) text += "s" + std::to_string(i) + " ";
  EXPECT_EQ(code_of(parse_scope(text)), ErrorCode::InvalidScope);
}

TEST(Scope, OrderIsKeptAndDuplicatesFallOut) {
  EXPECT_EQ(*parse_scope("openid accounts openid  payments"),
            (std::vector<std::string>{"openid", "accounts", "payments"}));
  EXPECT_TRUE(parse_scope("")->empty());
}

// RFC6749-A
TEST(Grammar, ControlCharactersAreNoPartOfAnyValue) {
  EXPECT_FALSE(is_client_id("a\nb"));
  EXPECT_FALSE(is_client_id(""));
  EXPECT_FALSE(is_client_id(std::string(256, 'a')));
  EXPECT_FALSE(is_code("a b"));
  EXPECT_FALSE(is_state("a\tb"));
  EXPECT_TRUE(is_state("a b {\"x\":1}"));
}

TEST(Grammar, AStateOfAThousandCharactersIsAccepted) {
  EXPECT_TRUE(is_state(std::string(1000, 'x')));
  EXPECT_TRUE(is_state(std::string(4096, 'x')));
  EXPECT_FALSE(is_state(std::string(4097, 'x')));
}

TEST(Duplicates, ARepeatedParameterIsRefusedEvenWhenOneIsEmpty) {
  EXPECT_EQ(code_of(check_no_duplicates(*http::Form::parse("a=1&a="))), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check_no_duplicates(*http::Form::parse("resource=a&resource=b"))), ErrorCode::InvalidRequest);
  EXPECT_EQ(code_of(check_no_duplicates(*http::Form::parse("resource=a&resource=b"), {"resource"})), kAccepted);
}

/// Its name is a constant of the server's own: what a client sends is never told to the next.
TEST(Duplicates, AParameterThatIsKnownIsNamed) {
  const auto refusal = [](std::string_view form) { return check_no_duplicates(*http::Form::parse(form)).error(); };
  for (const std::string name : {"client_id", "redirect_uri", "state", "scope", "request_uri", "grant_type", "code",
                                 "code_verifier", "token", "client_assertion", "authorization_details"}) {
    const Error error = refusal(name + "=a&" + name + "=b");
    EXPECT_EQ(error.public_text.view(), "The parameter " + name + " stands more than once.");
    EXPECT_EQ(error.detail, "") << "the public text says it all";
  }
  const Error unknown = refusal("a%0Ab=1&a%0Ab=2");
  EXPECT_EQ(unknown.public_text.view(), "A parameter stands more than once, which only resource may.");
  EXPECT_EQ(unknown.detail, "") << "raw input";
}

// RFC6749-3.1.2
TEST(RedirectUri, DangerousFormsAreRefused) {
  for (const auto* uri :
       {"", "/relative", "https://a.example/cb#f", "https://user@a.example/cb", "https://@a.example/cb",
        "javascript:alert(1)", "JavaScript://a.example/%0aalert(1)", "data:text/html,x", "file:///etc/passwd",
        "https://", "https:/a.example", "https:a.example", "https://a.example/ cb", "https://a.example\\@b.example/",
        "https://a.example/\r\nX: y", "https://a.example:99999/"}) {
    EXPECT_EQ(code_of(check_redirect_uri_syntax(uri)), ErrorCode::InvalidRedirectUri) << uri;
  }
  EXPECT_EQ(code_of(check_redirect_uri_syntax("https://a.example/" + std::string(2048, 'a'))),
            ErrorCode::InvalidRedirectUri);
}

TEST(RedirectUri, OrdinaryFormsAreAccepted) {
  for (const auto* uri :
       {"https://a.example", "https://a.example/cb?x=1&y=@", "com.example.app:/cb", "http://127.0.0.1/cb"}) {
    EXPECT_EQ(code_of(check_redirect_uri_syntax(uri)), kAccepted) << uri;
  }
}

TEST(RedirectUri, NothingButTheSameStringMatches) {
  const std::string registered = "https://a.example/cb";
  for (const auto* requested : {"https://a.example/cb/", "https://a.example/cb?x=1", "https://A.example/cb",
                                "http://a.example/cb", "https://a.example:443/cb", "https://a.example/cb/../cb",
                                "https://a.example.evil/cb", "https://a.example/c%62"}) {
    EXPECT_FALSE(match_redirect_uri(registered, requested)) << requested;
  }
  EXPECT_TRUE(match_redirect_uri(registered, registered));
}

// RFC8252-7.3, RFC8252-8.3
TEST(RedirectUri, OnlyThePortOfALoopbackAddressIsFree) {
  EXPECT_TRUE(match_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"));
  EXPECT_TRUE(match_redirect_uri("http://[::1]:1/cb", "http://[::1]:49152/cb"));
  EXPECT_FALSE(match_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:49152/other"));
  EXPECT_FALSE(match_redirect_uri("http://127.0.0.1/cb", "http://[::1]:49152/cb"));
  EXPECT_FALSE(match_redirect_uri("http://localhost/cb", "http://localhost:49152/cb"));
  EXPECT_FALSE(match_redirect_uri("https://127.0.0.1/cb", "https://127.0.0.1:8443/cb"));
  EXPECT_FALSE(match_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb"));
  EXPECT_FALSE(match_redirect_uri("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"));
}

TEST(TokenResponses, WhatTheServerWritesAClientReads) {
  const TokenResponse sent{.access_token = "at",
                           .token_type = "DPoP",
                           .expires_in = minutes{10},
                           .refresh_token = "rt",
                           .id_token = "it",
                           .scope = {"openid", "accounts"},
                           .authorization_details = R"([{"type":"payment"}])"};
  const auto read = parse_token_response(render_token_response(sent));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->access_token, "at");
  EXPECT_EQ(read->token_type, "DPoP");
  EXPECT_EQ(read->expires_in, minutes{10});
  EXPECT_EQ(read->refresh_token, "rt");
  EXPECT_EQ(read->id_token, "it");
  EXPECT_EQ(read->scope, sent.scope);
  EXPECT_EQ(read->authorization_details, sent.authorization_details);
}

TEST(TokenResponses, AnAnswerWithoutATokenOrWithAbsurdLifetimeIsMalformed) {
  for (const auto* body :
       {"{}", R"({"access_token":"a"})", R"({"access_token":"a","token_type":"DPoP","expires_in":-1})",
        R"({"access_token":1,"token_type":"DPoP"})", "[]", "not json",
        R"({"access_token":"a","access_token":"b","token_type":"DPoP"})"}) {
    EXPECT_EQ(code_of(parse_token_response(body)), ErrorCode::Malformed) << body;
  }
}

TEST(ErrorResponses, ABodyThatIsNoErrorIsEmpty) {
  EXPECT_EQ(parse_error_response(R"({"error":"invalid_grant","error_description":"x"})").error, "invalid_grant");
  EXPECT_EQ(parse_error_response("<html>").error, "");
}

}  // namespace
}  // namespace signet::oauth
