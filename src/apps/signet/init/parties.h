#pragma once
// Who takes part in the demo: two clients with different keys, the gateway, the bank's API, two users.

#include "apps/signet/init/certificates.h"
#include "apps/signet/init/plan.h"
#include "apps/signet/session.h"

namespace signet::apps {

inline constexpr std::string_view kUserNames[] = {"alice", "bob"};

/// clients/NAME.json for both clients, the gateway and the bank, with keys of their own. Those that prove themselves by
/// certificate get it from `ca`. Fails: Unavailable, Malformed
[[nodiscard]] Result<void> make_client_files(const NewFiles& files, const Plan& plan, DevelopmentCa& ca);
/// passwords/NAME.txt, for the user alone.
[[nodiscard]] Result<void> make_password_files(const NewFiles& files, Random& random);

/// Registers who is not registered yet, from the files. Fails: as administration
[[nodiscard]] Result<void> register_clients(const Session& session, const NewFiles& files);
[[nodiscard]] Result<void> register_users(const Session& session, const NewFiles& files);

}  // namespace signet::apps
