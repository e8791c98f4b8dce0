// signet-bench: measures one server, operation by operation. bench/run.py starts the server and shows the table.
//
// CPU is what the scheduler charged to all threads of the server process; the cost of the cryptography is measured on
// the server's own core during each operation (calibrate.h), so that a ratio holds on a machine whose speed drifts.

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "calibrate.h"
#include "jose/jwk.h"
#include "operations.h"

namespace signet::bench {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    std::fprintf(stderr, "cannot read %s\n", path.c_str());
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(in), {}};
}

double server_cpu_us(int pid) {
  double total = 0;
  std::error_code gone;  // a worker that a reload has replaced
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    std::ifstream in(task.path() / "schedstat");
    double nanoseconds = 0;
    in >> nanoseconds;
    total += nanoseconds / 1e3;
  }
  return total;
}

long server_rss_kib(int pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.starts_with("VmRSS:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return 0;
}

GatewayTarget read_gateway(const json::object& object) {
  const auto* found = object.if_contains("gateway");
  if (found == nullptr) return {};
  const json::object& gateway = found->as_object();
  const auto text = [&](std::string_view name) { return std::string(peek_string(gateway, name)); };
  return {.port = static_cast<std::uint16_t>(gateway.at("port").as_int64()),
          .tls_port = static_cast<std::uint16_t>(gateway.at("tls_port").as_int64()),
          .origin = text("origin"),
          .mtls_client_id = text("mtls_client_id"),
          .certificate = text("certificate"),
          .certificate_file = text("certificate_file"),
          .certificate_key_file = text("certificate_key_file")};
}

Target read_target(const std::string& path) {
  const auto object = parse_json_object(read_file(path));
  if (!object) {
    std::fprintf(stderr, "%s is not JSON\n", path.c_str());
    std::exit(2);
  }
  auto key = jose::parse_private_jwk(object->at("client_key").as_object());
  if (!key) {
    std::fprintf(stderr, "client_key: %s\n", std::string(key.error().public_text.view()).c_str());
    std::exit(2);
  }
  const auto text = [&](std::string_view name) { return std::string(peek_string(*object, name)); };
  return {.port = static_cast<std::uint16_t>(object->at("port").as_int64()),
          .issuer = text("issuer"),
          .client_id = text("client_id"),
          .jwt_client_id = text("jwt_client_id"),
          .redirect_uri = text("redirect_uri"),
          .resource_client_id = text("resource_client_id"),
          .resource_certificate = text("resource_certificate"),
          .username = text("username"),
          .password = text("password"),
          .client_key = {key->key, crypto::SignatureAlgorithm::ES256, key->kid},
          .gateway = read_gateway(*object)};
}

void measure(const Operation& operation, const Target& target, int pid, std::size_t count, std::size_t connections) {
  auto scripts = operation.prepare(target, count, connections);
  const Endpoint endpoint = operation.endpoint(target);
  CryptoMeter meter(pid);
  const double cpu_start = server_cpu_us(pid);
  const LoopResult result = run_closed_loop(endpoint, std::move(scripts));
  const double cpu = (server_cpu_us(pid) - cpu_start) / static_cast<double>(count);
  const CryptoCost cost = meter.stop();
  const double crypto = (operation.verifies - operation.proofs) * cost.verify_us +
                        operation.proofs * cost.verify_new_key_us + operation.signs * cost.sign_us;
  const double bare = operation.verifies * cost.bare_verify_us + operation.signs * cost.bare_sign_us;
  const auto percentile = [&](double p) {
    return result.latencies_us[static_cast<std::size_t>(p * static_cast<double>(result.latencies_us.size() - 1))];
  };
  std::printf(
      "{\"operation\":\"%s\",\"bound\":\"%s\",\"operations\":%zu,\"per_second\":%.0f,\"cpu_us\":%.1f,\"crypto_us\":%."
      "1f,\"bare_crypto_us\":%.1f,"
      "\"ratio\":%.3f,\"bare_ratio\":%.3f,\"verify_us\":%.1f,\"bare_verify_us\":%.1f,\"verify_new_key_us\":%.1f,\"sign_"
      "us\":%.1f,"
      "\"p50_us\":%.0f,\"p99_us\":%.0f,\"reconnects\":%llu,"
      "\"resent\":%llu,\"rss_kib\":%ld}\n",
      std::string(operation.name).c_str(), std::string(operation.bound).c_str(), count,
      static_cast<double>(count) / result.seconds, cpu, crypto, bare, crypto > 0 ? cpu / crypto : 0.0,
      bare > 0 ? cpu / bare : 0.0, cost.verify_us, cost.bare_verify_us, cost.verify_new_key_us, cost.sign_us,
      percentile(0.5), percentile(0.99), static_cast<unsigned long long>(result.reconnects),
      static_cast<unsigned long long>(result.resent), server_rss_kib(pid));
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: signet-bench TARGET.json SERVER_PID COUNT CONNECTIONS [OPERATION...]\n");
    return 2;
  }
  const Target target = read_target(argv[1]);
  const int pid = std::atoi(argv[2]);
  const auto count = static_cast<std::size_t>(std::atol(argv[3]));
  const auto connections = static_cast<std::size_t>(std::atol(argv[4]));
  for (const Operation& operation : target.gateway.port == 0 ? operations() : gateway_operations()) {
    const bool chosen =
        argc == 5 || std::any_of(argv + 5, argv + argc, [&](const char* name) { return operation.name == name; });
    if (chosen) measure(operation, target, pid, count, connections);
  }
  return 0;
}

}  // namespace
}  // namespace signet::bench

int main(int argc, char** argv) {
  return signet::bench::run(argc, argv);
}
