#pragma once
// IP addresses and networks as values, and which of them belong to the public internet.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace signet::net {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:a.b.c.d) becomes the IPv4 address, so that a rule
/// written for one form cannot be passed by with the other.
class IpAddress {
 public:
  /// Fails: Malformed
  [[nodiscard]] static Result<IpAddress> parse(std::string_view text);
  /// Fails: Malformed (neither AF_INET nor AF_INET6)
  [[nodiscard]] static Result<IpAddress> from_socket_address(const sockaddr& address);

  [[nodiscard]] bool is_v4() const { return is_v4_; }
  [[nodiscard]] std::string text() const;
  /// 4 or 16 bytes in network order.
  [[nodiscard]] std::string_view octets() const {
    return {reinterpret_cast<const char*>(octets_.data()), is_v4_ ? std::size_t{4} : octets_.size()};
  }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  IpAddress(const void* octets, bool is_v4);
  std::array<std::uint8_t, 16> octets_{};
  bool is_v4_ = true;
};

/// A CIDR block such as "10.0.0.0/8"; an address without a prefix length is a block of one.
class IpNetwork {
 public:
  /// Fails: Malformed
  [[nodiscard]] static Result<IpNetwork> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpNetwork(IpAddress base, unsigned prefix_bits) : base_(base), prefix_bits_(prefix_bits) {}
  IpAddress base_;
  unsigned prefix_bits_;
};

/// True when the address is globally reachable unicast: not loopback, private, link-local, shared, multicast,
/// documentation or any other special-purpose block, and not one that a translator turns into such an address. Spec:
/// RFC6890
[[nodiscard]] bool is_public_address(const IpAddress& address);

}  // namespace signet::net
