#pragma once
// One language of the pages: every sentence a user can read. Those of the program are compiled in from texts/*.json; an
// operator's theme changes single ones or adds whole languages.

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "server/authn/texts.h"

namespace signet::server::authn {

/// Languages are found by name for as long as the process lives, so that the facts of a login can name one.
class Language {
 public:
  /// `base` with what a flat JSON object of texts says instead. Fails: Malformed; the detail names the key and the rule
  [[nodiscard]] static Result<const Language*> load(const std::string& tag, std::string_view document,
                                                    const Language& base);
  [[nodiscard]] static const Language& english();
  /// Those that come with the program, English first.
  [[nodiscard]] static std::span<const Language* const> built_in();
  /// Null: there is none.
  [[nodiscard]] static const Language* find_built_in(std::string_view tag);
  [[nodiscard]] static const Language* find_loaded(std::string_view name);

  [[nodiscard]] const std::string& tag() const { return tag_; }  ///< of RFC 5646: "de", "pt-BR"
  /// What `find_loaded` knows it by, a hash of its content; empty for those of the program.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// What its readers call it: "Deutsch". The tag where an operator's language does not say.
  [[nodiscard]] std::string_view own_name() const;
  [[nodiscard]] bool is_right_to_left() const;
  /// How many sentences of the pages it says in another language than its own.
  [[nodiscard]] std::size_t count_missing() const { return said_.size() - said_.count(); }
  [[nodiscard]] std::string_view text(Text id) const { return texts_.at(static_cast<std::size_t>(id)); }
  /// What is said of a scope or a claim ("scope.email", "scope.email.note"); empty when nothing is.
  [[nodiscard]] std::string_view find(std::string_view key) const;
  /// "3 days": `unit` is day, hour, minute or second.
  [[nodiscard]] std::string count(std::string_view unit, std::int64_t number) const;

 private:
  Language() = default;
  [[nodiscard]] static Result<Language> parse(std::string tag, std::string_view document, const Language* base);
  [[nodiscard]] static Language parse_built_in(std::string tag, std::string_view document, const Language* base);
  Result<void> set(std::string_view key, std::string value, const Language* base);
  Result<void> check_durations() const;

  std::string tag_;
  std::string name_;
  std::array<std::string, static_cast<std::size_t>(Text::Count_)> texts_;
  std::bitset<static_cast<std::size_t>(Text::Count_)> said_;  ///< those that are in this language
  std::map<std::string, std::string, std::less<>> others_;    ///< "scope.…", "claim.…" and "duration.…"
};

/// The name of a text in the documents: that of its enumerator.
[[nodiscard]] std::string_view name_of(Text id);

/// The text with its places filled in order.
[[nodiscard]] std::string fill(std::string_view text, std::initializer_list<std::string_view> arguments);
/// How many places "{}" it has.
[[nodiscard]] std::size_t count_places(std::string_view text);

}  // namespace signet::server::authn
