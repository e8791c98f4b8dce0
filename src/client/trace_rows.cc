#include "client/trace_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/url.h"
#include "client/html_form.h"
#include "client/in_app/choices.h"
#include "client/trace.h"
#include "http/form.h"
#include "jose/jwk.h"
#include "jose/jwt.h"

namespace signet::client {
namespace {

constexpr std::size_t kMaxValue = 96;
constexpr std::size_t kMaxRows = 14;

/// Values that would let a reader act in somebody's name.
bool is_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kSecrets = {
      "access_token", "refresh_token", "token", "code", "code_verifier", "state", "nonce", "client_secret", "handle"};
  return std::ranges::find(kSecrets, name) != kSecrets.end();
}

std::string cut(std::string_view text) {
  if (text.size() <= kMaxValue) return std::string(text);
  return std::string(text.substr(0, kMaxValue)) + "…";
}

/// Long random texts are keys, handles or hashes: nobody reads them, and some open something.
bool looks_random(std::string_view text) {
  constexpr std::string_view kBase64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() >= 40 && text.find_first_not_of(kBase64url) == std::string_view::npos;
}

std::string render_audience(const jose::Claims& claims) {
  return join(claims.aud, " ");
}

/// "ES256 · iss demo · aud https://as.example · 60 s": what a JWT says, never its text.
std::string describe_jwt(std::string_view text) {
  const auto jws = jose::UnverifiedJws::parse(text, 64 * 1024);
  if (!jws) return shorten(text);
  std::string out(crypto::name_of(jws->header().alg));
  const auto claims = jose::parse_claims(jws->peek_payload());
  if (!claims) return out;
  if (claims->iss) out += " · iss " + *claims->iss;
  if (claims->sub) out += " · sub " + cut(*claims->sub);
  if (!claims->aud.empty()) out += " · aud " + render_audience(*claims);
  if (claims->members.contains("nonce")) out += " · nonce " + shorten(peek_string(claims->members, "nonce"));
  if (claims->exp && claims->iat) {
    out += fmt::format(" · lives {} s", std::chrono::floor<seconds>(*claims->exp - *claims->iat).count());
  }
  return out;
}

std::string describe_proof(std::string_view text) {
  const auto jws = jose::UnverifiedJws::parse(text);
  if (!jws) return shorten(text);
  const auto claims = jose::parse_claims(jws->peek_payload());
  if (!claims) return shorten(text);
  const auto& members = claims->members;
  std::string out = fmt::format("{} proof · {} {}", crypto::name_of(jws->header().alg), peek_string(members, "htm"),
                                peek_string(members, "htu"));
  if (members.contains("ath")) out += " · for this token";
  if (members.contains("nonce")) out += " · nonce " + shorten(peek_string(members, "nonce"));
  return out;
}

bool looks_like_jwt(std::string_view text) {
  return text.starts_with("eyJ") && std::ranges::count(text, '.') == 2;
}

std::string describe_value(std::string_view name, std::string_view value) {
  if (name == "password") return "(not shown)";
  if (looks_like_jwt(value)) return describe_jwt(value);
  if (name == "request_uri" && value.starts_with("urn:")) {
    const auto start = value.rfind(':') + 1;
    return std::string(value.substr(0, start)) + shorten(value.substr(start));
  }
  return is_secret(name) || looks_random(value) ? shorten(value) : cut(value);
}

void add(std::vector<TraceRow>& rows, std::string_view name, std::string value) {
  if (rows.size() < kMaxRows) rows.push_back({std::string(name), std::move(value)});
}

void add_form(std::vector<TraceRow>& rows, std::string_view text) {
  const auto form = http::Form::parse(text);
  if (!form) return;
  for (const auto& entry : form->parameters()) {
    if (entry.name != "client_assertion_type") add(rows, entry.name, describe_value(entry.name, entry.value));
  }
}

bool is_in_app(const net::OutgoingRequest& request) {
  return request.fields.get("Accept") == in_app::kMediaType;
}

/// Any field of a login's form may be a password or a code; only the name of the action is none.
void add_answers(std::vector<TraceRow>& rows, std::string_view text) {
  const auto form = http::Form::parse(text);
  if (!form) return;
  for (const auto& entry : form->parameters())
    add(rows, entry.name, entry.name == "action" ? cut(entry.value) : "(not shown)");
}

/// The page of a login: what it is and what can be done. Its facts may be secrets that are shown once.
void add_page(std::vector<TraceRow>& rows, const http::Response& response, std::string_view type) {
  std::vector<in_app::Action> actions;
  if (type == in_app::kMediaType) {
    auto page = in_app::parse_representation(response.body, "");
    if (!page) return;
    add(rows, "step", cut(page->type));
    actions = std::move(page->actions);
  } else {
    auto problem = in_app::parse_problem(response.body, "");
    if (!problem) return;
    add(rows, "problem", cut(problem->type));
    if (!problem->detail.empty()) add(rows, "detail", cut(problem->detail));
    actions = std::move(problem->page.actions);
  }
  std::vector<std::string> names;
  for (auto& choice : in_app::list_choices(actions).possible) names.push_back(std::move(choice.name));
  if (!names.empty()) add(rows, "offers", cut(join(names, ", ")));
}

std::string query_of(std::string_view url) {
  const auto mark = url.find('?');
  return mark == std::string_view::npos ? std::string() : std::string(url.substr(mark + 1));
}

std::string describe_member(std::string_view name, const json::value& value) {
  if (value.is_string()) return describe_value(name, value.get_string());
  return cut(render_json(value));
}

std::string describe_keys(const json::array& keys) {
  std::string out;
  for (const auto& key : keys) {
    if (!key.is_object()) continue;
    const auto& object = key.get_object();
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", peek_string(object, "alg"), peek_string(object, "kid"));
  }
  return cut(out);
}

/// Metadata documents are long; these members are what the next steps rest on.
bool is_metadata(const json::object& object) {
  return object.contains("token_endpoint");
}
constexpr std::array<std::string_view, 5> kMetadataRows = {"issuer", "pushed_authorization_request_endpoint",
                                                           "authorization_endpoint", "token_endpoint", "jwks_uri"};

void add_json(std::vector<TraceRow>& rows, std::string_view body) {
  const auto object = parse_json_object(body, {.bytes = 1024 * 1024, .depth = 16});
  if (!object) return;
  if (is_metadata(*object)) {
    for (const auto name : kMetadataRows) add(rows, name, std::string(peek_string(*object, name)));
    return;
  }
  for (const auto& [name, value] : *object) {
    const bool is_key_set = name == "keys" && value.is_array();
    add(rows, name, is_key_set ? describe_keys(value.get_array()) : describe_member(name, value));
  }
}

/// A signed introspection answer: what it says of the token.
void add_signed(std::vector<TraceRow>& rows, std::string_view body) {
  add(rows, "signed answer", describe_jwt(body));
  const auto jws = jose::UnverifiedJws::parse(body, 64 * 1024);
  const auto claims = jws ? parse_json_object(jws->peek_payload()) : Result<json::object>(json::object{});
  const auto* inner = claims ? claims->if_contains("token_introspection") : nullptr;
  if (inner != nullptr) add_json(rows, render_json(*inner));
}

std::string describe_location(std::string_view location) {
  const std::string query = query_of(location);
  std::string out = describe_address(location);
  const auto form = http::Form::parse(query);
  if (!form || query.empty()) return cut(out);
  for (const auto& entry : form->parameters()) {
    out += fmt::format("{}{}={}", &entry == &form->parameters().front() ? " ? " : " & ", entry.name,
                       describe_value(entry.name, entry.value));
  }
  return out;
}

}  // namespace

std::string describe_address(std::string_view url) {
  std::string out;
  for (const auto part : split(without_query(url), '/')) {
    out += looks_random(part) ? shorten(part) : std::string(part);
    out += '/';
  }
  out.pop_back();
  return out;
}

std::string describe_purpose(const net::OutgoingRequest& request) {
  const auto parsed = http::Form::parse(request.body);
  const http::Form form = parsed ? *parsed : http::Form();
  if (request.url.find("/.well-known/") != std::string::npos) return "Discovery · RFC 8414";
  if (request.url.ends_with("/jwks")) return "Signing keys of the server · RFC 7517";
  if (form.find("code_challenge")) return "Pushed authorization request · RFC 9126";
  if (const auto grant = form.find("grant_type")) return "Token request · " + std::string(*grant);
  if (is_in_app(request) && !form.find("action")) return "The app asks for a step of the login";
  if (form.find("password")) return "The user signs in";
  if (const auto action = form.find("action")) return "The user decides · " + std::string(*action);
  if (request.url.find("/introspect") != std::string::npos) return "Introspection · RFC 7662, RFC 9701";
  if (request.url.find("/revoke") != std::string::npos) return "Revocation · RFC 7009";
  if (!request.fields.get("Authorization").empty()) return "API call with the bound token";
  if (request.fields.get("Accept") == "text/html") return "The browser opens a page";
  return "Request";
}

std::vector<TraceRow> describe_request(const net::OutgoingRequest& request) {
  std::vector<TraceRow> rows;
  add_form(rows, query_of(request.url));
  if (is_in_app(request)) {
    add_answers(rows, request.body);
  } else if (http::media_type(request.fields.get("Content-Type")) == "application/x-www-form-urlencoded") {
    add_form(rows, request.body);
  } else if (!request.body.empty()) {
    add(rows, "body", cut(request.body));
  }
  const std::string_view authorization = request.fields.get("Authorization");
  if (const auto space = authorization.find(' '); space != std::string_view::npos) {
    add(rows, "Authorization",
        std::string(authorization.substr(0, space + 1)) + shorten(authorization.substr(space + 1)));
  }
  for (const auto proof : request.fields.all("DPoP")) add(rows, "DPoP", describe_proof(proof));
  if (!request.tls.certificate_pem.empty()) add(rows, "TLS", "with the client's certificate");
  return rows;
}

std::vector<TraceRow> describe_response(const http::Response& response) {
  std::vector<TraceRow> rows;
  if (const auto location = response.fields.get("Location"); !location.empty()) {
    add(rows, "Location", describe_location(location));
  }
  for (const auto value : response.fields.all("WWW-Authenticate")) add(rows, "WWW-Authenticate", cut(value));
  if (const auto nonce = response.fields.get("DPoP-Nonce"); !nonce.empty()) add(rows, "DPoP-Nonce", shorten(nonce));
  const std::string type = http::media_type(response.fields.get("Content-Type"));
  if (type == "text/html") {
    add(rows, "page", read_element_text(response.body, "title"));
  } else if (type.ends_with("introspection+jwt")) {
    add_signed(rows, response.body);
  } else if (type == in_app::kMediaType || type == in_app::kProblemMediaType) {
    add_page(rows, response, type);
  } else if (type.ends_with("json")) {
    add_json(rows, response.body);
  }
  return rows;
}

}  // namespace signet::client
