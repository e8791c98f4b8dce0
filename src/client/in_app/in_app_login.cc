#include "client/in_app/in_app_login.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "oauth/core_rfc6749.h"

namespace signet::client::in_app {
namespace {

using Entries = std::vector<http::Form::Entry>;

constexpr std::size_t kMaxSessionIdBytes = 1024;

/// Words of the server for the log: printable and short.
std::string quote(std::string_view text) {
  return oauth::make_error_description(text).substr(0, 200);
}

/// The way on from a page on which nobody has anything to say.
const Action* find_way_on(const Representation& page) {
  const auto goes_on = [](const Action& action) {
    return action.form == Template::Form && action.kind != "cancel" &&
           std::ranges::none_of(action.fields, &Field::is_asked);
  };
  const auto found = std::ranges::find_if(page.actions, goes_on);
  return found == page.actions.end() ? nullptr : &*found;
}

/// After which the same form can be sent again.
bool can_be_repeated(const Problem& problem) {
  constexpr std::string_view kRepeatable[] = {"incorrect-credentials", "invalid-input", "too-many-attempts",
                                              "generic-user-error"};
  return std::ranges::find(kRepeatable, problem.type) != std::end(kRepeatable);
}

/// The query that a browser would have brought to the redirect URI: that of the link, else made of the members.
std::string make_query(const Representation& page, const json::object& members) {
  if (const Link* const link = page.find_link("authorization-response")) {
    const auto begin = link->href.find('?');
    if (begin != std::string::npos) return link->href.substr(begin + 1, link->href.find('#') - begin - 1);
  }
  Entries entries;
  for (const std::string_view name : {"code", "error", "error_description", "state", "iss"}) {
    const std::string_view value = peek_string(members, name);
    if (!value.empty()) entries.push_back({std::string(name), std::string(value)});
  }
  return http::render_form(entries);
}

Error refusal_of(const ApiResponse& answer) {
  std::string detail = "status " + std::to_string(answer.response.status);
  for (const auto& challenge : answer.challenges) detail += ", " + quote(challenge.error);
  return {ErrorCode::InvalidToken, "The server does not let this client log people in.", std::move(detail)};
}

}  // namespace

InAppLogin::InAppLogin(Client& client, Prompter& prompter, InAppOptions options)
    : client_(client), prompter_(prompter), options_(std::move(options)) {}

Task<Result<Login>> InAppLogin::log_in(LoginRequest request) {
  if (client_.config().sender_constraint != oauth::SenderConstraint::Kind::Dpop) {
    co_return fail(ErrorCode::InvalidClientMetadata, "A login inside the app needs a client with DPoP.");
  }
  auto tokens = co_await client_.in_app_credentials(options_.scope);
  if (!tokens) co_return std::unexpected(std::move(tokens).error());
  auto started = co_await client_.start(std::move(request));
  if (!started) co_return std::unexpected(std::move(started).error());
  auto query = co_await walk(*std::move(tokens), started->authorization_url);
  if (!query) co_return std::unexpected(std::move(query).error());
  auto login = co_await client_.finish(*std::move(query), std::move(started->pending));
  co_return login;
}

Task<Result<std::string>> InAppLogin::walk(Tokens tokens, std::string url) {
  CO_TRY_ASSIGN(const Url start, parse_url(url));
  home_ = start.origin();
  ApiRequest request{.url = std::move(url)};
  for (;;) {
    const auto target = parse_url(request.url);
    if (!target || target->origin() != home_) {
      co_return fail(ErrorCode::Denied, "The login leads away from the issuer.");
    }
    const std::string from = request.url;
    const auto response = co_await send(tokens, std::move(request));
    if (!response) co_return std::unexpected(response.error());
    CO_TRY_ASSIGN(Next next, on_response(*response, from));
    if (!next.request) co_return std::move(next.query);
    request = *std::move(next.request);
  }
}

Task<Result<http::Response>> InAppLogin::send(Tokens tokens, ApiRequest request) {
  request.fields.add("Accept", kMediaType);
  if (!session_id_.empty()) request.fields.add("Session-Id", session_id_);
  auto answer = co_await client_.call(std::move(tokens), std::move(request));
  if (!answer) co_return std::unexpected(std::move(answer).error());
  if (!answer->challenges.empty()) co_return std::unexpected(refusal_of(*answer));
  const std::string_view session_id = answer->response.fields.get("Set-Session-Id");
  if (is_visible_ascii(session_id) && session_id.size() <= kMaxSessionIdBytes) session_id_ = session_id;
  co_return std::move(answer->response);
}

Result<InAppLogin::Next> InAppLogin::on_response(const http::Response& response, std::string_view url) {
  const std::string type = http::media_type(response.fields.get("Content-Type"));
  if (type == kMediaType && response.status == 200) {
    TRY_ASSIGN(Representation page, parse_representation(response.body, url));
    return on_page(std::move(page));
  }
  if (type == kProblemMediaType && response.status >= 400) {
    TRY_ASSIGN(Problem problem, parse_problem(response.body, url));
    return on_problem(std::move(problem));
  }
  return fail(ErrorCode::Malformed, "The server does not answer with its hypermedia API.",
              "status " + std::to_string(response.status));
}

Result<InAppLogin::Next> InAppLogin::on_page(Representation page) {
  if (page.type == "oauth-authorization-response") return Next{.query = make_query(page, page.properties)};
  if (page.type == "redirection-step") return follow(page);
  redirections_ = 0;
  const std::string_view status = page.type == "polling-step" ? peek_string(page.properties, "status") : "";
  if (status == "pending") return poll(page);
  polls_ = 0;
  if (const Action* const way = status == "done" ? find_way_on(page) : nullptr) {
    if (++pages_ > options_.max_pages) return fail(ErrorCode::Malformed, "The login does not come to an end.");
    return submit({.form = *way});
  }
  if (page.type == "continue-same-step" && page.actions.empty()) page.actions = last_action_.continue_actions;
  return ask(std::move(page), std::nullopt);
}

Result<InAppLogin::Next> InAppLogin::on_problem(Problem problem) {
  if (problem.type == "error-authorization-response") return Next{.query = make_query(problem.page, problem.members)};
  if (!problem.page.actions.empty()) {
    Representation page = std::exchange(problem.page, {});
    return ask(std::move(page), problem);
  }
  if (page_ && can_be_repeated(problem)) return ask(*page_, problem);
  return fail(ErrorCode::AccessDenied, "The server ended the login.",
              quote(problem.type + ": " + (problem.detail.empty() ? problem.title : problem.detail)));
}

Result<InAppLogin::Next> InAppLogin::follow(const Representation& page) {
  if (page.actions.size() != 1) return fail(ErrorCode::Malformed, "A redirection of the login has not one action.");
  if (++redirections_ > options_.max_redirections) {
    return fail(ErrorCode::Malformed, "The login does not come to an end.");
  }
  return submit({.form = page.actions.front()});
}

Result<InAppLogin::Next> InAppLogin::poll(const Representation& page) {
  const auto form = std::ranges::find(page.actions, "poll", &Action::kind);
  if (form == page.actions.end()) return fail(ErrorCode::Malformed, "A waiting page of the login has no poll action.");
  if (++polls_ > options_.max_polls) return fail(ErrorCode::Timeout, "The login waits for too long.");
  constexpr std::int64_t kUsual = 2000;
  TRY_ASSIGN(const auto interval, find_integer(page.properties, "interval"));
  // A server that names no pause, or a useless one, must not make us busy or hang us.
  const Duration pause{std::clamp<std::int64_t>(interval.value_or(kUsual), 200, 30'000)};
  TRY_ASSIGN(std::optional<Answer> answer, prompter_.wait(page, pause));
  if (answer) return submit(*std::move(answer));
  return submit({.form = *form});
}

Result<InAppLogin::Next> InAppLogin::ask(Representation page, const std::optional<Problem>& problem) {
  const Choices choices = list_choices(page.actions);
  if (choices.possible.empty()) {
    std::string names = quote(join(choices.impossible, ", "));
    return fail(ErrorCode::Denied, "This step of the login needs a browser.", std::move(names));
  }
  if (++pages_ > options_.max_pages) return fail(ErrorCode::Malformed, "The login does not come to an end.");
  page_ = std::move(page);
  TRY_ASSIGN(Answer answer, prompter_.ask(*page_, problem));
  if (!answer.address.empty()) TRY(visit_browser(answer));
  return submit(std::move(answer));
}

Result<void> InAppLogin::visit_browser(Answer& answer) {
  const auto url = parse_url(answer.address);
  if (!url || url->origin() != home_) return fail(ErrorCode::Denied, "The login leads away from the issuer.");
  const auto field = std::ranges::find(answer.form.fields, FieldType::Context, &Field::type);
  if (field == answer.form.fields.end()) {
    return fail(ErrorCode::Malformed, "A step in the browser has no field for what it brings back.");
  }
  TRY_ASSIGN(answer.values[field->name], prompter_.open_browser(answer.address));
  return {};
}

Result<InAppLogin::Next> InAppLogin::submit(Answer answer) {
  TRY_ASSIGN(ApiRequest request, make_submission(answer));
  last_action_ = std::move(answer.form);
  return Next{.request = std::move(request)};
}

}  // namespace signet::client::in_app
