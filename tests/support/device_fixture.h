#pragma once
// A device in the hands of a test: it signs what the test says, true or not.

#include "oauth/device_jwt.h"
#include "support/server_fixture.h"

namespace signet::test {

class TestDevice {
 public:
  explicit TestDevice(TestServer& its_server, crypto::SignatureAlgorithm algorithm = crypto::SignatureAlgorithm::ES256);

  std::string sign(oauth::DeviceJwtUse use, json::object claims);
  http::Response post(const std::string& path, const json::object& body);
  http::Response answer_code(const std::string& code, std::string_view name = "Ada's phone");
  http::Response query();
  /// What waits; the clock moves on so that the device may ask again.
  std::vector<json::object> pending();
  json::object only_pending();
  /// The claims of an honest answer.
  static json::object claims_for(const json::object& challenge, std::string_view decision, std::string_view number);
  http::Response answer(const json::object& claims);
  http::Response approve(const json::object& challenge, std::string_view number);
  http::Response deny(const json::object& challenge);

  crypto::PrivateKey key;
  TestServer& server;
};

/// The text of a refusal.
std::string description_of(const http::Response& response);

}  // namespace signet::test
