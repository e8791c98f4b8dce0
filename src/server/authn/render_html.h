#pragma once
// HTML of a representation: accessible, without script, and with nothing in it that the representation does not say.

#include <string>

#include "workflow/representation.h"

namespace signet::server::authn {

/// What stands around every page.
struct PageFrame {
  std::string owner;       ///< name of the institution
  std::string notice;      ///< names the origin, so that a user can compare it with the address bar
  std::string stylesheet;  ///< address of the one stylesheet
};

/// Thread: any
[[nodiscard]] std::string render_html(const workflow::Representation& page, const PageFrame& frame);

}  // namespace signet::server::authn
