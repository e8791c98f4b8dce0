#include "server/authn/asset.h"

#include "crypto/digest.h"

namespace signet::server::authn {

std::string purpose_of(std::string_view name) {
  const auto dash = name.rfind('-');
  const auto dot = name.rfind('.');
  if (dash == std::string_view::npos || dot == std::string_view::npos || dot < dash) return {};
  return std::string(name.substr(0, dash)) + std::string(name.substr(dot));
}

std::string Asset::purpose() const {
  return purpose_of(name);
}

std::string_view Asset::media_type() const {
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "image/svg+xml";
}

Asset make_asset(std::string_view purpose, std::string body) {
  const auto dot = purpose.rfind('.');
  const Digest256 digest = crypto::sha256(body);
  const std::string fingerprint = encode_hex(BytesView(digest).first(6));
  return {.name = std::string(purpose.substr(0, dot)) + "-" + fingerprint + std::string(purpose.substr(dot)),
          .body = std::move(body)};
}

}  // namespace signet::server::authn
