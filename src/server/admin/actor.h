#pragma once
// What administration works with, and who does it: the command line today, an admin API later.

#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "net/http_client.h"
#include "server/audit.h"
#include "store/store.h"

namespace signet::server::admin {

struct Actor {
  std::string name;  ///< of the operator, for the audit trail
  http::Peer peer;   ///< where the request came from; listener "command line" for the local programs

  /// Adds the record of a change this actor made.
  void record(AuditEvent event, sql::Batch& batch, std::string_view issuer, Instant now) const {
    std::move(event).text("actor", name).add_to(batch, issuer, peer, now);
  }
};

struct Tools {
  store::Store& store;
  net::HttpClient& http_client;
  const Clock& clock;
  Random& random;
  std::string outbound_ca_pem = {};
};

}  // namespace signet::server::admin
