#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace signet::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::vector<IpNetwork> parse_networks(std::initializer_list<std::string_view> texts) {
  std::vector<IpNetwork> networks;
  for (const auto text : texts) {
    if (auto network = IpNetwork::parse(text)) networks.push_back(*network);
  }
  return networks;
}

bool is_in(const std::vector<IpNetwork>& networks, const IpAddress& address) {
  return std::ranges::any_of(networks, [&](const IpNetwork& network) { return network.contains(address); });
}

bool is_public_v4(const IpAddress& address) {
  static const auto special =
      parse_networks({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                      "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
                      "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"});
  return !is_in(special, address);
}

bool is_public_v6(const IpAddress& address) {
  static const auto unicast = parse_networks({"2000::/3"});
  // 2001::/23 holds Teredo and ORCHID, 2002::/16 is 6to4: both can name an IPv4 address that we would have refused.
  static const auto special = parse_networks({"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"});
  return is_in(unicast, address) && !is_in(special, address);
}

}  // namespace

IpAddress::IpAddress(const void* octets, bool is_v4) : is_v4_(is_v4) {
  std::memcpy(octets_.data(), octets, is_v4 ? 4 : 16);
  if (is_v4 || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), octets_.begin())) return;
  is_v4_ = true;
  std::copy_n(octets_.begin() + 12, 4, octets_.begin());
  std::fill(octets_.begin() + 4, octets_.end(), std::uint8_t{0});
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  std::array<std::uint8_t, 16> octets{};
  if (terminated.size() == text.size() && text.find('\0') == std::string_view::npos) {
    if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) return IpAddress(octets.data(), true);
    if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return IpAddress(octets.data(), false);
  }
  return fail(ErrorCode::Malformed, "The text is not an IP address.");
}

Result<IpAddress> IpAddress::from_socket_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return IpAddress(&reinterpret_cast<const sockaddr_in&>(address).sin_addr, true);
  }
  if (address.sa_family == AF_INET6) {
    return IpAddress(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, false);
  }
  return fail(ErrorCode::Malformed, "The socket address is not an IP address.");
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, octets_.data(), out.data(), out.size());
  return out.data();
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto slash = text.find('/');
  TRY_ASSIGN(const IpAddress base, IpAddress::parse(text.substr(0, slash)));
  const unsigned width = base.is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return IpNetwork(base, width);
  const auto bits = parse_decimal(text.substr(slash + 1));
  if (!bits || *bits > width) return fail(ErrorCode::Malformed, "The prefix length of a network is not valid.");
  return IpNetwork(base, static_cast<unsigned>(*bits));
}

bool IpNetwork::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  const std::string_view a = base_.octets();
  const std::string_view b = address.octets();
  const std::size_t whole = prefix_bits_ / 8;
  if (a.substr(0, whole) != b.substr(0, whole)) return false;
  const unsigned rest = prefix_bits_ % 8;
  if (rest == 0) return true;
  const auto differing = static_cast<std::uint8_t>(a[whole] ^ b[whole]);
  return (differing >> (8 - rest)) == 0;
}

bool is_public_address(const IpAddress& address) {
  return address.is_v4() ? is_public_v4(address) : is_public_v6(address);
}

}  // namespace signet::net
