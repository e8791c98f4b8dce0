#pragma once
// A representation as an HTTP response: the HTML and the header fields that every page has, or what an app gets
// instead.

#include <span>
#include <string_view>

#include "server/authn/client_answer.h"
#include "server/authn/texts.h"
#include "server/context.h"
#include "workflow/representation.h"

namespace signet::server::authn {

/// What a browser's page has around it.
struct PageSetting {
  int status = 200;  ///< an app's follows from the problem
  /// Where a form on it may lead to in the end, because browsers hold redirects against `form-action`.
  std::string_view redirect_uri = {};
  /// Where the choice of a language is sent, and with what; empty: none is offered.
  std::string_view language_href = {};
  std::span<const workflow::Field> hidden = {};
};

/// One page. `facts` are those of its login, which say in which theme and language it is shown.
[[nodiscard]] http::Response make_page(const Exchange& exchange, const workflow::Representation& page,
                                       const PageSetting& setting, const workflow::Facts& facts);

/// A page for what must not be redirected: `error` is shown with its wire name, so that the client's developers can act
/// on it.
[[nodiscard]] http::Response make_problem_page(const Exchange& exchange, const Error& error);
/// The same with words of its own.
[[nodiscard]] http::Response make_problem_page(const Exchange& exchange, int status, Text title, Text help,
                                               std::string_view type, std::string_view detail = {});

/// The page of a fault of ours. `incident` is what the log calls it, if it has a name.
[[nodiscard]] http::Response make_fault_page(const Exchange& exchange, std::string_view incident);

/// The answer of an endpoint for people, or the page for why there is none, which is recorded as the refusal of
/// `event`. Fails: Bug, as the answer did
[[nodiscard]] Result<http::Response> or_problem_page(Exchange& exchange, AuditName event,
                                                     Result<http::Response> answer);

/// What a visit gets that nobody sees: it uses nothing up, and whoever looks comes again.
[[nodiscard]] http::Response make_unseen_answer();

/// 303, never 307: a form with credentials must not be sent on. Spec: RFC9700-4.12
[[nodiscard]] http::Response make_redirect(const Exchange& exchange, std::string location);
/// The same to the client's redirect URI, which carries the authorization response.
[[nodiscard]] http::Response make_client_redirect(const Exchange& exchange, const ClientAnswer& answer);

}  // namespace signet::server::authn
