#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "server/admin/account_factors.h"
#include "server/admin/accounts.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "users";
constexpr std::size_t kPage = 200;

crypto::PasswordCost cost_of(const Call& call) {
  const auto& login = call.session.config().login;
  return {.iterations = login.password_iterations, .memory_bytes = login.password_memory_bytes};
}

int print_object(const Result<json::object>& object) {
  if (!object) return print_failure(kName, object.error());
  print(render_pretty_json(*object));
  return kDone;
}

Result<json::object> read_account(const Arguments& arguments) {
  TRY_ASSIGN(const auto text, read_input(arguments.get("file", "-")));
  auto object = parse_json_object(text);
  if (!object)
    return fail_as(object.error(), ErrorCode::Malformed, "The input must be one JSON object with username and claims.");
  return object;
}

int create(const Call& call) {
  auto account = read_account(call.arguments);
  if (!account) return print_failure(kName, account.error());
  return print_object(run_blocking(server::admin::create_account(call.session.tools(), call.session.actor(),
                                                                 call.issuer.id, std::move(*account), cost_of(call))));
}

int update(const Call& call) {
  auto account = read_account(call.arguments);
  if (!account) return print_failure(kName, account.error());
  return print_object(run_blocking(server::admin::update_account(
      call.session.tools(), call.session.actor(), call.issuer.id, call.word(), std::move(*account), cost_of(call))));
}

int set_password(const Call& call) {
  auto text = read_input(call.arguments.get("password-file", "-"));
  if (!text) return print_failure(kName, text.error());
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const auto done =
      run_blocking(server::admin::set_account_password(call.session.tools(), call.session.actor(), call.issuer.id,
                                                       call.word(), SecretText(std::move(*text)), cost_of(call)));
  if (!done) return print_failure(kName, done.error());
  print("Set the password of " + call.word() + " and ended the sessions of the account.\n");
  return kDone;
}

int get(const Call& call) {
  return print_object(run_blocking(server::admin::load_account(call.session.tools(), call.issuer.id, call.word())));
}

int factors(const Call& call) {
  const auto found =
      run_blocking(server::admin::list_account_factors(call.session.tools(), call.issuer.id, call.word()));
  if (!found) return print_failure(kName, found.error());
  std::vector<std::vector<std::string>> rows = {{"FACTOR_ID", "KIND", "SINCE", "LAST USED", "NAME"}};
  const auto time_of = [](const json::object& factor, std::string_view member) {
    const json::value* const seconds = factor.if_contains(member);
    return seconds == nullptr ? std::string("never") : render_time(seconds->to_number<std::int64_t>() * 1000);
  };
  for (const json::value& each : *found) {
    const json::object& factor = each.as_object();
    rows.push_back({std::string(peek_string(factor, "factor_id")), std::string(peek_string(factor, "kind")),
                    time_of(factor, "created_at"), time_of(factor, "last_used_at"),
                    std::string(peek_string(factor, "name"))});
  }
  print(call.arguments.has("json") ? render_pretty_json(*found) : render_table(rows));
  return kDone;
}

int remove_factor(const Call& call) {
  const auto removed = run_blocking(server::admin::remove_account_factor(
      call.session.tools(), call.session.actor(), call.issuer.id, call.word(), call.arguments.positional().at(2)));
  if (!removed) return print_failure(kName, removed.error());
  print("Removed the factor of " + call.word() + " and ended the sessions of the account.\n");
  return kDone;
}

int end_sessions(const Call& call) {
  const bool revokes = call.arguments.has("revoke-grants");
  const auto ended = run_blocking(server::admin::end_account_sessions(call.session.tools(), call.session.actor(),
                                                                      call.issuer.id, call.word(), revokes));
  if (!ended) return print_failure(kName, ended.error());
  print("Ended the sessions of " + call.word() + (revokes ? " and what applications may do for the account" : "") +
        ".\n");
  return kDone;
}

int remove(const Call& call) {
  const auto removed = run_blocking(
      server::admin::remove_account(call.session.tools(), call.session.actor(), call.issuer.id, call.word()));
  if (!removed) return print_failure(kName, removed.error());
  print("Removed " + call.word() + " with the sessions, consents and tokens of the account.\n");
  return kDone;
}

Result<std::vector<store::AccountRecord>> load_all(const Call& call) {
  std::vector<store::AccountRecord> all;
  for (;;) {
    const std::string after = all.empty() ? "" : all.back().username;
    TRY_ASSIGN(auto page, run_blocking(call.session.tools().store.accounts.list(call.issuer.id, after, kPage)));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < kPage) return all;
  }
}

int list(const Call& call) {
  const auto accounts = load_all(call);
  if (!accounts) return print_failure(kName, accounts.error());
  json::array all;
  std::vector<std::vector<std::string>> rows = {{"USERNAME", "NAME", "STATE", "ACCOUNT_ID"}};
  for (const auto& record : *accounts) {
    const auto account = server::admin::to_json(record);
    if (!account) return print_failure(kName, account.error());
    rows.push_back({record.username, std::string(peek_string(*account, "name")),
                    record.disabled ? "disabled" : "active", record.account_id});
    all.push_back(*account);
  }
  print(call.arguments.has("json") ? render_pretty_json(all) : render_table(rows));
  return kDone;
}

constexpr Verb kVerbs[] = {{"create", 1, create},
                           {"update", 2, update},
                           {"set-password", 2, set_password},
                           {"get", 2, get},
                           {"delete", 2, remove},
                           {"list", 1, list},
                           {"factors", 2, factors},
                           {"remove-factor", 3, remove_factor},
                           {"end-sessions", 2, end_sessions}};

}  // namespace

int users(Words words) {
  const auto arguments = parse_arguments(
      kName, words,
      std::array{kConfigOption, kIssuerOption, Option{"file", 'f', true}, Option{"password-file", 0, true},
                 Option{"json", 0, false}, Option{"revoke-grants", 0, false}});
  if (!arguments) return kUsage;
  return run_verb(
      kName, kVerbs, *arguments,
      "say create, list, or get, update, set-password, factors, end-sessions, delete with a USERNAME, or remove-factor "
      "with a USERNAME and a FACTOR_ID");
}

}  // namespace signet::apps
