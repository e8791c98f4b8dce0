#pragma once
// Drives the login pages of one issuer as a person would: for scripts and demonstrations, never for real users.
//
//   GET /authorize ─303─► page with a password field ─POST─► page with an "allow" button ─POST─► 303 to redirect_uri

#include <map>
#include <string>

#include "base/secret.h"
#include "client/html_form.h"
#include "http/form.h"
#include "remote/transport.h"

namespace signet::client {

struct ScriptedBrowserOptions {
  std::string ca_pem;
  Duration timeout = seconds{20};  ///< for one page; a password check is slow on purpose
  unsigned max_pages = 12;
  bool approves_consent = true;  ///< false: presses the button that refuses
};

class ScriptedBrowser {
 public:
  /// Needs: `transport` outlives it
  ScriptedBrowser(remote::Transport& transport, ScriptedBrowserOptions options);

  /// Opens `url`, signs in and consents, and returns the query of the callback when a redirect to `redirect_uri` comes.
  /// It never leaves the origin of `url`, and it fills in the password once.
  /// Fails: AccessDenied (the password was refused), Malformed (a page it cannot use; the detail has its title),
  /// Unavailable, Timeout
  [[nodiscard]] Task<Result<std::string>> log_in(std::string url, std::string redirect_uri, std::string username,
                                                 SecretText password);

 private:
  struct Page {
    std::string url;
    http::Response response;
  };

  [[nodiscard]] Task<Result<Page>> load(std::string method, std::string url, std::string body);
  [[nodiscard]] Result<std::vector<http::Form::Entry>> fill_in(const HtmlForm& form, const std::string& username,
                                                               const SecretText& password);
  [[nodiscard]] std::string_view consent_action() const { return options_.approves_consent ? "allow" : "deny"; }
  void keep_cookies(const http::Response& response);
  [[nodiscard]] std::string render_cookies() const;

  remote::Transport& transport_;
  ScriptedBrowserOptions options_;
  std::map<std::string, std::string> cookies_;
  bool has_sent_password_ = false;
};

/// `reference` as a link on the page at `base`: absolute URL, absolute path, query only, or empty. Fails: Malformed
[[nodiscard]] Result<std::string> resolve_url(std::string_view base, std::string_view reference);

}  // namespace signet::client
