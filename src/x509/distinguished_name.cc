// Comparison of names in RFC 4514 text form.
//
//   name  = rdn *( "," rdn )          also ";" as RFC 2253 allows on input
//   rdn   = type "=" value *( "+" type "=" value )
//   value = characters with \, \+ \" \\ \< \> \; \= \# "\ " or \XX escapes, or "#" and the hex of a DER value
//
// A name that does not parse equals nothing, not even itself.

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "x509/certificate.h"

namespace signet::x509 {
namespace {

/// One type and value; type is a dotted OID where the house knows the name, value is folded for comparison.
struct Attribute {
  std::string type;
  std::string value;
  auto operator<=>(const Attribute&) const = default;
};
using Rdn = std::vector<Attribute>;

struct TypeName {
  std::string_view name;
  std::string_view oid;
};

/// Short and long names in use for one type, lower case. Spec: RFC4514-3, RFC4519, OpenSSL's names
constexpr std::array<TypeName, 42> kTypeNames{{
    {"cn", "2.5.4.3"},
    {"commonname", "2.5.4.3"},
    {"sn", "2.5.4.4"},
    {"surname", "2.5.4.4"},
    {"serialnumber", "2.5.4.5"},
    {"c", "2.5.4.6"},
    {"countryname", "2.5.4.6"},
    {"l", "2.5.4.7"},
    {"localityname", "2.5.4.7"},
    {"st", "2.5.4.8"},
    {"stateorprovincename", "2.5.4.8"},
    {"street", "2.5.4.9"},
    {"streetaddress", "2.5.4.9"},
    {"o", "2.5.4.10"},
    {"organizationname", "2.5.4.10"},
    {"ou", "2.5.4.11"},
    {"organizationalunitname", "2.5.4.11"},
    {"title", "2.5.4.12"},
    {"description", "2.5.4.13"},
    {"businesscategory", "2.5.4.15"},
    {"postalcode", "2.5.4.17"},
    {"telephonenumber", "2.5.4.20"},
    {"name", "2.5.4.41"},
    {"gn", "2.5.4.42"},
    {"givenname", "2.5.4.42"},
    {"initials", "2.5.4.43"},
    {"generationqualifier", "2.5.4.44"},
    {"dnqualifier", "2.5.4.46"},
    {"pseudonym", "2.5.4.65"},
    {"organizationidentifier", "2.5.4.97"},
    {"uid", "0.9.2342.19200300.100.1.1"},
    {"userid", "0.9.2342.19200300.100.1.1"},
    {"dc", "0.9.2342.19200300.100.1.25"},
    {"domaincomponent", "0.9.2342.19200300.100.1.25"},
    {"e", "1.2.840.113549.1.9.1"},
    {"email", "1.2.840.113549.1.9.1"},
    {"emailaddress", "1.2.840.113549.1.9.1"},
    {"unstructuredname", "1.2.840.113549.1.9.2"},
    {"jurisdictionl", "1.3.6.1.4.1.311.60.2.1.1"},
    {"jurisdictionst", "1.3.6.1.4.1.311.60.2.1.2"},
    {"jurisdictionc", "1.3.6.1.4.1.311.60.2.1.3"},
    {"jurisdictioncountryname", "1.3.6.1.4.1.311.60.2.1.3"},
}};

std::string canonical_type(std::string_view type) {
  std::string lower = to_lower_ascii(type);
  if (lower.starts_with("oid.")) lower.erase(0, 4);
  const auto* const known = std::ranges::find(kTypeNames, lower, &TypeName::name);
  return known == kTypeNames.end() ? lower : std::string(known->oid);
}

bool is_type_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-';
}

/// Letters without case, no spaces at the ends, one space for many. Spec: RFC4517-4.2.11 in its ASCII part
std::string fold(std::string_view value) {
  std::string out;
  for (const char c : to_lower_ascii(value)) {
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out.push_back(c);
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// A folded text as it is compared. One that begins with "#" is marked, so that it never equals the hex of another
/// value.
std::string make_text_value(std::string_view value) {
  std::string folded = fold(value);
  return folded.starts_with('#') ? '\\' + folded : folded;
}

/// The text of a DER string with a short or one-byte length (UTF8String, PrintableString, IA5String).
std::optional<std::string_view> text_of_der(BytesView der) {
  if (der.size() < 2 || (der[0] != 0x0c && der[0] != 0x13 && der[0] != 0x16)) return std::nullopt;
  const std::size_t header = der[1] == 0x81 ? 3 : 2;
  if (der.size() < header || der[header - 1] != der.size() - header || (header == 2 && der[1] >= 0x80)) {
    return std::nullopt;
  }
  return as_text(der.subspan(header));
}

class NameParser {
 public:
  explicit NameParser(std::string_view text) : rest_(text) {}

  /// Nothing when the text is not a name, or a name without any RDN.
  std::optional<std::vector<Rdn>> parse() {
    std::vector<Rdn> name;
    do {
      auto rdn = parse_rdn();
      if (!rdn) return std::nullopt;
      name.push_back(*std::move(rdn));
    } while (take(",;"));
    if (!rest_.empty()) return std::nullopt;
    return name;
  }

 private:
  std::optional<Rdn> parse_rdn() {
    Rdn rdn;
    do {
      auto attribute = parse_attribute();
      if (!attribute) return std::nullopt;
      rdn.push_back(*std::move(attribute));
    } while (take("+"));
    std::ranges::sort(rdn);  // the parts of one RDN are a set
    return rdn;
  }

  std::optional<Attribute> parse_attribute() {
    skip_spaces();
    std::size_t length = 0;
    while (length < rest_.size() && is_type_character(rest_[length])) ++length;
    const auto type = rest_.substr(0, length);
    rest_.remove_prefix(length);
    skip_spaces();
    if (type.empty() || !take("=")) return std::nullopt;
    skip_spaces();
    auto value = rest_.starts_with('#') ? parse_hex_value() : parse_text_value();
    if (!value) return std::nullopt;
    return Attribute{canonical_type(type), *std::move(value)};
  }

  std::optional<std::string> parse_hex_value() {
    const auto digits = trim(rest_.substr(1, rest_.find_first_of(",;+") - 1));
    const auto end = std::min(rest_.find_first_of(",;+"), rest_.size());
    const auto der = decode_hex(digits);
    if (!der || der->empty()) return std::nullopt;
    rest_.remove_prefix(end);
    if (const auto text = text_of_der(*der)) return make_text_value(*text);
    return '#' + encode_hex(*der);
  }

  std::optional<std::string> parse_text_value() {
    std::string value;
    while (!rest_.empty() && std::string_view(",;+").find(rest_.front()) == std::string_view::npos) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"' || c == '\0') return std::nullopt;
      if (c != '\\') {
        value.push_back(c);
      } else if (const auto escaped = parse_escape()) {
        value.push_back(*escaped);
      } else {
        return std::nullopt;
      }
    }
    return make_text_value(value);
  }

  std::optional<char> parse_escape() {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_.front();
    if (std::string_view(",+\"\\<>;=# ").find(c) != std::string_view::npos) {
      rest_.remove_prefix(1);
      return c;
    }
    const auto byte = decode_hex(rest_.substr(0, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    rest_.remove_prefix(2);
    return static_cast<char>(byte->front());
  }

  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

}  // namespace

bool same_distinguished_name(std::string_view a, std::string_view b) {
  const auto first = NameParser(a).parse();
  return first && first == NameParser(b).parse();
}

}  // namespace signet::x509
