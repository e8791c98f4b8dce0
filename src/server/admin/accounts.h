#pragma once
// Accounts as an operator sees them: one JSON object with a user name, flags for policies, OpenID Connect claims and,
// going in only, a password.
//
//   {"username": "alice", "password": "…", "flags": ["staff"], "name": "Alice Example", "email": "alice@example.com"}

#include "crypto/password_hash.h"
#include "server/admin/actor.h"

namespace signet::server::admin {

/// At least this many characters; nothing else is asked of a password. Spec: NIST SP 800-63B-5.1.1.2
inline constexpr std::size_t kLeastPasswordCharacters = 8;
/// Flags are words of a-z, 0-9, _ and -.
inline constexpr std::size_t kMostFlags = 16;
inline constexpr std::size_t kMostFlagBytes = 32;

/// Fails: InvalidRequest (a member of a wrong type or a name that tokens reserve, a flag that is no word, a weak
/// password), Conflict (user name taken), Unavailable. Blocks for the time of one password hash.
[[nodiscard]] Task<Result<json::object>> create_account(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                        json::object account, crypto::PasswordCost cost);

/// Changes what is there and nothing else; null removes a claim. An `email` or `phone_number` that changes is no longer
/// confirmed unless its `_verified` is there too. Fails: NotFound, Conflict (changed by somebody else meanwhile) and as
/// above
[[nodiscard]] Task<Result<json::object>> update_account(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                        std::string username, json::object account,
                                                        crypto::PasswordCost cost);

/// Ends the sessions of the account too. Fails: NotFound, InvalidRequest (a weak password), Unavailable
[[nodiscard]] Task<Result<void>> set_account_password(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                      std::string username, SecretText password,
                                                      crypto::PasswordCost cost);

/// Erases an account with its sessions, consents and tokens. Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<void>> remove_account(const Tools& tools, const Actor& actor, std::string issuer_id,
                                                std::string username);

/// The account of a user name, however it was typed. Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<store::AccountRecord>> load_account_record(const Tools& tools, std::string issuer_id,
                                                                     std::string username);
/// Without anything of its password. Fails: NotFound, Unavailable
[[nodiscard]] Task<Result<json::object>> load_account(const Tools& tools, std::string issuer_id, std::string username);
[[nodiscard]] Result<json::object> to_json(const store::AccountRecord& account);

}  // namespace signet::server::admin
