#include "apps/signet/loopback_redirect.h"

#include <condition_variable>
#include <mutex>

#include "base/url.h"
#include "http/form.h"
#include "net/server.h"

namespace signet::apps {
namespace {

constexpr std::string_view kListener = "callback";
constexpr std::string_view kPage =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Signet</title>"
    "<style>body{font:1.1rem system-ui;margin:20vh auto;max-width:26rem;text-align:center;color-scheme:light "
    "dark}</style>"
    "<h1>Thank you</h1><p>You can close this window and go back to the terminal.</p></html>";

http::Response make_page() {
  http::Response response;
  response.fields.add("Content-Type", "text/html; charset=utf-8");
  response.fields.add("Cache-Control", "no-store");
  response.fields.add("Referrer-Policy", "no-referrer");
  response.fields.add("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.body = kPage;
  return response;
}

}  // namespace

struct LoopbackRedirect::Impl {
  std::string path;
  std::string uri;
  SystemClock clock;
  Log log{LogLevel::Error};
  std::mutex mutex;
  std::condition_variable arrived;
  std::optional<std::string> query;
  std::unique_ptr<net::Server> server;  // last: its threads end before what they use

  Task<http::Response> answer(const http::Request& request) {
    if (request.method != "GET" || request.path() != path) {
      co_return http::Response{.status = 404, .fields = {}, .body = {}};
    }
    {
      const std::scoped_lock lock(mutex);
      if (!query) query = std::string(request.query());  // the first one counts; its state is checked later
    }
    arrived.notify_one();
    co_return make_page();
  }
};

LoopbackRedirect::LoopbackRedirect(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoopbackRedirect::~LoopbackRedirect() {
  impl_->server->stop(seconds{1});
}

Result<std::unique_ptr<LoopbackRedirect>> LoopbackRedirect::listen(const std::string& registered) {
  const auto url = parse_url(registered);
  if (!url || url->scheme != "http" || !url->is_loopback()) {
    return fail(ErrorCode::InvalidRedirectUri,
                "The client has no redirect URI on this machine, such as http://127.0.0.1/callback.", registered);
  }
  auto impl = std::make_unique<Impl>();
  impl->path = url->path;
  net::ServerOptions options;
  options.threads = 1;
  net::ListenerOptions listener;
  listener.name = kListener;
  listener.address = url->host == "::1" ? "::1" : "127.0.0.1";
  listener.port = url->port;
  listener.handler = [state = impl.get()](const http::Request& request) { return state->answer(request); };
  options.listeners.push_back(std::move(listener));
  impl->server = std::make_unique<net::Server>(std::move(options), impl->clock, impl->log);
  TRY(impl->server->start());
  // RFC8252-7.3: the server lets the port differ for loopback addresses, and for nothing else
  const std::string host = url->host == "::1" ? "[::1]" : url->host;
  impl->uri = "http://" + host + ":" + std::to_string(impl->server->port(kListener)) + url->path;
  return std::unique_ptr<LoopbackRedirect>(new LoopbackRedirect(std::move(impl)));
}

const std::string& LoopbackRedirect::uri() const {
  return impl_->uri;
}

Result<std::string> LoopbackRedirect::wait(Duration at_most) {
  std::unique_lock lock(impl_->mutex);
  const bool came = impl_->arrived.wait_for(lock, at_most, [this] { return impl_->query.has_value(); });
  if (!came) return fail(ErrorCode::Timeout, "The browser did not come back in time.");
  return *impl_->query;
}

}  // namespace signet::apps
