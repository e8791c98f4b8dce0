#include "support/device_fixture.h"

namespace signet::test {

TestDevice::TestDevice(TestServer& its_server, crypto::SignatureAlgorithm algorithm)
    : key(value_of(crypto::PrivateKey::generate(algorithm))), server(its_server) {}

std::string TestDevice::sign(oauth::DeviceJwtUse use, json::object claims) {
  return value_of(
      oauth::sign_device_jwt(key, use, server.issuer().url(), std::move(claims), server.clock.now(), server.random));
}

http::Response TestDevice::post(const std::string& path, const json::object& body) {
  http::Fields fields;
  fields.set("Content-Type", "application/json");
  http::Request request = server.make_request("POST", server.issuer().url() + path, std::move(fields));
  request.body = render_json(body);
  return server.send(std::move(request));
}

http::Response TestDevice::answer_code(const std::string& code, std::string_view name) {
  const json::object claims{{"code_hash", oauth::make_device_hash(code)}, {"name", name}};
  return post("/devices", {{"code", code}, {"jwt", sign(oauth::DeviceJwtUse::Registration, claims)}});
}

http::Response TestDevice::query() {
  return post("/devices/challenges", {{"jwt", sign(oauth::DeviceJwtUse::Query, {})}});
}

std::vector<json::object> TestDevice::pending() {
  const http::Response response = query();
  server.clock.advance(seconds{2});
  if (response.status != 200) throw std::runtime_error("not told what waits: " + response.body);
  std::vector<json::object> found;
  const json::object body = value_of(parse_json_object(response.body));
  for (const auto& one : body.at("challenges").as_array()) found.push_back(one.as_object());
  return found;
}

json::object TestDevice::only_pending() {
  const auto all = pending();
  if (all.size() != 1) throw std::runtime_error(std::to_string(all.size()) + " challenges wait");
  return all.front();
}

json::object TestDevice::claims_for(const json::object& challenge, std::string_view decision, std::string_view number) {
  json::object claims{{"challenge_id", challenge.at("challenge_id")},
                      {"shown_hash", oauth::make_device_hash(peek_string(challenge, "shown"))},
                      {"decision", decision}};
  if (!number.empty()) claims["number"] = number;
  return claims;
}

http::Response TestDevice::answer(const json::object& claims) {
  return post("/devices/answers", {{"jwt", sign(oauth::DeviceJwtUse::Answer, claims)}});
}

http::Response TestDevice::approve(const json::object& challenge, std::string_view number) {
  return answer(claims_for(challenge, "approve", number));
}

http::Response TestDevice::deny(const json::object& challenge) {
  return answer(claims_for(challenge, "deny", ""));
}

std::string description_of(const http::Response& response) {
  return std::string(peek_string(value_of(parse_json_object(response.body)), "error_description"));
}

}  // namespace signet::test
