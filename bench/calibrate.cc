#include "calibrate.h"

#include <sched.h>
#include <time.h>

#include <chrono>

#include "signatures.h"

namespace signet::bench {
namespace {

constexpr int kOperations = 5;                          ///< of each kind in a slice, about a millisecond together
constexpr auto kPause = std::chrono::milliseconds(20);  ///< between slices

double thread_cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// The first of a slice warms the caches and does not count.
template <class Operation>
double slice(Operation operation) {
  operation();
  const double start = thread_cpu_us();
  for (int i = 0; i < kOperations; ++i) operation();
  return (thread_cpu_us() - start) / kOperations;
}

void move_beside(int pid) {
  cpu_set_t servers;
  if (sched_getaffinity(pid, sizeof servers, &servers) == 0) (void)sched_setaffinity(0, sizeof servers, &servers);
}

CryptoCost measure_until(const std::stop_token& stopped) {
  Signatures signatures;
  CryptoCost sum;
  int slices = 0;
  do {
    sum.bare_sign_us += slice([&] { signatures.sign(); });
    sum.bare_verify_us += slice([&] { signatures.verify(); });
    sum.sign_us += slice([&] { signatures.sign_message(); });
    sum.verify_us += slice([&] { signatures.verify_message(); });
    sum.verify_new_key_us += slice([&] { signatures.verify_message_new_key(); });
    ++slices;
    std::this_thread::sleep_for(kPause);
  } while (!stopped.stop_requested());
  return {.verify_us = sum.verify_us / slices,
          .verify_new_key_us = sum.verify_new_key_us / slices,
          .sign_us = sum.sign_us / slices,
          .bare_verify_us = sum.bare_verify_us / slices,
          .bare_sign_us = sum.bare_sign_us / slices};
}

}  // namespace

CryptoMeter::CryptoMeter(int pid)
    : thread_([this, pid](const std::stop_token& stopped) {
        move_beside(pid);
        cost_ = measure_until(stopped);
      }) {}

CryptoCost CryptoMeter::stop() {
  thread_.request_stop();
  thread_.join();
  return cost_;
}

}  // namespace signet::bench
