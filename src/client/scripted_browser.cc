#include "client/scripted_browser.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "oauth/core_rfc6749.h"

namespace signet::client {
namespace {

constexpr std::size_t kMaxPageBytes = 512 * 1024;

bool is_redirect(int status) {
  return status >= 300 && status < 400 && status != 304;
}

/// The query of `url` when it goes to the redirect URI; nothing when it goes elsewhere.
std::optional<std::string> find_callback(std::string_view url, std::string_view redirect_uri) {
  if (!url.starts_with(redirect_uri)) return std::nullopt;
  const std::string_view rest = url.substr(redirect_uri.size());
  const char separator = redirect_uri.find('?') == std::string_view::npos ? '?' : '&';
  if (rest.empty() || rest.front() != separator) return std::nullopt;
  return std::string(rest.substr(1, rest.find('#') == std::string_view::npos ? rest.size() : rest.find('#') - 1));
}

/// The form to go on with: the one that asks for a password, else the one that does what we came for, else the first
/// that posts.
const HtmlForm* choose_form(const std::vector<HtmlForm>& forms, std::string_view action) {
  const auto asks = std::ranges::find_if(forms, [](const HtmlForm& form) { return form.find_field("password"); });
  if (asks != forms.end()) return &*asks;
  const auto does = std::ranges::find_if(forms, [&](const HtmlForm& form) { return form.find_button(action); });
  if (does != forms.end()) return &*does;
  const auto posts = std::ranges::find(forms, "post", &HtmlForm::method);
  return posts == forms.end() ? nullptr : &*posts;
}

std::unexpected<Error> unusable(const http::Response& response) {
  std::string title = oauth::make_error_description(read_element_text(response.body, "title")).substr(0, 120);
  return fail(ErrorCode::Malformed, "The login page cannot be filled in by a script.",
              "status " + std::to_string(response.status) + (title.empty() ? "" : ", " + title));
}

bool is_to_be_typed(const HtmlField& field) {
  return (field.type == "text" || field.type == "tel" || field.type == "number") && field.value.empty();
}

}  // namespace

ScriptedBrowser::ScriptedBrowser(remote::Transport& transport, ScriptedBrowserOptions options)
    : transport_(transport), options_(std::move(options)) {}

Task<Result<std::string>> ScriptedBrowser::log_in(std::string url, std::string redirect_uri, std::string username,
                                                  SecretText password) {
  CO_TRY_ASSIGN(const Url start, parse_url(url));
  const std::string home = start.origin();
  std::string method = "GET";
  std::string body;
  for (unsigned count = 0; count < options_.max_pages; ++count) {
    CO_TRY_ASSIGN(const Url target, parse_url(url));
    if (target.origin() != home) co_return fail(ErrorCode::Denied, "The login pages lead away from the issuer.");
    auto page = co_await load(method, url, body);
    if (!page) co_return std::unexpected(std::move(page).error());
    if (is_redirect(page->response.status)) {
      CO_TRY_ASSIGN(url, resolve_url(url, page->response.fields.get("Location")));
      if (auto query = find_callback(url, redirect_uri)) co_return *std::move(query);
      method = "GET";  // RFC9110-15.4.4: what a 303 means
      body.clear();
      continue;
    }
    const std::vector<HtmlForm> forms = read_forms(page->response.body);
    const HtmlForm* form = choose_form(forms, consent_action());
    if (form == nullptr) co_return unusable(page->response);
    CO_TRY_ASSIGN(const auto entries, fill_in(*form, username, password));
    CO_TRY_ASSIGN(url, resolve_url(url, form->action));
    method = "POST";
    body = http::render_form(entries);
  }
  co_return fail(ErrorCode::Malformed, "The login pages do not come to an end.");
}

Result<std::vector<http::Form::Entry>> ScriptedBrowser::fill_in(const HtmlForm& form, const std::string& username,
                                                                const SecretText& password) {
  const bool asks_for_password = form.find_field("password") != nullptr;
  if (asks_for_password && has_sent_password_) {  // a second try would only lock the account
    return fail(ErrorCode::AccessDenied, "The login was refused: wrong user name or password.");
  }
  has_sent_password_ = has_sent_password_ || asks_for_password;
  if (!asks_for_password && std::ranges::any_of(form.fields, is_to_be_typed)) {
    return fail(ErrorCode::AccessDenied, "The login asks for more than a user name and a password.",
                "a script cannot give a second factor: log in with --in-app or in a browser");
  }
  std::vector<http::Form::Entry> entries;
  for (const HtmlField& field : form.fields) {
    if (field.name.empty() || field.type == "checkbox" || field.type == "radio") continue;
    std::string value = field.value;
    if (field.type == "password") value = password.reveal();
    if (asks_for_password && (field.type == "text" || field.type == "email")) value = username;
    entries.push_back({field.name, std::move(value)});
  }
  const HtmlField* button = form.find_button(asks_for_password ? "login" : consent_action());
  if (button == nullptr && !form.buttons.empty()) button = &form.buttons.front();
  if (button != nullptr && !button->name.empty()) entries.push_back({button->name, button->value});
  return entries;
}

Task<Result<ScriptedBrowser::Page>> ScriptedBrowser::load(std::string method, std::string url, std::string body) {
  net::OutgoingRequest request;
  request.method = std::move(method);
  request.url = url;
  request.timeout = options_.timeout;
  request.max_response_bytes = kMaxPageBytes;
  request.tls.ca_pem = options_.ca_pem;
  request.fields.add("Accept", "text/html");
  if (!cookies_.empty()) request.fields.add("Cookie", render_cookies());
  if (request.method == "POST") {
    CO_TRY_ASSIGN(const Url target, parse_url(url));
    request.fields.add("Content-Type", "application/x-www-form-urlencoded");
    request.fields.add("Origin", target.origin());
    request.body = std::move(body);
  }
  auto response = co_await transport_.send(std::move(request));
  if (!response) co_return std::unexpected(std::move(response).error());
  keep_cookies(*response);
  co_return Page{std::move(url), *std::move(response)};
}

void ScriptedBrowser::keep_cookies(const http::Response& response) {
  for (const std::string_view field : response.fields.all("Set-Cookie")) {
    const std::string_view pair = field.substr(0, field.find(';'));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name(trim(pair.substr(0, equals)));
    const bool is_removed = to_lower_ascii(field).find("max-age=0") != std::string::npos;
    if (is_removed) {
      cookies_.erase(name);
    } else {
      cookies_[name] = std::string(trim(pair.substr(equals + 1)));
    }
  }
}

std::string ScriptedBrowser::render_cookies() const {
  std::string out;
  for (const auto& [name, value] : cookies_) out.append(out.empty() ? "" : "; ").append(name).append("=").append(value);
  return out;
}

Result<std::string> resolve_url(std::string_view base, std::string_view reference) {
  if (is_absolute_uri(reference)) return std::string(reference);
  TRY_ASSIGN(const Url parsed, parse_url(base));
  if (reference.starts_with("//")) return parsed.scheme + ":" + std::string(reference);
  if (reference.starts_with('/')) return parsed.origin() + std::string(reference);
  const std::string page(without_query(base));
  if (reference.empty()) return std::string(base.substr(0, base.find('#')));
  if (reference.starts_with('?')) return page + std::string(reference);
  return page.substr(0, page.rfind('/') + 1) + std::string(reference);
}

}  // namespace signet::client
