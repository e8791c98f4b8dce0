#include "server/authn/policy_documents.h"

#include <algorithm>

#include "server/context.h"

namespace signet::server::authn {
namespace {

using store::DocumentKind;

/// More versions than logins of one moment can have begun with.
constexpr std::size_t kMostKept = 200;

/// So that a raised threat level means something before anybody has written a policy.
constexpr std::string_view kBuiltIn = R"({"policy": "login", "rules": [
  {"name": "threat 2: people are warned", "when": {"fact": "threat_level", "at_least": 2}, "then": {"step": "notice"}},
  {"name": "threat 3: two factors", "when": {"fact": "threat_level", "at_least": 3}, "then": {"categories": 2}},
  {"name": "threat 4: no factor that can be phished", "when": {"fact": "threat_level", "at_least": 4},
   "then": {"phishing_resistant": true, "no_enrolment": true}}]})";

PolicyPointer built_in_policy() {
  static const PolicyPointer policy =
      std::make_shared<const workflow::Policy>(workflow::Policy::parse(parse_json_object(kBuiltIn).value()).value());
  return policy;
}

std::int64_t version_in(const std::vector<store::WorkflowDocuments::ActiveVersion>& versions, DocumentKind kind,
                        std::string_view name) {
  const auto found =
      std::ranges::find_if(versions, [&](const auto& active) { return active.kind == kind && active.name == name; });
  return found == versions.end() ? 0 : found->version;
}

template <class Map>
typename Map::mapped_type find_kept(std::mutex& mutex, const Map& kept, const typename Map::key_type& key) {
  const std::scoped_lock lock(mutex);
  const auto found = kept.find(key);
  return found == kept.end() ? nullptr : found->second;
}

template <class Map>
void keep(std::mutex& mutex, Map& kept, typename Map::key_type key, typename Map::mapped_type value) {
  const std::scoped_lock lock(mutex);
  if (kept.size() >= kMostKept) kept.clear();
  kept.insert_or_assign(std::move(key), std::move(value));
}

/// What an operator applied was checked then: that it cannot be read now is no fault of the user's.
std::unexpected<Error> unreadable(Error error, const std::string& name, std::int64_t version) {
  error.detail = "the stored document " + name + "/" + std::to_string(version) +
                 " cannot be used: " + std::string(error.public_text.view()) + " " + error.detail;
  return fail(ErrorCode::Bug, "internal error", std::move(error.detail));
}

}  // namespace

std::string_view built_in_policy_document() {
  return kBuiltIn;
}

std::int64_t InForce::workflow_version(std::string_view name) const {
  return version_in(versions, DocumentKind::Workflow, name);
}

Task<Result<InForce>> PolicyDocuments::load(std::string issuer_id, Instant now) {
  InForce in_force;
  CO_TRY_ASSIGN(auto found, co_await store_.workflow_documents.find_in_force(issuer_id, now));
  in_force.versions = std::move(found.versions);
  in_force.threat_level = found.threat_level;
  in_force.policy_version = version_in(in_force.versions, DocumentKind::Policy, kPolicyName);
  CO_TRY_ASSIGN(in_force.policy, co_await load_policy(std::move(issuer_id), in_force.policy_version));
  co_return in_force;
}

Task<Result<PolicyPointer>> PolicyDocuments::load_policy(std::string issuer_id, std::int64_t version) {
  if (version == 0) co_return built_in_policy();
  const Version key{{.issuer = std::move(issuer_id), .kind = DocumentKind::Policy, .name = std::string(kPolicyName)},
                    version};
  if (auto kept = find_kept(mutex_, policies_, key)) co_return kept;
  CO_TRY_ASSIGN(const auto document, co_await load_document(key));
  auto parsed = workflow::Policy::parse(document);
  if (!parsed) co_return unreadable(std::move(parsed).error(), key.first.name, version);
  auto policy = std::make_shared<const workflow::Policy>(*std::move(parsed));
  keep(mutex_, policies_, key, policy);
  co_return policy;
}

Task<Result<DefinitionPointer>> PolicyDocuments::load_workflow(std::string issuer_id, std::string name,
                                                               std::int64_t version) {
  const Version key{{.issuer = std::move(issuer_id), .kind = DocumentKind::Workflow, .name = std::move(name)}, version};
  if (auto kept = find_kept(mutex_, definitions_, key)) co_return kept;
  CO_TRY_ASSIGN(const auto document, co_await load_document(key));
  auto parsed = parse_workflow_(document);
  if (!parsed) co_return unreadable(std::move(parsed).error(), key.first.name, version);
  parsed->version = version;
  auto definition = std::make_shared<const workflow::Definition>(*std::move(parsed));
  keep(mutex_, definitions_, key, definition);
  co_return definition;
}

Task<Result<json::object>> PolicyDocuments::load_document(Version version) const {
  CO_TRY_ASSIGN(const auto record, co_await store_.workflow_documents.find(version.first, version.second));
  if (!record) {
    co_return fail(ErrorCode::Bug, "internal error",
                   "the stored document " + version.first.name + "/" + std::to_string(version.second) + " is gone");
  }
  auto document = parse_json_object(record->document, kDocumentLimits);
  if (!document) co_return unreadable(std::move(document).error(), version.first.name, version.second);
  co_return document;
}

Task<Result<const InForce*>> load_in_force(Exchange& exchange) {
  if (!exchange.in_force) {
    CO_TRY_ASSIGN(exchange.in_force, co_await exchange.context.policies.load(exchange.issuer.id(), exchange.now));
  }
  co_return &*exchange.in_force;
}

}  // namespace signet::server::authn
