#include "server/authn/workflows/password_login.h"

#include "server/authn/facts.h"
#include "server/authn/steps/consent.h"
#include "server/authn/steps/ends.h"
#include "server/authn/steps/password.h"

namespace signet::server::authn {
namespace {

bool login_needed(const workflow::Facts& facts) {
  return fact::is_set(facts, fact::kLoginNeeded);
}
bool consent_needed(const workflow::Facts& facts) {
  return fact::is_set(facts, fact::kConsentNeeded);
}

constexpr workflow::Edge kEdges[] = {
    // from       on          to           guard
    {"start", "begin", "password", {"login needed", login_needed}},
    {"start", "begin", "consent"},
    {"password", "accepted", "consent", {"consent needed", consent_needed}},
    {"password", "accepted", "done"},
    {"password", "cancel", "cancelled"},
    {"consent", "allow", "done"},
    {"consent", "deny", "cancelled"},
};

}  // namespace

const workflow::Definition& password_login() {
  static const workflow::Step steps[] = {password_step(), consent_step(), done_step(), cancelled_step()};
  static const workflow::Definition definition{"password_login", "start", steps, kEdges};
  return definition;
}

const workflow::Definition* find_workflow(std::string_view name) {
  return name == password_login().name ? &password_login() : nullptr;
}

}  // namespace signet::server::authn
