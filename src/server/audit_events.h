#pragma once
// Every event of the audit trail: a record of an event that does not stand here does not compile. `signet audit events`
// prints the table, and so does docs/operations.md.

#include <algorithm>
#include <string_view>

namespace signet::server {

struct AuditEventRow {
  std::string_view event;
  std::string_view outcomes;  ///< words
  std::string_view meaning;
};

// clang-format off
inline constexpr AuditEventRow kAuditEvents[] = {
    // event                        outcomes                             meaning
    {"account",                     "password_changed",                  "A user has chosen a new password."},
    {"account.created",             "done",                              "An administrator has made an account."},
    {"account.disabled",            "done",                              "An administrator keeps a user out; sessions and grants have ended."},
    {"account.enabled",             "done",                              "An administrator lets a user in again."},
    {"account.password_set",        "done",                              "An administrator has set a password; sessions have ended."},
    {"account.removed",             "done",                              "An administrator has removed an account."},
    {"account.sessions_ended",      "done",                              "An administrator has ended the sessions of an account: `grants` says whether what applications may do too."},
    {"account.updated",             "done",                              "An administrator has changed an account: `changed` names what."},
    {"app",                         "refused",                           "An app was kept from a login: its token or proof is no good."},
    {"authorization",               "granted refused",                   "An authorization code was issued, or the request for one refused."},
    {"authorization_request.pushed", "granted",                          "A client has pushed its request."},
    {"client.created",              "done",                              "An administrator has registered a client: `metadata_sha256` is of what is stored."},
    {"client.removed",              "done",                              "An administrator has removed a client, and all that it was given."},
    {"client.updated",              "done",                              "An administrator has changed a client: `changed` names what."},
    {"consent",                     "granted cancelled withdrawn",       "A user has allowed, not allowed or ended the access of a client."},
    {"factor",                      "enrolled renamed removed used refused clone_suspected", "A way to sign in of an account was changed, proven or refused."},
    {"factor.push",                 "offered asked approved denied wrong_number wrong_hash unknown_challenge too_late", "A device was registered, was asked, or has answered."},
    {"gateway",                     "refused",                           "A call of an API was refused at `/gateway/check/`."},
    {"grant.revoked",               "reuse",                             "A code or refresh token was used twice, and its grant has ended: somebody may have stolen it."},
    {"key.created",                 "done",                              "A signing key was made."},
    {"key.removed",                 "done",                              "A retired signing key is published no more."},
    {"key.rotated",                 "done",                              "The next signing key signs from now on."},
    {"login",                       "granted confirmed refused throttled denied unmet cancelled", "A login has succeeded, has reached a higher level in the same visit, failed, has to wait, is denied by a policy, cannot reach its level, or was left."},
    {"payment",                     "approved denied",                   "A payer has approved a payment, or not."},
    {"policy.applied",              "done",                              "An administrator has put a policy in force."},
    {"policy.rolled_back",          "done",                              "An administrator has put an earlier version of a policy in force."},
    {"recovery",                    "requested confirmed completed",     "A forgotten password: a mail was asked for, its code typed, the new password set."},
    {"request",                     "refused",                           "A request of a client or a device was refused: `endpoint` says where."},
    {"session",                     "ended device_forgotten",            "A user has ended sessions, or has a known device forgotten."},
    {"threat.lowered",              "done",                              "An administrator has ended the threat level."},
    {"threat.raised",               "done",                              "An administrator has raised the threat level."},
    {"token.issued",                "granted",                           "An access token was issued."},
    {"token.revoked",               "granted",                           "A client has given a token back."},
    {"userinfo",                    "refused",                           "A token or its proof was refused at the userinfo endpoint."},
    {"workflow.applied",            "done",                              "An administrator has put a workflow in force."},
    {"workflow.rolled_back",        "done",                              "An administrator has put an earlier version of a workflow in force."},
};
// clang-format on

/// Null: there is no such event.
[[nodiscard]] constexpr const AuditEventRow* find_audit_event(std::string_view event) {
  const auto* const found = std::ranges::find(kAuditEvents, event, &AuditEventRow::event);
  return found == std::end(kAuditEvents) ? nullptr : found;
}

/// The name of an event of the table.
class AuditName {
 public:
  consteval AuditName(const char* event) : view_(event) {  // NOLINT(google-explicit-constructor)
    if (find_audit_event(view_) == nullptr) throw "an event that is not in the table of server/audit_events.h";
  }
  [[nodiscard]] constexpr std::string_view view() const { return view_; }

 private:
  std::string_view view_;
};

}  // namespace signet::server
