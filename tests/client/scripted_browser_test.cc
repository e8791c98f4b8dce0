#include "client/scripted_browser.h"

#include "client/client_fixture.h"

namespace signet::test {
namespace {

constexpr std::string_view kRedirect = "https://app.test/callback";

http::Response page(std::string body) {
  http::Response response;
  response.fields.add("Content-Type", "text/html; charset=utf-8");
  response.body = std::move(body);
  return response;
}
http::Response redirect(std::string_view location) {
  http::Response response{.status = 303, .fields = {}, .body = {}};
  response.fields.add("Location", location);
  return response;
}

constexpr std::string_view kLoginPage = R"(<!doctype html><title>Sign in &middot; Demo</title><body>
<!-- <form method="post" action="/evil"><input type="password" name="p"></form> -->
<form class="main" method="POST" action="/login/h1">
<label for="username">User name</label><input id="username" name="username" type="text" value="">
<input name='password' type=password required>
<input type="hidden" name="csrf" value="a&amp;b&#34;c">
<input type="hidden" name="action" value="login"><button id="login" type="submit">Sign in</button></form>
<form method="POST" action="/login/h1"><input type="hidden" name="action" value="cancel"><button id="cancel">Cancel</button></form>)";
constexpr std::string_view kConsentPage = R"(<title>Consent</title>
<form method="post" action="/login/h1"><input type="hidden" name="action" value="deny"><button id="deny">Deny</button></form>
<form method="post" action="/login/h1"><input type="hidden" name="action" value="allow"><button id="allow">Allow</button></form>)";

class LoginPages : public ::testing::Test {
 protected:
  LoginPages() {
    server_.on("/authorize", [](const net::OutgoingRequest&) -> Result<http::Response> {
      auto response = redirect("/login/h1");
      response.fields.add("Set-Cookie", "__Host-browser=b1; Path=/; Secure; HttpOnly");
      return response;
    });
    server_.on("/login/h1", [this](const net::OutgoingRequest& request) { return answer(request); });
  }
  Result<http::Response> answer(const net::OutgoingRequest& request) {
    if (request.fields.get("Cookie") != "__Host-browser=b1") return page("no cookie");
    if (request.method == "GET") return page(std::string(kLoginPage));
    const http::Form form = http::Form::parse(request.body).value();
    if (form.find("password"))
      return form.find("password") == "right" ? page(std::string(kConsentPage)) : page(std::string(kLoginPage));
    return redirect(form.find("action") == "allow" ? "https://app.test/callback?code=c1&state=s1&iss=i"
                                                   : "https://app.test/callback?error=access_denied&state=s1&iss=i");
  }
  Result<std::string> log_in(std::string password, client::ScriptedBrowserOptions options = {}) {
    client::ScriptedBrowser browser(server_, std::move(options));
    return run_blocking(browser.log_in("https://as.test/authorize?client_id=demo&request_uri=x", std::string(kRedirect),
                                       "alice", SecretText(std::move(password))));
  }
  FakeClock clock_;
  FakeAuthorizationServer server_{clock_};
};

TEST_F(LoginPages, AWrongPasswordIsTriedOnce) {
  EXPECT_EQ(code_of(log_in("wrong")), ErrorCode::AccessDenied);
  EXPECT_EQ(server_.count("/login/h1"), 2U);
}

TEST_F(LoginPages, APageThatAsksForMoreThanAPasswordIsNoneForAScript) {
  server_.on("/login/h1", [](const net::OutgoingRequest& request) -> Result<http::Response> {
    return page(request.method == "GET"
                    ? std::string(kLoginPage)
                    : R"(<form method="post" action="/login/h1"><input name="code" inputmode="numeric">
                                             <button id="confirm">Confirm</button></form>)");
  });
  const auto done = log_in("right");
  EXPECT_EQ(code_of(done), ErrorCode::AccessDenied);
  EXPECT_NE(done.error().detail.find("--in-app"), std::string::npos) << done.error().detail;
  EXPECT_EQ(server_.count("/login/h1"), 2U) << "nothing is sent that nobody typed";
}

TEST_F(LoginPages, AWayOutOfTheIssuerIsNotTaken) {
  server_.on("/login/h1", redirect("https://evil.test/login"));
  EXPECT_EQ(code_of(log_in("right")), ErrorCode::Denied);
  EXPECT_EQ(server_.requests.back().url, "https://as.test/login/h1");
}

TEST_F(LoginPages, AFormThatPostsElsewhereGetsNoPassword) {
  std::string page_text(kLoginPage);
  page_text.replace(page_text.find("action=\"/login/h1\""), 18, "action=\"https://evil.test/x\"");
  server_.on("/login/h1", page(page_text));
  EXPECT_EQ(code_of(log_in("right")), ErrorCode::Denied);
  EXPECT_EQ(server_.requests.back().method, "GET");
}

TEST_F(LoginPages, APageWithoutAFormIsNamed) {
  server_.on("/login/h1", page("<title>Not &lt;available&gt;</title>"));
  const auto result = log_in("right");
  EXPECT_EQ(code_of(result), ErrorCode::Malformed);
  EXPECT_EQ(result.error().detail, "status 200, Not <available>");
}

TEST_F(LoginPages, PagesWithoutEndAreLeft) {
  server_.on("/login/h1", redirect("/login/h1"));
  EXPECT_EQ(code_of(log_in("right")), ErrorCode::Malformed);
  EXPECT_LE(server_.requests.size(), 12U);
}

TEST_F(LoginPages, ALookAlikeOfTheRedirectUriIsNotTheCallback) {
  server_.on("/login/h1", redirect("https://app.test/callback.evil?code=c"));
  EXPECT_EQ(code_of(log_in("right")), ErrorCode::Denied);
}

TEST_F(LoginPages, SigningInAndAllowingLeadsToTheCallback) {
  EXPECT_EQ(log_in("right").value(), "code=c1&state=s1&iss=i");
  const http::Form form = http::Form::parse(server_.requests[2].body).value();
  EXPECT_EQ(form.find("username"), "alice");
  EXPECT_EQ(form.find("csrf"), "a&b\"c");
  EXPECT_EQ(form.find("action"), "login");
}

TEST_F(LoginPages, TheUserMayRefuse) {
  client::ScriptedBrowserOptions options;
  options.approves_consent = false;
  EXPECT_EQ(log_in("right", options).value(), "error=access_denied&state=s1&iss=i");
}

TEST(ResolveUrl, LinksOfAPageAreFound) {
  const auto resolve = [](std::string_view reference) {
    return client::resolve_url("https://as.test/a/b?c=d#e", reference).value();
  };
  EXPECT_EQ(resolve("https://x.test/"), "https://x.test/");
  EXPECT_EQ(resolve("//x.test/y"), "https://x.test/y");
  EXPECT_EQ(resolve("/y"), "https://as.test/y");
  EXPECT_EQ(resolve("y"), "https://as.test/a/y");
  EXPECT_EQ(resolve("?q=1"), "https://as.test/a/b?q=1");
  EXPECT_EQ(resolve(""), "https://as.test/a/b?c=d");
}

TEST(HtmlForm, BrokenMarkUpIsReadWithoutHarm) {
  for (const std::string_view text : {"<", "<form", "<form action", "<form action=", "<form action='x", "<form><input",
                                      "<!--", "<form><input type=text name=a value=\"", "&", "<form/><input =\"\">"}) {
    (void)client::read_forms(text);
  }
  EXPECT_EQ(client::decode_html("&amp;&#0;&#xffffffff;&#x1F600;&unknown;&"), "&&#0;&#xffffffff;😀&unknown;&");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "<form><input name=a>";
  EXPECT_EQ(client::read_forms(many).size(), 32U);
}

}  // namespace
}  // namespace signet::test
