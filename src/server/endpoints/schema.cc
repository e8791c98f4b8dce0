#include "server/schemas/schemas.h"

#include "server/endpoints/endpoints.h"

namespace signet::server {

Task<Result<http::Response>> schema(Exchange& exchange) {
  const std::string_view path = exchange.request.path();
  const Schema* found = find_schema(path.substr(path.rfind('/') + 1));
  if (found == nullptr) co_return fail(ErrorCode::NotFound, "There is no schema of this name.");
  http::Response response;
  response.fields.set("Content-Type", kSchemaType);
  response.fields.set("Cache-Control", "public, max-age=3600");
  response.body = found->text;
  co_return response;
}

}  // namespace signet::server
