#include "oauth/jar_rfc9101.h"

#include "oauth/par_rfc9126.h"

namespace signet::oauth {

Result<void> check_no_request_object(const http::Form& form) {
  // OIDC-3.1.2.6: to ignore the parameter would mean to act on other values than the client has signed
  if (form.find("request")) return fail(ErrorCode::RequestNotSupported, "The parameter request is not supported.");
  const auto request_uri = form.find("request_uri");
  if (request_uri && !request_uri->starts_with(kRequestUriPrefix)) {
    return fail(ErrorCode::RequestUriNotSupported, "The parameter request_uri is supported for pushed requests only.");
  }
  return {};
}

}  // namespace signet::oauth
