// signet-bank -c FILE: the example API, behind TLS of its own or behind the gateway.
#include <getopt.h>
#include <pthread.h>

#include <csignal>
#include <cstdio>

#include "bank/bank.h"
#include "bank/settings.h"
#include "base/log.h"
#include "crypto/random.h"
#include "net/server.h"

namespace signet::bank {
namespace {

int fail_with(const Error& error) {
  std::fprintf(stderr, "signet-bank: %.*s (%s)\n", static_cast<int>(error.public_text.view().size()),
               error.public_text.view().data(), error.detail.c_str());
  return 1;
}

Result<net::ListenerOptions> make_listener(const ListenerSettings& settings, Bank& bank) {
  net::ListenerOptions listener;
  listener.name = settings.name;
  listener.address = settings.address;
  listener.port = settings.port;
  listener.proxies.networks = settings.trusted_proxies;
  listener.handler = [&bank](const http::Request& request) { return bank.handle(request); };
  if (settings.certificate_chain_pem.empty()) return listener;
  TRY_ASSIGN(listener.tls, net::TlsServerContext::make({.certificate_chain_pem = settings.certificate_chain_pem,
                                                        .private_key_pem = settings.private_key_pem,
                                                        .request_client_certificate = settings.client_certificates}));
  return listener;
}

/// Blocked before the first thread starts, so that only the wait below sees them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int serve(const std::string& file) {
  const sigset_t stop_signals = block_stop_signals();
  auto settings = load_settings(file);
  if (!settings) return fail_with(settings.error());
  const SystemClock clock;
  crypto::SystemRandom random;
  const Log log;
  // The only addresses it connects to are those of the issuer that its operator wrote down.
  const bool is_plain = settings->resource.issuers.front().issuer.starts_with("http:");
  net::HttpClient http_client({.allow_private_addresses = true, .allow_plain_http = is_plain});
  remote::HttpTransport transport(http_client);
  auto server = resource::ResourceServer::make(std::move(settings->resource), transport, clock, random);
  if (!server) return fail_with(server.error());
  Bank bank(**server, random, std::move(settings->strength));
  net::ServerOptions options;
  for (const auto& one : settings->listeners) {
    auto listener = make_listener(one, bank);
    if (!listener) return fail_with(listener.error());
    options.listeners.push_back(*std::move(listener));
  }
  net::Server http_server(std::move(options), clock, log);
  if (const auto started = http_server.start(); !started) return fail_with(started.error());
  for (const auto& one : settings->listeners) {
    const std::string address = one.address + ":" + std::to_string(http_server.port(one.name));
    log.info("bank.listening", {{"resource", (*server)->config().resource}, {"address", address}});
  }
  int received = 0;
  sigwait(&stop_signals, &received);
  http_server.stop();
  return 0;
}

}  // namespace
}  // namespace signet::bank

int main(int argc, char** argv) {
  static constexpr option kOptions[] = {
      {"config", required_argument, nullptr, 'c'}, {"help", no_argument, nullptr, 'h'}, {nullptr, 0, nullptr, 0}};
  std::string file = "bank.toml";
  for (int letter = 0; (letter = getopt_long(argc, argv, "c:h", kOptions, nullptr)) != -1;) {
    if (letter == 'c') file = optarg;
    if (letter == 'h') {
      std::puts("signet-bank [-c FILE]\n\nServes the example bank API. FILE is bank.toml unless given.");
      return 0;
    }
    if (letter == '?') return 2;
  }
  return signet::bank::serve(file);
}
