#pragma once
// HTML of a representation: accessible, usable without script, and with nothing in it that the representation does not
// say.

#include <span>
#include <string>

#include "server/authn/language.h"
#include "server/authn/page_template.h"
#include "workflow/representation.h"

namespace signet::server::authn {

/// The form at the foot of a page with which its user chooses another language.
struct LanguageChoice {
  std::string_view href = {};  ///< empty: none is offered, as with one language alone
  std::span<const workflow::Field> hidden = {};
  std::span<const Language* const> offered = {};
};

/// What stands around every page.
struct PageFrame {
  std::string owner;       ///< name of the institution
  std::string notice;      ///< names the origin, so that a user can compare it with the address bar
  std::string stylesheet;  ///< address of the one stylesheet
  std::string script;      ///< address of the one script
  std::string logo = {};   ///< address of a picture that stands for the owner's name
  const Language& language = Language::english();
  LanguageChoice choice = {};
  const PageTemplate& page_template = PageTemplate::built_in();
};

/// Actions without an address of this origin are left out, as are links to anything but https:, otpauth: and paths of
/// this origin. Thread: any
[[nodiscard]] std::string render_html(const workflow::Representation& page, const PageFrame& frame);

}  // namespace signet::server::authn
