#pragma once
// Logins that need two factors, and what a person has at hand for them: an authenticator app, a mailbox, a phone.

#include <gtest/gtest.h>

#include <regex>

#include "base/text.h"
#include "crypto/one_time_password.h"
#include "store/workflow_documents.h"
#include "support/browser_fixture.h"
#include "support/workflow_document.h"

namespace signet::test {

inline constexpr std::string_view kRefusal = "What you entered is not right.";

/// The first match of a pattern in a text; empty when there is none.
inline std::string find_text(const std::string& text, const std::string& pattern) {
  std::smatch found;
  return std::regex_search(text, found, std::regex(pattern)) ? found[found.size() - 1].str() : std::string{};
}

class FactorTest : public testing::Test {
 protected:
  FactorTest() {
    server.register_client(client);
    account_id = server.add_user(kUsername, kPassword, claims());
  }
  static server::IssuerConfig two_levels() {
    auto config = issuer_config();
    config.hypermedia_authentication = true;
    config.acr_values = {"one", "two"};
    config.levels = {{.acr = "one", .categories = 1, .assurance = {}},
                     {.acr = "two", .categories = 2, .assurance = {}}};
    return config;
  }
  static json::object claims() {
    return {{"name", "Ada Lovelace"}, {"email", "ada@example.com"}, {"email_verified", true}};
  }

  std::string url() { return TestServer::authorization_url(client, server.push(client)); }
  /// A login that one factor alone cannot finish.
  std::string strong_url() {
    const std::string essential = R"({"id_token":{"acr":{"essential":true,"values":["two"]}}})";
    return TestServer::authorization_url(
        client, server.push(client, with(client.authorization_request(), {{"claims", essential}})));
  }
  /// Opens a login that needs two factors and gives the password.
  Browser& begin(Browser& of) { return of.open(strong_url()).sign_in(); }

  /// From the page after the password to the page of an enrolment.
  static Browser& choose_enrolment(Browser& of, const std::string& kind) {
    return of.has_element(kind) ? of.press(kind) : of;
  }

  std::string code_of(const SecretBytes& key) {
    return crypto::make_hotp(key, crypto::totp_step_at(server.clock.now()));
  }
  /// Enrols an authenticator app in a login of its own; its key.
  SecretBytes enrol_totp(Browser& of) {
    begin(of);
    choose_enrolment(of, "totp");
    SecretBytes key = key_on(of);
    of.press("confirm", {{"code", code_of(key)}, {"name", "My phone"}});
    server.clock.advance(minutes{1});
    return key;
  }
  static SecretBytes key_on(const Browser& of) {
    return SecretBytes(decode_base32(find_text(of.page(), ">((?:[A-Z2-7]{4} ?){8})<")));
  }
  void enrol_email(Browser& of) {
    begin(of);
    choose_enrolment(of, "email");
    of.press("send", {{"address", "ada@mail.example"}});
    of.press("confirm", {{"code", sent_code(server.mail)}});
    server.clock.advance(minutes{2});
  }

  /// The recovery codes that a page shows to be printed.
  static std::vector<std::string> recovery_codes_on(const Browser& of) {
    const std::regex pattern(">([0-9A-Z]{5}-[0-9A-Z]{5})<");  // whole texts: a form token may hold as much
    std::vector<std::string> codes;
    for (std::sregex_iterator it(of.page().begin(), of.page().end(), pattern), end; it != end; ++it) {
      codes.push_back(it->str(1));
    }
    return codes;
  }

  /// The digits of the last message.
  static std::string sent_code(const KeptMessages& messages) {
    return messages.sent.empty() ? std::string{}
                                 : find_text(messages.sent.back().second.text, "([0-9]{6}) is your code");
  }

  /// Puts `step` between the password and the decision: the short way to an enrolment, which no operator can open.
  void lead_password_to(const std::string& step) {
    apply(store::DocumentKind::Workflow, render_json(login_that_leads_password_to(step)));
  }
  void apply(store::DocumentKind kind, std::string document) {
    const store::DocumentKey key{.issuer = "main", .kind = kind, .name = "login"};
    const auto state = value_of(run_blocking(server.store.workflow_documents.find_state(key)));
    sql::Batch batch;
    store::WorkflowDocuments::add_apply(batch,
                                        {.key = key,
                                         .version = state.latest + 1,
                                         .document = std::move(document),
                                         .actor = "operator",
                                         .created_at = server.clock.now()},
                                        state.active);
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }

  std::vector<store::FactorRecord> rows() { return value_of(run_blocking(server.store.factors.list(account_id))); }
  std::int64_t count(std::string_view kind) { return std::ranges::count(rows(), kind, &store::FactorRecord::kind); }
  /// Does a text stand anywhere in what is kept about logins, factors and decisions, or in the log?
  bool is_kept(const std::string& text) {
    constexpr std::string_view kCount =
        "SELECT (SELECT COUNT(*) FROM workflow_instances WHERE state LIKE $1)"
        " + (SELECT COUNT(*) FROM audit WHERE record LIKE $1)"
        " + (SELECT COUNT(*) FROM factors WHERE data LIKE $1 OR name LIKE $1 OR CAST(secret AS TEXT) LIKE $1)"
        " + (SELECT COUNT(*) FROM decision_contexts WHERE context LIKE $1)";
    (void)server.audit();
    const auto found = value_of(run_blocking(server.store.database.read({kCount, {"%" + text + "%"}})));
    return found.at(0).integer(0) != 0 || server.logged().contains(text);
  }

  TestServer server{{two_levels()}};
  TestClient client;
  std::string account_id;
  Browser browser{server};

 private:
  static Bytes decode_base32(std::string_view text) {
    Bytes out;
    unsigned bits = 0;
    unsigned value = 0;
    for (const char c : text) {
      if (c == ' ') continue;
      value = (value << 5U | static_cast<unsigned>(c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xfffU;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        out.push_back(static_cast<std::uint8_t>(value >> bits));
      }
    }
    return out;
  }
};

}  // namespace signet::test
