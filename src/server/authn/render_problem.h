#pragma once
// JSON of what did not go on: the answer to a form that was refused, and to a request that cannot be served. Spec:
// RFC9457-3

#include <optional>
#include <string>
#include <string_view>

#include "server/authn/texts.h"
#include "workflow/representation.h"

namespace signet::server::authn {

inline constexpr std::string_view kProblemType = "application/problem+json";

/// The status of the answer to a form that met this problem. The page with its forms stands in the document as well.
[[nodiscard]] int status_of(const workflow::Problem& problem);

/// The document of a page with a problem, whose `title` is that of its type. Its `actions` are the page's new forms,
/// because each form can be sent once. Needs: page.problem. Thread: any
[[nodiscard]] std::string render_problem_document(const workflow::Representation& page, const Language& language);

/// The end of a refused authorization request. `href` is the redirect URI with the response parameters; the status is
/// 400.
[[nodiscard]] std::string render_authorization_error(std::string_view href, std::string_view error,
                                                     std::string_view error_description,
                                                     const std::optional<std::string>& state, std::string_view iss);

}  // namespace signet::server::authn
