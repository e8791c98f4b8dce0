#include "oauth/bearer_rfc6750.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "oauth/core_rfc6749.h"

namespace signet::oauth {
namespace {

constexpr std::size_t kMaxChallengeBytes = 8 * 1024;
constexpr std::size_t kMaxChallenges = 16;

constexpr bool is_alnum(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
constexpr bool is_token68_char(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '+' || c == '/';
}
constexpr bool is_token_char(char c) {
  return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token68(std::string_view text) {
  const auto padding = text.find_last_not_of('=');
  if (padding == std::string_view::npos) return false;
  return std::ranges::all_of(text.substr(0, padding + 1), is_token68_char);
}

bool is_token_parameter(std::string_view name) {
  constexpr std::string_view kName = "access_token";
  if (!name.contains('%')) return name == kName;
  const auto decoded = decode_form_value(name);
  return decoded && *decoded == kName;
}

std::optional<TokenScheme> find_scheme(std::string_view name) {
  if (equals_ignoring_ascii_case(name, "bearer")) return TokenScheme::Bearer;
  if (equals_ignoring_ascii_case(name, "dpop")) return TokenScheme::Dpop;
  return std::nullopt;
}

/// A quoted-string; what it may hold was made by us, the backslash is for text of others.
void append_parameter(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += out.ends_with(' ') ? "" : ", ";
  out += name;
  out += "=\"";
  for (const char c : value) {
    if (c < 0x20 || c == 0x7f) continue;  // a control character would split the header
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

/// Reads the list of challenges of RFC9110-11.6.1, where one comma separates parameters as well as challenges.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : text_(text) {}

  Result<void> read_into(std::vector<Challenge>& out) {
    while (skip_separators()) {
      const std::string_view word = read_token();
      if (word.empty()) return fail(ErrorCode::Malformed, "A challenge has a broken syntax.");
      if (next_is('=')) {
        TRY(read_parameter(word));
      } else {
        start_challenge(word, out);
      }
      if (out.size() > kMaxChallenges) return fail(ErrorCode::TooLarge, "There are too many challenges.");
    }
    return {};
  }

 private:
  bool skip_separators() {
    const auto at = text_.find_first_not_of(" \t,");
    text_.remove_prefix(at == std::string_view::npos ? text_.size() : at);
    return !text_.empty();
  }
  std::string_view read_token() {
    std::size_t length = 0;
    while (length < text_.size() && (is_token_char(text_[length]) || text_[length] == '/')) ++length;
    const auto token = text_.substr(0, length);
    text_.remove_prefix(length);
    return token;
  }
  bool next_is(char c) const { return trim(text_).starts_with(c); }

  Result<void> read_parameter(std::string_view name) {
    text_.remove_prefix(text_.find('=') + 1);
    const auto start = text_.find_first_not_of(" \t");
    if (start == std::string_view::npos || text_[start] == ',' || text_[start] == '=') {
      text_.remove_prefix(std::min(text_.find(','), text_.size()));  // the padding of a token68
      return {};
    }
    text_.remove_prefix(start);
    std::string value;
    if (text_.front() == '"') {
      TRY(read_quoted(value));
    } else {
      value = std::string(read_token());
    }
    if (current_ != nullptr) assign(name, std::move(value));
    return {};
  }

  Result<void> read_quoted(std::string& value) {
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        text_.remove_prefix(i + 1);
        return {};
      }
      if (text_[i] == '\\') ++i;
      if (i < text_.size()) value.push_back(text_[i]);
    }
    return fail(ErrorCode::Malformed, "A challenge has an open quotation.");
  }

  void start_challenge(std::string_view name, std::vector<Challenge>& out) {
    current_ = nullptr;
    if (const auto scheme = find_scheme(name)) {
      current_ = &out.emplace_back();
      current_->scheme = *scheme;
    }
  }

  void assign(std::string_view name, std::string value) {
    if (equals_ignoring_ascii_case(name, "realm")) {
      current_->realm = std::move(value);
    } else if (name == "error") {
      current_->error = std::move(value);
    } else if (name == "error_description") {
      current_->error_description = std::move(value);
    } else if (name == "resource_metadata") {
      current_->resource_metadata = std::move(value);
    } else if (name == "scope") {
      current_->scope = split_words(value);
    } else if (name == "acr_values") {
      current_->acr_values = split_words(value);
    } else if (name == "algs") {
      current_->algs = split_words(value);
    } else if (name == "max_age") {
      assign_max_age(value);
    }
  }
  void assign_max_age(std::string_view value) {
    const auto number = parse_decimal(value);
    if (number && *number <= 10ULL * 365 * 24 * 3600) current_->max_age = seconds{static_cast<std::int64_t>(*number)};
  }

  std::string_view text_;
  Challenge* current_ = nullptr;
};

}  // namespace

std::string_view name_of(TokenScheme scheme) {
  return scheme == TokenScheme::Dpop ? "DPoP" : "Bearer";
}

bool has_token_parameter(std::string_view form) {
  while (!form.empty()) {  // a form may be large, so no list of its parts is made
    const std::string_view part = form.substr(0, form.find('&'));
    if (is_token_parameter(part.substr(0, part.find('=')))) return true;
    form.remove_prefix(std::min(part.size() + 1, form.size()));
  }
  return false;
}

Result<std::optional<PresentedToken>> parse_presented_token(std::span<const std::string_view> authorization,
                                                            OtherTokenPlaces elsewhere, std::size_t limit) {
  // FAPI2-SP-FINAL-5.3.4, RFC9700-4.3.2, RFC6750-2.2, RFC6750-2.3: a token in a URL leaks through logs and referrers
  if (elsewhere.query) return fail(ErrorCode::InvalidRequest, "An access token must not be sent in the query.");
  if (elsewhere.form) return fail(ErrorCode::InvalidRequest, "An access token must not be sent in the form.");
  if (authorization.empty()) return std::optional<PresentedToken>();
  // RFC6750-3.1: more than one way to present a token is an invalid request
  if (authorization.size() > 1) return fail(ErrorCode::InvalidRequest, "The request has several Authorization fields.");

  const std::string_view value = trim(authorization.front());
  const auto space = value.find(' ');
  const auto scheme = find_scheme(value.substr(0, space));  // RFC9110-11.1: the scheme is compared without case
  if (!scheme) return std::optional<PresentedToken>();
  const std::string_view token = space == std::string_view::npos ? std::string_view() : trim(value.substr(space));
  if (token.size() > limit) return fail(ErrorCode::InvalidRequest, "The access token is too long.");
  if (!is_token68(token))
    return fail(ErrorCode::InvalidRequest, "The access token is empty or has a character no token may have.");
  return std::optional(PresentedToken{*scheme, std::string(token)});
}

std::string render_challenge(const Challenge& challenge) {
  std::string out(name_of(challenge.scheme));
  out.push_back(' ');
  append_parameter(out, "realm", challenge.realm);
  append_parameter(out, "error", challenge.error);
  append_parameter(out, "error_description", make_error_description(challenge.error_description));
  append_parameter(out, "scope", join(challenge.scope, " "));
  append_parameter(out, "acr_values", join(challenge.acr_values, " "));
  if (challenge.max_age)
    append_parameter(out, "max_age", std::to_string(std::chrono::floor<seconds>(*challenge.max_age).count()));
  append_parameter(out, "resource_metadata", challenge.resource_metadata);
  append_parameter(out, "algs", join(challenge.algs, " "));
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

Result<std::vector<Challenge>> parse_challenges(std::span<const std::string_view> www_authenticate) {
  std::vector<Challenge> challenges;
  challenges.reserve(kMaxChallenges + 1);  // the reader keeps a pointer to the last one
  for (const auto value : www_authenticate) {
    if (value.size() > kMaxChallengeBytes) return fail(ErrorCode::TooLarge, "A challenge is too long.");
    TRY(ChallengeReader(value).read_into(challenges));
  }
  return challenges;
}

}  // namespace signet::oauth
