#include "crypto/digest.h"
#include "server/authn/pages/pages.h"

namespace signet::server::authn {

const std::string& stylesheet_name() {
  static const std::string name = [] {
    const Digest256 digest = crypto::sha256(stylesheet());
    return "signet-" + encode_hex(BytesView(digest).first(6)) + ".css";
  }();
  return name;
}

}  // namespace signet::server::authn
