#pragma once
// Passkeys at the pages of a server: what a page asks the browser for, and an authenticator that answers.

#include "support/browser_fixture.h"
#include "support/virtual_authenticator.h"
#include "workflow/representation.h"

namespace signet::test {

/// The page that a browser is shown, as its renderers get it.
workflow::Representation representation_of(TestServer& server, const Browser& browser);

/// The WebAuthn options of an action of that page.
json::object options_of(TestServer& server, const Browser& browser, std::string_view action);

/// Answers an action that asks for an assertion.
Browser& use_passkey(TestServer& server, Browser& browser, VirtualAuthenticator& authenticator,
                     const std::string& action);

/// Answers the page that makes a passkey.
Browser& enrol_passkey(TestServer& server, Browser& browser, VirtualAuthenticator& authenticator,
                       const std::string& name = "");

/// A passkey of an account, as if it had been made before. Its row.
store::FactorRecord add_passkey(TestServer& server, VirtualAuthenticator& authenticator, const std::string& account_id);

}  // namespace signet::test
