#pragma once
// What a trusted proxy says about its client, and the removal of the same words from anybody else.

#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "net/address.h"

namespace signet::net {

/// The networks of one listener whose hosts may speak for a client.
class ProxyTrust {
 public:
  /// Fails: Malformed (a CIDR block)
  [[nodiscard]] static Result<ProxyTrust> parse(const std::vector<std::string>& networks);
  [[nodiscard]] bool trusts(const IpAddress& address) const;

 private:
  std::vector<IpNetwork> networks_;
};

/// Replaces certificate, chain, DPoP key, address and scheme of `request.peer` by what the trusted proxy at `proxy`
/// says of its client. The proxy's own client certificate is never taken for the client's. Only a proxy that verifies
/// DPoP proofs means something by Client-DPoP-JKT; whether it is one, the reader of the peer must know. Spec:
/// RFC9440-2. Needs: `request.peer.address` is that of `proxy`. Fails: Malformed
[[nodiscard]] Result<void> apply_trusted_proxy(http::Request& request, const IpAddress& proxy, const ProxyTrust& trust);

/// Takes Client-Cert, Client-Cert-Chain, Client-DPoP-JKT, Forwarded and X-Forwarded-* away, also those that are spelled
/// with underscores: to some software behind us they are the same. Spec: RFC9440-2.4
void remove_proxy_fields(http::Fields& fields);

}  // namespace signet::net
