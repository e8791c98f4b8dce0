#pragma once
// Work that repeats, on one thread of its own: a job is called when its interval has passed, one after the other.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace signet::server {

class Maintenance {
 public:
  Maintenance() = default;
  ~Maintenance() { stop(); }
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  /// Before start(). The first call comes `first` after start(). The job does not throw.
  void add(Duration first, Duration interval, std::function<void()> job);
  void start();
  /// Waits for the job that runs.
  void stop();

 private:
  struct Job {
    Duration first;
    Duration interval;
    std::chrono::steady_clock::time_point due;
    std::function<void()> run;
  };
  void loop();

  std::vector<Job> jobs_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace signet::server
