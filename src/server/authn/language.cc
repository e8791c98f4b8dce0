#include "server/authn/language.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "server/authn/pages/pages.h"
#include "server/authn/plural.h"

namespace signet::server::authn {
namespace {

constexpr auto kTextCount = static_cast<std::size_t>(Text::Count_);
constexpr std::string_view kPlace = "{}";
constexpr std::string_view kDuration = "duration.";
constexpr std::string_view kUnits[] = {"day", "hour", "minute", "second"};
constexpr std::string_view kRightToLeft[] = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"};
constexpr std::size_t kLongestText = 2000;

template <auto Value>
consteval std::string_view enumerator_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_suffix(1);
  return name.substr(name.rfind(':') + 1);
}

template <std::size_t... Is>
consteval auto make_names(std::index_sequence<Is...>) {
  return std::array<std::string_view, sizeof...(Is)>{enumerator_name<static_cast<Text>(Is)>()...};
}
constexpr auto kNames = make_names(std::make_index_sequence<kTextCount>());
static_assert(kNames.front() == "SignInTitle");

/// Operators' languages, kept by the hash of their content: the same content is the same language, whoever loads it.
class Loaded {
 public:
  const Language* keep(Language language) {
    const std::unique_lock lock(mutex_);
    auto& kept = languages_[language.name()];
    if (kept == nullptr) kept = std::make_unique<const Language>(std::move(language));
    return kept.get();
  }
  const Language* find(std::string_view name) {
    const std::shared_lock lock(mutex_);
    const auto found = languages_.find(name);
    return found == languages_.end() ? nullptr : found->second.get();
  }

 private:
  std::shared_mutex mutex_;
  std::map<std::string, std::unique_ptr<const Language>, std::less<>> languages_;
};

Loaded& loaded() {
  static Loaded languages;
  return languages;
}

std::string primary_of(std::string_view tag) {
  return to_lower_ascii(tag.substr(0, tag.find('-')));
}

/// "day" of "duration.day.one"; empty when the key is no such one.
std::string_view unit_of(std::string_view key) {
  if (!key.starts_with(kDuration)) return {};
  const std::string_view rest = key.substr(kDuration.size());
  const std::string_view unit = rest.substr(0, rest.find('.'));
  const bool is_known = std::ranges::find(kUnits, unit) != std::end(kUnits) && unit.size() < rest.size() &&
                        is_plural_form(rest.substr(unit.size() + 1));
  return is_known ? unit : std::string_view();
}

std::unexpected<Error> wrong(std::string_view key, const std::string& rule) {
  return fail(ErrorCode::Malformed, "A text of the pages is wrong.",
              "\"" + std::string(key.substr(0, 80)) + "\" " + rule);
}

Result<void> check_places(std::string_view key, std::string_view value, std::size_t wanted) {
  if (count_places(value) == wanted) return {};
  return wrong(key, "must have the place {} " + std::to_string(wanted) + " times, as in English");
}

}  // namespace

std::string_view name_of(Text id) {
  return kNames.at(static_cast<std::size_t>(id));
}

std::size_t count_places(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find(kPlace); at != std::string_view::npos; at = text.find(kPlace, at + kPlace.size())) ++count;
  return count;
}

std::string fill(std::string_view text, std::initializer_list<std::string_view> arguments) {
  std::string out;
  for (const std::string_view argument : arguments) {
    const auto place = text.find(kPlace);
    if (place == std::string_view::npos) break;
    out.append(text.substr(0, place)).append(argument);
    text.remove_prefix(place + kPlace.size());
  }
  return out.append(text);
}

Result<void> Language::set(std::string_view key, std::string value, const Language* base) {
  if (value.empty() || value.size() > kLongestText) return wrong(key, "must be a text of 1 to 2000 bytes");
  if (const auto* const found = std::ranges::find(kNames, key); found != kNames.end()) {
    const auto id = static_cast<std::size_t>(found - kNames.begin());
    if (base != nullptr) TRY(check_places(key, value, count_places(english().texts_.at(id))));
    texts_.at(id) = std::move(value);
    said_.set(id);
    return {};
  }
  const std::string_view unit = unit_of(key);
  if (unit.empty() && !key.starts_with("scope.") && !key.starts_with("claim."))
    return wrong(key, "is not a text of the pages");
  // "two days" can be a word of its own; what stands for every number names it.
  const bool is_free = !unit.empty() && !key.ends_with(".other") && count_places(value) == 0;
  if (!is_free) TRY(check_places(key, value, unit.empty() ? 0 : 1));
  others_.insert_or_assign(std::string(key), std::move(value));
  return {};
}

Result<void> Language::check_durations() const {
  for (const std::string_view unit : kUnits) {
    const std::string key = std::string(kDuration) + std::string(unit) + ".other";
    if (!others_.contains(key)) return wrong(key, "is needed beside the other forms");
  }
  return {};
}

Result<Language> Language::parse(std::string tag, std::string_view document, const Language* base) {
  auto object = parse_json_object(document, {.bytes = 256 * 1024, .depth = 2});
  if (!object) return std::unexpected(std::move(object).error());
  Language language;
  if (base != nullptr) language = *base;
  if (base != nullptr && primary_of(base->tag_) != primary_of(tag)) language.said_.reset();
  language.tag_ = std::move(tag);
  // The forms of a unit belong together: another language has others, and none of them may remain.
  for (const auto& [key, value] : *object) {
    const std::string prefix = std::string(kDuration) + std::string(unit_of(key)) + ".";
    if (!unit_of(key).empty())
      std::erase_if(language.others_, [&](const auto& kept) { return kept.first.starts_with(prefix); });
  }
  for (const auto& [key, value] : *object) {
    if (!value.is_string()) return wrong(key, "must be a text");
    TRY(language.set(key, std::string(std::string_view(value.get_string())), base));
  }
  TRY(language.check_durations());
  return language;
}

Result<const Language*> Language::load(const std::string& tag, std::string_view document, const Language& base) {
  TRY_ASSIGN(Language language, parse(tag, document, &base));
  const std::string content = tag + "\n" + base.tag_ + base.name_ + "\n" + std::string(document);
  language.name_ = encode_base64url(BytesView(crypto::sha256(content)).first(12));
  return loaded().keep(std::move(language));
}

/// The documents that are compiled in were parsed by a test; one that does not parse here says nothing of its own.
Language Language::parse_built_in(std::string tag, std::string_view document, const Language* base) {
  auto language = parse(tag, document, base);
  if (language) return *std::move(language);
  Language other;
  if (base != nullptr) other = *base;
  other.tag_ = std::move(tag);
  return other;
}

const Language& Language::english() {
  static const Language kEnglish = [] {
    const auto documents = text_documents();
    const auto found = std::ranges::find(documents, "en", &TextDocument::language);
    return parse_built_in("en", found == documents.end() ? std::string_view() : found->text, nullptr);
  }();
  return kEnglish;
}

std::span<const Language* const> Language::built_in() {
  static const auto kOthers = [] {
    std::vector<std::unique_ptr<const Language>> others;
    for (const TextDocument& document : text_documents()) {
      if (document.language == "en") continue;
      others.push_back(
          std::make_unique<const Language>(parse_built_in(std::string(document.language), document.text, &english())));
    }
    return others;
  }();
  static const auto kLanguages = [] {
    std::vector<const Language*> languages = {&english()};
    for (const auto& other : kOthers) languages.push_back(other.get());
    return languages;
  }();
  return kLanguages;
}

const Language* Language::find_built_in(std::string_view tag) {
  const auto languages = built_in();
  const auto found = std::ranges::find(languages, tag, [](const Language* language) { return language->tag(); });
  return found == languages.end() ? nullptr : *found;
}

const Language* Language::find_loaded(std::string_view name) {
  return loaded().find(name);
}

std::string_view Language::own_name() const {
  const std::string_view name = text(Text::LanguageName);
  const bool is_said = primary_of(tag_) == "en" || name != english().text(Text::LanguageName);
  return is_said ? name : std::string_view(tag_);
}

bool Language::is_right_to_left() const {
  return std::ranges::find(kRightToLeft, primary_of(tag_)) != std::end(kRightToLeft);
}

std::string_view Language::find(std::string_view key) const {
  const auto found = others_.find(key);
  return found == others_.end() ? std::string_view() : std::string_view(found->second);
}

std::string Language::count(std::string_view unit, std::int64_t number) const {
  const std::string prefix = std::string(kDuration) + std::string(unit) + ".";
  std::string_view form = find(prefix + std::string(plural_form(primary_of(tag_), number)));
  if (form.empty()) form = find(prefix + "other");
  return fill(form, {std::to_string(number)});
}

}  // namespace signet::server::authn
