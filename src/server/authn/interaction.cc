#include "server/authn/interaction.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "http/form.h"
#include "server/authn/browser.h"
#include "server/authn/page.h"
#include "server/authn/presentation.h"
#include "server/authn/workflows.h"

namespace signet::server::authn {
namespace {

constexpr std::string_view kLoginPath = "/login/";
constexpr std::string_view kFactsOfTheMoment[] = {fact::kChallenge, fact::kNow, fact::kHandle, fact::kUsername,
                                                  fact::kTexts};

std::string render_state(const workflow::Definition& definition, const workflow::Instance& instance) {
  const bool is_over = workflow::is_finished(definition, instance);
  workflow::Facts facts = is_over ? workflow::Facts{} : instance.facts;
  for (const std::string_view name : kFactsOfTheMoment) facts.erase(name);
  return render_json(json::object{{"step", instance.step}, {"facts", std::move(facts)}});
}

/// "login/3": the name of the definition and the version this login began with.
std::string reference_of(const workflow::Definition& definition) {
  return definition.name + "/" + std::to_string(definition.version);
}

Result<workflow::Instance> parse_state(const store::WorkflowInstanceRecord& record, const std::string& name) {
  TRY_ASSIGN(json::object state, parse_json_object(record.state, {.bytes = 256 * 1024, .depth = 32}));
  const auto* facts = state.if_contains("facts");
  if (facts == nullptr || !facts->is_object()) return fail(ErrorCode::Bug, "internal error", "a login without facts");
  return workflow::Instance{.definition = name,
                            .step = std::string(peek_string(state, "step")),
                            .version = record.version,
                            .facts = facts->get_object(),
                            .expires_at = record.expires_at};
}

std::string redirect_uri_of(const workflow::Facts& facts) {
  const auto request = oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest));
  return request ? request->redirect_uri : std::string{};
}

int status_of(const workflow::Representation& page) {
  if (!page.problem) return 200;
  if (page.problem->type == "too_many_attempts") return 429;
  if (page.problem->type == "busy") return 503;
  return 200;
}

}  // namespace

std::string address_of(const Exchange& exchange, const std::string& handle) {
  return exchange.issuer.path() + std::string(kLoginPath) + handle;
}

Task<Result<Started>> make_interaction(Exchange& exchange, std::string name, workflow::Facts facts) {
  Started started;
  CO_TRY_ASSIGN(started.interaction.definition, co_await load_definition(exchange, std::move(name)));
  started.interaction.handle = make_random_token(exchange.context.random);
  // One cookie for all tabs of a browser, so that several logins can go on side by side.
  const auto binding = find_binding(exchange);
  started.is_new_browser = !binding;
  started.interaction.binding = binding ? *binding : make_random_token(exchange.context.random);
  choose_locale(exchange, facts);
  facts[fact::kStartedAt] = to_unix_millis(exchange.now);
  started.interaction.instance = {.definition = started.interaction.definition->name,
                                  .step = std::string(workflow::kStart),
                                  .facts = std::move(facts),
                                  .expires_at = exchange.now + kInteractionLifetime};
  co_return started;
}

void add_start(sql::Batch& batch, const Exchange& exchange, const Interaction& interaction,
               const workflow::Instance& first) {
  store::WorkflowInstances::add_insert(batch, {.instance_hash = crypto::sha256(interaction.handle),
                                               .issuer = exchange.issuer.id(),
                                               .binding_hash = crypto::sha256(interaction.binding),
                                               .definition = reference_of(*interaction.definition),
                                               .state = render_state(*interaction.definition, first),
                                               .version = first.version,
                                               .expires_at = first.expires_at});
}

Task<Result<Interaction>> load_interaction(Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  Interaction interaction;
  interaction.handle = path.substr(path.rfind('/') + 1);
  CO_TRY_ASSIGN(const auto record, co_await exchange.context.store.workflow_instances.find(
                                       crypto::sha256(interaction.handle), exchange.now));
  if (!record || record->issuer != exchange.issuer.id()) {
    co_return fail(ErrorCode::NotFound, "This sign-in does not exist or has ended.");
  }
  // The address alone is worth nothing: a stolen or planted link must not join a stranger's login.
  const auto binding = find_binding(exchange);
  if (!binding || !equal_in_constant_time(crypto::sha256(*binding), record->binding_hash)) {
    co_return fail(ErrorCode::Denied, "This sign-in belongs to another browser.");
  }
  interaction.binding = *binding;
  CO_TRY_ASSIGN(interaction.definition, co_await load_definition_of(exchange, record->definition));
  CO_TRY_ASSIGN(interaction.instance, parse_state(*record, interaction.definition->name));
  co_return interaction;
}

std::size_t add_advance(sql::Batch& batch, const Interaction& interaction, const workflow::Instance& next,
                        Instant now) {
  return store::WorkflowInstances::add_advance(batch, crypto::sha256(interaction.handle), interaction.instance.version,
                                               render_state(*interaction.definition, next), now);
}

workflow::Instance at_this_moment(const Exchange& exchange, const Interaction& interaction) {
  workflow::Instance instance = interaction.instance;
  instance.facts[fact::kNow] = to_unix_millis(exchange.now);
  instance.facts[fact::kHandle] = interaction.handle;
  instance.facts[fact::kChallenge] = make_challenge(exchange, interaction.handle, instance.version);
  add_texts(exchange, instance.facts);
  return instance;
}

http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                  workflow::Representation page) {
  const auto version = interaction.instance.version;
  std::vector<workflow::Field> hidden = {
      {.name = "version", .type = workflow::FieldType::Hidden, .value = std::to_string(version)}};
  if (exchange.app_key.empty()) {
    hidden.push_back({.name = "form_token",
                      .type = workflow::FieldType::Hidden,
                      .value = make_form_token(interaction.binding, interaction.handle, version)});
  }
  workflow::address_actions(page, address_of(exchange, interaction.handle), hidden);
  return make_page(exchange, page, status_of(page), redirect_uri_of(interaction.instance.facts),
                   interaction.instance.facts);
}

Result<workflow::Submission> parse_submission(const Exchange& exchange, const Interaction& interaction) {
  const bool is_browser = exchange.app_key.empty();
  if (is_browser) TRY(check_same_origin(exchange));
  if (http::media_type(exchange.request.fields.get("Content-Type")) != "application/x-www-form-urlencoded") {
    return fail(ErrorCode::InvalidRequest, "The form has a wrong media type.");
  }
  TRY_ASSIGN(const http::Form form, http::Form::parse(exchange.request.body, {.bytes = 32 * 1024, .parameters = 32}));
  if (!form.duplicated().empty()) return fail(ErrorCode::InvalidRequest, "A field of the form stands twice.");
  workflow::Submission submission{.action = std::string(form.find("action").value_or(""))};
  const auto version = parse_decimal(form.find("version").value_or(""));
  if (!version || *version > 1'000'000)
    return fail(ErrorCode::InvalidRequest, "The form does not say which page it is of.");
  submission.version = static_cast<std::int64_t>(*version);
  const std::string expected = make_form_token(interaction.binding, interaction.handle, submission.version);
  const bool is_ours = equal_in_constant_time(as_bytes(form.find("form_token").value_or("")), as_bytes(expected));
  if (is_browser && !is_ours) {
    return fail(ErrorCode::InvalidRequest, "The form is not one of ours.");
  }
  for (const auto& entry : form.entries()) submission.fields.emplace(entry.name, entry.value);
  return submission;
}

}  // namespace signet::server::authn
