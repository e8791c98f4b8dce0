#pragma once
// Every endpoint of the server: one function, one file of the same name.

#include "server/context.h"

namespace signet::server {

Task<Result<http::Response>> metadata(Exchange& exchange);  ///< both well-known documents (RFC8414-3, OIDC-DISCOVERY-4)
Task<Result<http::Response>> jwks(Exchange& exchange);      ///< RFC7517-5
Task<Result<http::Response>> par(Exchange& exchange);       ///< RFC9126-2
Task<Result<http::Response>> authorize(Exchange& exchange);          ///< RFC6749-4.1.1
Task<Result<http::Response>> login(Exchange& exchange);              ///< the pages between authorize and the redirect
Task<Result<http::Response>> browser_step(Exchange& exchange);       ///< a step of an app's login in a browser
Task<Result<http::Response>> asset(Exchange& exchange);              ///< the pages' stylesheet
Task<Result<http::Response>> schema(Exchange& exchange);             ///< of what the hypermedia API says
Task<Result<http::Response>> token(Exchange& exchange);              ///< RFC6749-3.2
Task<Result<http::Response>> introspect(Exchange& exchange);         ///< RFC7662-2, RFC9701-5
Task<Result<http::Response>> revoke(Exchange& exchange);             ///< RFC7009-2
Task<Result<http::Response>> revocations(Exchange& exchange);        ///< the feed of revocations for gateways
Task<Result<http::Response>> userinfo(Exchange& exchange);           ///< OIDC-5.3
Task<Result<http::Response>> devices(Exchange& exchange);            ///< a device answers to the code of a page
Task<Result<http::Response>> device_register(Exchange& exchange);    ///< who opens that code with a browser
Task<Result<http::Response>> device_challenges(Exchange& exchange);  ///< what waits for an answer of a device
Task<Result<http::Response>> device_answers(Exchange& exchange);     ///< a device approves or denies
Task<Result<http::Response>> account(Exchange& exchange);            ///< the door to the account pages

}  // namespace signet::server
