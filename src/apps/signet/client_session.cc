#include "apps/signet/client_session.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "apps/signet/output.h"
#include "apps/signet/private_file.h"
#include "base/url.h"
#include "client/client_file.h"
#include "client/trace.h"
#include "crypto/random.h"

namespace signet::apps {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return fail(ErrorCode::NotFound, "The file cannot be read.", path.string());
  return std::move(out).str();
}

Result<client::ClientConfig> load_config(const std::string& client_file, const Arguments& arguments,
                                         const std::string& known_issuer) {
  TRY_ASSIGN(client::ClientConfig config, client::load_client_file(client_file));
  if (const auto ca_file = arguments.find("ca-file")) {
    TRY_ASSIGN(config.ca_pem, read_file(*ca_file));
  }
  if (const auto issuer = arguments.find("issuer")) config.issuer = *issuer;
  if (config.issuer.empty()) config.issuer = known_issuer;
  if (config.issuer.empty()) {
    return fail(ErrorCode::InvalidClientMetadata, "There is no issuer: name it with --issuer or in the client file.");
  }
  return config;
}

/// A person's own machine may talk to servers in its own network; without TLS only to itself.
net::OutboundPolicy outbound_policy(const std::string& issuer) {
  const auto url = parse_url(issuer);
  return {.allow_private_addresses = true, .allow_plain_http = url && url->is_loopback()};
}

}  // namespace

struct ClientSession::Impl {
  explicit Impl(const std::string& issuer) : http_client(outbound_policy(issuer)), network(http_client) {}

  SystemClock clock;
  crypto::SystemRandom random;
  net::HttpClient http_client;
  remote::HttpTransport network;
  std::unique_ptr<client::TracingTransport> trace;
  std::unique_ptr<client::Client> client;

  [[nodiscard]] remote::Transport& transport() {
    if (trace) return *trace;
    return network;
  }
};

ClientSession::ClientSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientSession::~ClientSession() = default;

Result<std::unique_ptr<ClientSession>> ClientSession::open(const std::string& client_file, const Arguments& arguments,
                                                           const std::string& known_issuer) {
  TRY_ASSIGN(client::ClientConfig config, load_config(client_file, arguments, known_issuer));
  auto impl = std::make_unique<Impl>(config.issuer);
  if (arguments.has("trace") || arguments.has("verbose")) {
    const auto show = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); };
    impl->trace = std::make_unique<client::TracingTransport>(
        impl->network, impl->clock, client::TraceOptions{.colors = wants_colors(STDERR_FILENO), .sink = show});
  }
  TRY_ASSIGN(impl->client, client::Client::make(std::move(config), impl->transport(), impl->clock, impl->random));
  return std::unique_ptr<ClientSession>(new ClientSession(std::move(impl)));
}

client::Client& ClientSession::client() const {
  return *impl_->client;
}
remote::Transport& ClientSession::transport() const {
  return impl_->transport();
}
const Clock& ClientSession::clock() const {
  return impl_->clock;
}

std::string token_file_of(const Arguments& arguments) {
  return arguments.get("token-file", default_private_file("tokens.json"));
}

Result<void> save_tokens(const std::string& path, const client::TokenFile& file) {
  TRY_ASSIGN(const SecretText text, client::render_token_file(file));
  return save_private_file(path, text);
}

Result<client::TokenFile> load_tokens(const std::string& path) {
  TRY_ASSIGN(const SecretText text,
             load_private_file(path, "There are no tokens: log in with \"signet login\" first."));
  return client::parse_token_file(text);
}

bool wants_colors(int descriptor) {
  const char* const no_color = std::getenv("NO_COLOR");
  return ::isatty(descriptor) == 1 && (no_color == nullptr || *no_color == 0);
}

}  // namespace signet::apps
