#include "gateway/token_snapshot.h"

#include "oauth/test_keys.h"

namespace signet::gateway {
namespace {

using oauth::SenderConstraint;
using test::code_of;
using test::kNow;

/// Every member another than its default.
KnownToken make_token() {
  return {.response = {.active = true,
                       .iss = "https://as.example",
                       .sub = std::string("alice\0bob", 9),
                       .client_id = "budget-app",
                       .username = {},
                       .token_type = "DPoP",
                       .scope = {"accounts", "", "payments"},
                       .aud = {"https://api.example", "https://other.example"},
                       .exp = kNow + minutes{10},
                       .iat = kNow - milliseconds{1},
                       .nbf = from_unix_seconds(0),
                       .jti = "grant.unique",
                       .acr = "phr",
                       .amr = {"hwk", "user"},
                       .auth_time = kNow - minutes{1},
                       .cnf = SenderConstraint::mtls(std::string(43, 'A')),
                       .authorization_details = R"([{"type":"account","note":"ü"}])"},
          .phantom = "eyJ.phantom.token"};
}
std::string snapshot_of(const KnownToken& token) {
  std::string bytes;
  append_snapshot(bytes, token);
  return bytes;
}

void expect_same(const KnownToken& read, const KnownToken& written) {
  const auto& a = read.response;
  const auto& b = written.response;
  EXPECT_EQ(a.active, b.active);
  EXPECT_EQ(a.iss, b.iss);
  EXPECT_EQ(a.sub, b.sub);
  EXPECT_EQ(a.client_id, b.client_id);
  EXPECT_EQ(a.username, "");
  EXPECT_EQ(a.token_type, b.token_type);
  EXPECT_EQ(a.scope, b.scope);
  EXPECT_EQ(a.aud, b.aud);
  EXPECT_EQ(a.exp, b.exp);
  EXPECT_EQ(a.iat, b.iat);
  EXPECT_EQ(a.nbf, b.nbf);
  EXPECT_EQ(a.jti, b.jti);
  EXPECT_EQ(a.acr, b.acr);
  EXPECT_EQ(a.amr, b.amr);
  EXPECT_EQ(a.auth_time, b.auth_time);
  EXPECT_EQ(a.cnf, b.cnf);
  EXPECT_EQ(a.authorization_details, b.authorization_details);
  EXPECT_EQ(read.phantom, written.phantom);
}

TEST(TokenSnapshot, EveryTruncationIsRefused) {
  const std::string bytes = snapshot_of(make_token());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(code_of(parse_snapshot(std::string_view(bytes).substr(0, size))), ErrorCode::Bug) << size;
  }
}

TEST(TokenSnapshot, BytesBehindTheEndAreRefused) {
  EXPECT_EQ(code_of(parse_snapshot(snapshot_of(make_token()) + '\0')), ErrorCode::Bug);
  EXPECT_EQ(code_of(parse_snapshot(snapshot_of({}) + '\0')), ErrorCode::Bug);
  EXPECT_EQ(code_of(parse_snapshot(snapshot_of(make_token()) + snapshot_of(make_token()))), ErrorCode::Bug);
}

TEST(TokenSnapshot, ALengthBeyondTheEndIsRefused) {
  const std::string bytes = snapshot_of(make_token());
  std::string damaged = bytes;
  damaged.replace(1, 4, 4, '\xff');  // the length of iss
  EXPECT_EQ(code_of(parse_snapshot(damaged)), ErrorCode::Bug);
  const std::string count_of_scopes(
      "\x03\x00\x00\x00\x08\x00\x00\x00"
      "accounts",
      16);
  damaged = bytes;
  const auto at = damaged.find(count_of_scopes);
  ASSERT_NE(at, std::string::npos);
  damaged.replace(at, 4, 4, '\xff');
  EXPECT_EQ(code_of(parse_snapshot(damaged)), ErrorCode::Bug);
}

TEST(TokenSnapshot, AStateThatIsNeitherActiveNorInactiveIsRefused) {
  std::string bytes = snapshot_of(make_token());
  bytes.front() = 2;
  EXPECT_EQ(code_of(parse_snapshot(bytes)), ErrorCode::Bug);
  EXPECT_EQ(code_of(parse_snapshot("\x02")), ErrorCode::Bug);
  EXPECT_EQ(code_of(parse_snapshot("\xff")), ErrorCode::Bug);
}

TEST(TokenSnapshot, AnUnknownBindingIsNotReadAsNone) {
  const std::string bytes = snapshot_of(make_token());
  const auto thumbprint = bytes.find(std::string(43, 'A'));
  ASSERT_NE(thumbprint, std::string::npos);
  std::string damaged = bytes;
  ASSERT_EQ(damaged[thumbprint - 5], 2);
  damaged[thumbprint - 5] = 3;
  EXPECT_EQ(code_of(parse_snapshot(damaged)), ErrorCode::Bug);
}

TEST(TokenSnapshot, EveryMemberComesBack) {
  const KnownToken token = make_token();
  const auto read = parse_snapshot(snapshot_of(token));
  ASSERT_TRUE(read);
  expect_same(*read, token);
}

TEST(TokenSnapshot, MembersThatAreAbsentStayAbsent) {
  KnownToken token;
  token.response.active = true;
  const auto read = parse_snapshot(snapshot_of(token));
  ASSERT_TRUE(read);
  expect_same(*read, token);
  EXPECT_FALSE(read->response.exp);
  EXPECT_FALSE(read->response.cnf.is_bound());
}

TEST(TokenSnapshot, EachBindingComesBack) {
  for (const auto& cnf : {SenderConstraint{}, SenderConstraint::dpop("jkt"), SenderConstraint::mtls("x5t")}) {
    KnownToken token = make_token();
    token.response.cnf = cnf;
    EXPECT_EQ(parse_snapshot(snapshot_of(token))->response.cnf, cnf);
  }
}

TEST(TokenSnapshot, OfATokenThatIsNotActiveNothingElseIsKept) {
  KnownToken token = make_token();
  token.response.active = false;
  const std::string bytes = snapshot_of(token);
  EXPECT_EQ(bytes.size(), 1U);
  const auto read = parse_snapshot(bytes);
  ASSERT_TRUE(read);
  expect_same(*read, KnownToken{});
}

TEST(TokenSnapshot, IsAppendedToWhatIsThere) {
  std::string bytes = "before";
  append_snapshot(bytes, make_token());
  EXPECT_EQ(bytes, "before" + snapshot_of(make_token()));
}

TEST(TokenSnapshot, AJwtAccessTokenKeepsWhatItClaims) {
  const auto response = to_introspection({.iss = "https://as.example",
                                          .sub = "alice",
                                          .aud = {"https://api.example"},
                                          .client_id = "budget-app",
                                          .exp = kNow + minutes{5},
                                          .iat = kNow,
                                          .jti = "grant.unique",
                                          .scope = {"accounts"},
                                          .acr = "phr",
                                          .amr = {"hwk"},
                                          .auth_time = kNow - minutes{1},
                                          .cnf = SenderConstraint::dpop("jkt"),
                                          .authorization_details = "[{}]"});
  EXPECT_TRUE(response.active);
  EXPECT_EQ(response.iss, "https://as.example");
  EXPECT_EQ(response.sub, "alice");
  EXPECT_EQ(response.aud, std::vector<std::string>{"https://api.example"});
  EXPECT_EQ(response.client_id, "budget-app");
  EXPECT_EQ(response.exp, kNow + minutes{5});
  EXPECT_EQ(response.iat, kNow);
  EXPECT_EQ(response.jti, "grant.unique");
  EXPECT_EQ(response.scope, std::vector<std::string>{"accounts"});
  EXPECT_EQ(response.acr, "phr");
  EXPECT_EQ(response.amr, std::vector<std::string>{"hwk"});
  EXPECT_EQ(response.auth_time, kNow - minutes{1});
  EXPECT_EQ(response.cnf, SenderConstraint::dpop("jkt"));
  EXPECT_EQ(response.token_type, "DPoP");
  EXPECT_EQ(response.authorization_details, "[{}]");
  EXPECT_FALSE(response.nbf);
}

}  // namespace
}  // namespace signet::gateway
