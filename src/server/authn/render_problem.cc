#include "server/authn/render_problem.h"

#include <algorithm>

#include "server/authn/hypermedia_model.h"
#include "server/authn/language.h"

namespace signet::server::authn {
namespace {

constexpr std::string_view kTypePrefix = "https://curity.se/problems/";

/// A problem of a workflow, the word of the media type for it, the status that carries it, and what it is called.
struct ProblemRow {
  std::string_view problem;
  std::string_view suffix;
  int status;
  Text title = Text::ProblemOther;
};

// clang-format off
constexpr ProblemRow kProblems[] = {
    {"incorrect_credentials", "incorrect-credentials",                      400, Text::ProblemCredentials},
    {"invalid_input",         "invalid-input",                              400, Text::ProblemInput},
    {"too_many_attempts",     "too-many-attempts",                          429, Text::ProblemTooMany},
    {"authentication_failed", "authentication-failed",                      403, Text::ProblemRefused},
    {"access_denied",         "authentication-failed",                      403, Text::ProblemRefused},
    {"wrong_browser",         "mismatch-between-session-and-access-token",  403, Text::ProblemRefused},
    {"session_mismatch",      "mismatch-between-session-and-access-token",  403, Text::ProblemRefused},
    {"denied",                "mismatch-between-session-and-access-token",  403, Text::ProblemRefused},
    {"conflict",              "generic-user-error",                         409},
    {"expired",               "unexpected",                                 410},
    {"not_found",             "unexpected",                                 404},
    {"busy",                  "generic-user-error",                         503},
    {"unavailable",           "unexpected",                                 503},
    {"temporarily_unavailable", "unexpected",                               503},
    {"too_large",             "unexpected",                                 413},
    {"bug",                   "unexpected",                                 500},
    {"server_error",          "unexpected",                                 500},
};
// clang-format on

/// Of a problem that the table does not have: a page with forms can be answered again, one without is an end.
constexpr ProblemRow kOther{"", "generic-user-error", 400};
constexpr ProblemRow kOtherEnd{"", "unexpected", 400};

const ProblemRow* find_row(std::string_view problem) {
  const auto* const found = std::ranges::find(kProblems, problem, &ProblemRow::problem);
  return found == std::end(kProblems) ? nullptr : found;
}

const ProblemRow& row_of(const workflow::Representation& page) {
  if (const ProblemRow* const row = find_row(page.problem->type)) return *row;
  return page.actions.empty() ? kOtherEnd : kOther;
}

/// What the type is called, and not the page it stands on; a page that is nothing but a problem is called so already.
std::string_view title_of(const workflow::Representation& page, const ProblemRow& row, const Language& language) {
  return page.type == "problem" ? std::string_view(page.title) : language.text(row.title);
}

json::array render_invalid_fields(const workflow::Representation& page) {
  json::array out;
  for (const auto& name : page.problem->fields) {
    out.push_back(json::object{{"name", name}, {"reason", "invalidValue"}, {"detail", page.problem->text}});
  }
  return out;
}

}  // namespace

int status_of(const workflow::Problem& problem) {
  const ProblemRow* const row = find_row(problem.type);
  return row == nullptr ? kOther.status : row->status;
}

std::string render_problem_document(const workflow::Representation& page, const Language& language) {
  const workflow::Problem& problem = *page.problem;
  const ProblemRow& row = row_of(page);
  json::object out{{"type", std::string(kTypePrefix) + std::string(row.suffix)},
                   {"title", title_of(page, row, language)},
                   {"status", row.status},
                   {"code", problem.type}};
  if (!problem.text.empty()) out["detail"] = problem.text;
  if (problem.retry_after) out["retryAfter"] = std::chrono::ceil<seconds>(*problem.retry_after).count();
  if (row.suffix == "invalid-input") out["invalidFields"] = render_invalid_fields(page);
  if (json::object properties = render_properties(page); !properties.empty()) out["properties"] = std::move(properties);
  out["actions"] = render_actions(page);
  out["links"] = render_links(page.links);
  out["messages"] = render_messages(page);
  return render_json(out);
}

std::string render_authorization_error(std::string_view href, std::string_view error,
                                       std::string_view error_description, const std::optional<std::string>& state,
                                       std::string_view iss) {
  json::object out{{"type", std::string(kTypePrefix) + "error-authorization-response"},
                   {"title", "The authorization request was refused."},
                   {"status", 400},
                   {"error", error},
                   {"iss", iss}};
  if (!error_description.empty()) out["error_description"] = error_description;
  if (state) out["state"] = *state;
  out["links"] = json::array{render_link(href, "authorization-response")};
  return render_json(out);
}

}  // namespace signet::server::authn
