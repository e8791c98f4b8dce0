#include "client/client_fixture.h"

namespace signet::test {

client::ClientConfig make_client_config() {
  client::ClientConfig config;
  config.issuer = "https://as.test";
  config.credential.client_id = "demo";
  config.credential.signer = new_signer("c1");
  config.redirect_uri = "https://app.test/callback";
  config.scope = {"openid", "accounts"};
  return config;
}

ClientFixture::ClientFixture(client::ClientConfig config)
    : client_(client::Client::make(std::move(config), server_, clock_, random_).value()) {}

ClientFixture::~ClientFixture() = default;

client::StartedLogin ClientFixture::start(client::LoginRequest request) {
  return run_blocking(client_->start(std::move(request))).value();
}

std::string ClientFixture::callback(const client::StartedLogin& login) const {
  return "code=code-1&state=" + login.pending.state + "&iss=https%3A%2F%2Fas.test";
}

Result<client::Login> ClientFixture::finish(client::StartedLogin login) {
  std::string query = callback(login);
  return run_blocking(client_->finish(std::move(query), std::move(login.pending)));
}

Result<client::Login> ClientFixture::finish_with(std::string query, client::StartedLogin login) {
  return run_blocking(client_->finish(std::move(query), std::move(login.pending)));
}

client::Login ClientFixture::log_in() {
  return finish(start()).value();
}

}  // namespace signet::test
