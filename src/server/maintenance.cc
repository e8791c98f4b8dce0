#include "server/maintenance.h"

#include <algorithm>

namespace signet::server {

void Maintenance::add(Duration first, Duration interval, std::function<void()> job) {
  jobs_.push_back({.first = first, .interval = interval, .due = {}, .run = std::move(job)});
}

void Maintenance::start() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& job : jobs_) job.due = now + job.first;
  if (!jobs_.empty()) thread_ = std::thread([this] { loop(); });
}

void Maintenance::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Maintenance::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto next = std::ranges::min_element(jobs_, {}, &Job::due);
    if (wake_.wait_until(lock, next->due, [this] { return stopping_; })) return;
    lock.unlock();
    next->run();
    next->due = std::chrono::steady_clock::now() + next->interval;
    lock.lock();
  }
}

}  // namespace signet::server
