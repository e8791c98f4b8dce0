// How an authorization request stands in the database. It is read three times on its way to a token and only ever by
// ourselves, so it is not JSON but a row of members that can be read without a parser:
//
//   1c4:banks5:hellop8:accountsp6:openid      a version, then for each value a letter, its length, a colon and the
//   value
//
// A list is its letter again for each item; a claim is followed by what belongs to it.
#include <charconv>

#include "oauth/authorization_request.h"

namespace signet::oauth {
namespace {

constexpr char kVersion = '1';

struct TextMember {
  char letter;
  std::string AuthorizationRequest::* value;
};
constexpr TextMember kTexts[] = {
    {'c', &AuthorizationRequest::client_id},
    {'t', &AuthorizationRequest::response_type},
    {'m', &AuthorizationRequest::response_mode},
    {'u', &AuthorizationRequest::redirect_uri},
    {'k', &AuthorizationRequest::code_challenge},
    {'K', &AuthorizationRequest::code_challenge_method},
    {'j', &AuthorizationRequest::dpop_jkt},
    {'h', &AuthorizationRequest::login_hint},
    {'H', &AuthorizationRequest::id_token_hint},
    {'d', &AuthorizationRequest::display},
    {'D', &AuthorizationRequest::authorization_details},
};
struct OptionalMember {
  char letter;
  std::optional<std::string> AuthorizationRequest::* value;
};
constexpr OptionalMember kOptionals[] = {
    {'s', &AuthorizationRequest::state},
    {'n', &AuthorizationRequest::nonce},
};
struct ListMember {
  char letter;
  std::vector<std::string> AuthorizationRequest::* value;
};
constexpr ListMember kLists[] = {
    {'p', &AuthorizationRequest::scope},      {'r', &AuthorizationRequest::resource},
    {'q', &AuthorizationRequest::prompt},     {'a', &AuthorizationRequest::acr_values},
    {'l', &AuthorizationRequest::ui_locales},
};
struct ClaimsMember {
  char letter;
  std::vector<ClaimRequest> AuthorizationRequest::* value;
};
constexpr ClaimsMember kClaims[] = {
    {'I', &AuthorizationRequest::id_token_claims},
    {'U', &AuthorizationRequest::userinfo_claims},
};
constexpr char kEssential = 'E';    // of the claim before it
constexpr char kClaimValue = 'V';   // of the claim before it
constexpr char kLeftOut = 'L';      // redirect_uri_left_out
constexpr char kMaxAge = 'M';       // in milliseconds
constexpr std::size_t kRoom = 512;  // most requests fit without growing

void append(std::string& out, char letter, std::string_view value) {
  std::array<char, 20> digits{};
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value.size()).ptr;
  out.push_back(letter);
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out.push_back(':');
  out.append(value);
}

void append_claims(std::string& out, char letter, const std::vector<ClaimRequest>& claims) {
  for (const ClaimRequest& claim : claims) {
    append(out, letter, claim.name);
    if (claim.essential) append(out, kEssential, "");
    for (const auto& value : claim.values) append(out, kClaimValue, value);
  }
}

std::unexpected<Error> malformed(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, "A stored authorization request cannot be read.", {}, where);
}

struct Member {
  char letter = 0;
  std::string_view value;
};

/// Takes one member off the front of `text`, which is not empty.
Result<Member> take_member(std::string_view& text) {
  Member member{.letter = text.front(), .value = {}};
  std::size_t size = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + 1, last, size);
  if (error != std::errc{} || end == last || *end != ':') return malformed();
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  if (size > text.size()) return malformed();
  member.value = text.substr(0, size);
  text.remove_prefix(size);
  return member;
}

/// The member of a table that has this letter, or null.
template <class Row, std::size_t Size>
const Row* find_row(const Row (&rows)[Size], char letter) {
  for (const Row& row : rows) {
    if (row.letter == letter) return &row;
  }
  return nullptr;
}

class Reader {
 public:
  Result<void> put(const Member& member) {
    const std::string_view value = member.value;
    if (const auto* text = find_row(kTexts, member.letter)) {
      request_.*text->value = value;
    } else if (const auto* list = find_row(kLists, member.letter)) {
      (request_.*list->value).emplace_back(value);
    } else if (const auto* optional = find_row(kOptionals, member.letter)) {
      request_.*optional->value = value;
    } else if (const auto* claims = find_row(kClaims, member.letter)) {
      claim_ = &(request_.*claims->value).emplace_back(ClaimRequest{.name = std::string(value), .values = {}});
    } else {
      return put_rare(member);
    }
    return {};
  }
  [[nodiscard]] AuthorizationRequest take() && { return std::move(request_); }

 private:
  Result<void> put_rare(const Member& member) {
    if (member.letter == kLeftOut) {
      request_.redirect_uri_left_out = true;
      return {};
    }
    if (member.letter == kMaxAge) return put_max_age(member.value);
    if (claim_ == nullptr || (member.letter != kEssential && member.letter != kClaimValue)) return malformed();
    if (member.letter == kEssential) claim_->essential = true;
    if (member.letter == kClaimValue) claim_->values.emplace_back(member.value);
    return {};
  }
  Result<void> put_max_age(std::string_view text) {
    Duration::rep milliseconds = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, milliseconds);
    if (error != std::errc{} || end != last) return malformed();
    request_.max_age = Duration{milliseconds};
    return {};
  }

  AuthorizationRequest request_;
  ClaimRequest* claim_ = nullptr;  // the last one; nothing is added to its list while it is filled
};

}  // namespace

std::string render_authorization_request(const AuthorizationRequest& request) {
  std::string out;
  out.reserve(kRoom);
  out.push_back(kVersion);
  for (const auto& row : kTexts) {
    if (!(request.*row.value).empty()) append(out, row.letter, request.*row.value);
  }
  for (const auto& row : kLists) {
    for (const auto& item : request.*row.value) append(out, row.letter, item);
  }
  for (const auto& row : kOptionals) {
    if (request.*row.value) append(out, row.letter, *(request.*row.value));
  }
  if (request.redirect_uri_left_out) append(out, kLeftOut, "");
  if (request.max_age) append(out, kMaxAge, std::to_string(request.max_age->count()));
  for (const auto& row : kClaims) append_claims(out, row.letter, request.*row.value);
  return out;
}

Result<AuthorizationRequest> parse_stored_authorization_request(std::string_view text) {
  if (text.empty() || text.front() != kVersion) return malformed();
  text.remove_prefix(1);
  Reader reader;
  while (!text.empty()) {
    TRY_ASSIGN(const Member member, take_member(text));
    TRY(reader.put(member));
  }
  return std::move(reader).take();
}

}  // namespace signet::oauth
