#pragma once
// A browser without script: keeps cookies, follows redirects inside the server, fills forms and presses buttons.

#include <map>
#include <string>

#include "base/text.h"
#include "support/server_fixture.h"

namespace signet::test {

class Browser {
 public:
  explicit Browser(TestServer& server);
  Browser(const Browser&);
  ~Browser();

  /// Loads a page and follows redirects as long as they stay on the server.
  Browser& open(const std::string& url);
  /// Fills the form around the button and presses it. Fields that the page does not have are an error of the test.
  Browser& press(const std::string& button, const Parameters& fields = {});
  /// Presses the button of one entry of a list: of the forms of this action the one whose hidden field has this value.
  Browser& press_entry(const std::string& action, const std::string& field, const std::string& value,
                       const Parameters& fields = {});
  /// Sends a form to an address as it is, whatever the page has.
  Browser& submit(const std::string& address, const Parameters& values, http::Fields fields = {});
  Browser& sign_in(std::string_view username = kUsername, std::string_view password = kPassword);

  /// Goes the whole way: page by page with the standard account until the browser is sent back to the client. The code.
  std::string log_in(const std::string& url);

  [[nodiscard]] int status() const { return response_.status; }
  [[nodiscard]] const std::string& page() const { return response_.body; }
  [[nodiscard]] const http::Response& response() const { return response_; }
  /// The address of the page that is shown, as a path.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Where the browser was sent outside of the server; empty on a page.
  [[nodiscard]] const std::string& left_for() const { return left_for_; }
  [[nodiscard]] bool has_element(const std::string& id) const;
  [[nodiscard]] bool shows(std::string_view text) const { return page().contains(text); }

  /// A parameter of the redirect to the client.
  [[nodiscard]] std::string answer(std::string_view name) const;
  [[nodiscard]] std::string code() const;

  struct Form {
    std::string action;
    Parameters fields;
  };
  /// The form around a button with this id, with the values the page gave its fields.
  [[nodiscard]] Form find_form(const std::string& button) const;
  /// Every form of an action: on a list there is one for each entry.
  [[nodiscard]] std::vector<Form> find_forms(const std::string& action) const;
  [[nodiscard]] Form find_entry(const std::string& action, const std::string& field, const std::string& value) const;
  /// What the entries of a list are named by, from top to bottom.
  [[nodiscard]] std::vector<std::string> entries(const std::string& action, const std::string& field) const;

  std::map<std::string, std::string> cookies;

 private:
  http::Response send_request(http::Request request);
  void keep_cookie(std::string_view line);
  Browser& follow(http::Response response);

  TestServer& server_;
  /// A URL in full: a path is one of the server that the last whole URL was of.
  [[nodiscard]] std::string absolute(const std::string& url);

  http::Response response_;
  std::string origin_;
  std::string address_;
  std::string left_for_;
};

}  // namespace signet::test
