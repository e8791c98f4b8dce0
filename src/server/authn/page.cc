#include "server/authn/page.h"

#include <algorithm>

#include "base/url.h"
#include "server/authn/app_page.h"
#include "server/authn/presentation.h"
#include "server/authn/render_html.h"
#include "server/request_log.h"

namespace signet::server::authn {
namespace {

/// RFC 3986 lets a host hold ";" and ",", which would start another directive here.
bool is_plain_host(std::string_view host) {
  return std::ranges::all_of(
      host, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; });
}

/// A redirect URI as a source expression of a content security policy.
std::string source_of(std::string_view redirect_uri) {
  const auto url = parse_url(redirect_uri);
  // Private-use schemes have no host, and an IPv6 address is no host of the policy's grammar: the scheme stands for
  // them.
  const bool has_plain_host = url && is_plain_host(url->host) && (url->scheme == "https" || url->scheme == "http");
  if (has_plain_host) return url->origin();
  return std::string(redirect_uri.substr(0, redirect_uri.find(':') + 1));
}

std::string content_security_policy(const workflow::Representation& page, std::string_view redirect_uri) {
  std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
      "frame-ancestors 'none'; "
      "form-action ";
  if (page.actions.empty()) return policy + "'none'";
  policy += "'self'";
  if (!redirect_uri.empty()) policy += " " + source_of(redirect_uri);
  return policy;
}

PageFrame make_frame(const Exchange& exchange, const PageSetting& setting, const workflow::Facts& facts) {
  const Theme& theme = theme_of(exchange, facts);
  const Language& language = language_of(exchange, facts);
  const Issuer& issuer = exchange.issuer;
  const std::string assets = issuer.path() + "/assets/";
  return {.owner = issuer.config().display_name.empty() ? issuer.origin() : issuer.config().display_name,
          .notice = fill(language.text(Text::SiteNotice), {issuer.origin()}),
          .stylesheet = assets + theme.stylesheet,
          .script = assets + issuer.themes().script(),
          .logo = theme.logo.empty() ? std::string() : assets + theme.logo,
          .language = language,
          .choice = {.href = setting.language_href, .hidden = setting.hidden, .offered = theme.languages},
          .page_template = theme.page_template};
}

http::Response make_html_page(const Exchange& exchange, const workflow::Representation& page,
                              const PageSetting& setting, const workflow::Facts& facts) {
  http::Response response{.status = setting.status};
  response.body = render_html(page, make_frame(exchange, setting, facts));
  response.fields.set("Content-Type", "text/html; charset=utf-8");
  response.fields.set("Cache-Control", "no-store");
  response.fields.set("Content-Security-Policy", content_security_policy(page, setting.redirect_uri));
  response.fields.set("X-Frame-Options", "DENY");
  response.fields.set("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace

http::Response make_page(const Exchange& exchange, const workflow::Representation& page, const PageSetting& setting,
                         const workflow::Facts& facts) {
  const Language& language = language_of(exchange, facts);
  http::Response response =
      exchange.is_app ? make_app_page(page, language) : make_html_page(exchange, page, setting, facts);
  response.fields.set("Content-Language", language.tag());
  if (page.problem && page.problem->retry_after) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(*page.problem->retry_after);
    response.fields.set("Retry-After", std::to_string(wait.count()));
  }
  return response;
}

http::Response make_problem_page(const Exchange& exchange, int status, Text title, Text help, std::string_view type,
                                 std::string_view detail) {
  const workflow::Facts facts = facts_outside(exchange);
  workflow::Representation page{.type = "problem", .title = text(facts, title), .text = text(facts, help)};
  page.problem = workflow::Problem{.type = std::string(type), .text = std::string(detail)};
  return make_page(exchange, page, {.status = status}, facts);
}

http::Response make_fault_page(const Exchange& exchange, std::string_view incident) {
  const std::string detail = incident.empty() ? std::string() : "incident " + std::string(incident);
  return make_problem_page(exchange, 500, Text::FaultTitle, Text::FaultHelp, "server_error", detail);
}

http::Response make_problem_page(const Exchange& exchange, const Error& error) {
  log_refusal(exchange, error);
  const std::string_view name = name_of(error.code);
  const std::string_view detail = error.public_text.view();
  switch (error.code) {
    case ErrorCode::InvalidRequestUri:
      return make_problem_page(exchange, 400, Text::RequestUriTitle, Text::RequestUriHelp, name, detail);
    case ErrorCode::Expired:
      return make_problem_page(exchange, 400, Text::ExpiredTitle, Text::ExpiredHelp, name, detail);
    case ErrorCode::TooLarge:
      return make_problem_page(exchange, 413, Text::RequestFailedTitle, Text::RequestFailedHelp, name, detail);
    case ErrorCode::NotFound:
      return make_problem_page(exchange, 404, Text::NotFoundTitle, Text::NotFoundHelp, name);
    case ErrorCode::Denied:
      if (exchange.is_app) break;  // an app has no browser to go back to
      return make_problem_page(exchange, 403, Text::WrongBrowserTitle, Text::WrongBrowserHelp, name, detail);
    default:
      break;
  }
  if (error.cause() == Cause::Bug) return make_fault_page(exchange, {});
  if (error.cause() == Cause::Unavailable) {
    auto response =
        make_problem_page(exchange, 503, Text::UnavailableTitle, Text::UnavailableHelp, "temporarily_unavailable");
    response.fields.set("Retry-After", "5");
    return response;
  }
  return make_problem_page(exchange, 400, Text::RequestFailedTitle, Text::RequestFailedHelp, name, detail);
}

Result<http::Response> or_problem_page(Exchange& exchange, AuditName event, Result<http::Response> answer) {
  if (answer || answer.error().cause() == Cause::Bug) return answer;
  exchange.record_refusal(AuditEvent(event, "refused").client(exchange.client_id).error(answer.error()));
  return make_problem_page(exchange, answer.error());
}

http::Response make_unseen_answer() {
  http::Response response{.status = 503};
  response.fields.set("Retry-After", "1");
  response.fields.set("Cache-Control", "no-store");
  return response;
}

http::Response make_redirect(const Exchange& exchange, std::string location) {
  if (exchange.is_app) return make_app_redirect(location);
  http::Response response{.status = 303};
  response.fields.set("Location", location);
  response.fields.set("Cache-Control", "no-store");
  response.fields.set("Referrer-Policy", "no-referrer");
  return response;
}

http::Response make_client_redirect(const Exchange& exchange, const ClientAnswer& answer) {
  return exchange.is_app ? make_app_answer(answer) : make_redirect(exchange, answer.location);
}

}  // namespace signet::server::authn
