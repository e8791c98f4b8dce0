#include "operations.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "http/form.h"
#include "oauth/pkce_rfc7636.h"
#include "requests.h"

namespace signet::bench {
namespace {

constexpr std::string_view kVerifier = "bench-verifier-bench-verifier-bench-verifier-bench";

std::vector<Script> discovery(const Target&, std::size_t count, std::size_t connections) {
  return replay(std::vector<std::string>(count, get("/.well-known/openid-configuration")), connections, 200);
}
std::vector<Script> jwks(const Target&, std::size_t count, std::size_t connections) {
  return replay(std::vector<std::string>(count, get("/jwks")), connections, 200);
}

Entries authorization_parameters(const Target& target, std::size_t key, std::string_view scope = "openid accounts") {
  return {{"response_type", "code"},
          {"client_id", target.client_id},
          {"redirect_uri", target.redirect_uri},
          {"scope", std::string(scope)},
          {"state", "state-of-the-bench"},
          {"nonce", "nonce-of-the-bench"},
          {"code_challenge", oauth::make_code_challenge(kVerifier)},
          {"code_challenge_method", "S256"},
          {"dpop_jkt", jose::thumbprint(dpop_key(key).key.public_key())}};
}

std::vector<Script> par(const Target& target, std::size_t count, std::size_t connections) {
  return replay(prepare_requests(count,
                                 [&](std::size_t i) {
                                   return post("/par", {},
                                               http::render_form(with_assertion(target, target.client_id,
                                                                                authorization_parameters(target, i))));
                                 }),
                connections, 201);
}

std::vector<Script> cc_opaque(const Target& target, std::size_t count, std::size_t connections) {
  return replay(
      prepare_requests(count, [&](std::size_t i) { return client_credentials_request(target, target.client_id, i); }),
      connections, 200);
}
std::vector<Script> cc_jwt(const Target& target, std::size_t count, std::size_t connections) {
  return replay(prepare_requests(
                    count, [&](std::size_t i) { return client_credentials_request(target, target.jwt_client_id, i); }),
                connections, 200);
}

/// A few live tokens, fetched before the clock starts, then asked for in turn by the resource server.
std::vector<Script> introspection(const Target& target, std::size_t count, std::size_t connections,
                                  std::string_view accept) {
  auto tokens = std::make_shared<std::vector<std::string>>();
  std::vector<Script> fetch;
  auto requests = std::make_shared<std::vector<std::string>>(
      prepare_requests(200, [&](std::size_t i) { return client_credentials_request(target, target.client_id, i); }));
  fetch.emplace_back([requests, tokens](const Reply* last) -> std::optional<std::string> {
    expect_status(last, 200);
    if (last != nullptr) tokens->push_back(member(*last, "access_token"));
    if (requests->empty()) return std::nullopt;
    std::string request = std::move(requests->back());
    requests->pop_back();
    return request;
  });
  (void)run_closed_loop({.port = target.port}, std::move(fetch));
  const std::string fields =
      "Client-Cert: :" + target.resource_certificate + ":\r\nAccept: " + std::string(accept) + "\r\n";
  return replay(prepare_requests(count,
                                 [&](std::size_t i) {
                                   return post("/introspect", fields,
                                               http::render_form({{"client_id", target.resource_client_id},
                                                                  {"token", (*tokens)[i % tokens->size()]}}));
                                 }),
                connections, 200);
}
std::vector<Script> introspect_json(const Target& target, std::size_t count, std::size_t connections) {
  return introspection(target, count, connections, "application/json");
}
std::vector<Script> introspect_jwt(const Target& target, std::size_t count, std::size_t connections) {
  return introspection(target, count, connections, "application/token-introspection+jwt");
}

// --- flows with a browser
// -----------------------------------------------------------------------------------------------------

std::string first_path(std::string_view location) {
  const auto scheme = location.find("://");
  if (scheme == std::string_view::npos) return std::string(location);
  const auto slash = location.find('/', scheme + 3);
  return std::string(location.substr(slash));
}

/// The text between `mark` (which ends with a quote) and the next quote.
std::string attribute_after(std::string_view text, std::string_view mark) {
  const auto start = text.find(mark);
  if (start == std::string_view::npos) return {};
  const auto value = start + mark.size();
  return std::string(text.substr(value, text.find('"', value) - value));
}

/// One connection's browser: keeps cookies, answers login and consent pages.
struct Browser {
  std::vector<std::pair<std::string, std::string>> cookies;

  void keep_cookies(std::string_view head) {
    while (!head.empty()) {
      const auto end = head.find("\r\n");
      const auto value = find_header(head.substr(0, end), "set-cookie");
      const auto equals = value.find('=');
      if (!value.empty() && equals != std::string_view::npos) {
        set(std::string(value.substr(0, equals)), std::string(value.substr(equals + 1, value.find(';') - equals - 1)));
      }
      if (end == std::string_view::npos) break;
      head.remove_prefix(end + 2);
    }
  }
  void set(const std::string& name, const std::string& value) {
    for (auto& [known, old] : cookies) {
      if (known == name) {
        old = value;
        return;
      }
    }
    cookies.emplace_back(name, value);
  }
  [[nodiscard]] std::string field() const {
    if (cookies.empty()) return {};
    std::string text = "Cookie: ";
    for (std::size_t i = 0; i < cookies.size(); ++i)
      text += (i == 0 ? "" : "; ") + cookies[i].first + "=" + cookies[i].second;
    return text + "\r\n";
  }
};

/// One connection that logs in once and then runs flow after flow with its live session.
class FlowScript {
 public:
  struct Prepared {
    std::string par;
    Entries token;
    std::string proof;
  };
  FlowScript(const Target& target, std::size_t connection, std::shared_ptr<std::vector<Prepared>> work)
      : target_(target), username_(target.username + std::to_string(connection)), work_(std::move(work)) {}

  /// Goes on with other work and the cookies it has.
  void restart(std::shared_ptr<std::vector<Prepared>> work) {
    work_ = std::move(work);
    state_ = State::Start;
  }

  [[nodiscard]] const std::string& refresh_token() const { return refresh_token_; }

  std::optional<std::string> next(const Reply* last) {
    switch (state_) {
      case State::Start:
        return begin();
      case State::Pushed:
        return authorize(*last);
      case State::Authorizing:
        return follow(*last);
      case State::Token:
        return finish(*last);
    }
    return std::nullopt;
  }

 private:
  enum class State { Start, Pushed, Authorizing, Token };

  std::optional<std::string> finish(const Reply& last) {
    expect_status(&last, 200);
    refresh_token_ = member(last, "refresh_token");
    return begin();
  }

  std::optional<std::string> begin() {
    if (work_->empty()) return std::nullopt;
    current_ = std::move(work_->back());
    work_->pop_back();
    state_ = State::Pushed;
    return std::move(current_.par);
  }
  std::optional<std::string> authorize(const Reply& last) {
    expect_status(&last, 201);
    state_ = State::Authorizing;
    const std::string query =
        http::render_form({{"client_id", target_.client_id}, {"request_uri", member(last, "request_uri")}});
    return get("/authorize?" + query, browser_.field());
  }
  std::optional<std::string> follow(const Reply& last) {
    browser_.keep_cookies(last.head);
    if (last.status == 200) return answer_page(last.body);
    expect_status(&last, 303);
    const std::string location(find_header(last.head, "location"));
    if (!location.starts_with(target_.redirect_uri)) {
      page_ = first_path(location);
      return get(page_, browser_.field());
    }
    const auto form = must(http::Form::parse(std::string_view(location).substr(location.find('?') + 1)));
    current_.token.push_back({"code", std::string(form.find("code").value_or(""))});
    state_ = State::Token;
    return post("/token", "DPoP: " + current_.proof + "\r\n", http::render_form(current_.token));
  }
  /// Presses the button with this id: its form with every hidden field, and what a person would type.
  std::optional<std::string> press(std::string_view body, std::string_view button, Entries typed) {
    const auto end = body.find("id=\"" + std::string(button) + "\"");
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view form = body.substr(0, end);
    form.remove_prefix(form.rfind("<form"));
    for (std::size_t at = form.find("type=\"hidden\""); at != std::string_view::npos;
         at = form.find("type=\"hidden\"", at + 1)) {
      const std::string_view input = form.substr(at);
      typed.push_back({attribute_after(input, "name=\""), attribute_after(input, "value=\"")});
    }
    return post(page_, browser_.field(), http::render_form(typed));
  }
  std::optional<std::string> answer_page(std::string_view body) {
    auto request = press(body, "login", {{"username", username_}, {"password", target_.password}});
    if (!request) request = press(body, "allow", {});
    if (request) return request;
    std::fprintf(stderr, "neither a login nor a consent page:\n%.*s\n", static_cast<int>(body.size()), body.data());
    std::exit(1);
  }

  const Target& target_;
  std::string username_;
  std::shared_ptr<std::vector<Prepared>> work_;
  Prepared current_;
  Browser browser_;
  std::string page_;
  std::string refresh_token_;
  State state_ = State::Start;
};

std::shared_ptr<std::vector<FlowScript::Prepared>> prepare_flows(const Target& target, std::size_t count,
                                                                 std::string_view scope = "openid accounts") {
  auto work = std::make_shared<std::vector<FlowScript::Prepared>>();
  for (std::size_t i = 0; i < count; ++i) {
    Entries token = with_assertion(target, target.client_id,
                                   {{"grant_type", "authorization_code"},
                                    {"redirect_uri", target.redirect_uri},
                                    {"code_verifier", std::string(kVerifier)}});
    const Entries pushed = with_assertion(target, target.client_id, authorization_parameters(target, i, scope));
    work->push_back({post("/par", {}, http::render_form(pushed)), std::move(token), make_token_proof(target, i)});
  }
  return work;
}

std::vector<Script> flow(const Target& target, std::size_t count, std::size_t connections) {
  std::vector<std::shared_ptr<FlowScript>> flows;
  std::vector<Script> log_in;
  for (std::size_t i = 0; i < connections; ++i) {
    // The first flow of each connection logs in and consents; it runs before the clock starts.
    flows.push_back(std::make_shared<FlowScript>(target, i, prepare_flows(target, 1)));
    log_in.emplace_back([script = flows.back()](const Reply* last) { return script->next(last); });
  }
  (void)run_closed_loop({.port = target.port}, std::move(log_in));
  auto work = prepare_flows(target, count);
  std::vector<Script> scripts;
  for (auto& script : flows) {
    auto next = std::make_shared<FlowScript>(*script);
    next->restart(work);
    scripts.emplace_back([next](const Reply* last) { return next->next(last); });
  }
  return scripts;
}

/// Each connection logs in once for a refresh token of its own and then refreshes with ever new keys and assertions.
std::vector<Script> refresh(const Target& target, std::size_t count, std::size_t connections) {
  std::vector<std::shared_ptr<FlowScript>> flows;
  std::vector<Script> log_in;
  for (std::size_t i = 0; i < connections; ++i) {
    flows.push_back(std::make_shared<FlowScript>(target, i, prepare_flows(target, 1, "accounts offline_access")));
    log_in.emplace_back([script = flows.back()](const Reply* last) { return script->next(last); });
  }
  (void)run_closed_loop({.port = target.port}, std::move(log_in));
  return replay(prepare_requests(count,
                                 [&](std::size_t i) {
                                   const Entries entries =
                                       with_assertion(target, target.client_id,
                                                      {{"grant_type", "refresh_token"},
                                                       {"refresh_token", flows[i % connections]->refresh_token()}});
                                   return post("/token", "DPoP: " + make_token_proof(target, i) + "\r\n",
                                               http::render_form(entries));
                                 }),
                connections, 200);
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"discovery", 1, 0, 0, 0, "30us", discovery},
      {"jwks", 1, 0, 0, 0, "30us", jwks},
      {"par", 1, 1, 0, 0, "1.5x", par},
      {"client_credentials_opaque", 1, 2, 1, 0, "1.35x", cc_opaque},
      {"client_credentials_jwt", 1, 2, 1, 1, "1.35x", cc_jwt},
      {"refresh_opaque", 1, 2, 1, 0, "1.35x", refresh},
      {"introspection_json", 1, 0, 0, 0, "60us", introspect_json},
      {"introspection_jwt", 1, 0, 0, 1, "-", introspect_jwt},
      {"code_flow", 3, 3, 1, 1, "1.6x", flow},
  };
  return all;
}

}  // namespace signet::bench
