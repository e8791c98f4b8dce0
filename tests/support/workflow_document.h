#pragma once
// The workflows that come with the program, as documents that a test changes before it applies them.

#include "base/json.h"

namespace signet::test {

/// The document of the workflow with this name.
[[nodiscard]] json::object workflow_document(std::string_view name);
/// That of the login, with `step` where the right password leads to.
[[nodiscard]] json::object login_that_leads_password_to(std::string_view step);

}  // namespace signet::test
