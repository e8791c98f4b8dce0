#include "store/store.h"

namespace signet::store {

Store::Store(sql::Database& the_database)
    : database(the_database),
      clients(database),
      accounts(database),
      approvals(database),
      factors(database),
      known_devices(database),
      push_challenges(database),
      device_registrations(database),
      login_failures(database),
      sessions(database),
      workflow_instances(database),
      workflow_documents(database),
      threat_level(database),
      decision_contexts(database),
      consents(database),
      pushed_requests(database),
      grants(database),
      authorization_codes(database),
      access_tokens(database),
      refresh_tokens(database),
      revoked_tokens(database),
      revocations(database),
      signing_keys(database),
      audit(database),
      expiry(database) {}

Result<Store> open(sql::Database& database, const sql::OnMigrated& on_migrated) {
  TRY(sql::migrate(database, migrations(), SystemClock(), on_migrated));
  return Store(database);
}

}  // namespace signet::store
