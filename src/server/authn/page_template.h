#pragma once
// The template of the pages: the program's own or an operator's. Escaping is automatic and knows its context.

#include <memory>
#include <string>

#include "base/result.h"

namespace ctemplate {
class TemplateCache;
}  // namespace ctemplate

namespace signet::server::authn {

class PageDictionary;

/// The forms of a page are drawn by a template of the program in any case. Thread: any
class PageTemplate {
 public:
  [[nodiscard]] static const PageTemplate& built_in();
  /// An operator's template. What could undo the escaping is refused, and so is what a browser would not run or load on
  /// these pages, because their policy forbids it. Fails: Malformed; the detail names the rule
  [[nodiscard]] static Result<PageTemplate> parse(const std::string& source);

  [[nodiscard]] std::string expand(const PageDictionary& dictionary) const;

 private:
  PageTemplate() = default;
  [[nodiscard]] static std::shared_ptr<ctemplate::TemplateCache> load(std::string_view source);
  std::shared_ptr<ctemplate::TemplateCache> cache_;
};

/// The names under which the templates of forms and of the choice of a language are included.
inline constexpr char kFormTemplate[] = "form.tpl";
inline constexpr char kLanguagesTemplate[] = "languages.tpl";

}  // namespace signet::server::authn
