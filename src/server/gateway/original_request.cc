#include "server/gateway/original_request.h"

#include "base/text.h"
#include "base/url.h"

namespace signet::server {
namespace {

struct ExpectedField {
  std::string_view name;
  PublicText mistake;  ///< when there is none, or more than one
};
constexpr ExpectedField kForwardedMethod{"X-Forwarded-Method", "The gateway must send one X-Forwarded-Method field."};
constexpr ExpectedField kForwardedUri{"X-Forwarded-Uri", "The gateway must send one X-Forwarded-Uri field."};
constexpr ExpectedField kForwardedProto{"X-Forwarded-Proto", "The gateway must send one X-Forwarded-Proto field."};
constexpr ExpectedField kForwardedHost{"X-Forwarded-Host", "The gateway must send one X-Forwarded-Host field."};
constexpr ExpectedField kOriginalMethod{"X-Original-Method", "The gateway must send one X-Original-Method field."};
constexpr ExpectedField kOriginalUri{"X-Original-URI", "The gateway must send one X-Original-URI field."};

Result<std::string> load_field(const http::Fields& fields, const ExpectedField& expected) {
  const std::string_view value = fields.get(expected.name);  // empty when it stands there twice
  if (value.empty()) return fail(ErrorCode::Bug, expected.mistake);
  return std::string(value);
}

Result<OriginalRequest> read_fields(const http::Fields& fields, const ExpectedField& method,
                                    const ExpectedField& target) {
  OriginalRequest original;
  TRY_ASSIGN(original.method, load_field(fields, method));
  TRY_ASSIGN(original.target, load_field(fields, target));
  return original;
}

/// A call that came by another name, or in clear, is not one of this API.
Result<void> check_origin(const http::Fields& fields, const std::string& public_url) {
  TRY_ASSIGN(const std::string scheme, load_field(fields, kForwardedProto));
  TRY_ASSIGN(const std::string host, load_field(fields, kForwardedHost));
  const auto called = parse_url(scheme + "://" + host);
  const bool is_origin = called && called->userinfo.empty() && called->path == "/" && !host.contains('/') &&
                         !called->has_query && !called->has_fragment;
  if (is_origin && called->origin() == public_url) return {};
  return fail(ErrorCode::InvalidRequest, "The request was made to another origin than that of this API.");
}

}  // namespace

std::string_view OriginalRequest::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

Result<OriginalRequest> read_original_request(const ProtectedResourceConfig& resource, const http::Request& request,
                                              std::string_view rest) {
  OriginalRequest original;
  if (resource.contract == GatewayContract::Envoy) {
    original = {.method = request.method, .target = std::string(rest)};
  } else {
    if (!rest.empty())
      return fail(ErrorCode::Bug, "The gateway asks at an address with more than the name of the API.");
    if (request.method != "GET") return fail(ErrorCode::Bug, "The gateway must ask with GET.");
    const bool forwarded = resource.contract == GatewayContract::ForwardAuth;
    TRY_ASSIGN(original, read_fields(request.fields, forwarded ? kForwardedMethod : kOriginalMethod,
                                     forwarded ? kForwardedUri : kOriginalUri));
    if (forwarded) TRY(check_origin(request.fields, resource.public_url));
  }
  if (!original.target.starts_with('/') || !is_visible_ascii(original.target))
    return fail(ErrorCode::Bug, "The gateway did not tell the path of the request.");
  return original;
}

}  // namespace signet::server
