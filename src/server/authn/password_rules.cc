#include "server/authn/password_rules.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/password_hash.h"
#include "server/authn/breached_passwords.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kLongestPiece = 4;     // of a password that only repeats itself
constexpr std::size_t kShortestName = 3;     // shorter ones stand in too many good passwords
constexpr std::size_t kLeastBesideName = 6;  // characters of the user's own beside the names

constexpr bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

/// Is it the same piece of at most kLongestPiece characters again and again?
bool repeats_itself(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t period = 1; period < text.size(); ++period) {
    if (!begins_character(text[period])) continue;
    if (++characters > kLongestPiece) return false;
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  }
  return false;
}

/// What people see as the same name: ASCII letters in one case, and no punctuation or spaces.
std::string canonical(std::string_view text) {
  std::string out = to_lower_ascii(text);
  std::erase_if(out, [](char c) { return c >= 0 && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'); });
  return out;
}

std::string reversed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && !begins_character(text[begin])) --begin;
    out += text.substr(begin);
    text = text.substr(0, begin);
  }
  return out;
}

/// The names and their parts before an "@", forwards and backwards, the longest first so that it is taken out whole.
std::vector<std::string> forms_of(std::span<const std::string> names) {
  std::vector<std::string> forms;
  for (const auto& name : names) {
    for (const auto& form : {canonical(name), canonical(name.substr(0, name.find('@')))}) {
      if (count_characters(form) < kShortestName) continue;
      forms.push_back(form);
      forms.push_back(reversed(form));
    }
  }
  std::ranges::sort(forms, std::greater{}, &std::string::size);
  return forms;
}

bool is_little_more_than_a_name(std::string_view password, std::span<const std::string> names) {
  // Held as a secret, so that what is left of the password is wiped too.
  SecretText rest(canonical(password));
  bool has_name = false;
  for (const auto& form : forms_of(names)) {
    for (auto at = rest.reveal().find(form); at != std::string::npos; at = rest.reveal().find(form)) {
      rest = SecretText(std::string(rest.reveal()).erase(at, form.size()));
      has_name = true;
    }
  }
  return has_name && count_characters(rest.reveal()) < kLeastBesideName;
}

}  // namespace

Result<std::optional<PasswordProblem>> find_password_problem(const SecretText& password,
                                                             std::span<const std::string> names,
                                                             const PasswordRules& rules) {
  const std::string_view text = password.reveal();
  if (!is_valid_utf8(text)) return PasswordProblem::NotText;
  const std::size_t length = count_characters(text);
  if (length < rules.min_length) return PasswordProblem::TooShort;
  if (text.size() > crypto::kMostPasswordBytes) return PasswordProblem::TooLong;
  if (repeats_itself(text)) return PasswordProblem::Repetitive;
  if (is_little_more_than_a_name(text, names)) return PasswordProblem::ContainsName;
  if (rules.breached == nullptr) return std::nullopt;
  TRY_ASSIGN(const bool is_breached, rules.breached->contains(password));
  if (is_breached) return PasswordProblem::Breached;
  return std::nullopt;
}

}  // namespace signet::server::authn
