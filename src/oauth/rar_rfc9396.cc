#include "oauth/rar_rfc9396.h"

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "oauth/iban_iso13616.h"
#include "oauth/resource_rfc8707.h"
#include "oauth/shown_text.h"

namespace signet::oauth {
namespace {

constexpr auto kCode = ErrorCode::InvalidAuthorizationDetails;
constexpr JsonLimits kLimits = {.bytes = 8 * 1024, .depth = 6};
constexpr std::size_t kMaxObjects = 10;
constexpr std::size_t kMaxWords = 10;

// Forms of members ----------------------------------------------------------------------------------------------------

bool is_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A decimal number above zero that is written in one way: no sign, no exponent, no leading zero.
bool is_amount(const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return false;  // a JSON number would be a binary fraction on its way through somebody's parser
  const std::string_view all(*text);
  const std::size_t point = std::min(all.find('.'), all.size());
  const std::string_view units = all.substr(0, point);
  const std::string_view decimals = all.substr(std::min(point + 1, all.size()));
  if (units.empty() || units.size() > 12 || (units.size() > 1 && units.front() == '0')) return false;
  if (decimals.size() > 2 || (decimals.empty() && point != all.size())) return false;
  return is_digits(units) && is_digits(decimals) && all.find_first_of("123456789") != std::string_view::npos;
}

/// Spec: ISO 4217
bool is_currency(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && text->size() == 3 &&
         std::ranges::all_of(*text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_line(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && is_shown_text(*text, 140);
}

bool is_word(const json::value& value) {
  const auto* text = value.if_string();
  return text != nullptr && text->size() <= 64 && is_visible_ascii(*text);
}

bool is_account(const json::value& value) {
  const auto* account = value.if_object();
  if (account == nullptr) return false;
  if (const auto* iban = account->if_contains("iban")) {
    return account->size() == 1 && iban->is_string() && is_iban(iban->get_string());
  }
  const auto* scheme = account->if_contains("scheme");
  const auto* identification = account->if_contains("identification");
  return account->size() == 2 && scheme != nullptr && identification != nullptr && is_word(*scheme) &&
         is_word(*identification) && scheme->get_string().find(':') == std::string_view::npos;
}

/// 1 to 10 different items of one form.
template <class IsGood>
bool is_list(const json::value& value, IsGood is_good) {
  const auto* list = value.if_array();
  if (list == nullptr || list->empty() || list->size() > kMaxWords) return false;
  for (auto item = list->begin(); item != list->end(); ++item) {
    if (!is_good(*item) || std::find(list->begin(), item, *item) != item) return false;
  }
  return true;
}
bool is_words(const json::value& value) {
  return is_list(value, is_word);
}
bool is_locations(const json::value& value) {
  return is_list(value, [](const json::value& item) {
    return item.is_string() && check_resource_indicator(item.get_string()).has_value();
  });
}
template <std::size_t Size>
bool is_some_of(const json::value& value, const std::string_view (&words)[Size]) {
  return is_list(value, [&](const json::value& item) {
    return item.is_string() && std::ranges::find(words, std::string_view(item.get_string())) != std::end(words);
  });
}
bool is_payment_actions(const json::value& value) {
  constexpr std::string_view kActions[] = {"initiate", "status", "cancel"};
  return is_some_of(value, kActions);
}
bool is_account_actions(const json::value& value) {
  constexpr std::string_view kActions[] = {"list_accounts", "read_balances", "read_transactions"};
  return is_some_of(value, kActions);
}
bool is_object(const json::value& value) {
  return value.is_object();
}
bool is_string(const json::value& value) {
  return value.is_string();
}

// Types ---------------------------------------------------------------------------------------------------------------

struct MemberRule;
struct ObjectRule {
  std::span<const MemberRule> members;
  PublicText unknown_member;
};
struct MemberRule {
  std::string_view name;
  bool is_required;
  bool (*is_good)(const json::value& value);
  PublicText refusal;
  const ObjectRule* inner = nullptr;  ///< of a member that is an object
};

constexpr PublicText kLocations =
    "The member locations of authorization_details must be 1 to 10 different resource URIs.";
constexpr PublicText kIdentifier =
    "The member identifier of authorization_details must be 1 to 64 visible ASCII characters.";
constexpr PublicText kType = "The member type of authorization_details must be a string.";

constexpr MemberRule kAmountMembers[] = {
    {"currency", true, is_currency, "The member instructedAmount.currency must be three capital letters (ISO 4217)."},
    {"amount", true, is_amount,
     "The member instructedAmount.amount must be a decimal string above zero such as 123.45, of at most 12 digits and "
     "2 "
     "decimals."},
};
constexpr ObjectRule kAmount = {kAmountMembers, "The member instructedAmount may hold currency and amount only."};

constexpr MemberRule kPaymentMembers[] = {
    {"type", true, is_string, kType},
    {"instructedAmount", true, is_object, "The member instructedAmount must be an object of currency and amount.",
     &kAmount},
    {"creditorName", true, is_line, "The member creditorName must be 1 to 140 characters that can all be seen."},
    {"creditorAccount", true, is_account,
     "The member creditorAccount must hold an iban with the right check digits, or a scheme and an identification, and "
     "nothing else."},
    {"remittanceInformationUnstructured", false, is_line,
     "The member remittanceInformationUnstructured must be 1 to 140 characters that can all be seen."},
    {"actions", false, is_payment_actions,
     "The member actions of a payment_initiation must be some of initiate, status and cancel."},
    {"locations", false, is_locations, kLocations},
    {"identifier", false, is_word, kIdentifier},
};
constexpr MemberRule kAccountMembers[] = {
    {"type", true, is_string, kType},
    {"actions", true, is_account_actions,
     "The member actions of an account_information must be some of list_accounts, read_balances and "
     "read_transactions."},
    {"datatypes", false, is_words, "The member datatypes must be 1 to 10 different words of visible ASCII characters."},
    {"locations", false, is_locations, kLocations},
    {"identifier", false, is_word, kIdentifier},
};

struct TypeRule {
  std::string_view type;
  ObjectRule object;
};
constexpr TypeRule kTypes[] = {
    {kPaymentInitiation,
     {kPaymentMembers,
      "A payment_initiation may hold type, instructedAmount, creditorName, creditorAccount, "
      "remittanceInformationUnstructured, actions, locations and identifier only."}},
    {kAccountInformation,
     {kAccountMembers, "An account_information may hold type, actions, datatypes, locations and identifier only."}},
};

const TypeRule* find_type(std::string_view type) {
  const auto* const row = std::ranges::find(kTypes, type, &TypeRule::type);
  return row == std::end(kTypes) ? nullptr : row;
}

Result<void> check_members(const json::object& object, const ObjectRule& rule) {
  for (const auto& [name, value] : object) {
    if (std::ranges::find(rule.members, std::string_view(name), &MemberRule::name) == rule.members.end()) {
      return fail(kCode, rule.unknown_member);
    }
  }
  for (const MemberRule& member : rule.members) {
    const auto* value = object.if_contains(member.name);
    if (value == nullptr && !member.is_required) continue;
    if (value == nullptr || !member.is_good(*value)) return fail(kCode, member.refusal);
    if (member.inner != nullptr) TRY(check_members(value->get_object(), *member.inner));
  }
  return {};
}

/// RFC9396-5: unknown types, unknown members and wrong forms are refused, so nothing is granted that nobody understood.
Result<void> check_detail(const json::value& detail) {
  const auto* object = detail.if_object();
  if (object == nullptr) return fail(kCode, "The parameter authorization_details may hold objects only.");
  const auto* type = object->if_contains("type");  // RFC9396-2
  if (type == nullptr || !type->is_string()) return fail(kCode, kType);
  const TypeRule* rule = find_type(type->get_string());
  if (rule == nullptr) return fail(kCode, "The member type of authorization_details names a type that is not known.");
  return check_members(*object, rule->object);
}

bool is_payment(const json::value& detail) {
  return peek_string(detail.get_object(), "type") == kPaymentInitiation;
}

/// Of text that was checked when it was stored; empty when it cannot be read.
json::array read_stored(std::string_view text) {
  return parse_authorization_details(text).value_or(json::array{});
}

void append_canonical(std::string& out, const json::value& value) {
  if (const auto* array = value.if_array()) {
    char separator = '[';
    for (const auto& item : *array) {
      out.push_back(std::exchange(separator, ','));
      append_canonical(out, item);
    }
    out += array->empty() ? "[]" : "]";
  } else if (const auto* object = value.if_object()) {
    std::vector<const json::key_value_pair*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
    char separator = '{';
    for (const auto* member : members) {
      out.push_back(std::exchange(separator, ','));
      append_json_string(out, member->key());
      out.push_back(':');
      append_canonical(out, member->value());
    }
    out += members.empty() ? "{}" : "}";
  } else {
    out += render_json(value);
  }
}

/// The part of stored details whose objects are wanted.
template <class Wanted>
std::string select_details(std::string_view details, Wanted wanted) {
  if (details.empty()) return {};
  json::array part;
  for (const auto& detail : read_stored(details)) {
    if (wanted(detail.get_object())) part.push_back(detail);
  }
  return part.empty() ? std::string() : canonical_text(part);
}

}  // namespace

bool is_known_detail_type(std::string_view type) {
  return find_type(type) != nullptr;
}

Result<json::array> parse_authorization_details(std::string_view text) {
  auto value = parse_json(text, kLimits);
  if (!value) {
    return fail_as(std::move(value).error(), kCode,
                   "The parameter authorization_details must be JSON of at most 8 KiB and 6 levels in which no member "
                   "stands twice.");
  }
  auto* details = value->if_array();
  if (details == nullptr || details->empty() || details->size() > kMaxObjects) {
    return fail(kCode, "The parameter authorization_details must be an array of 1 to 10 objects.");
  }
  for (const auto& detail : *details) TRY(check_detail(detail));
  if (std::ranges::count_if(*details, is_payment) > 1) {
    return fail(kCode,
                "The parameter authorization_details holds more than one payment_initiation: each payment needs a "
                "request of its own.");
  }
  return std::move(*details);
}

Result<void> check_detail_types(const json::array& details, const std::vector<std::string>& types, PublicText refusal) {
  const bool all = std::ranges::all_of(
      details, [&](const json::value& detail) { return contains(types, peek_string(detail.get_object(), "type")); });
  if (all) return {};
  return fail(kCode, refusal);
}

Result<void> check_detail_locations(const json::array& details, const std::vector<std::string>& audience) {
  const auto is_meant_for_it = [&](const json::value& detail) {
    const auto* locations = detail.get_object().if_contains("locations");
    return locations == nullptr || std::ranges::all_of(locations->get_array(), [&](const json::value& location) {
             return contains(audience, location.get_string());
           });
  };
  if (std::ranges::all_of(details, is_meant_for_it)) return {};
  return fail(
      kCode,
      "The member locations of authorization_details names an API that the request is not for: it must be among "
      "the values of resource, or else the client's own.");
}

std::string canonical_text(const json::value& details) {
  std::string out;
  append_canonical(out, details);
  return out;
}

std::optional<Payment> find_payment(const json::array& details) {
  const auto* const found = std::ranges::find_if(details, is_payment);
  if (found == details.end()) return std::nullopt;
  const json::object& payment = found->get_object();
  const json::object& amount = payment.at("instructedAmount").get_object();
  const json::object& account = payment.at("creditorAccount").get_object();
  std::string payee_account(peek_string(account, "iban"));
  if (payee_account.empty()) {
    payee_account =
        std::string(peek_string(account, "scheme")) + ":" + std::string(peek_string(account, "identification"));
  }
  return Payment{.amount = std::string(peek_string(amount, "amount")),
                 .currency = std::string(peek_string(amount, "currency")),
                 .payee = std::string(peek_string(payment, "creditorName")),
                 .payee_account = std::move(payee_account),
                 .reference = std::string(peek_string(payment, "remittanceInformationUnstructured"))};
}

bool holds_payment(std::string_view details) {
  if (details.empty()) return false;
  const auto read = parse_authorization_details(details);
  return !read || std::ranges::any_of(*read, is_payment);
}

std::vector<std::string> lasting_details(std::string_view details) {
  std::vector<std::string> lasting;
  if (details.empty()) return lasting;
  for (const auto& detail : read_stored(details)) {
    if (!is_payment(detail)) lasting.push_back(canonical_text(detail));
  }
  return lasting;
}

Result<std::string> narrow_authorization_details(std::string_view requested, std::string_view granted) {
  if (requested.empty()) return std::string(granted);
  TRY_ASSIGN(const json::array details, parse_authorization_details(requested));
  const json::array whole = granted.empty() ? json::array{} : read_stored(granted);
  for (const auto& detail : details) {
    if (std::ranges::find(whole, detail) == whole.end()) {  // RFC9396-6
      return fail(kCode, "The parameter authorization_details holds an object that was not granted.");
    }
  }
  return canonical_text(details);
}

std::string details_hash(std::string_view details) {
  return details.empty() ? std::string() : encode_base64url(crypto::sha256(details));
}

std::string details_of_types(std::string_view details, const std::vector<std::string>& types) {
  return select_details(details,
                        [&](const json::object& detail) { return contains(types, peek_string(detail, "type")); });
}

std::string details_for(std::string_view details, const std::vector<std::string>& audience) {
  return select_details(details, [&](const json::object& detail) {
    const auto* locations = detail.if_contains("locations");
    return locations == nullptr || std::ranges::any_of(locations->get_array(), [&](const auto& location) {
             return contains(audience, location.get_string());
           });
  });
}

}  // namespace signet::oauth
