#pragma once
// How many refusals of strangers are recorded: the audit trail is never shortened, so nobody may fill the disk with it.

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace signet::server {

/// Of requests that nobody has proven to have sent, sixty a minute are recorded for one address and twelve hundred for
/// all addresses together; the others are counted in a metric only. Thread: any
class RefusalLimit {
 public:
  static constexpr int kOfAddress = 60;
  static constexpr int kOfAll = 1200;

  enum class Verdict {
    Record,
    RecordAsLast,  ///< the record says that more may follow unrecorded until the minute is over
    Leave,
  };
  [[nodiscard]] Verdict count(const std::string& address, Instant now);

 private:
  std::mutex mutex_;
  Instant minute_began_;
  int of_all_ = 0;
  std::unordered_map<std::string, int> of_address_;  // at most kOfAll of them: nobody is remembered beyond that
};

}  // namespace signet::server
