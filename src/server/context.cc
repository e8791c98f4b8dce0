#include "server/context.h"

namespace signet::server {

std::string Exchange::public_url() const {
  const bool by_certificate_listener = [&] {
    if (issuer.mtls_origin().empty()) return false;
    for (const auto& listener : context.config.listeners) {
      if (listener.name == request.peer.listener && listener.client_certificates) return true;
    }
    // Behind a proxy both names may reach one listener; the configured name decides, never a name the client invents.
    return issuer.mtls_origin() != issuer.origin() && issuer.is_at_mtls(request.fields.get("Host"));
  }();
  return issuer.endpoint_url(endpoint_path, by_certificate_listener);
}

void Exchange::record(AuditEvent event, const std::optional<SingleUse>& spent) {
  sql::Batch batch;
  std::move(event).add_to(batch, issuer.id(), request.peer, now);
  if (spent) (void)store::Replay::add_mark(batch, spent->hash);
  if (context.database.write_later(std::move(batch))) return;
  context.metrics.count(Metrics::Counter::RecordsLost);
  context.log.error("audit.queue_full");
}

void Exchange::record_refusal(AuditEvent event, const std::optional<SingleUse>& spent) {
  if (caller) return record(std::move(event), spent);
  switch (context.refusals->count(request.peer.address, now)) {
    case RefusalLimit::Verdict::Record:
      return record(std::move(event));
    case RefusalLimit::Verdict::RecordAsLast:
      return record(std::move(event).text("note", "more refusals of this minute are not recorded"));
    case RefusalLimit::Verdict::Leave:
      context.metrics.count(Metrics::Counter::RefusalsNotRecorded);
  }
}

}  // namespace signet::server
