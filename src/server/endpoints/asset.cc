#include "server/authn/pages/pages.h"
#include "server/endpoints/endpoints.h"

namespace signet::server {

Task<Result<http::Response>> asset(Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  const std::string_view name = path.substr(path.rfind('/') + 1);
  // A page made by a node of another release asks for its own fingerprint: ours serves it, but is not to be kept.
  const bool is_stylesheet = name.starts_with("signet") && name.ends_with(".css");
  if (!is_stylesheet) co_return fail(ErrorCode::NotFound, "There is nothing at this address.");
  const bool is_current = name == authn::stylesheet_name();
  http::Response response;
  response.fields.set("ETag", "\"" + authn::stylesheet_name() + "\"");
  response.fields.set("Cache-Control", is_current ? "public, max-age=31536000, immutable" : "public, max-age=60");
  if (exchange.request.fields.get("If-None-Match") == response.fields.get("ETag")) {
    response.status = 304;
    co_return response;
  }
  response.fields.set("Content-Type", "text/css; charset=utf-8");
  response.body = authn::stylesheet();
  co_return response;
}

}  // namespace signet::server
