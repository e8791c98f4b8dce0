#include "server/refusal_limit.h"

namespace signet::server {

RefusalLimit::Verdict RefusalLimit::count(const std::string& address, Instant now) {
  const std::scoped_lock lock(mutex_);
  // A clock that was set back begins a minute too.
  if (now < minute_began_ || now - minute_began_ >= minutes{1}) {
    minute_began_ = now;
    of_all_ = 0;
    of_address_.clear();
  }
  if (of_all_ == kOfAll) return Verdict::Leave;
  int& of_address = of_address_[address];
  if (of_address == kOfAddress) return Verdict::Leave;
  ++of_all_;
  ++of_address;
  return of_all_ == kOfAll || of_address == kOfAddress ? Verdict::RecordAsLast : Verdict::Record;
}

}  // namespace signet::server
