#include "server/authn/page_dictionary.h"

#include <algorithm>

namespace signet::server::authn {
namespace {

std::string_view view(const ctemplate::TemplateString& text) {
  return {text.data(), text.size()};
}

/// What a template may say that nobody sets: white space that the engine would strip.
std::string_view built_in(std::string_view name) {
  if (name == "BI_SPACE") return " ";
  return name == "BI_NEWLINE" ? "\n" : "";
}

}  // namespace

class PageDictionary::EntryIterator final : public Iterator {
 public:
  explicit EntryIterator(const Section* section) {
    if (section == nullptr) return;
    next_ = section->entries.begin();
    end_ = section->entries.end();
  }
  [[nodiscard]] bool HasNext() const override { return next_ != end_; }
  const TemplateDictionaryInterface& Next() override { return **next_++; }

 private:
  Entries::const_iterator next_;
  Entries::const_iterator end_;
};

PageDictionary::Section& PageDictionary::find_or_add(Sections& sections, std::string_view name) {
  const auto found = std::ranges::find(sections, name, &Section::name);
  return found == sections.end() ? sections.emplace_back(name) : *found;
}

void PageDictionary::set(std::string_view name, std::string value) {
  values_.emplace_back(name, std::move(value));
}

void PageDictionary::show(std::string_view section) {
  (void)find_or_add(sections_, section);
}

void PageDictionary::show_if(std::string_view section, bool condition) {
  if (condition) show(section);
}

void PageDictionary::show_with(std::string_view section, std::string_view name, std::string value) {
  if (value.empty()) return;
  set(name, std::move(value));
  show(section);
}

PageDictionary& PageDictionary::add_section(std::string_view section) {
  auto entry = std::make_unique<PageDictionary>();
  entry->outside_ = this;
  return *find_or_add(sections_, section).entries.emplace_back(std::move(entry));
}

PageDictionary& PageDictionary::add_include(std::string_view name, const char* template_name) {
  Section& include = find_or_add(includes_, name);
  include.template_name = template_name;
  return *include.entries.emplace_back(std::make_unique<PageDictionary>());
}

const PageDictionary::Section* PageDictionary::find(Sections PageDictionary::* kind, const Name& name) const {
  for (const PageDictionary* at = this; at != nullptr; at = at->outside_) {
    const auto found = std::ranges::find(at->*kind, view(name), &Section::name);
    if (found != (at->*kind).end()) return &*found;
  }
  return nullptr;
}

PageDictionary::Name PageDictionary::GetValue(const Name& name) const {
  for (const PageDictionary* at = this; at != nullptr; at = at->outside_) {
    const auto found = std::ranges::find(at->values_, view(name), &Value::name);
    if (found != at->values_.end()) return {found->text.data(), found->text.size()};
  }
  const std::string_view other = built_in(view(name));
  return {other.data(), other.size()};
}

bool PageDictionary::IsHiddenSection(const Name& name) const {
  return find(&PageDictionary::sections_, name) == nullptr;
}

bool PageDictionary::IsUnhiddenSection(const Name& name) const {
  return !IsHiddenSection(name);
}

bool PageDictionary::IsHiddenTemplate(const Name& name) const {
  return find(&PageDictionary::includes_, name) == nullptr;
}

const char* PageDictionary::GetIncludeTemplateName(const Name& name, int /*of_entry*/) const {
  const Section* const include = find(&PageDictionary::includes_, name);
  return include == nullptr ? nullptr : include->template_name;
}

PageDictionary::Iterator* PageDictionary::CreateTemplateIterator(const Name& name) const {
  return new EntryIterator(find(&PageDictionary::includes_, name));
}

PageDictionary::Iterator* PageDictionary::CreateSectionIterator(const Name& name) const {
  return new EntryIterator(find(&PageDictionary::sections_, name));
}

}  // namespace signet::server::authn
