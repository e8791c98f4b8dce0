#pragma once
// All repositories over one database, and the migrations they need.

#include "store/access_tokens.h"
#include "store/accounts.h"
#include "store/approvals.h"
#include "store/audit.h"
#include "store/authorization_codes.h"
#include "store/clients.h"
#include "store/consents.h"
#include "store/decision_contexts.h"
#include "store/device_registrations.h"
#include "store/expiry.h"
#include "store/factors.h"
#include "store/grants.h"
#include "store/known_devices.h"
#include "store/login_failures.h"
#include "store/migrations.h"
#include "store/push_challenges.h"
#include "store/pushed_requests.h"
#include "store/refresh_tokens.h"
#include "store/replay.h"
#include "store/revocations.h"
#include "store/revoked_tokens.h"
#include "store/sessions.h"
#include "store/signing_keys.h"
#include "store/threat_level.h"
#include "store/workflow_documents.h"
#include "store/workflow_instances.h"

namespace signet::store {

/// The repositories. Holds no state of its own. Thread: any
struct Store {
  explicit Store(sql::Database& the_database);

  sql::Database& database;
  Clients clients;
  Accounts accounts;
  Approvals approvals;
  Factors factors;
  KnownDevices known_devices;
  PushChallenges push_challenges;
  DeviceRegistrations device_registrations;
  LoginFailures login_failures;
  Sessions sessions;
  WorkflowInstances workflow_instances;
  WorkflowDocuments workflow_documents;
  ThreatLevel threat_level;
  DecisionContexts decision_contexts;
  Consents consents;
  PushedRequests pushed_requests;
  Grants grants;
  AuthorizationCodes authorization_codes;
  AccessTokens access_tokens;
  RefreshTokens refresh_tokens;
  RevokedTokens revoked_tokens;
  Revocations revocations;
  Replay replay;
  SigningKeys signing_keys;
  Audit audit;
  Expiry expiry;
};

/// The repositories over a database whose schema was brought up to date; blocks while it is. `database` outlives the
/// store. Fails: Conflict (the database is newer than this program), Unavailable
[[nodiscard]] Result<Store> open(sql::Database& database, const sql::OnMigrated& on_migrated = {});

}  // namespace signet::store
