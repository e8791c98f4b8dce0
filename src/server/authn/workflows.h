#pragma once
// The workflows of this server: steps by name, the definitions that came with the program, and those that an operator
// has put in their place.

#include "server/authn/interaction.h"
#include "server/authn/step_work.h"

namespace signet::server::authn {

/// Every step there is, of factors and others; null: there is none of that name.
[[nodiscard]] const workflow::Step* find_step(std::string_view name);
/// All of them, for tests and for documents about them.
[[nodiscard]] std::vector<const workflow::Step*> all_steps();
/// Null: there is none of that name.
[[nodiscard]] const EffectHandler* find_effect(std::string_view name);

/// Names of the definitions that came with the program, and their documents.
[[nodiscard]] std::vector<std::string_view> built_in_workflows();
[[nodiscard]] DefinitionPointer find_built_in(std::string_view name);

/// What comes with the program, as the document that an operator would apply; nothing when there is none of that name.
[[nodiscard]] std::optional<json::object> find_built_in_document(store::DocumentKind kind, std::string_view name);

/// A definition of the steps there are, in the place of one that came with the program. It leads to enrolments only
/// after the decision: from decide on "enrol", from account pages of the workflow "account", and from one enrolment to
/// another; else a password alone could add a factor to an account that has one.
/// Fails: Malformed, InvalidRequest; the detail names the edge or the name
[[nodiscard]] Result<workflow::Definition> parse_workflow(const json::object& document);

/// The definition that logins begin with now. Fails: Bug (unknown name, a stored document this release cannot read),
/// Unavailable
[[nodiscard]] Task<Result<DefinitionPointer>> load_definition(Exchange& exchange, std::string name);
/// The one that a login began with: "login/3". Fails: NotFound (this release has not got it), Unavailable
[[nodiscard]] Task<Result<DefinitionPointer>> load_definition_of(Exchange& exchange, std::string reference);

}  // namespace signet::server::authn
