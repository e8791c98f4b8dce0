#pragma once
// A memory of who sends DPoP proofs. A device sends the same header (type, algorithm, key) with every proof, and to
// read it, to see that the key is one and to take its thumbprint costs more than all other checks but the signature.
//
// Only a header that stood in a proof with a right signature is kept, and what is kept is what reading it again would
// give: the memory changes the cost of a decision and never the decision.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "oauth/dpop_rfc9449.h"

namespace signet::oauth {

/// Thread: one at a time
class DpopSenders {
 public:
  /// Remembers at least the `capacity` senders seen last, and at most twice as many: about 2 KB each.
  explicit DpopSenders(std::size_t capacity) : capacity_(capacity) {}

  /// Who sends proofs that begin with this header; null when that is not known. `proof` is the whole text of one.
  [[nodiscard]] std::shared_ptr<const DpopSender> find(std::string_view proof);
  /// Needs: verify_dpop_proof has accepted `proof`
  void keep(const UnverifiedDpopProof& proof);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Known = std::unordered_map<std::string, std::shared_ptr<const DpopSender>, Hash, std::equal_to<>>;

  std::size_t capacity_;
  Known recent_;
  Known earlier_;  ///< what was recent before; who is seen again moves to the front, the others leave together
};

}  // namespace signet::oauth
