#pragma once
// A device in the hands of a test: it signs what the test says, true or not.

#include "crypto/digest.h"
#include "oauth/device_jwt.h"
#include "support/server_fixture.h"

namespace signet::test {

class TestDevice {
 public:
  explicit TestDevice(TestServer& its_server, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ES256)
      : key(value_of(crypto::PrivateKey::generate(algorithm))), server(its_server) {}

  std::string sign(oauth::DeviceJwtUse use, json::object claims) {
    return value_of(
        oauth::sign_device_jwt(key, use, server.issuer().url(), std::move(claims), server.clock.now(), server.random));
  }
  http::Response post(const std::string& path, const json::object& body) {
    http::Fields fields;
    fields.set("Content-Type", "application/json");
    http::Request request = server.make_request("POST", server.issuer().url() + path, std::move(fields));
    request.body = render_json(body);
    return server.send(std::move(request));
  }
  http::Response answer_code(const std::string& code, std::string_view name = "Ada's phone") {
    const json::object claims{{"code_hash", oauth::make_device_hash(code)}, {"name", name}};
    return post("/devices", {{"code", code}, {"jwt", sign(oauth::DeviceJwtUse::Registration, claims)}});
  }
  http::Response query() { return post("/devices/challenges", {{"jwt", sign(oauth::DeviceJwtUse::Query, {})}}); }
  /// What waits; the clock moves on so that the device may ask again.
  std::vector<json::object> pending() {
    const http::Response response = query();
    server.clock.advance(seconds{2});
    if (response.status != 200) throw std::runtime_error("not told what waits: " + response.body);
    std::vector<json::object> found;
    const json::object body = value_of(parse_json_object(response.body));
    for (const auto& one : body.at("challenges").as_array()) found.push_back(one.as_object());
    return found;
  }
  json::object only_pending() {
    const auto all = pending();
    if (all.size() != 1) throw std::runtime_error(std::to_string(all.size()) + " challenges wait");
    return all.front();
  }
  /// The claims of an honest answer.
  static json::object claims_for(const json::object& challenge, std::string_view decision, std::string_view number) {
    json::object claims{{"challenge_id", challenge.at("challenge_id")},
                        {"shown_hash", oauth::make_device_hash(peek_string(challenge, "shown"))},
                        {"decision", decision}};
    if (!number.empty()) claims["number"] = number;
    return claims;
  }
  http::Response answer(const json::object& claims) {
    return post("/devices/answers", {{"jwt", sign(oauth::DeviceJwtUse::Answer, claims)}});
  }
  http::Response approve(const json::object& challenge, std::string_view number) {
    return answer(claims_for(challenge, "approve", number));
  }
  http::Response deny(const json::object& challenge) { return answer(claims_for(challenge, "deny", "")); }

  crypto::PrivateKey key;
  TestServer& server;
};

/// The text of a refusal.
inline std::string description_of(const http::Response& response) {
  return std::string(peek_string(value_of(parse_json_object(response.body)), "error_description"));
}

}  // namespace signet::test
