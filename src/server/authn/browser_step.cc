#include "server/authn/browser_step.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "oauth/fapi2_security.h"
#include "oauth/hypermedia.h"
#include "server/authn/asked.h"
#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/texts.h"

namespace signet::server::authn {
namespace {

using workflow::Action;
using workflow::FieldType;
using workflow::Representation;
using workflow::Submission;

constexpr std::string_view kPath = "/browser/";
constexpr std::string_view kBack = "back";

/// The fact kBrowserStep.
struct BrowserStep {
  std::string browser_hash;  ///< of the cookie of the browser that has the step, as base64url
  std::string redirect_uri;  ///< where it goes then
  std::string origin;        ///< or the origin of the web app whose window opened it
  std::int64_t version = 0;  ///< of the page that it is shown
  Instant ends_at{};
  std::string nonce_hash = {};  ///< once it has answered
  std::optional<Submission> answer = {};
};

std::string hash_of(std::string_view secret) {
  return encode_base64url(crypto::sha256(secret));
}

bool is_hash_of(std::string_view hash, std::string_view secret) {
  return !hash.empty() && equal_in_constant_time(as_bytes(hash), as_bytes(hash_of(secret)));
}

json::object to_json(const BrowserStep& step) {
  json::object out{
      {"browser_hash", step.browser_hash}, {"redirect_uri", step.redirect_uri},       {"origin", step.origin},
      {"version", step.version},           {"ends_at", to_unix_millis(step.ends_at)}, {"nonce_hash", step.nonce_hash}};
  if (!step.answer) return out;
  json::object fields;
  for (const auto& [name, value] : step.answer->fields) fields[name] = value;
  out["action"] = step.answer->action;
  out["fields"] = std::move(fields);
  return out;
}

/// Nothing when no browser has the step, or not any more.
std::optional<BrowserStep> find_step(const Exchange& exchange, const Interaction& interaction) {
  const auto* stored = interaction.instance.facts.if_contains(fact::kBrowserStep);
  if (stored == nullptr || !stored->is_object()) return std::nullopt;
  const json::object& object = stored->get_object();
  BrowserStep step{.browser_hash = fact::text(object, "browser_hash"),
                   .redirect_uri = fact::text(object, "redirect_uri"),
                   .origin = fact::text(object, "origin"),
                   .version = fact::integer(object, "version"),
                   .ends_at = from_unix_millis(fact::integer(object, "ends_at")),
                   .nonce_hash = fact::text(object, "nonce_hash")};
  if (exchange.now >= step.ends_at) return std::nullopt;
  if (!object.contains("action")) return step;
  step.answer = Submission{.action = fact::text(object, "action")};
  for (const auto& [name, value] : fact::object(object, "fields")) {
    if (value.is_string()) step.answer->fields.emplace(name, value.get_string());
  }
  return step;
}

std::string browser_address(const Exchange& exchange, const std::string& handle) {
  return exchange.issuer.path() + std::string(kPath) + handle;
}

/// "1764218412.MAC": of this server, this login, this version of its page and the second it was shown in, so that
/// nothing of it is stored.
std::string make_launch(const Exchange& exchange, const Interaction& interaction, std::int64_t shown_at) {
  const std::string time = std::to_string(shown_at);
  const std::string input =
      "launch\n" + interaction.handle + "\n" + std::to_string(interaction.instance.version) + "\n" + time;
  const auto key = as_bytes(exchange.context.config.master_key.reveal());
  return time + "." + encode_base64url(crypto::hmac_sha256(key, as_bytes(input)));
}

Result<void> check_launch(const Exchange& exchange, const Interaction& interaction, std::string_view launch) {
  constexpr PublicText kRefusal =
      "This address was opened already, or it is too old. Go back to the application and start again.";
  const auto shown_at = parse_decimal(launch.substr(0, launch.find('.')));
  const std::int64_t now = to_unix_seconds(exchange.now);
  const bool is_fresh =
      shown_at && std::cmp_less_equal(*shown_at, now) && std::cmp_less(now - kLaunchLifetime / seconds{1}, *shown_at);
  if (!is_fresh || is_in_browser(exchange, interaction)) return fail(ErrorCode::Expired, kRefusal);
  const std::string expected = make_launch(exchange, interaction, static_cast<std::int64_t>(*shown_at));
  if (!equal_in_constant_time(as_bytes(launch), as_bytes(expected))) return fail(ErrorCode::Expired, kRefusal);
  return {};
}

/// Where the browser goes then: to a redirect URI of the client, or nowhere, its window being one of a web app.
/// The nonce goes to the application and to nobody else.
Result<void> parse_way_back(const Exchange& exchange, const Asked& asked, const http::Form& query, BrowserStep& step) {
  step.redirect_uri = query.find("redirect_uri").value_or("");
  step.origin = query.find("for_origin").value_or("");
  if (!step.origin.empty()) {
    if (step.redirect_uri.empty() && oauth::is_origin_of(*asked.client, step.origin)) return {};
    return fail(ErrorCode::InvalidRequest, "The parameter for_origin is no origin of this application.");
  }
  if (!oauth::is_registered_redirect_uri(step.redirect_uri, *asked.client)) {
    return fail(ErrorCode::InvalidRedirectUri, "The redirect_uri is not registered for this application.");
  }
  return oauth::check_redirect_uri_allowed(step.redirect_uri, exchange.issuer.profile());
}

/// Writes the step as the fact of the login and makes the version one higher. False: somebody else was faster.
Task<Result<bool>> write_step(Exchange& exchange, Interaction& interaction, const BrowserStep* step) {
  workflow::Facts& facts = interaction.instance.facts;
  facts.erase(fact::kBrowserStep);
  if (step != nullptr) facts[fact::kBrowserStep] = to_json(*step);
  sql::Batch batch;
  (void)add_advance(batch, interaction, interaction.instance, exchange.now);
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await exchange.context.database.write(std::move(batch)));
  ++interaction.instance.version;
  co_return !result.failed_guard.has_value();
}

bool is_for_browsers(const Action& action) {
  return action.operation && action.operation->name != workflow::kExternalBrowserFlow;
}

bool asks_for_browser(const Representation& page) {
  return std::ranges::any_of(page.actions, is_for_browsers);
}

/// What was typed into the fields of an action, and nothing besides.
Submission only_fields_of(const Action& action, const Submission& given) {
  Submission kept{.action = action.name};
  for (const auto& field : action.fields) kept.fields.emplace(field.name, given.field(field.name));
  return kept;
}

workflow::Problem make_problem(const Exchange& exchange, const Interaction& interaction, std::string_view type,
                               Text said) {
  return {.type = std::string(type), .text = text(at_this_moment(exchange, interaction).facts, said)};
}

}  // namespace

Representation make_browser_page(const workflow::Facts& facts, Representation page) {
  const std::string client = fact::text(facts, fact::kClientName);
  std::erase_if(page.actions, [](const Action& action) { return !is_for_browsers(action); });
  if (!page.actions.empty()) page.actions.front().main = true;
  for (auto& group : page.groups) {
    for (auto& item : group.items) item.actions.clear();
  }
  page.links.clear();
  page.party = workflow::Party{client, fact::text(facts, fact::kClientHost)};
  page.messages.push_back({workflow::MessageKind::Warning, text(facts, Text::BrowserStepWarning, {client})});
  page.actions.push_back({.name = std::string(kBack), .title = text(facts, Text::BrowserStepBack)});
  return page;
}

Representation make_return_page(const workflow::Facts& facts, const std::string& origin, const std::string& nonce) {
  Representation page{
      .type = "finished", .title = text(facts, Text::BrowserStepBack), .text = text(facts, Text::BrowserStepReturned)};
  page.actions.push_back({.name = std::string(kBack),
                          .title = page.title,
                          .operation = workflow::ClientOperation{
                              .name = "return-to-opener", .arguments = {{"origin", origin}, {kResumeNonce, nonce}}}});
  return page;
}

void offer_browser_step(const Exchange& exchange, const Interaction& interaction, Representation& page) {
  const bool is_offered = exchange.is_app && is_for_client(interaction.instance.facts) && asks_for_browser(page);
  if (!is_offered) return;
  const std::string launch = make_launch(exchange, interaction, to_unix_seconds(exchange.now));
  const std::string href = with_query_parameter(browser_address(exchange, interaction.handle), "launch", launch);
  page.actions.push_back({.name = std::string(kBrowserAction),
                          .title = text(at_this_moment(exchange, interaction).facts, Text::BrowserStepAction),
                          .fields = {{.name = std::string(kResumeNonce), .type = FieldType::Context, .required = true}},
                          .operation = workflow::ClientOperation{.name = std::string(workflow::kExternalBrowserFlow),
                                                                 .arguments = {{"href", href}}}});
}

bool is_in_browser(const Exchange& exchange, const Interaction& interaction) {
  return find_step(exchange, interaction).has_value();
}

workflow::Problem browser_step_problem(const Exchange& exchange, const Interaction& interaction) {
  return make_problem(exchange, interaction, "conflict", Text::BrowserStepHeld);
}

Task<Result<http::Response>> launch_browser_step(Exchange& exchange) {
  CO_TRY_ASSIGN(const http::Form query, http::Form::parse(exchange.request.query()));
  CO_TRY_ASSIGN(Interaction interaction, co_await load_any_interaction(exchange));
  CO_TRY(check_launch(exchange, interaction, query.find("launch").value_or("")));
  CO_TRY_ASSIGN(const Asked asked, co_await load_asked(exchange, interaction.instance.facts));
  const auto known = find_binding(exchange);
  const std::string binding = known ? *known : make_random_token(exchange.context.random);
  BrowserStep step;
  step.browser_hash = hash_of(binding);
  step.version = interaction.instance.version + 1;
  step.ends_at = exchange.now + kBrowserStepLifetime;
  CO_TRY(parse_way_back(exchange, asked, query, step));
  CO_TRY_ASSIGN(const bool is_first, co_await write_step(exchange, interaction, &step));
  if (!is_first) co_return fail(ErrorCode::Expired, "This address was opened in another window a moment ago.");
  // Without the launch in the address: it is used up, and the address bar is seen by others.
  http::Response response = make_redirect(exchange, browser_address(exchange, interaction.handle));
  if (!known) set_browser_cookie(exchange, response, binding);
  co_return response;
}

Task<Result<Interaction>> load_browser_step(Exchange& exchange) {
  CO_TRY_ASSIGN(Interaction interaction, co_await load_any_interaction(exchange));
  exchange.client_id = client_id_of(interaction.instance.facts);
  const auto step = find_step(exchange, interaction);
  const auto binding = find_binding(exchange);
  if (step && binding && !is_hash_of(step->browser_hash, *binding)) {
    co_return fail(ErrorCode::Denied, "This step belongs to another browser.");
  }
  if (!step || !binding || !step->nonce_hash.empty()) {
    co_return fail(ErrorCode::NotFound, "This step does not exist or has ended.");
  }
  interaction.binding = *binding;
  co_return interaction;
}

http::Response render_browser_step(const Exchange& exchange, const Interaction& interaction, Representation page) {
  const auto step = find_step(exchange, interaction);
  return render_interaction(exchange, interaction,
                            make_browser_page(at_this_moment(exchange, interaction).facts, std::move(page)),
                            browser_address(exchange, interaction.handle), step ? step->redirect_uri : std::string());
}

Task<Result<http::Response>> answer_browser_step(Exchange& exchange, Interaction interaction, Representation page) {
  CO_TRY_ASSIGN(const Submission submission, parse_submission(exchange, interaction));
  auto step = find_step(exchange, interaction);
  if (!step || submission.version != step->version) {
    co_return make_redirect(exchange, browser_address(exchange, interaction.handle));
  }
  page = make_browser_page(at_this_moment(exchange, interaction).facts, std::move(page));
  const auto taken = std::ranges::find(page.actions, submission.action, &Action::name);
  if (taken == page.actions.end()) co_return fail(ErrorCode::InvalidRequest, "This page does not offer that action.");
  const std::string nonce = make_random_token(exchange.context.random);
  step->nonce_hash = hash_of(nonce);
  step->ends_at = exchange.now + kResumeNonceLifetime;
  if (taken->name != kBack) step->answer = only_fields_of(*taken, submission);
  CO_TRY_ASSIGN(const bool is_first, co_await write_step(exchange, interaction, &*step));
  if (!is_first) co_return fail(ErrorCode::NotFound, "This step does not exist or has ended.");
  if (!step->origin.empty()) {
    co_return render_interaction(exchange, interaction,
                                 make_return_page(at_this_moment(exchange, interaction).facts, step->origin, nonce),
                                 browser_address(exchange, interaction.handle), {});
  }
  co_return make_redirect(exchange, with_query_parameter(step->redirect_uri, kResumeNonce, nonce));
}

Task<Result<Brought>> consume_browser_step(Exchange& exchange, Interaction& interaction, std::string nonce) {
  const auto brings_nothing = [&](std::string_view type, Text said) {
    return Brought{.problem = make_problem(exchange, interaction, type, said)};
  };
  const bool is_given_up = nonce.empty();  // the app knows that its window is gone
  auto step = find_step(exchange, interaction);
  if (is_given_up && !step) co_return brings_nothing("not_done", Text::BrowserStepLeft);
  const bool is_right = is_given_up || (step && is_hash_of(step->nonce_hash, nonce));
  if (!is_right) co_return brings_nothing("invalid_input", Text::BrowserStepRefused);
  CO_TRY_ASSIGN(const bool is_first, co_await write_step(exchange, interaction, nullptr));
  if (!is_first) co_return brings_nothing("invalid_input", Text::BrowserStepRefused);
  if (is_given_up || !step->answer) co_return brings_nothing("not_done", Text::BrowserStepLeft);
  interaction.challenge_version = step->version;
  step->answer->version = interaction.instance.version;
  co_return Brought{.submission = std::move(step->answer)};
}

}  // namespace signet::server::authn
