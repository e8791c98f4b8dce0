#include "support/app_fixture.h"

namespace signet::test {
namespace {

constexpr int kMostRedirects = 10;

std::string peek_token(const http::Response& response) {
  const auto body = parse_json_object(response.body);
  return body ? std::string(peek_string(*body, "access_token")) : std::string();
}

std::string absolute(const std::string& url) {
  return url.starts_with('/') ? "https://as.example" + url : url;
}

std::optional<json::object> find_form(const json::value& actions, std::string_view name) {
  for (const auto& each : actions.as_array()) {
    const auto& action = each.as_object();
    const auto& model = action.at("model").as_object();
    bool is_nested = false;
    for (const char* const member : {"options", "continueActions", "errorActions"}) {
      const auto* nested = model.if_contains(member);
      is_nested = is_nested || nested != nullptr;
      if (nested == nullptr) continue;
      if (auto found = find_form(*nested, name)) return found;
    }
    if (is_nested) continue;
    if (name.empty() || peek_string(action.at("properties").as_object(), "name") == name) {
      return model;
    }
  }
  return std::nullopt;
}

}  // namespace

server::IssuerConfig hypermedia_issuer() {
  server::IssuerConfig config = issuer_config();
  config.hypermedia_authentication = true;
  return config;
}

TestClient hypermedia_client(std::string id, std::string redirect) {
  TestClient client(std::move(id), std::move(redirect));
  client.metadata["grant_types"] = json::array{"authorization_code", "refresh_token", "client_credentials"};
  client.metadata["scope"] = "openid profile email offline_access accounts payments " + std::string(kApiScope);
  return client;
}

InApp::InApp(TestServer& server, const TestClient& client)
    : server_(server), client_(client), key_(client.dpop_key), token_(peek_token(request_token())) {}

InApp::~InApp() = default;

http::Response InApp::request_token(const Parameters& more) {
  const Parameters form = with(client_.authenticate("https://as.example", server_.clock.now(), server_.random),
                               {{"grant_type", "client_credentials"}, {"scope", std::string(kApiScope)}});
  http::Fields fields;
  const std::string url = "https://as.example/token";
  fields.set("DPoP", make_proof(key_, {.method = "POST",
                                       .url = url,
                                       .jti = make_random_id(server_.random),
                                       .now = server_.clock.now(),
                                       .nonce = nonce}));
  return server_.post(url, with(form, more), std::move(fields));
}

InApp& InApp::change_key() {
  key_ = make_signer("");
  token_ = peek_token(request_token());
  return *this;
}

http::Fields InApp::credentials(const std::string& method, const std::string& url) const {
  http::Fields fields;
  fields.set("Accept", kApiType);
  fields.set("Authorization", "DPoP " + token_);
  fields.set("DPoP", make_proof(key_, {.method = method,
                                       .url = url.substr(0, url.find('?')),
                                       .jti = make_random_id(server_.random),
                                       .now = server_.clock.now(),
                                       .nonce = nonce,
                                       .access_token = token_}));
  if (!session_id.empty()) fields.set("Session-Id", session_id);
  return fields;
}

InApp& InApp::open(const std::string& url) {
  return send("GET", absolute(url), "", "");
}

InApp& InApp::press(const std::string& action, const Parameters& fields) {
  const json::object model = form_of(action);
  return submit(std::string(peek_string(model, "href")), filled(model, fields));
}

InApp& InApp::submit(const std::string& url, const Parameters& values) {
  return send("POST", absolute(url), "application/x-www-form-urlencoded", http::render_form(values));
}

InApp& InApp::submit_body(const std::string& url, const std::string& type, std::string body) {
  return send("POST", absolute(url), type, std::move(body));
}

InApp& InApp::sign_in(std::string_view username, std::string_view password) {
  return press("login", {{"username", std::string(username)}, {"password", std::string(password)}});
}

std::string InApp::type() const {
  return std::string(peek_string(document_, "type"));
}

std::string InApp::problem() const {
  return type().substr(type().rfind('/') + 1);
}

std::string InApp::view() const {
  const auto* metadata = document_.if_contains("metadata");
  return metadata == nullptr ? "" : std::string(peek_string(metadata->as_object(), "viewName"));
}

std::string InApp::property(std::string_view name) const {
  return std::string(peek_string(document_.at("properties").as_object(), name));
}

std::string InApp::address() const {
  return std::string(peek_string(form_of(""), "href"));
}

bool InApp::offers(std::string_view action) const {
  return find_form(document_.at("actions"), action).has_value();
}

json::object InApp::form_of(std::string_view action) const {
  const auto* actions = document_.if_contains("actions");
  const auto found = actions == nullptr ? std::nullopt : find_form(*actions, action);
  if (!found) throw std::runtime_error("no action " + std::string(action) + " in " + response_.body);
  return *found;
}

Parameters InApp::filled(const json::object& model, const Parameters& fields) {
  Parameters values;
  for (const auto& field : model.at("fields").as_array()) {
    const auto& object = field.as_object();
    values.push_back({std::string(peek_string(object, "name")), std::string(peek_string(object, "value"))});
  }
  for (const auto& [name, value] : fields) {
    const auto field = std::ranges::find(values, name, &http::Form::Entry::name);
    if (field == values.end()) throw std::runtime_error("the form has no field " + name);
    field->value = value;
  }
  return values;
}

http::Response InApp::exchange(const std::string& method, const std::string& url, http::Fields fields,
                               const std::string& body) {
  http::Request request = server_.make_request(method, url, std::move(fields));
  request.body = body;
  return server_.send(std::move(request));
}

InApp& InApp::send(const std::string& method, const std::string& url, const std::string& media_type, std::string body) {
  http::Fields fields = credentials(method, url);
  if (!media_type.empty()) fields.set("Content-Type", media_type);
  response_ = exchange(method, url, std::move(fields), body);
  document_ = parse_json_object(response_.body, {.bytes = 1 << 20, .depth = 32}).value_or(json::object{});
  if (const auto id = response_.fields.get("Set-Session-Id"); !id.empty()) session_id = id;
  if (const auto fresh = response_.fields.get("DPoP-Nonce"); !fresh.empty()) nonce = fresh;
  if (response_.fields.count("Set-Cookie") != 0) throw std::runtime_error("an app got a cookie");
  if (type() == "redirection-step" && ++redirects_ < kMostRedirects) {
    const json::object model = form_of("redirect");
    std::string next(peek_string(model, "href"));
    const Parameters query = filled(model);
    if (!query.empty()) next += "?" + http::render_form(query);
    return open(next);
  }
  redirects_ = 0;
  return *this;
}

}  // namespace signet::test
