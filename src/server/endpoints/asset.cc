#include "server/endpoints/endpoints.h"

namespace signet::server {

Task<Result<http::Response>> asset(Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const authn::Themes& themes = exchange.issuer.themes();
  const authn::Asset* found = themes.find_asset(name);
  // A page made by a node of another release asks for its own fingerprint: ours serves it, but is not to be kept.
  const bool is_current = found != nullptr;
  if (!is_current) found = themes.find_current_asset(name);
  if (found == nullptr) co_return fail(ErrorCode::NotFound, "There is nothing at this address.");
  http::Response response;
  response.fields.set("ETag", "\"" + found->name + "\"");
  response.fields.set("Cache-Control", is_current ? "public, max-age=31536000, immutable" : "public, max-age=60");
  // A picture that is opened by itself is a document, which may do nothing.
  response.fields.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  if (exchange.request.fields.get("If-None-Match") == response.fields.get("ETag")) {
    response.status = 304;
    co_return response;
  }
  response.fields.set("Content-Type", found->media_type());
  response.body = found->body;
  co_return response;
}

}  // namespace signet::server
