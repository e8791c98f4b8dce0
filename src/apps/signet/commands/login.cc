// signet login: a real login as a client, by a person in a browser or at the terminal, or by a script.
#include <fmt/format.h>

#include <filesystem>

#include "apps/signet/client_session.h"
#include "apps/signet/commands.h"
#include "apps/signet/file_authenticator.h"
#include "apps/signet/loopback_redirect.h"
#include "apps/signet/open_browser.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "apps/signet/terminal_prompter.h"
#include "base/run_blocking.h"
#include "base/text.h"
#include "client/in_app/in_app_login.h"
#include "client/in_app/scripted_prompter.h"
#include "client/scripted_browser.h"
#include "jose/jwk.h"

namespace signet::apps {
namespace {

constexpr Option kOptions[] = {kIssuerOption,
                               kClientFileOption,
                               kTokenFileOption,
                               kCaFileOption,
                               kTraceOption,
                               kVerboseOption,
                               {"scope", 0, true},
                               {"resource", 0, true},
                               {"acr-values", 0, true},
                               {"max-age", 0, true},
                               {"authorization-details", 0, true},
                               {"user", 0, true},
                               {"password-file", 0, true},
                               {"password", 0, true},  // refused by name: it would pass as a short --password-file
                               {"deny", 0, false},
                               {"browser", 0, false},
                               {"in-app", 0, false},
                               {"authenticator", 0, true},
                               {"answer", 0, true, true},
                               {"choose", 0, true, true}};

/// The JSON itself, or the file that holds it.
Result<json::array> read_details(const std::string& argument) {
  std::string text = argument;
  if (!text.starts_with('[')) {
    TRY_ASSIGN(text, read_input(argument));
  }
  auto value = parse_json(text);
  if (!value || !value->is_array()) {
    return fail(ErrorCode::InvalidRequest, "--authorization-details is a JSON array, or the file that holds one.");
  }
  return std::move(value->get_array());
}

Result<client::LoginRequest> make_request(const Arguments& arguments) {
  client::LoginRequest request;
  request.scope = split_words(arguments.get("scope", ""));
  request.resource = split_words(arguments.get("resource", ""));
  request.step_up.acr_values = split_words(arguments.get("acr-values", ""));
  if (const auto details = arguments.find("authorization-details")) {
    TRY_ASSIGN(request.authorization_details, read_details(std::string(*details)));
  }
  if (arguments.has("deny")) request.prompt = {"consent"};  // or an earlier consent would answer for the user
  if (const auto max_age = arguments.find("max-age")) {
    const auto number = parse_decimal(*max_age);
    if (!number || *number > 1'000'000'000) return fail(ErrorCode::InvalidRequest, "--max-age is a number of seconds.");
    request.step_up.max_age = seconds{static_cast<std::int64_t>(*number)};
  }
  return request;
}

Result<SecretText> read_password(const Arguments& arguments) {
  const auto file = arguments.find("password-file");
  if (!file) return fail(ErrorCode::InvalidRequest, "--user needs --password-file FILE; - is standard input.");
  TRY_ASSIGN(std::string text, read_input(*file));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return SecretText(std::move(text));
}

Result<client::Login> log_in_as_person(const ClientSession& session, client::LoginRequest request, bool opens_browser) {
  TRY_ASSIGN(const auto redirect, LoopbackRedirect::listen(session.client().config().redirect_uri));
  request.redirect_uri = redirect->uri();
  TRY_ASSIGN(client::StartedLogin started, run_blocking(session.client().start(std::move(request))));
  send_to_browser("sign in", started.authorization_url, opens_browser);
  TRY_ASSIGN(std::string query, redirect->wait(kPersonsTime));
  return run_blocking(session.client().finish(std::move(query), std::move(started.pending)));
}

Result<client::Login> log_in_by_script(const ClientSession& session, client::LoginRequest request,
                                       const Arguments& arguments) {
  TRY_ASSIGN(SecretText password, read_password(arguments));
  TRY_ASSIGN(client::StartedLogin started, run_blocking(session.client().start(std::move(request))));
  client::ScriptedBrowserOptions options;
  options.ca_pem = session.client().config().ca_pem;
  options.approves_consent = !arguments.has("deny");
  client::ScriptedBrowser browser(session.transport(), std::move(options));
  TRY_ASSIGN(std::string query, run_blocking(browser.log_in(started.authorization_url, started.pending.redirect_uri,
                                                            arguments.get("user", ""), std::move(password))));
  return run_blocking(session.client().finish(std::move(query), std::move(started.pending)));
}

/// "name=value", or "name=@FILE" for a value that must not stand on a command line; the line break at the end of a file
/// is not part of the value.
Result<client::in_app::Script> read_script(const Arguments& arguments) {
  client::in_app::Script script{.choices = arguments.all("choose")};
  for (const std::string& answer : arguments.all("answer")) {
    const auto equals = answer.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::InvalidRequest, "--answer is name=value or name=@FILE.");
    }
    std::string value = answer.substr(equals + 1);
    if (value.starts_with('@')) {
      TRY_ASSIGN(value, read_input(value.substr(1)));
      while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
    }
    script.answers.emplace_back(answer.substr(0, equals), SecretText(std::move(value)));
  }
  return script;
}

Result<client::Login> log_in_inside_app(const ClientSession& session, client::LoginRequest request,
                                        const Arguments& arguments) {
  TRY_ASSIGN(client::in_app::Script script, read_script(arguments));
  TerminalPrompter person(session.client().config().redirect_uri, arguments.has("browser"));
  const auto app = arguments.find("authenticator");
  FileAuthenticator authenticator(std::string(app.value_or("")), session.clock(), person);
  client::in_app::Prompter& otherwise = app ? static_cast<client::in_app::Prompter&>(authenticator) : person;
  client::in_app::ScriptedPrompter prompter(std::move(script), otherwise);
  client::in_app::InAppLogin login(session.client(), prompter);
  return run_blocking(login.log_in(std::move(request)));
}

Result<client::Login> log_in_by(const ClientSession& session, client::LoginRequest request,
                                const Arguments& arguments) {
  if (arguments.has("in-app")) return log_in_inside_app(session, std::move(request), arguments);
  if (arguments.has("user")) return log_in_by_script(session, std::move(request), arguments);
  return log_in_as_person(session, std::move(request), arguments.has("browser"));
}

/// Options that only one way of logging in understands are not ignored by the others.
bool has_conflicts(const Arguments& arguments) {
  const bool in_app = arguments.has("in-app");
  const bool has_script = arguments.has("answer") || arguments.has("choose") || arguments.has("authenticator");
  const bool has_other = arguments.has("user") || arguments.has("deny");
  return in_app ? has_other : has_script;
}

std::string describe_binding(const client::Tokens& tokens) {
  switch (tokens.binding) {
    case oauth::SenderConstraint::Kind::Dpop:
      return "DPoP key " + jose::thumbprint(tokens.dpop_key->public_key());
    case oauth::SenderConstraint::Kind::Mtls:
      return "the client's certificate";
    case oauth::SenderConstraint::Kind::None:
      return "nothing";
  }
  return "nothing";
}

/// What the ID token says of the strength of the login: "strong (pwd, otp)".
std::string describe_level(const jose::Claims& id_token) {
  std::string level(peek_string(id_token.members, "acr"));
  const auto* amr = id_token.members.if_contains("amr");
  std::vector<std::string> methods;
  if (amr != nullptr && amr->is_array()) {
    for (const auto& method : amr->get_array()) {
      if (method.is_string()) methods.emplace_back(method.get_string());
    }
  }
  if (level.empty()) level = "not said";
  return methods.empty() ? level : level + " (" + join(methods, ", ") + ")";
}

void print_login(const client::Tokens& tokens, const std::optional<jose::Claims>& id_token, const std::string& path,
                 Instant now) {
  std::string out = tokens.sub.empty() ? "Logged in.\n" : "Logged in as " + tokens.sub + ".\n";
  const auto line = [&](std::string_view name, std::string_view value) {
    out += fmt::format("  {:<15} {}\n", name, value);
  };
  line("scope", join(tokens.scope, " "));
  if (id_token) line("level", describe_level(*id_token));
  if (!tokens.authorization_details.empty()) line("details", render_json(tokens.authorization_details));
  line("token bound to", describe_binding(tokens));
  if (tokens.expires_at) {
    line("valid for", fmt::format("{} s", std::chrono::floor<seconds>(*tokens.expires_at - now).count()));
  }
  line("refresh token", tokens.refresh_token.empty() ? "none" : "yes");
  line("saved in", path);
  print(out);
}

}  // namespace

int login(Words words) {
  const auto arguments = parse_arguments("login", words, kOptions);
  if (!arguments) return kUsage;
  const auto client_file = arguments->find("client-file");
  if (!client_file || !arguments->positional().empty()) return print_usage_error("login", "--client-file is needed");
  if (arguments->has("password")) {
    return print_usage_error("login",
                             "a password never stands on a command line, which others can read: "
                             "--password-file FILE, or - for standard input");
  }
  if (has_conflicts(*arguments)) {
    return print_usage_error("login",
                             "--answer, --choose and --authenticator go with --in-app; --user and --deny do not");
  }
  const auto session = ClientSession::open(*client_file, *arguments);
  if (!session) return print_failure("login", session.error());
  auto request = make_request(*arguments);
  if (!request) return print_failure("login", request.error());
  auto result = log_in_by(**session, *std::move(request), *arguments);
  if (!result) return print_failure("login", result.error());
  const std::string path = token_file_of(*arguments);
  const std::string absolute_client_file = std::filesystem::absolute(*client_file).string();
  const client::TokenFile file{(*session)->client().config().issuer, absolute_client_file, std::move(result->tokens)};
  if (const auto saved = save_tokens(path, file); !saved) return print_failure("login", saved.error());
  print_login(file.tokens, result->id_token, path, (*session)->clock().now());
  return kDone;
}

}  // namespace signet::apps
