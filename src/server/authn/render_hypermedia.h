#pragma once
// JSON of a representation: what an app draws where a browser shows a page. Like the HTML it adds nothing of its own.
//
//   page ─► application/vnd.auth+json     type, metadata, properties, actions, links, messages
//   page with a problem, as the answer to a form ─► render_problem.h

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/representation.h"

namespace signet::server::authn {

inline constexpr std::string_view kHypermediaType = "application/vnd.auth+json";

/// Actions of the kind kSelectKind stand as the options of one selector. The actions of a group's items stand with
/// their item and, for clients that know no groups, once more among all actions, titled with the item. Thread: any
[[nodiscard]] std::string render_hypermedia(const workflow::Representation& page);

/// Where a browser gets a redirect: one form that an app follows by itself. `href` stays within the issuer.
[[nodiscard]] std::string render_redirection(std::string_view href, std::string_view method,
                                             const std::vector<workflow::Field>& fields = {});

/// The end of a granted request. `href` is the redirect URI with the response parameters.
[[nodiscard]] std::string render_authorization_response(std::string_view href, std::string_view code,
                                                        const std::optional<std::string>& state, std::string_view iss);

}  // namespace signet::server::authn
