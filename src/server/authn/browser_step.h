#pragma once
// A step of an app's login that its user takes in a browser, because it needs something that the app cannot do itself:
// the client operation external-browser-flow.
//
//   app      page with the address to open ─► opens it, with one of its redirect URIs
//   browser  GET ?launch: once, by one browser ─► the step alone ─► what was answered waits in the row
//            ─► redirect_uri?_resume_nonce=…, or in a window of a web app a message to its origin
//   app      POST _resume_nonce ─► only now the answer counts, as if the app had sent it
//
// Who sends the address to somebody else gains nothing: the nonce goes to a redirect URI of the client on the machine
// where the step was taken, and without it nothing of that step counts. While the browser has the step the app cannot
// move it; it can only take it back, by bringing no nonce. All of it is the fact kBrowserStep: it ends with the step,
// and any node can go on.

#include "server/authn/interaction.h"

namespace signet::server::authn {

/// Name of the action of an app's page that stands for the step in a browser.
inline constexpr std::string_view kBrowserAction = "browser";
/// The field of its form, and the parameter at the redirect URI.
inline constexpr std::string_view kResumeNonce = "_resume_nonce";

/// How long an address can be opened once its page was shown, how long a browser may take, and how long what it brings
/// back is good.
inline constexpr Duration kLaunchLifetime = minutes{10};
inline constexpr Duration kBrowserStepLifetime = minutes{5};
inline constexpr Duration kResumeNonceLifetime = minutes{2};

/// Adds the way through a browser to an app's page that asks for something only a browser may be able to do.
void offer_browser_step(const Exchange& exchange, const Interaction& interaction, workflow::Representation& page);

/// Has a browser the step now, or has what it answered still to be fetched?
[[nodiscard]] bool is_in_browser(const Exchange& exchange, const Interaction& interaction);
/// What an app is told that moves it meanwhile.
[[nodiscard]] workflow::Problem browser_step_problem(const Exchange& exchange, const Interaction& interaction);

/// The address is opened: this browser gets the step and is led to its page.
/// Fails: NotFound, Expired (it is used or too old, or none of ours), InvalidRedirectUri, Malformed, InvalidClient,
/// Unavailable, Bug
[[nodiscard]] Task<Result<http::Response>> launch_browser_step(Exchange& exchange);

/// The login whose step this browser has. Fails: NotFound, Denied (another browser), Unavailable, Bug
[[nodiscard]] Task<Result<Interaction>> load_browser_step(Exchange& exchange);
/// What a browser is shown of an app's page: what only a browser can do, for whom it is done, and the way back.
[[nodiscard]] workflow::Representation make_browser_page(const workflow::Facts& facts, workflow::Representation page);
/// The last page in the window of a web app: its script tells that origin the nonce, and no other.
[[nodiscard]] workflow::Representation make_return_page(const workflow::Facts& facts, const std::string& origin,
                                                        const std::string& nonce);

/// The page of that step, `page` being the whole one.
[[nodiscard]] http::Response render_browser_step(const Exchange& exchange, const Interaction& interaction,
                                                 workflow::Representation page);
/// Keeps what the user answered on that page and sends the browser back to the app. Fails: InvalidRequest, Unavailable
[[nodiscard]] Task<Result<http::Response>> answer_browser_step(Exchange& exchange, Interaction interaction,
                                                               workflow::Representation page);

/// What a browser brought back: a submission of the step as it is now, or why there is none.
struct Brought {
  std::optional<workflow::Submission> submission = {};
  workflow::Problem problem = {};
};
/// Takes what the browser has answered out of the row, once; `interaction` is then the login as it is since. Without a
/// nonce the app gives the step up: the browser has nothing any more, and what it answered is forgotten.
/// Fails: Unavailable
[[nodiscard]] Task<Result<Brought>> consume_browser_step(Exchange& exchange, Interaction& interaction,
                                                         std::string nonce);

}  // namespace signet::server::authn
