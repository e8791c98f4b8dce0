#pragma once
// Which language a page is in: what the client asks for, then what the browser prefers, then what the operator says.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/authn/language.h"

namespace signet::server::authn {

/// A tag that a file can be named by: subtags of letters and digits, "de" or "zh-Hant-TW". Spec: RFC5646-2.1
[[nodiscard]] bool is_language_tag(std::string_view text);

/// The one that a range fits best: itself, else a more general one, else one of its regions; without regard to case.
/// Null: there is none. Spec: RFC4647-3.4
[[nodiscard]] const Language* find_language(std::span<const Language* const> offered, std::string_view range);

/// The ranges of Accept-Language, best first, without those of weight 0. What cannot be read is skipped; of a long
/// field the first 32 ranges count. Spec: RFC9110-12.5.4
[[nodiscard]] std::vector<std::string> parse_accept_language(std::string_view field);

/// `ui_locales` in its order, then Accept-Language, then `fallback`. Spec: OIDC-3.1.2.1. Needs: `offered` is not empty
[[nodiscard]] const Language& choose_language(std::span<const Language* const> offered,
                                              const std::vector<std::string>& ui_locales,
                                              std::string_view accept_language, std::string_view fallback);

}  // namespace signet::server::authn
