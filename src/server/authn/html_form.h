#pragma once
// The forms of a page: one for each action, with its fields and its button.

#include <set>
#include <string>
#include <string_view>

#include "server/authn/language.h"
#include "workflow/representation.h"

namespace signet::server::authn {

class PageDictionary;

/// What an action is on the page: what is offered first, something else, one of several alternatives, or something that
/// can be done with an item of a list.
enum class Rank { Main, Other, Choice, Item };

/// Draws the forms of one page, so that each id stands on it once and one field has the focus.
class HtmlForms {
 public:
  HtmlForms(const workflow::Representation& page, const Language& language);

  /// Adds the form as a section of this name. `owner`: the item it belongs to, which becomes part of the button's name.
  void add(PageDictionary& parent, const char* section, const workflow::Action& action, Rank rank,
           const std::string& owner = {});
  /// An id like `wanted` that no other element has.
  [[nodiscard]] std::string make_id(std::string_view wanted);

 private:
  void add_field(PageDictionary& form, const workflow::Field& field, bool may_have_focus);
  void fill_input(PageDictionary& input, const workflow::Field& field, bool may_have_focus);
  void fill_common(PageDictionary& element, const workflow::Field& field, const std::string& help_id);
  void add_button(PageDictionary& form, const workflow::Action& action, Rank rank, const std::string& owner);
  [[nodiscard]] bool is_wrong(const workflow::Field& field) const;
  [[nodiscard]] bool takes_focus(const workflow::Field& field) const;

  const workflow::Representation& page_;
  const Language& language_;
  std::set<std::string, std::less<>> ids_ = {"problem", "error"};
  bool is_focus_free_ = true;
};

/// Adds what a form carries without showing it, as the section HIDDEN.
void add_hidden(PageDictionary& form, const workflow::Field& field);
/// A path of this origin: the one kind of address that a form may have.
[[nodiscard]] bool is_own_path(std::string_view href);
/// Can a browser draw this action as a form?
[[nodiscard]] bool is_drawable(const workflow::Action& action);
/// Has the page something that the script does, or does better?
[[nodiscard]] bool needs_script(const workflow::Representation& page);
/// Has it something that only the script can do?
[[nodiscard]] bool has_operation(const workflow::Representation& page);

}  // namespace signet::server::authn
