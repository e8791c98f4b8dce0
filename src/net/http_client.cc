#include "net/http_client.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "net/transfer.h"

namespace signet::net {
namespace {

constexpr int kPollMilliseconds = 1000;
constexpr long kKeptConnections = 64;

}  // namespace

/// The transfers belong to the thread from `submit` until they are posted back.
struct HttpClient::Impl {
  explicit Impl(OutboundPolicy given) : policy(given) {
    initialize_libcurl();
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
    thread = std::thread([this] { run(); });
  }
  ~Impl() {
    is_stopping = true;
    curl_multi_wakeup(multi);
    thread.join();
    curl_multi_cleanup(multi);
  }

  void submit(Transfer& transfer);
  void run();
  void start_submitted();
  void collect_finished();
  void fail_all();
  void complete(Transfer& transfer, CURLcode code);

  const OutboundPolicy policy;
  CURLM* multi = nullptr;
  std::atomic<bool> is_stopping = false;
  std::mutex mutex;
  std::vector<Transfer*> submitted;
  std::vector<Transfer*> running;
  std::thread thread;
};

namespace {

/// Hands a transfer to the client's thread. The caller is posted to the executor of this very thread, so it cannot run
/// before `await_suspend` has returned.
template <class Client>
struct Submission {
  Client& client;
  Transfer& transfer;
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) const {
    transfer.caller = caller;
    transfer.executor = Executor::current();
    client.submit(transfer);
  }
  void await_resume() const noexcept {}
};

}  // namespace

void HttpClient::Impl::submit(Transfer& transfer) {
  {
    const std::scoped_lock lock(mutex);
    submitted.push_back(&transfer);
  }
  curl_multi_wakeup(multi);
}

void HttpClient::Impl::run() {
  while (!is_stopping) {
    start_submitted();
    int active = 0;
    curl_multi_perform(multi, &active);
    collect_finished();
    curl_multi_poll(multi, nullptr, 0, kPollMilliseconds, nullptr);
  }
  fail_all();
}

void HttpClient::Impl::start_submitted() {
  std::vector<Transfer*> fresh;
  {
    const std::scoped_lock lock(mutex);
    fresh.swap(submitted);
  }
  for (Transfer* const transfer : fresh) {
    running.push_back(transfer);
    if (curl_multi_add_handle(multi, transfer->handle()) != CURLM_OK) complete(*transfer, CURLE_FAILED_INIT);
  }
}

void HttpClient::Impl::collect_finished() {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;  // gone with the handle
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    curl_multi_remove_handle(multi, message->easy_handle);
    complete(*transfer, code);
  }
}

void HttpClient::Impl::fail_all() {
  start_submitted();
  while (!running.empty()) {
    Transfer& transfer = *running.back();
    curl_multi_remove_handle(multi, transfer.handle());
    complete(transfer, CURLE_ABORTED_BY_CALLBACK);
  }
}

void HttpClient::Impl::complete(Transfer& transfer, CURLcode code) {
  std::erase(running, &transfer);
  transfer.finish(code);
  transfer.executor->post(transfer.caller);
}

HttpClient::HttpClient(OutboundPolicy policy) : impl_(std::make_unique<Impl>(policy)) {}
HttpClient::~HttpClient() = default;

Task<Result<http::Response>> HttpClient::send(OutgoingRequest request) {
  Transfer transfer(std::move(request), impl_->policy);
  CO_TRY(transfer.prepare());
  co_await Submission<Impl>{*impl_, transfer};
  co_return transfer.take_result();
}

}  // namespace signet::net
