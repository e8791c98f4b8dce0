#include "client/device.h"

#include <fmt/chrono.h>

#include <algorithm>

#include "base/text.h"
#include "client/in_app/page_text.h"
#include "oauth/claims.h"
#include "oauth/core_rfc6749.h"
#include "oauth/device_jwt.h"

namespace signet::client {
namespace {

using oauth::DeviceJwtUse;

/// What the server says of its refusal, for the detail: it is not ours.
Error refusal_of(const http::Response& response) {
  const auto body = parse_json_object(response.body);
  const std::string said(body ? peek_string(*body, "error_description") : std::string_view());
  const std::string detail = "status " + std::to_string(response.status) + (said.empty() ? "" : ": " + said);
  if (response.status == 429) return {ErrorCode::Throttled, "The server wants to be asked less often.", detail};
  const auto code = body ? oauth::find_error_code(peek_string(*body, "error")) : std::nullopt;
  return {code.value_or(ErrorCode::InvalidRequest), "The server refused the device.", detail};
}

Result<DeviceChallenge> parse_challenge(const json::value& value) {
  if (!value.is_object()) return fail(ErrorCode::Malformed, "A challenge is not an object.");
  const json::object& object = value.get_object();
  DeviceChallenge challenge;
  TRY_ASSIGN(challenge.challenge_id, oauth::find_text(object, "challenge_id"));
  TRY_ASSIGN(challenge.purpose, oauth::find_text(object, "purpose"));
  TRY_ASSIGN(challenge.shown, oauth::find_text(object, "shown"));
  TRY_ASSIGN(challenge.contents, parse_json_object(challenge.shown));
  TRY_ASSIGN(const auto expires_at, oauth::find_time(object, "expires_at"));
  challenge.expires_at = expires_at.value_or(Instant{});
  if (oauth::make_device_hash(challenge.shown) != peek_string(object, "shown_hash")) {
    return fail(ErrorCode::Malformed, "The hash of a challenge is not that of what it shows.");
  }
  return challenge;
}

/// Lines of title and value; the values stand in one column, whatever the titles are.
class Lines {
 public:
  void add(std::string_view title, std::string_view value) {
    if (!value.empty()) lines_.emplace_back(in_app::make_printable(title), in_app::make_printable(value));
  }
  [[nodiscard]] std::string render() const {
    std::size_t width = 0;
    for (const auto& [title, value] : lines_) width = std::max(width, count_characters(title));
    std::string text;
    for (const auto& [title, value] : lines_) {
      text.append(title).append(width + 2 - count_characters(title), ' ').append(value).append("\n");
    }
    return text;
  }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

std::string place_of(const json::object& shown) {
  const std::string address(peek_string(shown, "address"));
  const std::string country(peek_string(shown, "country"));
  return country.empty() ? address : address + " (" + country + ")";
}

/// The payment as its page shows it: pairs of title and text behind the headings.
void add_payment(Lines& lines, const json::object& shown) {
  const auto* approval = shown.if_contains("approval");
  const auto* texts =
      approval != nullptr && approval->is_object() ? approval->get_object().if_contains("texts") : nullptr;
  if (texts == nullptr || !texts->is_array()) return;
  for (const json::value& pair : texts->get_array()) {
    if (!pair.is_array() || pair.get_array().size() != 2) continue;
    const auto& items = pair.get_array();
    if (items[0].is_string() && items[1].is_string()) lines.add(items[0].get_string(), items[1].get_string());
  }
}

}  // namespace

SecretText render_device_file(const DeviceFile& file) {
  JsonWriter writer;
  writer.text("issuer", file.issuer).text("name", file.name).text("key", file.key.to_pem().reveal());
  return SecretText(std::move(writer).take());
}

Result<DeviceFile> parse_device_file(const SecretText& text) {
  TRY_ASSIGN(const json::object object, parse_json_object(text.reveal()));
  TRY_ASSIGN(std::string issuer, oauth::find_text(object, "issuer"));
  TRY_ASSIGN(std::string name, oauth::find_text(object, "name"));
  auto key = crypto::PrivateKey::from_pem(SecretText(std::string(peek_string(object, "key"))));
  if (!key || issuer.empty()) return fail(ErrorCode::Malformed, "The key file is not the one of a device.");
  return DeviceFile{std::move(issuer), std::move(name), *std::move(key)};
}

Result<RegistrationCode> parse_registration_url(std::string_view url) {
  constexpr std::string_view kMiddle = "/devices/register#";
  const auto at = url.rfind(kMiddle);
  if (at == std::string_view::npos || at == 0 || at + kMiddle.size() == url.size()) {
    return fail(ErrorCode::Malformed, "The address is not one of a registration page.");
  }
  return RegistrationCode{std::string(url.substr(0, at)), std::string(url.substr(at + kMiddle.size()))};
}

Device::Device(DeviceFile file, std::string ca_pem, remote::Transport& transport, const Clock& clock, Random& random)
    : file_(std::move(file)), ca_pem_(std::move(ca_pem)), transport_(transport), clock_(clock), random_(random) {}

Task<Result<json::object>> Device::post(std::string path, json::object body) {
  net::OutgoingRequest request{.method = "POST", .url = file_.issuer + path, .body = render_json(body)};
  request.fields.set("Content-Type", "application/json");
  request.fields.set("Accept", "application/json");
  request.tls.ca_pem = ca_pem_;
  CO_TRY_ASSIGN(const http::Response response, co_await transport_.send(std::move(request)));
  if (response.status / 100 != 2) co_return std::unexpected(refusal_of(response));
  CO_TRY_ASSIGN(json::object answer, parse_json_object(response.body));
  co_return answer;
}

Task<Result<Registered>> Device::answer_code(std::string code) {
  json::object claims{{"code_hash", oauth::make_device_hash(code)}, {"name", file_.name}, {"platform", "terminal"}};
  CO_TRY_ASSIGN(const std::string jwt, oauth::sign_device_jwt(file_.key, DeviceJwtUse::Registration, file_.issuer,
                                                              std::move(claims), clock_.now(), random_));
  json::object body{{"code", code}, {"jwt", jwt}};
  CO_TRY_ASSIGN(const json::object answer, co_await post("/devices", std::move(body)));
  co_return Registered{.account = std::string(peek_string(answer, "account")),
                       .issuer_name = std::string(peek_string(answer, "issuer_name"))};
}

Task<Result<std::vector<DeviceChallenge>>> Device::list_pending() {
  CO_TRY_ASSIGN(const std::string jwt,
                oauth::sign_device_jwt(file_.key, DeviceJwtUse::Query, file_.issuer, {}, clock_.now(), random_));
  json::object body{{"jwt", jwt}};
  CO_TRY_ASSIGN(const json::object answer, co_await post("/devices/challenges", std::move(body)));
  std::vector<DeviceChallenge> pending;
  const auto* list = answer.if_contains("challenges");
  if (list == nullptr || !list->is_array()) co_return fail(ErrorCode::Malformed, "The answer has no challenges.");
  for (const json::value& value : list->get_array()) {
    CO_TRY_ASSIGN(DeviceChallenge challenge, parse_challenge(value));
    pending.push_back(std::move(challenge));
  }
  co_return pending;
}

Task<Result<void>> Device::answer(DeviceChallenge challenge, DeviceDecision decision, std::string number,
                                  bool user_verified) {
  json::object claims{{"challenge_id", challenge.challenge_id},
                      {"shown_hash", oauth::make_device_hash(challenge.shown)},
                      {"decision", decision == DeviceDecision::Approve ? "approve" : "deny"},
                      {"uv", user_verified}};
  if (decision == DeviceDecision::Approve) claims["number"] = number;
  CO_TRY_ASSIGN(const std::string jwt, oauth::sign_device_jwt(file_.key, DeviceJwtUse::Answer, file_.issuer,
                                                              std::move(claims), clock_.now(), random_));
  json::object body{{"jwt", jwt}};
  CO_TRY(co_await post("/devices/answers", std::move(body)));
  co_return Result<void>();
}

std::string describe(const DeviceChallenge& challenge) {
  const json::object& shown = challenge.contents;
  Lines lines;
  lines.add("challenge", challenge.challenge_id);
  lines.add("asks", challenge.purpose == "payment" ? "approve a payment" : "sign in");
  add_payment(lines, shown);
  lines.add("at", peek_string(shown, "issuer_name"));
  lines.add("", peek_string(shown, "issuer"));
  lines.add("for", peek_string(shown, "client"));
  lines.add("", peek_string(shown, "client_host"));
  lines.add("browser", peek_string(shown, "browser"));
  lines.add("from", place_of(shown));
  const auto time = find_integer(shown, "time");
  if (time && *time)
    lines.add("asked", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", std::chrono::floor<seconds>(from_unix_seconds(**time))));
  const auto refused = find_integer(shown, "refused_lately");
  if (refused && refused->value_or(0) > 0) {
    lines.add("warning",
              "you have denied requests lately; if you have not started this one, somebody knows your password");
  }
  return lines.render();
}

}  // namespace signet::client
