#pragma once
// A login in progress as a row: bound to one browser by a cookie, addressed by an unguessable handle, moved one step at
// a time.

#include <string>

#include "server/context.h"
#include "workflow/engine.h"

namespace signet::server::authn {

/// Time to finish a login once it has started.
inline constexpr Duration kInteractionLifetime = minutes{20};

struct Interaction {
  std::string handle;
  std::string browser_cookie;
  const workflow::Definition* definition = nullptr;
  workflow::Instance instance;

  /// When it started; the request URI was good at that time, and that is what counts when it is consumed.
  [[nodiscard]] Instant started_at() const { return instance.expires_at - kInteractionLifetime; }
};

/// Starts the issuer's login workflow with these facts and sends the browser to its first page.
/// Fails: Unavailable, Overloaded, Bug
[[nodiscard]] Task<Result<http::Response>> start_interaction(Exchange& exchange, workflow::Facts facts);

/// The login that the path of the request names. Fails: NotFound, Denied (another browser's), Unavailable, Bug
[[nodiscard]] Task<Result<Interaction>> load_interaction(Exchange& exchange);

/// Adds a guard that fails when somebody else has moved this login on. An ended login keeps no facts.
std::size_t add_advance(sql::Batch& batch, const Interaction& interaction, const workflow::Instance& next, Instant now);

/// The page's address, for redirects to itself.
[[nodiscard]] std::string address_of(const Exchange& exchange, const std::string& handle);
[[nodiscard]] http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                                workflow::Representation page);

/// The submission in the body of a POST. Fails: InvalidRequest (form, form token, another site)
[[nodiscard]] Result<workflow::Submission> parse_submission(const Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
