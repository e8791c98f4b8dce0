#include "server/authn/render_hypermedia.h"

#include "server/authn/hypermedia_model.h"

namespace signet::server::authn {

std::string render_hypermedia(const workflow::Representation& page) {
  json::object out{{"type", page.type}};
  if (!page.view.empty()) out["metadata"] = json::object{{"viewName", page.view}};
  if (json::object properties = render_properties(page); !properties.empty()) out["properties"] = std::move(properties);
  out["actions"] = render_actions(page);
  out["links"] = render_links(page.links);
  out["messages"] = render_messages(page);
  return render_json(out);
}

std::string render_redirection(std::string_view href, std::string_view method,
                               const std::vector<workflow::Field>& fields) {
  const workflow::Action redirect{
      .name = "redirect", .title = "", .fields = fields, .href = std::string(href), .method = std::string(method)};
  return render_json(json::object{{"type", "redirection-step"},
                                  {"actions", json::array{render_form(redirect)}},
                                  {"links", json::array{}},
                                  {"messages", json::array{}}});
}

std::string render_authorization_response(std::string_view href, std::string_view code,
                                          const std::optional<std::string>& state, std::string_view iss) {
  json::object properties{{"code", code}, {"iss", iss}};
  if (state) properties["state"] = *state;
  return render_json(json::object{{"type", "oauth-authorization-response"},
                                  {"properties", std::move(properties)},
                                  {"actions", json::array{}},
                                  {"links", json::array{render_link(href, "authorization-response")}},
                                  {"messages", json::array{}}});
}

}  // namespace signet::server::authn
