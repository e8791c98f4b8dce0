#include "net/proxy.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "http/byte_sequence.h"

namespace signet::net {
namespace {

constexpr std::string_view kForwardedPrefix = "x-forwarded-";
constexpr std::size_t kThumbprintBytes = 32;

/// Compares without case, and takes an underscore for the hyphen that CGI-like software makes of it.
bool is_named(std::string_view name, std::string_view lower) {
  return std::ranges::equal(name, lower, [](char c, char wanted) {
    if (c == '_') c = '-';
    return c == wanted || (wanted >= 'a' && wanted <= 'z' && c == wanted - 'a' + 'A');
  });
}

bool is_proxy_field(std::string_view name) {
  switch (name.empty() ? '\0' : name.front()) {
    case 'c':
    case 'C':
      return is_named(name, "client-cert") || is_named(name, "client-cert-chain") || is_named(name, "client-dpop-jkt");
    case 'f':
    case 'F':
      return is_named(name, "forwarded");
    case 'x':
    case 'X':
      return is_named(name.substr(0, kForwardedPrefix.size()), kForwardedPrefix);
    default:
      return false;
  }
}

/// All members of a list field in order, over all its lines.
std::vector<std::string_view> list_members(const http::Fields& fields, std::string_view name) {
  std::vector<std::string_view> members;
  for (const auto line : fields.all(name)) {
    for (const auto part : split(line, ',')) members.push_back(trim(part));
  }
  return members;
}

/// "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711".
Result<IpAddress> parse_forwarded_address(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return fail(ErrorCode::Malformed, "A forwarded address is not valid.");
    return IpAddress::parse(text.substr(1, end - 1));
  }
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::parse(text);
}

/// The rightmost hop that is not one of our proxies: everything left of it was written by somebody we do not know.
/// Where a proxy names no address ("unknown"), the proxy itself is the best that can be said.
IpAddress find_client_address(const http::Fields& fields, IpAddress nearest, const ProxyTrust& trust) {
  const auto hops = list_members(fields, "x-forwarded-for");
  for (auto hop = hops.rbegin(); hop != hops.rend() && trust.trusts(nearest); ++hop) {
    const auto address = parse_forwarded_address(*hop);
    if (!address) break;
    nearest = *address;
  }
  return nearest;
}

Result<void> apply_client_certificate(http::Request& request) {
  request.peer.certificate.clear();
  request.peer.chain.clear();
  const auto certificates = request.fields.count("client-cert");
  const auto chain = list_members(request.fields, "client-cert-chain");
  if (certificates > 1) return fail(ErrorCode::Malformed, "Client-Cert stands more than once.");  // RFC9440-2.2
  if (certificates == 0) {
    // RFC9440-2.3: a chain never comes without its certificate.
    if (!chain.empty()) return fail(ErrorCode::Malformed, "Client-Cert-Chain stands without Client-Cert.");
    return {};
  }
  auto certificate = http::parse_byte_sequence(request.fields.get("client-cert"));
  if (!certificate)
    return fail_as(certificate.error(), ErrorCode::Malformed, "Client-Cert is not a byte sequence of RFC 8941.");
  request.peer.certificate = *std::move(certificate);
  for (const auto member : chain) {
    auto issuer = http::parse_byte_sequence(member);
    if (!issuer)
      return fail_as(issuer.error(), ErrorCode::Malformed,
                     "Client-Cert-Chain is not a list of byte sequences of RFC 8941.");
    request.peer.chain.push_back(*std::move(issuer));
  }
  return {};
}

Result<void> apply_dpop_key(http::Request& request) {
  request.peer.dpop_jkt.clear();
  const auto count = request.fields.count("client-dpop-jkt");
  if (count == 0) return {};
  if (count > 1) return fail(ErrorCode::Malformed, "Client-DPoP-JKT stands more than once.");
  const auto jkt = request.fields.get("client-dpop-jkt");
  const auto thumbprint = decode_base64url(jkt);
  if (!thumbprint || thumbprint->size() != kThumbprintBytes) {
    return fail(ErrorCode::Malformed, "Client-DPoP-JKT is not the thumbprint of a key.");
  }
  request.peer.dpop_jkt = jkt;
  return {};
}

Result<void> apply_scheme(http::Request& request) {
  const auto count = request.fields.count("x-forwarded-proto");
  if (count == 0) return {};
  const auto scheme = request.fields.get("x-forwarded-proto");
  const bool https = equals_ignoring_ascii_case(scheme, "https");
  if (count > 1 || (!https && !equals_ignoring_ascii_case(scheme, "http"))) {
    return fail(ErrorCode::Malformed, "X-Forwarded-Proto is neither http nor https.");
  }
  request.peer.tls = https;
  return {};
}

}  // namespace

Result<ProxyTrust> ProxyTrust::parse(const std::vector<std::string>& networks) {
  ProxyTrust trust;
  for (const auto& text : networks) {
    TRY_ASSIGN(const IpNetwork network, IpNetwork::parse(text));
    trust.networks_.push_back(network);
  }
  return trust;
}

bool ProxyTrust::trusts(const IpAddress& address) const {
  return std::ranges::any_of(networks_, [&](const IpNetwork& network) { return network.contains(address); });
}

Result<void> apply_trusted_proxy(http::Request& request, const IpAddress& proxy, const ProxyTrust& trust) {
  request.peer.is_proxied = true;
  TRY(apply_client_certificate(request));
  TRY(apply_dpop_key(request));
  TRY(apply_scheme(request));
  const IpAddress client = find_client_address(request.fields, proxy, trust);
  if (client != proxy) request.peer.address = client.text();
  return {};
}

void remove_proxy_fields(http::Fields& fields) {
  const auto foreign = [](const http::Field& field) { return is_proxy_field(field.name); };
  if (std::ranges::none_of(fields.list(), foreign)) return;
  http::Fields kept;
  for (const auto& field : fields.list()) {
    if (!foreign(field)) kept.add(field.name, field.value);
  }
  fields = std::move(kept);
}

}  // namespace signet::net
