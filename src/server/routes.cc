#include "server/routes.h"

#include "server/endpoints/endpoints.h"

namespace signet::server {
namespace {

constexpr std::size_t kNoBody = 0;
constexpr std::size_t kForm = 64 * 1024;
constexpr std::size_t kPage = 16 * 1024;

// No CORS at the authorization endpoint and its pages (FAPI2-SP-FINAL-5.2.2): they are for top-level navigation. What
// apps get there instead of pages has its own rule, in authn/app_origin.h.
// clang-format off
constexpr Route kRoutes[] = {
    // methods   path                                       inserted endpoint   caller               cors   body     openid spec
    {"GET",      "/.well-known/openid-configuration",       false,   metadata,   Caller::Anybody,     true,  kNoBody, true,  "OIDC-DISCOVERY-4"},
    {"GET",      "/.well-known/oauth-authorization-server", true,    metadata,   Caller::Anybody,     true,  kNoBody, false, "RFC8414-3"},
    {"GET",      "/jwks",                                   false,   jwks,       Caller::Anybody,     true,  kNoBody, false, "RFC7517-5"},
    {"POST",     "/par",                                    false,   par,        Caller::Client,      true,  kForm,   false, "RFC9126-2"},
    {"GET POST", "/authorize",                              false,   authorize,  Caller::User,        false, kForm,   false, "RFC6749-3.1"},
    {"GET POST", "/login/*",                                false,   login,      Caller::User,        false, kPage,   false, "OIDC-3.1.2.3"},
    {"GET POST", "/browser/*",                              false,   browser_step, Caller::Anybody,   false, kPage,   false, "-"},
    {"GET",      "/account",                                false,   account,    Caller::User,        false, kNoBody, false, "-"},
    {"GET",      "/assets/*",                               false,   asset,      Caller::Anybody,     false, kNoBody, false, "-"},
    {"GET",      "/schemas/*",                              false,   schema,     Caller::Anybody,     true,  kNoBody, false, "-"},
    {"POST",     "/token",                                  false,   token,      Caller::Client,      true,  kForm,   false, "RFC6749-3.2"},
    {"POST",     "/introspect",                             false,   introspect, Caller::Client,      false, kForm,   false, "RFC7662-2"},
    {"POST",     "/revoke",                                 false,   revoke,     Caller::Client,      true,  kForm,   false, "RFC7009-2"},
    {"POST",     "/revocations",                            false,   revocations, Caller::Client,     false, kForm,   false, "-"},
    {"GET POST", "/userinfo",                               false,   userinfo,   Caller::TokenHolder, true,  kForm,   true,  "OIDC-5.3"},
    {"POST",     "/devices",                                false,   devices,    Caller::Device,      false, kPage,   false, "-"},
    {"GET",      "/devices/register",                       false,   device_register, Caller::Anybody, false, kNoBody, false, "-"},
    {"POST",     "/devices/challenges",                     false,   device_challenges, Caller::Device, false, kPage,   false, "-"},
    {"POST",     "/devices/answers",                        false,   device_answers, Caller::Device, false, kPage,   false, "-"},
};
// clang-format on

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace signet::server
