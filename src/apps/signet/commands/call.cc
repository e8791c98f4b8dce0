// signet call and signet token: what can be done with the tokens of a login.
#include <fmt/format.h>
#include <unistd.h>

#include "apps/signet/client_session.h"
#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "base/text.h"
#include "client/in_app/page_text.h"
#include "jose/jwt.h"

namespace signet::apps {
namespace {

constexpr Option kCallOptions[] = {kClientFileOption,   kTokenFileOption,    kCaFileOption,
                                   kTraceOption,        kVerboseOption,      {"method", 'X', true},
                                   {"data", 'd', true}, {"accept", 0, true}, {"header", 'H', true, true}};
constexpr Option kTokenOptions[] = {kClientFileOption, kTokenFileOption, kCaFileOption, kTraceOption, kVerboseOption};

/// The tokens of the command line with the client they belong to.
struct Login {
  std::string path;
  client::TokenFile file;
  std::unique_ptr<ClientSession> session;
};

Result<Login> open_login(const Arguments& arguments) {
  Login login;
  login.path = token_file_of(arguments);
  TRY_ASSIGN(login.file, load_tokens(login.path));
  if (const auto named = arguments.find("client-file")) login.file.client_file = *named;
  TRY_ASSIGN(login.session, ClientSession::open(login.file.client_file, arguments, login.file.issuer));
  if (login.session->client().config().issuer != login.file.issuer) {
    return fail(ErrorCode::InvalidToken, "The tokens are of another issuer than the client file.", login.file.issuer);
  }
  return login;
}

Result<void> refresh(Login& login) {
  TRY_ASSIGN(login.file.tokens, run_blocking(login.session->client().refresh(login.file.tokens)));
  return save_tokens(login.path, login.file);
}

Result<void> refresh_when_expired(Login& login) {
  const client::Tokens& tokens = login.file.tokens;
  const bool is_over = tokens.expires_at && *tokens.expires_at <= login.session->clock().now();
  if (!is_over || tokens.refresh_token.empty()) return {};
  print_message("The access token has expired; refreshing it.");
  return refresh(login);
}

Result<http::Fields> read_fields(const Arguments& arguments) {
  http::Fields fields;
  for (const std::string& header : arguments.all("header")) {
    const auto colon = header.find(':');
    if (colon == std::string::npos) return fail(ErrorCode::InvalidRequest, "--header is \"Name: value\".");
    fields.add(trim(header.substr(0, colon)), trim(header.substr(colon + 1)));
  }
  return fields;
}

Result<client::ApiRequest> make_request(const std::string& url, const Arguments& arguments) {
  client::ApiRequest request;
  request.url = url;
  request.method = arguments.get("method", arguments.has("data") ? "POST" : "GET");
  TRY_ASSIGN(request.fields, read_fields(arguments));
  if (request.fields.count("Accept") == 0) {
    request.fields.add("Accept", arguments.get("accept", "application/json"));
  }
  if (const auto data = arguments.find("data")) {
    TRY_ASSIGN(request.body, data->starts_with('@') ? read_input(data->substr(1)) : Result<std::string>(*data));
    if (request.fields.count("Content-Type") == 0) request.fields.add("Content-Type", "application/json");
  }
  return request;
}

std::string render_body(const http::Response& response) {
  const auto value = parse_json(response.body, {.bytes = 4 << 20, .depth = 32});
  if (value) return render_pretty_json(*value);
  // Whatever it is, on a terminal it must not act as anything but text
  std::string text = response.body;
  if (::isatty(STDOUT_FILENO) == 1) {
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; });
  }
  return text.empty() || text.ends_with('\n') ? text : text + "\n";
}

/// As one word for a shell: it reads nothing into what an API has sent.
std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// The command that meets the demand. Spec: RFC9470-3
std::string render_login(const oauth::StepUpDemand& demand) {
  std::string command = "signet login";
  if (!demand.acr_values.empty()) command += " --acr-values " + quote(join(demand.acr_values, " "));
  if (demand.max_age) {
    command += fmt::format(" --max-age {}", std::chrono::floor<seconds>(*demand.max_age).count());
  }
  return command + " …";
}

void print_answer(const client::ApiResponse& answer) {
  const http::Response& response = answer.response;
  std::string head = fmt::format("{} {}", response.status, http::reason_phrase(response.status));
  const auto add = [&head](std::string_view name, std::string_view value) {
    head += fmt::format("\n{}: {}", name, client::in_app::make_printable(value));
  };
  for (const std::string_view name : {"Content-Type", "x-fapi-interaction-id", "DPoP-Nonce"}) {
    if (const auto value = response.fields.get(name); !value.empty()) add(name, value);
  }
  for (const auto value : response.fields.all("WWW-Authenticate")) add("WWW-Authenticate", value);
  print_message(head + "\n");
  print(render_body(response));
  if (!answer.step_up) return;
  print_message("The API wants another login: " + client::in_app::make_printable(render_login(*answer.step_up)));
}

int print_introspection(const oauth::IntrospectionResponse& answer) {
  const auto value = parse_json(oauth::render_introspection(answer));
  if (value) print(render_pretty_json(*value));
  return kDone;
}

int run_token_command(Login& login, const std::string& what) {
  client::Client& client = login.session->client();
  const client::Tokens& tokens = login.file.tokens;
  if (what == "refresh") {
    if (const auto done = refresh(login); !done) return print_failure("token refresh", done.error());
    print("The access token is new.\n");
    return kDone;
  }
  if (what == "revoke") {
    // The refresh token carries the whole grant; revoking it ends the access token as well (RFC7009-2.1).
    const bool has_refresh = !tokens.refresh_token.empty();
    const auto done = run_blocking(client.revoke(has_refresh ? tokens.refresh_token : tokens.access_token,
                                                 has_refresh ? "refresh_token" : "access_token"));
    if (!done) return print_failure("token revoke", done.error());
    print("The tokens are revoked.\n");
    return kDone;
  }
  const auto answer = run_blocking(client.introspect(tokens.access_token));
  if (!answer) return print_failure("token introspect", answer.error());
  return print_introspection(*answer);
}

}  // namespace

int call(Words words) {
  const auto arguments = parse_arguments("call", words, kCallOptions);
  if (!arguments) return kUsage;
  if (arguments->positional().size() != 1) return print_usage_error("call", "one URL is needed");
  auto login = open_login(*arguments);
  if (!login) return print_failure("call", login.error());
  if (const auto fresh = refresh_when_expired(*login); !fresh) return print_failure("call", fresh.error());
  auto request = make_request(arguments->positional().front(), *arguments);
  if (!request) return print_failure("call", request.error());
  const auto answer = run_blocking(login->session->client().call(login->file.tokens, *std::move(request)));
  if (!answer) return print_failure("call", answer.error());
  print_answer(*answer);
  return answer->response.status < 400 ? kDone : kRefused;
}

int token(Words words) {
  const auto arguments = parse_arguments("token", words, kTokenOptions);
  if (!arguments) return kUsage;
  const auto& positional = arguments->positional();
  const std::string what = positional.size() == 1 ? positional.front() : "";
  if (what != "refresh" && what != "revoke" && what != "introspect") {
    return print_usage_error("token", "say refresh, revoke or introspect");
  }
  auto login = open_login(*arguments);
  if (!login) return print_failure("token", login.error());
  return run_token_command(*login, what);
}

}  // namespace signet::apps
