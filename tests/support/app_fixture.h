#pragma once
// An app that drives a login itself: it has a token, a key and a Session-Id, no cookies, and follows redirection steps.

#include "support/server_fixture.h"

namespace signet::test {

inline constexpr std::string_view kApiScope = "urn:se:curity:scopes:haapi";
inline constexpr std::string_view kApiType = "application/vnd.auth+json";

/// An issuer whose clients may drive logins.
server::IssuerConfig hypermedia_issuer();

/// A client that may do so.
TestClient hypermedia_client(std::string id = "app-1", std::string redirect = "https://app.example/callback");

class InApp {
 public:
  InApp(TestServer& server, const TestClient& client);
  InApp(const InApp&) = delete;
  InApp& operator=(const InApp&) = delete;
  ~InApp();

  /// The answer of the token endpoint; `more` changes the form.
  http::Response request_token(const Parameters& more = {});
  /// With a token of another key from here on.
  InApp& change_key();

  /// The header fields of one request: all that proves the app.
  [[nodiscard]] http::Fields credentials(const std::string& method, const std::string& url) const;

  InApp& open(const std::string& url);
  /// Fills the form of this action and sends it. A field that the form does not have is an error of the test.
  InApp& press(const std::string& action, const Parameters& fields = {});
  /// Sends a form to an address as it is, whatever the page has.
  InApp& submit(const std::string& url, const Parameters& values);
  InApp& submit_body(const std::string& url, const std::string& type, std::string body);
  InApp& sign_in(std::string_view username = kUsername, std::string_view password = kPassword);

  [[nodiscard]] int status() const { return response_.status; }
  [[nodiscard]] const http::Response& response() const { return response_; }
  [[nodiscard]] const json::object& document() const { return document_; }
  [[nodiscard]] std::string type() const;
  /// Of a problem: its type without the prefix of all.
  [[nodiscard]] std::string problem() const;
  [[nodiscard]] std::string view() const;
  [[nodiscard]] std::string property(std::string_view name) const;
  /// The address of the page's forms.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] bool offers(std::string_view action) const;
  /// The model of the form of an action, wherever it stands; of the first one for an empty name.
  [[nodiscard]] json::object form_of(std::string_view action) const;
  [[nodiscard]] static Parameters filled(const json::object& model, const Parameters& fields = {});

  /// Sends one request as it is, without following anything.
  http::Response exchange(const std::string& method, const std::string& url, http::Fields fields,
                          const std::string& body = {});

  [[nodiscard]] const std::string& token() const { return token_; }
  void set_token(std::string token) { token_ = std::move(token); }

  std::string session_id;
  std::string nonce;

 private:
  InApp& send(const std::string& method, const std::string& url, const std::string& media_type, std::string body);

  TestServer& server_;
  const TestClient& client_;
  jose::Signer key_;
  std::string token_;
  http::Response response_;
  json::object document_;
  int redirects_ = 0;
};

}  // namespace signet::test
