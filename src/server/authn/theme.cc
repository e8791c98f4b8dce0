#include "server/authn/theme.h"

#include <algorithm>
#include <filesystem>

#include "server/authn/locale.h"
#include "server/authn/pages/pages.h"
#include "server/authn/theme_probe.h"
#include "server/configuration/secret_file.h"

namespace signet::server::authn {
namespace {

namespace files = std::filesystem;

// With the program's own files a page stays below 40 kB.
constexpr std::size_t kLargestStylesheet = std::size_t{6} * 1024;
constexpr std::size_t kLargestLogo = std::size_t{8} * 1024;
constexpr std::size_t kLargestTemplate = std::size_t{16} * 1024;
constexpr std::size_t kMostClients = 500;
constexpr std::size_t kMostLanguages = 100;
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::string_view kOwn = "theme";

std::unexpected<Error> wrong(const files::path& file, const std::string& rule) {
  return fail(ErrorCode::Malformed, "A file of the theme is wrong.", file.string() + ": " + rule);
}

/// The entries of a folder in their order, without hidden ones; none when there is no such folder.
Result<std::vector<files::path>> list(const files::path& folder) {
  std::vector<files::path> found;
  std::error_code failed;
  if (!files::exists(folder, failed)) return found;
  for (files::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->path().filename().string().starts_with('.')) found.push_back(at->path());
  }
  if (failed) return wrong(folder, "cannot be read: " + failed.message());
  std::ranges::sort(found);
  return found;
}

Result<std::string> read(const files::path& file, std::size_t limit) {
  auto text = read_text_file(file.string());
  if (text && text->size() > limit) return wrong(file, "must be at most " + std::to_string(limit) + " bytes");
  return text;
}

/// The same when the file is there, else nothing.
Result<std::string> read_if_there(const files::path& file, std::size_t limit) {
  std::error_code failed;
  if (!files::exists(file, failed)) return std::string();
  return read(file, limit);
}

/// A misspelt name must not be without effect.
Result<void> check_names(const files::path& folder, bool is_of_client) {
  TRY_ASSIGN(const auto entries, list(folder));
  for (const auto& entry : entries) {
    const std::string name = entry.filename().string();
    const bool is_known = name == "theme.css" || name == "page.tpl" || name == "logo.svg" || name == "texts" ||
                          name == "README.md" || (name == "clients" && !is_of_client);
    if (!is_known) return wrong(entry, "is no file of a theme: theme.css, page.tpl, logo.svg, texts/ and clients/ are");
  }
  return {};
}

Result<void> load_language(const files::path& file, std::vector<const Language*>& languages) {
  const std::string tag = file.stem().string();
  if (file.extension() != ".json" || !is_language_tag(tag)) {
    return wrong(file, "must be named like de.json or pt-BR.json");
  }
  TRY_ASSIGN(const std::string document, read(file, std::size_t{256} * 1024));
  const auto known = std::ranges::find(languages, tag, [](const Language* language) { return language->tag(); });
  // A language that is new here begins with what its relative says, if it has one: de-CH with de.
  const Language* base = known == languages.end() ? find_language(languages, tag) : *known;
  auto language = Language::load(tag, document, base == nullptr ? Language::english() : *base);
  if (!language)
    return wrong(file, language.error().detail.empty() ? std::string(language.error().public_text.view())
                                                       : language.error().detail);
  if (known == languages.end()) {
    languages.push_back(*language);
  } else {
    *known = *language;
  }
  return {};
}

Result<void> load_languages(const files::path& folder, std::vector<const Language*>& languages) {
  TRY_ASSIGN(const auto entries, list(folder));
  if (entries.size() > kMostLanguages)
    return wrong(folder, "must have at most " + std::to_string(kMostLanguages) + " files");
  for (const auto& entry : entries) TRY(load_language(entry, languages));
  return {};
}

Result<PageTemplate> load_template(const files::path& file, const std::string& source) {
  auto page = PageTemplate::parse(source);
  if (!page) return wrong(file, page.error().detail);
  if (auto probed = probe(*page); !probed) return wrong(file, probed.error().detail);
  return page;
}

bool is_client_folder(const files::path& entry) {
  const std::string name = entry.filename().string();
  return !name.empty() && name.size() <= 64 && name.find_first_not_of(kNameCharacters) == std::string::npos &&
         files::is_directory(entry);
}

}  // namespace

const Language* Theme::find_language(std::string_view tag) const {
  const auto found = std::ranges::find(languages, tag, [](const Language* language) { return language->tag(); });
  return found == languages.end() ? nullptr : *found;
}

Themes::Themes() {
  const auto languages = Language::built_in();
  own_.languages.assign(languages.begin(), languages.end());
  own_.stylesheet = keep(make_asset("signet.css", std::string(stylesheet())));
  script_ = keep(make_asset("signet.js", std::string(authn::script())));
}

std::string Themes::keep(Asset asset) {
  std::string name = asset.name;
  assets_.insert_or_assign(name, std::move(asset));
  return name;
}

/// `purpose` names its files: "theme" of the issuer, "theme.NAME" of a client.
Result<Theme> Themes::load_theme(const std::string& folder, const Theme& parent, std::string_view purpose) {
  const files::path path(folder);
  Theme theme = parent;
  TRY(check_names(path, purpose != kOwn));
  TRY_ASSIGN(const std::string style, read_if_there(path / "theme.css", kLargestStylesheet));
  if (!style.empty()) {
    // One file, so that a page loads one: what is said later counts.
    theme.stylesheet = keep(make_asset(std::string(purpose) + ".css", find_asset(parent.stylesheet)->body + style));
  }
  TRY_ASSIGN(std::string logo, read_if_there(path / "logo.svg", kLargestLogo));
  if (!logo.empty()) theme.logo = keep(make_asset(std::string(purpose) + ".svg", std::move(logo)));
  TRY_ASSIGN(const std::string source, read_if_there(path / "page.tpl", kLargestTemplate));
  if (!source.empty()) {
    TRY_ASSIGN(theme.page_template, load_template(path / "page.tpl", source));
  }
  TRY(load_languages(path / "texts", theme.languages));
  return theme;
}

Result<Themes> Themes::load(const std::string& folder) {
  Themes themes;
  if (folder.empty()) return themes;
  if (!files::is_directory(folder)) return wrong(folder, "is not a folder");
  TRY_ASSIGN(themes.own_, themes.load_theme(folder, themes.own_, kOwn));
  const files::path clients = files::path(folder) / "clients";
  TRY_ASSIGN(const auto entries, list(clients));
  if (entries.size() > kMostClients)
    return wrong(clients, "must have at most " + std::to_string(kMostClients) + " folders");
  for (const auto& entry : entries) {
    if (!is_client_folder(entry)) return wrong(entry, "must be a folder with a name of letters, digits, - and _");
    const std::string name = entry.filename().string();
    TRY_ASSIGN(Theme theme, themes.load_theme(entry.string(), themes.own_, "theme." + name));
    themes.of_clients_.emplace(name, std::move(theme));
  }
  return themes;
}

const Theme& Themes::find(std::string_view client_theme) const {
  const auto found = of_clients_.find(client_theme);
  return found == of_clients_.end() ? own_ : found->second;
}

const Asset* Themes::find_asset(std::string_view name) const {
  const auto found = assets_.find(name);
  return found == assets_.end() ? nullptr : &found->second;
}

const Asset* Themes::find_current_asset(std::string_view name) const {
  const std::string purpose = purpose_of(name);
  const auto found =
      std::ranges::find_if(assets_, [&](const auto& asset) { return asset.second.purpose() == purpose; });
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace signet::server::authn
