#include "server/authn/page_template.h"

#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>

#include <regex>

#include "server/authn/page_dictionary.h"
#include "server/authn/pages/pages.h"

namespace signet::server::authn {
namespace {

constexpr char kPageTemplate[] = "page.tpl";
constexpr std::string_view kEscaping = "{{%AUTOESCAPE context=\"HTML\"}}";

/// What a template must not have, as it would be written.
struct Refused {
  const char* pattern;
  std::string_view rule;
};
constexpr Refused kRefused[] = {
    {R"(\{\{=)", "must not change its markers with {{="},
    {R"(\{\{[^!}%][^}]*:)", "must not have a modifier in a marker: values are escaped by themselves"},
    {R"(\{\{%(?!AUTOESCAPE context="HTML"\}\}))", "must not have another pragma"},
    {R"(\{\{>(?!(FORM|LANGUAGES)\}\}))", "must include nothing but {{>FORM}} and {{>LANGUAGES}}"},
    {R"(<script(?![^>]*\ssrc="\{\{SCRIPT\}\}"))",
     "must have no script but src=\"{{SCRIPT}}\": the policy of the pages forbids it"},
    {R"(<style|\sstyle\s*=)", "must have no style of its own, which the policy of the pages forbids: use theme.css"},
    {R"(\son[a-z]+\s*=)", "must have no event handler, which the policy of the pages forbids"},
    {R"(<base|<iframe|<object|<embed|<form)", "must not have base, iframe, object, embed or a form of its own"},
    {R"(http-equiv)", "must not have http-equiv"},
};

std::unexpected<Error> wrong(std::string_view rule) {
  return fail(ErrorCode::Malformed, "The template of the pages is wrong.", std::string(rule));
}

Result<void> check_source(const std::string& source) {
  if (!source.starts_with(kEscaping)) return wrong("must begin with " + std::string(kEscaping));
  for (const Refused& refused : kRefused) {
    if (std::regex_search(source, std::regex(refused.pattern, std::regex::icase))) return wrong(refused.rule);
  }
  return {};
}

}  // namespace

std::shared_ptr<ctemplate::TemplateCache> PageTemplate::load(std::string_view source) {
  auto cache = std::make_shared<ctemplate::TemplateCache>();
  const auto keep = [&](const char* name, std::string_view text) {
    return cache->StringToTemplateCache(name, text.data(), text.size(), ctemplate::STRIP_WHITESPACE);
  };
  const bool is_good = keep(kFormTemplate, form_template()) && keep(kLanguagesTemplate, languages_template()) &&
                       keep(kPageTemplate, source);
  if (!is_good) return nullptr;
  cache->Freeze();  // from here on it can be read by all threads
  return cache;
}

const PageTemplate& PageTemplate::built_in() {
  static const PageTemplate kBuiltIn = [] {
    PageTemplate page;
    page.cache_ = load(page_template());
    return page;
  }();
  return kBuiltIn;
}

Result<PageTemplate> PageTemplate::parse(const std::string& source) {
  TRY(check_source(source));
  PageTemplate page;
  page.cache_ = load(source);
  if (page.cache_ == nullptr)
    return wrong("is not a template: a marker or a tag of it does not end, or stands where no value may");
  return page;
}

std::string PageTemplate::expand(const PageDictionary& dictionary) const {
  std::string html;
  (void)cache_->ExpandNoLoad(kPageTemplate, ctemplate::STRIP_WHITESPACE, &dictionary, nullptr, &html);
  return html;
}

}  // namespace signet::server::authn
