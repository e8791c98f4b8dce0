#pragma once
// The pages on which people see and end what acts for them. One page is one file: its step, what it reads (`list_…`)
// and what it does. Only decide leads to them, and each of their effects looks at the account that was judged there.

#include <span>

#include "server/authn/step_work.h"
#include "server/authn/texts.h"
#include "workflow/definition.h"

namespace signet::server::authn {

struct AccountPage {
  std::vector<workflow::Step> steps;
  std::vector<EffectHandler> effects;
};

[[nodiscard]] const AccountPage& account_hub_page();
[[nodiscard]] const AccountPage& account_factors_page();
[[nodiscard]] const AccountPage& confirm_removal_page();
[[nodiscard]] const AccountPage& account_sessions_page();
[[nodiscard]] const AccountPage& account_apps_page();
[[nodiscard]] const AccountPage& account_app_page();
[[nodiscard]] const AccountPage& account_history_page();
[[nodiscard]] std::span<const AccountPage* const> account_pages();

/// At most so many entries of a list are shown; lists begin with the newest.
inline constexpr std::size_t kMostEntries = 50;

/// A page of the account with who is signed in.
[[nodiscard]] workflow::Representation make_account_page(const workflow::Facts& facts, Text title, Text sentence);
/// An action on one entry of a list: `value` names the entry in the hidden field `field`.
[[nodiscard]] workflow::Action make_entry_action(std::string name, std::string title, std::string_view field,
                                                 std::string_view value);

/// The entries that the page's on_show has read under a name.
[[nodiscard]] json::array listed(const workflow::Facts& facts, std::string_view name);
/// The answer of an on_show effect.
[[nodiscard]] workflow::EffectAnswer list_answer(json::object lists);
/// Does one of these entries have this value in this member? What a form names must be on its page.
[[nodiscard]] bool has_entry(const json::array& entries, std::string_view member, std::string_view value);
/// What is said of an entry that is not there, or not any more.
[[nodiscard]] workflow::Problem make_gone_problem(const workflow::Facts& facts);

/// Leads to another page by way of the decision.
[[nodiscard]] workflow::Reaction open_page(std::string_view page);
/// "2026-05-12 09:41 UTC": the same in every language, with its zone.
[[nodiscard]] std::string describe_time(Instant at);

/// "203.0.113.7 (DE)": an address with its country when that is known.
[[nodiscard]] std::string describe_address(const Exchange& exchange, const std::string& address);
/// Browser and address of an audit record, as far as it tells them.
[[nodiscard]] std::string describe_origin(const StepWork& work, const json::object& record);
/// What the history says of a kind of audit record. Every kind that names an account has its sentence.
[[nodiscard]] std::optional<Text> find_history_sentence(std::string_view event, std::string_view outcome);

/// The account of this visit. Fails: AccessDenied (nobody is signed in)
[[nodiscard]] Result<std::string> load_visitor(const StepWork& work);
/// Adds an audit record of the visitor's to what is written with the step.
void record(StepWork& work, AuditEvent event);
/// The client's name and host as its users know them. Fails: Unavailable
[[nodiscard]] Task<Result<workflow::Party>> load_party(Exchange& exchange, std::string client_id);

}  // namespace signet::server::authn
