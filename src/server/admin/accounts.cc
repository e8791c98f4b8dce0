#include "server/admin/accounts.h"

#include <algorithm>

#include "base/text.h"
#include "server/admin/changed_members.h"
#include "server/admin/username.h"

namespace signet::server::admin {
namespace {

constexpr std::size_t kMostClaimsBytes = 32 * 1024;

// Members of our own in the JSON of an account.
constexpr std::string_view kOwnMembers[] = {"account_id", "username",   "password",  "disabled",
                                            "flags",      "created_at", "updated_at"};
// Names that a token says about itself: as a claim of an account they would contradict it. Spec: RFC7519-4.1, OIDC-2
constexpr std::string_view kReserved[] = {
    "iss",   "sub",    "aud", "exp",       "iat",       "nbf",     "jti",          "nonce",
    "acr",   "amr",    "azp", "cnf",       "auth_time", "at_hash", "sid",          "c_hash",
    "scope", "s_hash", "act", "client_id", "events",    "may_act", "_claim_names", "_claim_sources"};
constexpr std::string_view kTextClaims[] = {
    "name",     "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile",  "picture",    "website",     "email",       "gender",   "birthdate",
    "zoneinfo", "locale",     "phone_number"};
constexpr std::string_view kTruthClaims[] = {"email_verified", "phone_number_verified"};
/// Claims with those that say of them that they were confirmed. Spec: OIDC-5.1
constexpr std::pair<std::string_view, std::string_view> kConfirmed[] = {{"email", "email_verified"},
                                                                        {"phone_number", "phone_number_verified"}};

bool is_among(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Types as OpenID Connect has them, so that no client meets a text where it expects true or false. Spec: OIDC-5.1
bool has_right_type(std::string_view name, const json::value& value) {
  if (is_among(kTextClaims, name)) return value.is_string() && !value.get_string().empty();
  if (is_among(kTruthClaims, name)) return value.is_bool();
  if (name == "address") return value.is_object();
  return !value.is_null();
}

Result<void> check_claim(std::string_view name, const json::value& value) {
  if (is_among(kReserved, name)) {
    return fail(ErrorCode::InvalidRequest, "A claim has a name that tokens reserve.",
                std::string(name) + " cannot be set for an account");
  }
  if (!has_right_type(name, value)) {
    return fail(ErrorCode::InvalidRequest, "A claim has the wrong type.",
                std::string(name) + ": see OpenID Connect Core, section 5.1");
  }
  return {};
}

Result<std::string> render_claims(const json::object& claims) {
  std::string text = render_json(claims);
  if (text.size() > kMostClaimsBytes) return fail(ErrorCode::TooLarge, "The claims are too large.", "at most 32 KiB");
  return text;
}

Result<std::string> read_claims(const json::object& account) {
  json::object claims;
  for (const auto& [name, value] : account) {
    if (is_among(kOwnMembers, name)) continue;
    TRY(check_claim(name, value));
    claims[name] = value;
  }
  return render_claims(claims);
}

/// What was confirmed is the value of before: a new one is not confirmed unless the change says so.
void forget_confirmations(const json::object& changes, json::object& claims) {
  for (const auto& [name, verified] : kConfirmed) {
    const auto* const changed = changes.if_contains(name);
    const auto* const before = claims.if_contains(name);
    if (changed != nullptr && (before == nullptr || *before != *changed)) claims.stable_erase(verified);
  }
}

/// The claims after a change: it replaces those that it names and removes those that it names with null.
Result<std::string> change_claims(const std::string& stored, const json::object& changes) {
  TRY_ASSIGN(auto claims, parse_json_object(stored));
  forget_confirmations(changes, claims);
  for (const auto& [name, value] : changes) {
    if (is_among(kOwnMembers, name)) continue;
    if (value.is_null() && !is_among(kReserved, name)) {
      claims.stable_erase(name);
      continue;
    }
    TRY(check_claim(name, value));
    claims[name] = value;
  }
  return render_claims(claims);
}

bool is_flag(std::string_view word) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !word.empty() && word.size() <= kMostFlagBytes && word.find_first_not_of(kLetters) == std::string_view::npos;
}

/// The flags inside, or nothing when the member is absent.
Result<std::optional<std::vector<std::string>>> find_flags(const json::object& account) {
  TRY_ASSIGN(auto flags, find_strings(account, "flags"));
  if (flags && (flags->size() > kMostFlags || !std::ranges::all_of(*flags, is_flag))) {
    return fail(ErrorCode::InvalidRequest, "flags has at most 16 words of at most 32 letters a-z, digits, _ and -.");
  }
  return flags;
}

Result<std::string> read_username(const json::object& account) {
  std::string username = normalize_username(peek_string(account, "username"));
  if (username.empty() || username.size() > kMostUsernameBytes || !is_valid_utf8(username)) {
    return fail(ErrorCode::InvalidRequest, "An account needs the text member username.", "1 to 128 bytes of UTF-8");
  }
  return username;
}

Result<std::string> hash(const SecretText& password, crypto::PasswordCost cost) {
  const auto& text = password.reveal();
  if (count_characters(text) < kLeastPasswordCharacters || text.size() > crypto::kMostPasswordBytes ||
      !is_valid_utf8(text)) {
    return fail(ErrorCode::InvalidRequest, "A password has at least 8 characters and at most 1024 bytes.");
  }
  return crypto::hash_password(password, cost);
}

/// The hash of the password inside, or nothing when there is none.
Result<std::string> hash_if_given(const json::object& account, crypto::PasswordCost cost) {
  TRY_ASSIGN(const auto password, find_string(account, "password"));
  if (!password) return std::string();
  return hash(SecretText(*password), cost);
}

AuditEvent account_event(AuditName event, const std::string& account_id) {
  return AuditEvent(event, "done").account(account_id);
}

/// The members of a change that make a difference, by their names: what stands in them is nobody's business here.
Result<std::string> name_changes(const store::AccountRecord& before, const json::object& changes,
                                 const std::string& claims) {
  TRY_ASSIGN(json::object old_values, parse_json_object(before.claims));
  TRY_ASSIGN(json::object new_values, parse_json_object(claims));
  old_values["disabled"] = before.disabled;
  old_values["flags"] = signet::to_json(before.flags);
  for (const char* own : {"disabled", "flags"}) {
    const auto* const changed = changes.if_contains(own);
    new_values[own] = changed == nullptr ? old_values.at(own) : *changed;
  }
  std::vector<std::string> names = changed_members(old_values, new_values);
  if (changes.contains("password")) names.emplace_back("password");
  return join(names, " ");
}

void add_password(sql::Batch& batch, const std::string& account_id, const std::string& password_hash, Instant now) {
  store::Accounts::add_set_password(batch, account_id, password_hash, now);
  // Who knew the old password is logged out.
  store::Sessions::add_remove_all(batch, account_id);
}

}  // namespace

std::string normalize_username(std::string_view username) {
  return to_lower_ascii(trim(username));
}

Result<json::object> to_json(const store::AccountRecord& account) {
  TRY_ASSIGN(const auto claims, parse_json_object(account.claims));
  json::object out;
  out["account_id"] = account.account_id;
  out["username"] = account.username;
  out["disabled"] = account.disabled;
  out["created_at"] = to_unix_seconds(account.created_at);
  out["updated_at"] = to_unix_seconds(account.updated_at);
  out["flags"] = signet::to_json(account.flags);
  // A claim that was stored before its name became one of ours gives way.
  for (const auto& [name, value] : claims) out.emplace(name, value);
  return out;
}

Task<Result<json::object>> create_account(const Tools& tools, const Actor& actor, std::string issuer_id,
                                          json::object account, crypto::PasswordCost cost) {
  store::AccountRecord record{.account_id = {}, .issuer = issuer_id, .username = {}, .password_hash = {}};
  CO_TRY_ASSIGN(record.username, read_username(account));
  CO_TRY_ASSIGN(record.claims, read_claims(account));
  CO_TRY_ASSIGN(const auto disabled, find_bool(account, "disabled"));
  CO_TRY_ASSIGN(auto flags, find_flags(account));
  CO_TRY_ASSIGN(record.password_hash, hash_if_given(account, cost));
  record.account_id = make_random_id(tools.random);
  record.disabled = disabled.value_or(false);
  if (flags) record.flags = *std::move(flags);
  record.created_at = record.updated_at = tools.clock.now();
  sql::Batch batch;
  store::Accounts::add_create(batch, record);
  actor.record(account_event("account.created", record.account_id), batch, issuer_id, record.created_at);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard)
    co_return fail(ErrorCode::Conflict, "An account of this user name exists already.", record.username);
  co_return to_json(record);
}

Task<Result<json::object>> update_account(const Tools& tools, const Actor& actor, std::string issuer_id,
                                          std::string username, json::object account, crypto::PasswordCost cost) {
  CO_TRY_ASSIGN(const auto record, co_await load_account_record(tools, issuer_id, username));
  if (account.contains("username") && normalize_username(peek_string(account, "username")) != record.username) {
    co_return fail(ErrorCode::InvalidRequest, "The user name cannot be changed.");
  }
  CO_TRY_ASSIGN(const auto claims, change_claims(record.claims, account));
  CO_TRY_ASSIGN(const auto disabled, find_bool(account, "disabled"));
  CO_TRY_ASSIGN(const auto flags, find_flags(account));
  CO_TRY_ASSIGN(const auto password_hash, hash_if_given(account, cost));
  CO_TRY_ASSIGN(const std::string changed, name_changes(record, account, claims));
  const Instant now = tools.clock.now();
  sql::Batch batch;
  // The claims that were not named stay as they were read: another change since then is not undone.
  store::Accounts::add_require_version(batch, record.account_id, record.version);
  store::Accounts::add_set_claims(batch, record.account_id, claims, now);
  if (flags) store::Accounts::add_set_flags(batch, record.account_id, *flags, now);
  if (disabled) store::Accounts::add_set_disabled(batch, record.account_id, *disabled, now);
  if (disabled.value_or(false)) {
    // Nothing that acts for the user goes on: sessions, and every grant with its tokens.
    store::Sessions::add_remove_all(batch, record.account_id);
    store::Grants::add_revoke_all_of_account(batch, record.account_id, now);
  }
  if (!password_hash.empty()) add_password(batch, record.account_id, password_hash, now);
  const auto record_event = [&](AuditEvent event) { actor.record(std::move(event), batch, issuer_id, now); };
  record_event(account_event("account.updated", record.account_id).text("changed", changed));
  if (!password_hash.empty()) record_event(account_event("account.password_set", record.account_id));
  if (disabled && *disabled != record.disabled) {
    record_event(
        account_event(*disabled ? AuditName("account.disabled") : AuditName("account.enabled"), record.account_id));
  }
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard)
    co_return fail(ErrorCode::Conflict, "Somebody else has changed the account in the meantime.", username);
  co_return co_await load_account(tools, issuer_id, username);
}

Task<Result<void>> set_account_password(const Tools& tools, const Actor& actor, std::string issuer_id,
                                        std::string username, SecretText password, crypto::PasswordCost cost) {
  CO_TRY_ASSIGN(const auto record, co_await load_account_record(tools, issuer_id, username));
  CO_TRY_ASSIGN(const auto password_hash, hash(password, cost));
  const Instant now = tools.clock.now();
  sql::Batch batch;
  add_password(batch, record.account_id, password_hash, now);
  actor.record(account_event("account.password_set", record.account_id), batch, issuer_id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::NotFound, "There is no account of this user name.", username);
  co_return Result<void>{};
}

Task<Result<void>> remove_account(const Tools& tools, const Actor& actor, std::string issuer_id, std::string username) {
  CO_TRY_ASSIGN(const auto record, co_await load_account_record(tools, issuer_id, username));
  const Instant now = tools.clock.now();
  sql::Batch batch;
  store::Accounts::add_remove(batch, record.account_id, now);
  actor.record(account_event("account.removed", record.account_id), batch, issuer_id, now);
  CO_TRY_ASSIGN(const auto written, co_await tools.store.database.write(std::move(batch)));
  if (written.failed_guard) co_return fail(ErrorCode::NotFound, "There is no account of this user name.", username);
  co_return Result<void>{};
}

Task<Result<store::AccountRecord>> load_account_record(const Tools& tools, std::string issuer_id,
                                                       std::string username) {
  CO_TRY_ASSIGN(auto found, co_await tools.store.accounts.find_by_username(issuer_id, normalize_username(username)));
  if (!found) co_return fail(ErrorCode::NotFound, "There is no account of this user name.", username);
  co_return std::move(*found);
}

Task<Result<json::object>> load_account(const Tools& tools, std::string issuer_id, std::string username) {
  CO_TRY_ASSIGN(const auto record, co_await load_account_record(tools, issuer_id, username));
  co_return to_json(record);
}

}  // namespace signet::server::admin
