#pragma once
// A refusal as a problem document, for APIs. Spec: RFC9457

#include <string>

#include "base/error.h"

namespace signet::verify {

inline constexpr std::string_view kProblemMediaType = "application/problem+json";

/// {"type","title","status","detail","error"}: `error` is the OAuth error, for clients that look there.
[[nodiscard]] std::string render_problem(int status, const Error& error);

}  // namespace signet::verify
