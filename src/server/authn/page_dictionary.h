#pragma once
// What the template of a page is filled with. The template engine's own dictionary hashes each name, looks it up in
// a table of all threads and makes a name for each entry of a list, which cost more than the page.

#include <ctemplate/template_dictionary_interface.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace signet::server::authn {

/// Values and sections by name. A section knows what is set outside of it; an included template does not. Names live as
/// long as the program: they are literals.
class PageDictionary final : public ctemplate::TemplateDictionaryInterface {
 public:
  PageDictionary() { values_.reserve(kUsualValues); }

  void set(std::string_view name, std::string value);
  /// Shows the section once, with what is set here.
  void show(std::string_view section);
  void show_if(std::string_view section, bool condition);
  /// Sets the value and shows the section, unless the value is empty.
  void show_with(std::string_view section, std::string_view name, std::string value);
  /// One entry of a list.
  PageDictionary& add_section(std::string_view section);
  /// `template_name` is a literal, too.
  PageDictionary& add_include(std::string_view name, const char* template_name);

 private:
  using Name = ctemplate::TemplateString;
  using Entries = std::vector<std::unique_ptr<PageDictionary>>;
  struct Value {
    std::string_view name;
    std::string text;
  };
  struct Section {
    std::string_view name;
    Entries entries = {};                 ///< none: it is shown once
    const char* template_name = nullptr;  ///< of an include
  };
  using Sections = std::vector<Section>;
  static constexpr std::size_t kUsualValues = 8;
  class EntryIterator;

  static Section& find_or_add(Sections& sections, std::string_view name);
  [[nodiscard]] const Section* find(Sections PageDictionary::* kind, const Name& name) const;

  // Of the interface, which is called from the template engine only.
  [[nodiscard]] Name GetValue(const Name& name) const override;
  [[nodiscard]] bool IsHiddenSection(const Name& name) const override;
  [[nodiscard]] bool IsUnhiddenSection(const Name& name) const override;
  [[nodiscard]] bool IsHiddenTemplate(const Name& name) const override;
  [[nodiscard]] const char* GetIncludeTemplateName(const Name& name, int) const override;
  [[nodiscard]] Iterator* CreateTemplateIterator(const Name& name) const override;
  [[nodiscard]] Iterator* CreateSectionIterator(const Name& name) const override;
  void DumpToString(std::string*, int) const override {}

  const PageDictionary* outside_ = nullptr;
  std::vector<Value> values_;
  Sections sections_;
  Sections includes_;
};

}  // namespace signet::server::authn
