#pragma once
// A login in progress as a row: bound to one browser by a cookie or to an app by its key, addressed by an unguessable
// handle, moved one step at a time.

#include <memory>
#include <optional>
#include <string>

#include "server/authn/facts.h"
#include "server/context.h"
#include "workflow/engine.h"

namespace signet::server::authn {

/// Time to finish a login once it has started.
inline constexpr Duration kInteractionLifetime = minutes{20};
/// Time to finish a login that was held, once the hold is over.
inline constexpr Duration kTimeAfterHold = minutes{5};

struct Interaction {
  std::string handle;
  std::string binding;  ///< what only its browser or its app has
  DefinitionPointer definition;
  workflow::Instance instance;
  /// Of the page whose challenge is answered, when that is not the page of now: see browser_step.
  std::optional<std::int64_t> challenge_version = {};
};

/// Where a caller goes next, and what it is given on the way.
struct Started {
  Interaction interaction;
  bool is_new_browser = false;
};

/// A new login of the workflow `name` with these facts, at its start: nothing is stored of it yet.
/// Fails: Unavailable, Bug
[[nodiscard]] Task<Result<Started>> make_interaction(Exchange& exchange, std::string name, workflow::Facts facts);

/// The login that the path of the request names. Fails: NotFound, Denied (another browser's), Unavailable, Bug
[[nodiscard]] Task<Result<Interaction>> load_interaction(Exchange& exchange);

/// The same whoever asks: what that is worth is for the caller to say. It has no binding. Fails: NotFound, Unavailable,
/// Bug
[[nodiscard]] Task<Result<Interaction>> load_any_interaction(Exchange& exchange);

/// The client whose authorization request the login in the path answers, whoever asks; empty when there is none or the
/// login is over. Fails: Unavailable, Bug
[[nodiscard]] Task<Result<std::string>> find_client_of_login(Exchange& exchange);

/// The end that a hold until `held_until` gives a login with these facts; absent when no login lives that long. One
/// hold fits whenever it begins, but not one after the other for one account after the other.
[[nodiscard]] std::optional<Instant> end_after_hold(const Exchange& exchange, const Interaction& interaction,
                                                    const workflow::Facts& facts, Instant held_until);

/// Stores a login that has just begun.
void add_start(sql::Batch& batch, const Exchange& exchange, const Interaction& interaction, workflow::Instance first);
/// Adds a guard that fails when somebody else has moved this login on. An ended login keeps its language, its theme
/// and the answer to its client (see kept_answer), and no other fact.
std::size_t add_advance(sql::Batch& batch, const Interaction& interaction, workflow::Instance next, Instant now);

/// Adds the same guard and keeps the facts without moving the login.
std::size_t add_restate(sql::Batch& batch, const Interaction& interaction, Instant now);

/// The page's address, for redirects to itself.
[[nodiscard]] std::string address_of(const Exchange& exchange, const std::string& handle);
/// The page of this moment, with the choice of a language at its foot.
[[nodiscard]] http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                                workflow::Representation page);
/// The same with forms that go to `href` and may lead to `redirect_uri`, without that choice.
[[nodiscard]] http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                                workflow::Representation page, const std::string& href,
                                                std::string_view redirect_uri);

/// The instance with the facts of the moment, which are never stored.
[[nodiscard]] workflow::Instance at_this_moment(const Exchange& exchange, const Interaction& interaction);
/// The same without a copy: the facts of the login are in what is returned, and `interaction` has none from then on.
[[nodiscard]] workflow::Instance take_moment(const Exchange& exchange, Interaction& interaction);

/// The submission in the body of a POST; an app may send JSON, too. Fails: InvalidRequest (form, form token, another
/// site)
[[nodiscard]] Result<workflow::Submission> parse_submission(const Exchange& exchange, const Interaction& interaction);

}  // namespace signet::server::authn
