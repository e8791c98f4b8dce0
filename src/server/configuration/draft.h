#pragma once
// A configuration while it is being read: values by table name, and where each of them was said.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/configuration/raw.h"
#include "server/settings.h"

namespace signet::server {

struct Draft {
  std::string file;
  Config config = {};
  std::map<std::string, ListenerConfig, std::less<>> listeners = {};
  std::map<std::string, IssuerConfig, std::less<>> issuers = {};
  std::map<std::string, ProtectedResourceConfig, std::less<>> protected_resources = {};
  std::map<std::string, LevelConfig, std::less<>> levels = {};
  std::string master_key_file = {};
  std::string pairwise_salt_file = {};
  std::string mail_password_file = {};
  std::map<std::string, std::string, std::less<>> places = {};  ///< dotted key or table -> "signet.toml:12"
  std::vector<ConfigProblem> problems = {};

  /// Where a key was said, else where its table was, else the file.
  [[nodiscard]] std::string place_of(std::string_view key) const;
  [[nodiscard]] bool was_given(std::string_view key) const { return places.contains(key); }
  [[nodiscard]] bool has_problem(std::string_view key) const;
  void add_problem(std::string_view key, std::string text);
};

/// A value of the type its setting has. Only the member of that type is set.
struct SettingValue {
  std::string text = {};
  std::int64_t integer = 0;
  bool boolean = false;
  Duration duration{};
  std::vector<std::string> list = {};
};

/// The value, or what is wrong with it.
[[nodiscard]] std::expected<SettingValue, std::string> read_setting(SettingType type, const RawSetting& raw);

/// The longest unit that divides it.
[[nodiscard]] std::string render_duration(Duration duration);

/// A row of the settings table: what a person reads, and where the value goes. `apply` answers what is wrong with the
/// value, or nothing.
struct SettingRow {
  Setting setting;
  std::string (*apply)(Draft& draft, std::string_view name, const SettingValue& value);
};
[[nodiscard]] std::span<const SettingRow> setting_rows();

/// Reads what the draft refers to (key files) and completes defaults that depend on other settings. Adds to
/// draft.problems.
void complete(Draft& draft);
/// Every rule that looks at more than one value or at a value's meaning. Adds to draft.problems.
void check_draft(Draft& draft);
/// Its part for [protected_resources.*].
void check_protected_resources(Draft& draft);
/// Its part for [levels.*].
void check_levels(Draft& draft);
/// Its part for [mail] and [sms].
void check_messages(Draft& draft);
/// Its part for [webauthn] and what issuers say of passkeys.
void check_webauthn(Draft& draft);

}  // namespace signet::server
