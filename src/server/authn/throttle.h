#pragma once
// How password guessing slows down. Three counts are kept for an hour after the last failure, each under a keyed hash:
//
//   who                    free failures   then wait                      so that
//   account and address    5               2 s, 4 s, 8 s … 15 min         guessing one account from one place is
//   hopeless address                50              1 s, 2 s, 4 s … 60 s           trying one password on many accounts
//   is slow account                20              1 s, 2 s, 4 s … 15 s           a botnet slows down, the owner waits
//   seconds at most
//
// At the further factors of an account the first row counts for all addresses together.
//
// The account's count never stops a browser whose session cookie is of that very account. An attempt is counted against
// its pair before the password is looked at, so that attempts sent all at once gain nothing; success clears the pair.

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/secret.h"
#include "store/login_failures.h"

namespace signet::server::authn {

struct GuessingRule {
  std::int64_t free_failures;
  Duration first_wait;
  Duration longest_wait;
};
inline constexpr GuessingRule kPairRule{5, seconds{2}, minutes{15}};
inline constexpr GuessingRule kAddressRule{50, seconds{1}, seconds{60}};
inline constexpr GuessingRule kAccountRule{20, seconds{1}, seconds{15}};
inline constexpr Duration kFailureMemory = hours{1};

/// How long to wait after the `failures`-th failure.
[[nodiscard]] Duration wait_after(const GuessingRule& rule, std::int64_t failures);
/// What is left of that wait; zero when an attempt may be made.
[[nodiscard]] Duration remaining_wait(const GuessingRule& rule, const std::optional<store::LoginFailureRecord>& record,
                                      Instant now);

/// The names under which failures are counted: HMACs, because what is typed as a username is sometimes a password. An
/// IPv6 address counts as its /64 network, which one customer has to himself.
struct GuessingSubjects {
  Digest256 pair;
  Digest256 address;
  Digest256 account;
};
[[nodiscard]] GuessingSubjects guessing_subjects(const SecretText& key, std::string_view issuer_id,
                                                 std::string_view username, std::string_view address);

/// The same for the further factors of an account. Who gets as far knows the first one, and may come from as many
/// addresses as he likes: the pair is of the account alone.
[[nodiscard]] GuessingSubjects factor_subjects(const SecretText& key, std::string_view issuer_id,
                                               std::string_view account_id, std::string_view address);
/// The name under which failures at a client's logins are counted; they slow nothing down, policies look at them.
[[nodiscard]] Digest256 client_subject(const SecretText& key, std::string_view issuer_id, std::string_view client_id);
/// The name under which messages to `recipient` are counted.
[[nodiscard]] Digest256 message_subject(const SecretText& key, std::string_view issuer_id, std::string_view recipient);
/// The network that an address counts as.
[[nodiscard]] std::string network_of(std::string_view address);

}  // namespace signet::server::authn
