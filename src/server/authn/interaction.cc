#include "server/authn/interaction.h"

#include <utility>

#include "base/text.h"
#include "crypto/digest.h"
#include "http/form.h"
#include "server/authn/account_visit.h"
#include "server/authn/asked.h"
#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/presentation.h"
#include "server/authn/qr.h"
#include "server/authn/sealed_facts.h"
#include "server/authn/workflows.h"
#include "store/expiry.h"
#include "workflow/policy.h"

namespace signet::server::authn {
namespace {

constexpr std::string_view kLoginPath = "/login/";

/// What the page of an ended login still needs: it speaks and looks as the login did, and its last form may come twice.
constexpr std::string_view kFactsOfAnEnd[] = {fact::kLocale, fact::kTheme, fact::kClientAnswer};

workflow::Facts facts_of_end(const workflow::Facts& facts) {
  workflow::Facts kept;
  for (const std::string_view name : kFactsOfAnEnd) {
    if (const auto* known = facts.if_contains(name)) kept[name] = *known;
  }
  return kept;
}

std::string render_state(const workflow::Definition& definition, workflow::Instance instance) {
  const bool is_over = workflow::is_finished(definition, instance);
  workflow::Facts facts = is_over ? facts_of_end(instance.facts) : std::move(instance.facts);
  for (const std::string_view name : fact::kOfTheMoment) facts.erase(name);
  json::object state{{"step", instance.step}};
  state["facts"] = std::move(facts);
  return render_json(state);
}

/// "login/3": the name of the definition and the version this login began with.
std::string reference_of(const workflow::Definition& definition) {
  return definition.name + "/" + std::to_string(definition.version);
}

Result<workflow::Instance> parse_state(const store::WorkflowInstanceRecord& record, const std::string& name) {
  TRY_ASSIGN(json::object state, parse_json_object(record.state, {.bytes = 256 * 1024, .depth = 32}));
  auto* facts = state.if_contains("facts");
  if (facts == nullptr || !facts->is_object()) return fail(ErrorCode::Bug, "internal error", "a login without facts");
  return workflow::Instance{.definition = name,
                            .step = std::string(peek_string(state, "step")),
                            .version = record.version,
                            .facts = std::move(facts->get_object()),
                            .expires_at = record.expires_at};
}

std::string redirect_uri_of(const workflow::Facts& facts) {
  const auto request = oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest));
  return request ? request->redirect_uri : std::string{};
}

/// A visit of the account pages ends with its session, or when nothing is done for some time.
Duration lifetime_of(const Exchange& exchange, const workflow::Definition& definition) {
  return definition.name == kAccountWorkflow ? exchange.context.config.login.session_absolute : kInteractionLifetime;
}

std::string handle_of(const Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  return std::string(path.substr(path.rfind('/') + 1));
}

using FormFields = std::map<std::string, std::string, std::less<>>;
constexpr std::size_t kMostBytes = 32 * 1024;
constexpr std::size_t kMostFields = 32;

Result<FormFields> parse_form_fields(std::string_view body) {
  TRY_ASSIGN(const http::Form form, http::Form::parse(body, {.bytes = kMostBytes, .parameters = kMostFields}));
  if (!form.duplicated().empty()) return fail(ErrorCode::InvalidRequest, "A field of the form stands twice.");
  FormFields fields;
  for (const auto& [name, value] : form.parameters()) fields.emplace(name, value);
  return fields;
}

/// One flat object of strings: what a form can say and nothing else.
Result<FormFields> parse_json_fields(std::string_view body) {
  constexpr PublicText kRefusal = "The JSON of the form must be one object of a few strings.";
  const auto object = parse_json_object(body, {.bytes = kMostBytes, .depth = 2});
  if (!object) return fail_as(object.error(), ErrorCode::InvalidRequest, kRefusal);
  if (object->size() > kMostFields) return fail(ErrorCode::InvalidRequest, kRefusal);
  FormFields fields;
  for (const auto& [name, value] : *object) {
    const bool is_text = value.is_string() && value.get_string().find('\0') == json::string::npos;
    if (!is_text) return fail(ErrorCode::InvalidRequest, kRefusal);
    fields.emplace(name, value.get_string());
  }
  return fields;
}

Result<FormFields> parse_fields(const Exchange& exchange) {
  const std::string type = http::media_type(exchange.request.fields.get("Content-Type"));
  if (type == "application/x-www-form-urlencoded") return parse_form_fields(exchange.request.body);
  if (type == "application/json" && exchange.is_app) return parse_json_fields(exchange.request.body);
  return fail(ErrorCode::InvalidRequest, "The form has a wrong media type.");
}

/// The row that the path of the request names.
Task<Result<store::WorkflowInstanceRecord>> load_record(Exchange& exchange) {
  CO_TRY_ASSIGN(auto record, co_await exchange.context.store.workflow_instances.find(
                                 oauth::InstanceHash::of(handle_of(exchange)), exchange.now));
  if (record && record->issuer == exchange.issuer.id()) co_return *std::move(record);
  co_return fail(ErrorCode::NotFound, "This sign-in does not exist or has ended.");
}

Task<Result<Interaction>> load_login(Exchange& exchange, store::WorkflowInstanceRecord record) {
  Interaction interaction;
  interaction.handle = handle_of(exchange);
  CO_TRY_ASSIGN(interaction.definition, co_await load_definition_of(exchange, record.definition));
  CO_TRY_ASSIGN(interaction.instance, parse_state(record, interaction.definition->name));
  co_return interaction;
}

void add_moment(const Exchange& exchange, const Interaction& interaction, workflow::Facts& facts) {
  facts[fact::kNow] = to_unix_millis(exchange.now);
  facts[fact::kHandle] = interaction.handle;
  const std::int64_t version = interaction.challenge_version.value_or(interaction.instance.version);
  facts[fact::kChallenge] = make_challenge(exchange, interaction.handle, version);
  add_texts(exchange, facts);
  facts[fact::kRecoverable] = exchange.context.mail != nullptr;
  open_facts(exchange, interaction.handle, facts);
  const std::string& rp_id = exchange.issuer.relying_party().id;
  if (!rp_id.empty()) facts[fact::kRpId] = rp_id;
}

int status_of(const workflow::Representation& page) {
  if (!page.problem) return 200;
  if (page.problem->type == "too_many_attempts") return 429;
  if (page.problem->type == "busy") return 503;
  return 200;
}

/// `language_href`: of PageSetting.
http::Response render(const Exchange& exchange, const Interaction& interaction, workflow::Representation page,
                      std::string_view href, std::string_view redirect_uri, std::string_view language_href) {
  const auto version = interaction.instance.version;
  std::vector<workflow::Field> hidden = {
      {.name = "version", .type = workflow::FieldType::Hidden, .value = std::to_string(version)}};
  if (exchange.app_key.empty()) {
    hidden.push_back({.name = "form_token",
                      .type = workflow::FieldType::Hidden,
                      .value = make_form_token(interaction.binding, interaction.handle, version)});
  }
  workflow::address_actions(page, href, hidden);
  draw_qr_codes(page);
  const PageSetting setting{
      .status = status_of(page), .redirect_uri = redirect_uri, .language_href = language_href, .hidden = hidden};
  return make_page(exchange, page, setting, interaction.instance.facts);
}

}  // namespace

std::string address_of(const Exchange& exchange, const std::string& handle) {
  return exchange.issuer.path() + std::string(kLoginPath) + handle;
}

Task<Result<Started>> make_interaction(Exchange& exchange, std::string name, workflow::Facts facts) {
  Started started;
  CO_TRY_ASSIGN(started.interaction.definition, co_await load_definition(exchange, std::move(name)));
  const Instant ends = exchange.now + lifetime_of(exchange, *started.interaction.definition);
  started.interaction.handle = oauth::make_credential(exchange.context.random, ends);
  // One cookie for all tabs of a browser, so that several logins can go on side by side.
  const auto binding = find_binding(exchange);
  started.is_new_browser = !binding;
  started.interaction.binding = binding ? *binding : make_random_token(exchange.context.random);
  choose_locale(exchange, facts);
  facts[fact::kStartedAt] = to_unix_millis(exchange.now);
  started.interaction.instance = {.definition = started.interaction.definition->name,
                                  .step = std::string(workflow::kStart),
                                  .facts = std::move(facts),
                                  .expires_at = ends};
  co_return started;
}

void add_start(sql::Batch& batch, const Exchange& exchange, const Interaction& interaction, workflow::Instance first) {
  const auto version = first.version;
  const Instant ends = first.expires_at;
  store::WorkflowInstances::add_insert(batch, {.instance_hash = oauth::InstanceHash::of(interaction.handle),
                                               .issuer = exchange.issuer.id(),
                                               .binding_hash = crypto::sha256(interaction.binding),
                                               .definition = reference_of(*interaction.definition),
                                               .state = render_state(*interaction.definition, std::move(first)),
                                               .version = version,
                                               .expires_at = ends});
}

Task<Result<Interaction>> load_interaction(Exchange& exchange) {
  CO_TRY_ASSIGN(const auto record, co_await load_record(exchange));
  // The address alone is worth nothing: a stolen or planted link must not join a stranger's login.
  auto binding = find_binding(exchange);
  if (!binding || !equal_in_constant_time(crypto::sha256(*binding), record.binding_hash)) {
    co_return fail(ErrorCode::Denied, "This sign-in belongs to another browser or another app.");
  }
  CO_TRY_ASSIGN(Interaction interaction, co_await load_login(exchange, record));
  interaction.binding = *std::move(binding);
  co_return interaction;
}

Task<Result<Interaction>> load_any_interaction(Exchange& exchange) {
  CO_TRY_ASSIGN(store::WorkflowInstanceRecord record, co_await load_record(exchange));
  co_return co_await load_login(exchange, std::move(record));
}

Task<Result<std::string>> find_client_of_login(Exchange& exchange) {
  CO_TRY_ASSIGN(const auto record, co_await exchange.context.store.workflow_instances.find(
                                       oauth::InstanceHash::of(handle_of(exchange)), exchange.now));
  if (!record || record->issuer != exchange.issuer.id()) co_return std::string();
  CO_TRY_ASSIGN(const workflow::Instance instance, parse_state(*record, {}));
  co_return client_id_of(instance.facts);
}

static_assert(kInteractionLifetime + workflow::kLongestHold + kTimeAfterHold < store::kPushedRequestMemory);

std::optional<Instant> end_after_hold(const Exchange& exchange, const Interaction& interaction,
                                      const workflow::Facts& facts, Instant held_until) {
  const Instant end = std::max(interaction.instance.expires_at, held_until + kTimeAfterHold);
  const Duration longest = lifetime_of(exchange, *interaction.definition) + workflow::kLongestHold + kTimeAfterHold;
  const Instant began = from_unix_millis(fact::integer(facts, fact::kStartedAt));
  return end <= began + longest ? std::optional(end) : std::nullopt;
}

std::size_t add_advance(sql::Batch& batch, const Interaction& interaction, workflow::Instance next, Instant now) {
  const Instant ends = next.expires_at;
  return store::WorkflowInstances::add_advance(batch, oauth::InstanceHash::of(interaction.handle),
                                               interaction.instance.version,
                                               render_state(*interaction.definition, std::move(next)), ends, now);
}

std::size_t add_restate(sql::Batch& batch, const Interaction& interaction, Instant now) {
  return store::WorkflowInstances::add_restate(batch, oauth::InstanceHash::of(interaction.handle),
                                               interaction.instance.version,
                                               render_state(*interaction.definition, interaction.instance), now);
}

workflow::Instance at_this_moment(const Exchange& exchange, const Interaction& interaction) {
  workflow::Instance instance = interaction.instance;
  add_moment(exchange, interaction, instance.facts);
  return instance;
}

workflow::Instance take_moment(const Exchange& exchange, Interaction& interaction) {
  workflow::Facts facts = std::exchange(interaction.instance.facts, {});
  add_moment(exchange, interaction, facts);
  workflow::Instance instance = interaction.instance;
  instance.facts = std::move(facts);
  return instance;
}

http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                  workflow::Representation page) {
  const std::string href = address_of(exchange, interaction.handle);
  // Where a question is on its way to a device, it stays in the words that it was asked in.
  const bool offers_languages = !page.polling && !page.actions.empty();
  return render(exchange, interaction, std::move(page), href, redirect_uri_of(interaction.instance.facts),
                offers_languages ? href : std::string());
}

http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                  workflow::Representation page, const std::string& href,
                                  std::string_view redirect_uri) {
  return render(exchange, interaction, std::move(page), href, redirect_uri, {});
}

Result<workflow::Submission> parse_submission(const Exchange& exchange, const Interaction& interaction) {
  const bool is_browser = exchange.app_key.empty();
  if (is_browser) TRY(check_same_origin(exchange));
  workflow::Submission submission;
  TRY_ASSIGN(submission.fields, parse_fields(exchange));
  submission.action = submission.field("action");
  const auto version = parse_decimal(submission.field("version"));
  if (!version || *version > 1'000'000)
    return fail(ErrorCode::InvalidRequest, "The form does not say which page it is of.");
  submission.version = static_cast<std::int64_t>(*version);
  const std::string expected = make_form_token(interaction.binding, interaction.handle, submission.version);
  const bool is_ours = equal_in_constant_time(as_bytes(submission.field("form_token")), as_bytes(expected));
  if (is_browser && !is_ours) return fail(ErrorCode::InvalidRequest, "The form is not one of ours.");
  return submission;
}

}  // namespace signet::server::authn
