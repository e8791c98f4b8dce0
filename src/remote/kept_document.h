#pragma once
// A document of another host: fetched when it is needed, by one for all who wait, and kept for a while.
//
//   find ─► kept, fresh and enough? ─ yes ─► it
//                │ no
//                ▼
//           somebody fetches, and what is kept is good and enough? ─ yes ─► it
//                │ no
//                ▼
//           tried a moment ago? ─ yes ─► what is good, or why there is nothing
//                │ no
//                ▼
//           one fetch for all who wait ─► what is good, or why there is nothing

#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "remote/single_flight.h"

namespace signet::remote {

struct KeepTimes {
  Duration fresh;  ///< how long a document is used without a look for a newer one
  Duration good;   ///< how long it may be used while a newer one cannot be had
  Duration pause;  ///< after a fetch the host is left alone for so long, whoever asks
  Duration retry;  ///< the same while nothing good is kept
};

/// Thread: any
template <class Value>
class KeptDocument {
 public:
  using Pointer = std::shared_ptr<const Value>;

  /// The document, from `fetch` (a coroutine function that gives Result<Value>) where what is kept is not fresh or not
  /// `is_enough`. What comes back is the newest there is, enough or not. Fails: as `fetch`
  /// Needs: both stay alive until the answer is there
  template <class IsEnough, class Fetch>
  [[nodiscard]] Task<Result<Pointer>> find(const Clock& clock, KeepTimes times, IsEnough is_enough, Fetch fetch) {
    if (auto known = look(clock.now(), times, is_enough)) co_return *std::move(known);
    const bool leads = co_await flight_.join();
    if (!leads) co_return latest(clock.now(), times);
    const SingleFlight::Landing landing(flight_);
    // Another flight may have landed between the look and the join.
    if (auto known = look(clock.now(), times, is_enough)) co_return *std::move(known);
    const Fetching fetching(*this, clock);
    keep(co_await fetch(), clock.now());
    co_return latest(clock.now(), times);
  }

 private:
  /// Somebody fetches for as long as it lives; the host has its peace afterwards, however the fetch ends.
  class Fetching {
   public:
    Fetching(KeptDocument& kept, const Clock& clock) : kept_(kept), clock_(clock) { kept_.begin_fetch(); }
    ~Fetching() { kept_.end_fetch(clock_.now()); }
    Fetching(const Fetching&) = delete;
    Fetching& operator=(const Fetching&) = delete;

   private:
    KeptDocument& kept_;
    const Clock& clock_;
  };

  /// The answer that needs no fetch, if there is one.
  template <class IsEnough>
  std::optional<Result<Pointer>> look(Instant now, const KeepTimes& times, const IsEnough& is_enough) {
    const std::scoped_lock lock(mutex_);
    const bool is_good = is_kept_within(times.good, now);
    const bool is_quiet = is_fetching_ || is_kept_within(times.fresh, now);
    if (is_good && is_quiet && is_enough(*value_)) return Result<Pointer>(value_);
    const Duration pause = is_good ? times.pause : times.retry;
    if (is_fetching_ || !tried_at_ || now - *tried_at_ >= pause) return std::nullopt;
    return latest_of(now, times);
  }
  [[nodiscard]] Result<Pointer> latest(Instant now, const KeepTimes& times) {
    const std::scoped_lock lock(mutex_);
    return latest_of(now, times);
  }
  void begin_fetch() {
    const std::scoped_lock lock(mutex_);
    is_fetching_ = true;
  }
  void end_fetch(Instant now) {
    const std::scoped_lock lock(mutex_);
    is_fetching_ = false;
    tried_at_ = now;
  }
  void keep(Result<Value> fetched, Instant now) {
    const std::scoped_lock lock(mutex_);
    if (!fetched) {
      failure_ = std::move(fetched).error();
      return;
    }
    value_ = std::make_shared<const Value>(*std::move(fetched));
    fetched_at_ = now;
    failure_.reset();
  }

  // Those below need the lock.
  [[nodiscard]] bool is_kept_within(Duration age, Instant now) const {
    return value_ != nullptr && now - fetched_at_ < age;
  }
  [[nodiscard]] Result<Pointer> latest_of(Instant now, const KeepTimes& times) const {
    if (is_kept_within(times.good, now)) return value_;
    if (failure_) return std::unexpected(*failure_);
    return fail(ErrorCode::Unavailable, "A document of another server is not available.");
  }

  SingleFlight flight_;
  std::mutex mutex_;  // held for a look, never across an await
  Pointer value_;
  Instant fetched_at_{};
  std::optional<Instant> tried_at_;
  std::optional<Error> failure_;
  bool is_fetching_ = false;
};

}  // namespace signet::remote
