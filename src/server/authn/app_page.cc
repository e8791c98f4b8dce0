#include "server/authn/app_page.h"

#include "http/form.h"
#include "server/authn/render_hypermedia.h"
#include "server/authn/render_problem.h"

namespace signet::server::authn {
namespace {

http::Response make_response(int status, std::string_view type, std::string body) {
  http::Response response{.status = status, .body = std::move(body)};
  response.fields.set("Content-Type", type);
  response.fields.set("Cache-Control", "no-store");
  return response;
}

/// A form that is sent with GET replaces the query of its address, so what stands there becomes its fields.
std::vector<workflow::Field> query_fields(std::string_view location) {
  const auto mark = location.find('?');
  if (mark == std::string_view::npos) return {};
  std::vector<workflow::Field> fields;
  const auto form = http::Form::parse(location.substr(mark + 1));
  if (!form) return fields;
  for (const auto& [name, value] : form->parameters()) {
    fields.push_back({.name = std::string(name), .type = workflow::FieldType::Hidden, .value = std::string(value)});
  }
  return fields;
}

}  // namespace

http::Response make_app_page(const workflow::Representation& page, const Language& language) {
  if (!page.problem) return make_response(200, kHypermediaType, render_hypermedia(page));
  return make_response(status_of(*page.problem), kProblemType, render_problem_document(page, language));
}

http::Response make_app_redirect(std::string_view location) {
  const auto fields = query_fields(location);
  return make_response(200, kHypermediaType, render_redirection(location.substr(0, location.find('?')), "GET", fields));
}

http::Response make_app_answer(const ClientAnswer& answer) {
  if (!answer.code.empty()) {
    return make_response(200, kHypermediaType,
                         render_authorization_response(answer.location, answer.code, answer.state, answer.issuer));
  }
  return make_response(
      400, kProblemType,
      render_authorization_error(answer.location, answer.error, answer.error_description, answer.state, answer.issuer));
}

}  // namespace signet::server::authn
