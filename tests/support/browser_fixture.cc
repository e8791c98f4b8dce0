#include "support/browser_fixture.h"

namespace signet::test {
namespace {

constexpr int kMostRedirects = 10;

/// The value of an attribute of a tag, its character references resolved.
std::string attribute(const std::string& tag, const std::string& name) {
  const auto start = tag.find(" " + name + "=\"");
  if (start == std::string::npos) return {};
  const auto from = start + name.size() + 3;
  std::string value = tag.substr(from, tag.find('"', from) - from);
  for (const auto& [reference, character] :
       {std::pair{"&quot;", "\""}, {"&#39;", "'"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    const std::string text(reference);
    for (auto at = value.find(text); at != std::string::npos; at = value.find(text, at + 1)) {
      value.replace(at, text.size(), character);
    }
  }
  return value;
}

Browser::Form parse_form(const std::string& page, std::size_t start, std::size_t end) {
  Browser::Form form{attribute(page.substr(start, page.find('>', start) - start), "action"), {}};
  for (auto at = page.find("<input", start); at < end; at = page.find("<input", at + 1)) {
    const std::string tag = page.substr(at, page.find('>', at) - at);
    const bool is_empty_box = attribute(tag, "type") == "checkbox" && !tag.contains(" checked");
    if (!tag.contains(" disabled")) {
      form.fields.push_back({attribute(tag, "name"), is_empty_box ? std::string() : attribute(tag, "value")});
    }
  }
  return form;
}

std::string value_of_field(const Browser::Form& form, const std::string& name) {
  const auto found = std::ranges::find(form.fields, name, &http::Form::Entry::name);
  return found == form.fields.end() ? std::string() : found->value;
}

}  // namespace

Browser::Browser(TestServer& server) : server_(server) {}

Browser::Browser(const Browser&) = default;

Browser::~Browser() = default;

Browser& Browser::open(const std::string& url) {
  return follow(send_request(server_.make_request("GET", absolute(url))));
}

Browser& Browser::press(const std::string& button, const Parameters& fields) {
  const Form form = find_form(button);
  Parameters values = form.fields;
  for (const auto& [name, value] : fields) {
    const auto field = std::ranges::find(values, name, &http::Form::Entry::name);
    if (field == values.end()) throw std::runtime_error("the page has no field " + name);
    field->value = value;
  }
  return submit(form.action, values);
}

Browser& Browser::press_entry(const std::string& action, const std::string& field, const std::string& value,
                              const Parameters& fields) {
  const Form form = find_entry(action, field, value);
  return submit(form.action, with(form.fields, fields));
}

Browser& Browser::submit(const std::string& address, const Parameters& values, http::Fields fields) {
  fields.set("Content-Type", "application/x-www-form-urlencoded");
  http::Request request = server_.make_request("POST", absolute(address), std::move(fields));
  request.body = http::render_form(values);
  return follow(send_request(std::move(request)));
}

Browser& Browser::sign_in(std::string_view username, std::string_view password) {
  return press("login", {{"username", std::string(username)}, {"password", std::string(password)}});
}

std::string Browser::log_in(const std::string& url) {
  open(url);
  if (has_element("login")) sign_in();
  if (has_element("allow")) press("allow");
  return code();
}

bool Browser::has_element(const std::string& id) const {
  return page().contains("id=\"" + id + "\"");
}

std::string Browser::answer(std::string_view name) const {
  const auto query = left_for_.find('?');
  if (query == std::string::npos) return {};
  return std::string(value_of(http::Form::parse(left_for_.substr(query + 1))).find(name).value_or(""));
}

std::string Browser::code() const {
  if (answer("code").empty()) throw std::runtime_error("no code; at " + address_ + " " + left_for_ + "\n" + page());
  return answer("code");
}

Browser::Form Browser::find_form(const std::string& button) const {
  const auto end = page().find("<button id=\"" + button + "\"");
  if (end == std::string::npos) throw std::runtime_error("no button " + button + " on the page:\n" + page());
  const auto start = page().rfind("<form", end);
  return parse_form(page(), start, end);
}

std::vector<Browser::Form> Browser::find_forms(const std::string& action) const {
  std::vector<Form> forms;
  for (auto at = page().find("<form"); at != std::string::npos; at = page().find("<form", at + 1)) {
    Form form = parse_form(page(), at, page().find("</form>", at));
    if (value_of_field(form, "action") == action) forms.push_back(std::move(form));
  }
  return forms;
}

Browser::Form Browser::find_entry(const std::string& action, const std::string& field, const std::string& value) const {
  for (Form& form : find_forms(action)) {
    if (value_of_field(form, field) == value) return std::move(form);
  }
  throw std::runtime_error("no " + action + " with " + field + " " + value + " on the page:\n" + page());
}

std::vector<std::string> Browser::entries(const std::string& action, const std::string& field) const {
  std::vector<std::string> values;
  for (const Form& form : find_forms(action)) values.push_back(value_of_field(form, field));
  return values;
}

http::Response Browser::send_request(http::Request request) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : cookies) pairs.push_back(name + "=" + value);
  if (!pairs.empty()) request.fields.set("Cookie", join(pairs, "; "));
  address_ = request.target;
  http::Response response = server_.send(std::move(request));
  for (const auto line : response.fields.all("Set-Cookie")) keep_cookie(line);
  return response;
}

std::string Browser::absolute(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos || url.starts_with('/')) return origin_ + url;
  origin_ = url.substr(0, url.find('/', scheme + 3));
  return url;
}

void Browser::keep_cookie(std::string_view line) {
  const auto pair = line.substr(0, line.find(';'));
  const auto equals = pair.find('=');
  cookies[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
}

Browser& Browser::follow(http::Response response) {
  left_for_.clear();
  for (int i = 0; i < kMostRedirects && response.status / 100 == 3; ++i) {
    const std::string location(response.fields.get("Location"));
    if (!location.starts_with('/')) {
      left_for_ = location;
      break;
    }
    response = send_request(server_.make_request("GET", absolute(location)));
  }
  response_ = std::move(response);
  return *this;
}

}  // namespace signet::test
