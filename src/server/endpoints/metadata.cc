#include "server/endpoints/endpoints.h"

namespace signet::server {

Task<Result<http::Response>> metadata(Exchange& exchange) {
  http::Response response = http::make_json_response(200, exchange.issuer.metadata_document());
  response.fields.set("Cache-Control", "public, max-age=300");
  co_return response;
}

}  // namespace signet::server
