// docs/configuration.md, written from the settings table.

#include "base/text.h"
#include "server/configuration/draft.h"

namespace signet::server {
namespace {

struct TableText {
  std::string_view name;
  std::string_view meaning;
};
constexpr TableText kTables[] = {
    {"server", "The process."},
    {"database", "Where everything is kept."},
    {"secrets",
     "Secrets are named by file, never written into the configuration. A file that other users of the machine may read "
     "is refused."},
    {"listeners", "One table `[listeners.NAME]` for each address to listen on."},
    {"management", "Health checks, metrics and the checks of other gateways, on a listener of their own."},
    {"issuers",
     "One table `[issuers.ID]` for each issuer. The ID names it on the command line and in the database: do not change "
     "it later."},
    {"protected_resources",
     "One table `[protected_resources.NAME]` for each API behind a gateway that asks `/gateway/check/NAME` on the "
     "management listener; see [other-gateways.md](other-gateways.md)."},
    {"levels",
     "One table `[levels.NAME]` for each level of authentication that an issuer names in its `acr_values` and that "
     "shall "
     "demand something of its own. Without a table the first level of an issuer demands one category, the second two, "
     "and those after it phishing resistance besides."},
    {"login", "Sessions and passwords."},
    {"webauthn", "Which passkeys may be enrolled; see [passkeys.md](passkeys.md)."},
    {"mail", "One-time codes by e-mail. Without `url` no user is offered them."},
    {"sms", "One-time codes by SMS. Without `command` or `url` no user is offered them."},
    {"outbound", "Requests that the server makes itself."},
    {"log", "Lines on standard error."},
};

constexpr std::string_view kIntroduction = R"(# Configuration

This page is generated: `signet config-reference > docs/configuration.md`.

Signet reads one TOML file: `signet serve -c signet.toml`. `signet check-config -c signet.toml` names every mistake in it with
file, line and key, and starts nothing. An unknown key is a mistake, so that a misspelt one is never silently without effect.

* Durations are texts: `"90s"`, `"10m"`, `"12h"`, `"30d"`.
* Relative paths start at the folder of the configuration file.
* Every key can be overridden by an environment variable, lists separated by commas: `SIGNET_LISTENERS_HTTPS_PORT=9443` replaces
  `port` of `[listeners.https]`. A dash in a table's name becomes an underscore. A variable that begins with `SIGNET_`
  and a table, or is within two letters of a setting's, and is none is a mistake too. Others with that prefix are left to launchers
  and container platforms.

The least that works, for a look at it on one machine:

```toml
[secrets]
master_key_file = "master.key"        # signet keys make-master-key master.key

[listeners.http]
port = 9400

[issuers.main]
url = "http://127.0.0.1:9400"
```
)";

std::string_view name_part(std::string_view table) {
  if (table == "issuers") return ".ID";
  return table == "listeners" || table == "protected_resources" || table == "levels" ? ".NAME" : "";
}

std::string_view type_text(SettingType type) {
  switch (type) {
    case SettingType::Text:
      return "text";
    case SettingType::Integer:
      return "number";
    case SettingType::Boolean:
      return "true or false";
    case SettingType::Duration:
      return "duration";
    case SettingType::TextList:
      return "list of texts";
    case SettingType::Path:
      return "path";
    case SettingType::SecretFile:
      return "path of a secret file";
  }
  return "";
}

void append_setting(std::string& page, const Setting& setting) {
  const auto name = setting.key.substr(setting.key.rfind('.') + 1);
  page += fmt::format("| `{}` | {} | {} | {} | `{}` |\n", name, type_text(setting.type),
                      setting.default_text.empty() ? "" : fmt::format("`{}`", setting.default_text), setting.meaning,
                      environment_name(setting.key));
}

}  // namespace

std::string render_configuration_reference() {
  std::string page(kIntroduction);
  for (const auto& table : kTables) {
    page +=
        fmt::format("\n## [{}{}]\n\n{}\n\n| key | type | default | meaning | environment |\n|---|---|---|---|---|\n",
                    table.name, name_part(table.name), table.meaning);
    for (const auto& setting : settings()) {
      if (split(setting.key, '.').front() == table.name) append_setting(page, setting);
    }
  }
  return page;
}

}  // namespace signet::server
