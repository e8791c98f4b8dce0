#pragma once
// The files of the folders pages, texts and workflows, compiled in.

#include <span>
#include <string_view>
#include <vector>

namespace signet::server::authn {

[[nodiscard]] std::string_view page_template();
[[nodiscard]] std::string_view form_template();
[[nodiscard]] std::string_view languages_template();
[[nodiscard]] std::string_view stylesheet();
[[nodiscard]] std::string_view script();

/// The texts of one language as they stand in its file.
struct TextDocument {
  std::string_view language;
  std::string_view text;
};
[[nodiscard]] std::span<const TextDocument> text_documents();

/// The documents of the workflows that come with the program.
[[nodiscard]] std::vector<std::string_view> workflow_documents();

}  // namespace signet::server::authn
