#include "server/authn/client_answer.h"

#include "oauth/core_rfc6749.h"
#include "oauth/iss_rfc9207.h"

namespace signet::server::authn {

ClientAnswer make_granted(const std::string& issuer, const oauth::AuthorizationRequest& request,
                          const std::string& code) {
  return {.location = oauth::render_authorization_success(request.redirect_uri, issuer, code, request.state),
          .issuer = issuer,
          .state = request.state,
          .code = code};
}

ClientAnswer make_refused(const std::string& issuer, const oauth::AuthorizationRequest& request, const Error& error) {
  return {.location = oauth::render_authorization_error(request.redirect_uri, issuer, error, request.state),
          .issuer = issuer,
          .state = request.state,
          .error = std::string(oauth::wire_error(error.code).error),
          .error_description = oauth::make_error_description(error.public_text.view())};
}

}  // namespace signet::server::authn
