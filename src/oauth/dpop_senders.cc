#include "oauth/dpop_senders.h"

namespace signet::oauth {
namespace {

/// A key of RSA with 4096 bits fits.
constexpr std::size_t kMaxHeaderBytes = 1024;

}  // namespace

std::shared_ptr<const DpopSender> DpopSenders::find(std::string_view proof) {
  const std::string_view header = proof.substr(0, proof.find('.'));
  if (const auto found = recent_.find(header); found != recent_.end()) return found->second;
  const auto found = earlier_.find(header);
  if (found == earlier_.end()) return nullptr;
  auto node = earlier_.extract(found);
  auto sender = node.mapped();
  recent_.insert(std::move(node));
  return sender;
}

void DpopSenders::keep(const UnverifiedDpopProof& proof) {
  const std::string_view header = proof.jws.encoded_header();
  if (header.size() > kMaxHeaderBytes || recent_.contains(header)) return;
  if (recent_.size() >= capacity_) {
    earlier_ = std::move(recent_);
    recent_.clear();
  }
  recent_.emplace(header, proof.sender);
}

}  // namespace signet::oauth
