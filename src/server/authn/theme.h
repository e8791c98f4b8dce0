#pragma once
// How the pages of an issuer look and what they say: the program's own, or a folder of the operator, read at the start.
//
//   theme.css          what the stylesheet says otherwise
//   page.tpl           the template around the forms
//   logo.svg           stands for the owner's name
//   texts/de.json      texts that are said otherwise; a file of another language adds it
//   clients/NAME/      the same for clients whose metadata has `theme`: NAME; what is absent is the issuer's

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/authn/asset.h"
#include "server/authn/language.h"
#include "server/authn/page_template.h"

namespace signet::server::authn {

struct Theme {
  std::string stylesheet;  ///< the name of an asset, as is `logo`
  std::string logo;        ///< empty: none
  PageTemplate page_template = PageTemplate::built_in();
  std::vector<const Language*> languages;

  /// Null: there is none.
  [[nodiscard]] const Language* find_language(std::string_view tag) const;
};

class Themes {
 public:
  /// The program's own.
  Themes();
  /// That of a folder; empty: the program's own. Names come from the folder's listing only. Fails: NotFound, Malformed,
  /// TooLarge; the detail names the file and the rule
  [[nodiscard]] static Result<Themes> load(const std::string& folder);

  /// The theme of a client; empty or unknown: that of the issuer.
  [[nodiscard]] const Theme& find(std::string_view client_theme = {}) const;
  [[nodiscard]] const std::string& script() const { return script_; }  ///< the name of an asset
  /// Null: there is none with this content.
  [[nodiscard]] const Asset* find_asset(std::string_view name) const;
  /// The one of this issuer that has the same purpose as one of another release or content. Null: there is none.
  [[nodiscard]] const Asset* find_current_asset(std::string_view name) const;

 private:
  std::string keep(Asset asset);
  Result<Theme> load_theme(const std::string& folder, const Theme& parent, std::string_view purpose);

  Theme own_;
  std::map<std::string, Theme, std::less<>> of_clients_;
  std::string script_;
  std::map<std::string, Asset, std::less<>> assets_;
};

}  // namespace signet::server::authn
