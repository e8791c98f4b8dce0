#include "server/authn/interaction.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "http/form.h"
#include "server/authn/browser.h"
#include "server/authn/facts.h"
#include "server/authn/page.h"
#include "server/authn/workflows/password_login.h"

namespace signet::server::authn {
namespace {

constexpr std::string_view kLoginPath = "/login/";

std::string render_state(const workflow::Definition& definition, const workflow::Instance& instance) {
  const bool is_over = workflow::is_finished(definition, instance);
  return render_json(json::object{{"step", instance.step}, {"facts", is_over ? workflow::Facts{} : instance.facts}});
}

Result<workflow::Instance> parse_state(const store::WorkflowInstanceRecord& record) {
  TRY_ASSIGN(json::object state, parse_json_object(record.state, {.bytes = 256 * 1024, .depth = 32}));
  const auto* facts = state.if_contains("facts");
  if (facts == nullptr || !facts->is_object()) return fail(ErrorCode::Bug, "internal error", "a login without facts");
  return workflow::Instance{.definition = record.definition,
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

Task<Result<http::Response>> start_interaction(Exchange& exchange, workflow::Facts facts) {
  const workflow::Definition& definition = password_login();
  const workflow::Instance fresh{.definition = std::string(definition.name),
                                 .step = std::string(definition.start),
                                 .facts = std::move(facts),
                                 .expires_at = exchange.now + kInteractionLifetime};
  CO_TRY_ASSIGN(const workflow::Outcome first, workflow::advance(definition, fresh, workflow::Begin{}, exchange.now));
  const std::string handle = make_random_token(exchange.context.random);
  // One cookie for all tabs of a browser, so that several logins can go on side by side.
  auto browser_cookie = find_browser_cookie(exchange);
  const bool is_new_browser = !browser_cookie;
  if (is_new_browser) browser_cookie = make_random_token(exchange.context.random);

  sql::Batch batch;
  store::WorkflowInstances::add_insert(batch, {.instance_hash = crypto::sha256(handle),
                                               .issuer = exchange.issuer.id(),
                                               .binding_hash = crypto::sha256(*browser_cookie),
                                               .definition = first.instance.definition,
                                               .state = render_state(definition, first.instance),
                                               .version = first.instance.version,
                                               .expires_at = first.instance.expires_at});
  CO_TRY(co_await exchange.context.database.write(std::move(batch)));
  http::Response response = make_redirect(address_of(exchange, handle));
  if (is_new_browser) set_browser_cookie(exchange, response, *browser_cookie);
  co_return response;
}

Task<Result<Interaction>> load_interaction(Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  std::string handle(path.substr(path.rfind('/') + 1));
  CO_TRY_ASSIGN(const auto record,
                co_await exchange.context.store.workflow_instances.find(crypto::sha256(handle), exchange.now));
  const workflow::Definition* definition = record ? find_workflow(record->definition) : nullptr;
  if (definition == nullptr || record->issuer != exchange.issuer.id()) {
    co_return fail(ErrorCode::NotFound, "This sign-in does not exist or has ended.");
  }
  // The address alone is worth nothing: a stolen or planted link must not join a stranger's login.
  const auto browser_cookie = find_browser_cookie(exchange);
  if (!browser_cookie || !equal_in_constant_time(crypto::sha256(*browser_cookie), record->binding_hash)) {
    co_return fail(ErrorCode::Denied, "This sign-in belongs to another browser.");
  }
  CO_TRY_ASSIGN(workflow::Instance instance, parse_state(*record));
  co_return Interaction{.handle = std::move(handle),
                        .browser_cookie = *browser_cookie,
                        .definition = definition,
                        .instance = std::move(instance)};
}

std::size_t add_advance(sql::Batch& batch, const Interaction& interaction, const workflow::Instance& next,
                        Instant now) {
  return store::WorkflowInstances::add_advance(batch, crypto::sha256(interaction.handle), interaction.instance.version,
                                               render_state(*interaction.definition, next), now);
}

http::Response render_interaction(const Exchange& exchange, const Interaction& interaction,
                                  workflow::Representation page) {
  const auto version = interaction.instance.version;
  workflow::address_actions(page, address_of(exchange, interaction.handle),
                            {{.name = "version", .type = workflow::FieldType::Hidden, .value = std::to_string(version)},
                             {.name = "form_token",
                              .type = workflow::FieldType::Hidden,
                              .value = make_form_token(interaction.browser_cookie, interaction.handle, version)}});
  return make_page(exchange, page, status_of(page), redirect_uri_of(interaction.instance.facts));
}

Result<workflow::Submission> parse_submission(const Exchange& exchange, const Interaction& interaction) {
  TRY(check_same_origin(exchange));
  if (http::media_type(exchange.request.fields.get("Content-Type")) != "application/x-www-form-urlencoded") {
    return fail(ErrorCode::InvalidRequest, "The form has a wrong media type.");
  }
  TRY_ASSIGN(const http::Form form, http::Form::parse(exchange.request.body, {.bytes = 16 * 1024, .parameters = 16}));
  if (!form.duplicated().empty()) return fail(ErrorCode::InvalidRequest, "A field of the form stands twice.");
  workflow::Submission submission{.action = std::string(form.find("action").value_or(""))};
  const auto version = parse_decimal(form.find("version").value_or(""));
  if (!version || *version > 1'000'000)
    return fail(ErrorCode::InvalidRequest, "The form does not say which page it is of.");
  submission.version = static_cast<std::int64_t>(*version);
  const std::string expected = make_form_token(interaction.browser_cookie, interaction.handle, submission.version);
  if (!equal_in_constant_time(as_bytes(form.find("form_token").value_or("")), as_bytes(expected))) {
    return fail(ErrorCode::InvalidRequest, "The form is not one of ours.");
  }
  for (const auto& entry : form.entries()) submission.fields.emplace(entry.name, entry.value);
  return submission;
}

}  // namespace signet::server::authn
