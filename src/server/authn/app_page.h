#pragma once
// What an app is answered where a browser gets a page or a redirect: render_hypermedia.h and render_problem.h as HTTP.

#include "http/message.h"
#include "server/authn/client_answer.h"
#include "server/authn/texts.h"
#include "workflow/representation.h"

namespace signet::server::authn {

/// The page, or the problem that stands on it with its status.
[[nodiscard]] http::Response make_app_page(const workflow::Representation& page, const Language& language);
/// A form that the app follows by itself.
[[nodiscard]] http::Response make_app_redirect(std::string_view location);
[[nodiscard]] http::Response make_app_answer(const ClientAnswer& answer);

}  // namespace signet::server::authn
