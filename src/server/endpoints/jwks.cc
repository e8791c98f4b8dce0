#include "server/endpoints/endpoints.h"

namespace signet::server {

Task<Result<http::Response>> jwks(Exchange& exchange) {
  http::Response response = http::make_json_response(200, exchange.issuer.keys()->jwks_document);
  // Short enough that a rotation, which publishes the next key long before it signs, is seen in time everywhere.
  response.fields.set("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace signet::server
