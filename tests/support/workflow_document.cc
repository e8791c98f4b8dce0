#include "support/workflow_document.h"

#include <stdexcept>

#include "server/authn/pages/pages.h"

namespace signet::test {

json::object workflow_document(std::string_view name) {
  for (const std::string_view text : server::authn::workflow_documents()) {
    auto document = parse_json_object(text);
    if (document && peek_string(*document, "workflow") == name) return *std::move(document);
  }
  throw std::runtime_error("no workflow is called " + std::string(name));
}

json::object login_that_leads_password_to(std::string_view step) {
  json::object document = workflow_document("login");
  for (auto& item : document.at("edges").as_array()) {
    auto& edge = item.as_object();
    if (peek_string(edge, "from") == "password" && peek_string(edge, "on") == "accepted") edge["to"] = step;
  }
  return document;
}

}  // namespace signet::test
