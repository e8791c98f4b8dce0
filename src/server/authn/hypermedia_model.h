#pragma once
// The parts that a representation and a problem document have in common, as JSON values.

#include "base/json.h"
#include "workflow/representation.h"

namespace signet::server::authn {

/// Heading, texts, notes and the facts of groups, in the order in which a page shows them.
[[nodiscard]] json::array render_messages(const workflow::Representation& page);
[[nodiscard]] json::array render_actions(const workflow::Representation& page);
[[nodiscard]] json::array render_links(const std::vector<workflow::Link>& links);
/// What of a page has a place of its own: groups and the state of a wait.
[[nodiscard]] json::object render_properties(const workflow::Representation& page);
/// A form that an app sends by itself.
[[nodiscard]] json::object render_form(const workflow::Action& action);

[[nodiscard]] json::object render_message(std::string_view text, workflow::MessageKind kind);
[[nodiscard]] json::object render_link(std::string_view href, std::string_view rel);

}  // namespace signet::server::authn
