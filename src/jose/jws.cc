#include "jose/jws.h"

#include <array>

#include "base/text.h"

namespace signet::jose {
namespace {

constexpr std::size_t kMaximumCandidates = 4;
constexpr std::size_t kHeaderDepth = 8;

std::unexpected<Error> malformed_jws(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, "The JWS is malformed.", {}, where);
}

/// A header member that is text when it is there.
Result<std::string> header_text(const json::object& members, std::string_view name) {
  TRY_ASSIGN(auto text, find_string(members, name));
  return std::move(text).value_or(std::string());
}

/// RFC7515-4.1.9: "application/" may be left out of `typ`, and media types have no case.
std::string normalised_type(std::string_view typ) {
  constexpr std::string_view kPrefix = "application/";
  std::string lower = to_lower_ascii(typ);
  if (lower.starts_with(kPrefix) && lower.find('/', kPrefix.size()) == std::string::npos)
    lower.erase(0, kPrefix.size());
  return lower;
}

Result<JwsHeader> parse_header(std::string_view text) {
  JwsHeader header;
  TRY_ASSIGN(header.members, parse_json_object(text, {.bytes = text.size(), .depth = kHeaderDepth}));
  // RFC7515-4.1.11: an extension that is not understood must be refused, and none is implemented (b64 of RFC 7797
  // included).
  if (header.members.contains("crit") || header.members.contains("b64")) {
    return fail(ErrorCode::Malformed, "The JWS asks for an extension that is not supported.");
  }
  TRY_ASSIGN(const auto alg, find_string(header.members, "alg"));
  if (!alg) return malformed_jws();
  const auto known = crypto::find_signature_algorithm(*alg);
  // RFC8725-3.1, RFC8725-3.2: exact names of asymmetric algorithms only, so neither "none" in any spelling nor HMAC.
  if (!known) return fail(ErrorCode::UnsupportedAlgorithm, "The signature algorithm is not supported.");
  header.alg = *known;
  TRY_ASSIGN(const std::string typ, header_text(header.members, "typ"));
  TRY_ASSIGN(header.cty, header_text(header.members, "cty"));
  TRY_ASSIGN(header.kid, header_text(header.members, "kid"));
  header.typ = normalised_type(typ);
  return header;
}

Result<std::shared_ptr<const JwsHeader>> read_header(std::string_view encoded) {
  TRY_ASSIGN(const Bytes bytes, decode_base64url(encoded));
  TRY_ASSIGN(JwsHeader header, parse_header(as_text(bytes)));
  return std::make_shared<const JwsHeader>(std::move(header));
}

/// Headers that this thread has read: a client puts the same one before all its assertions, a server before all its
/// tokens. What is found is what reading the text again would give.
class KnownHeaders {
 public:
  [[nodiscard]] static KnownHeaders& of_this_thread() {
    thread_local KnownHeaders known;
    return known;
  }
  Result<std::shared_ptr<const JwsHeader>> find_or_read(std::string_view encoded) {
    if (encoded.size() > kLongest) return read_header(encoded);
    Entry& entry = entries_[std::hash<std::string_view>{}(encoded) % entries_.size()];
    if (entry.header != nullptr && entry.encoded == encoded) return entry.header;
    TRY_ASSIGN(auto header, read_header(encoded));
    entry = Entry{std::string(encoded), std::move(header)};
    return entry.header;
  }

 private:
  static constexpr std::size_t kLongest = 192;  ///< characters; most with a key in them (DPoP) are longer

  struct Entry {
    std::string encoded;
    std::shared_ptr<const JwsHeader> header;
  };
  std::array<Entry, 64> entries_;
};

std::string make_signing_input(std::string_view header_json, std::string_view payload) {
  std::string out;
  // Room for the signature of an EC or Ed25519 key, so that the token is built in one allocation.
  out.reserve((header_json.size() + payload.size()) * 4 / 3 + 96);
  append_base64url(out, as_bytes(header_json));
  out.push_back('.');
  append_base64url(out, as_bytes(payload));
  return out;
}

Result<std::string> sign(const Signer& signer, std::string_view header_json, std::string_view payload) {
  std::string token = make_signing_input(header_json, payload);
  TRY_ASSIGN(const Bytes signature, signer.key.sign(signer.alg, as_bytes(token)));
  token.push_back('.');
  append_base64url(token, signature);
  return token;
}

}  // namespace

Result<UnverifiedJws> UnverifiedJws::parse(std::string_view text, std::size_t limit) {
  return parse(text, nullptr, limit);
}

Result<UnverifiedJws> UnverifiedJws::parse(std::string_view text, std::shared_ptr<const JwsHeader> header,
                                           std::size_t limit) {
  if (text.size() > limit) return fail(ErrorCode::TooLarge, "The JWS is too large.");
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  // RFC7515-3.1: three parts; a fourth dot falls to the base64url check of the signature.
  if (second == std::string_view::npos) return malformed_jws();
  UnverifiedJws jws;
  jws.header_ = std::move(header);
  if (jws.header_ == nullptr) {
    TRY_ASSIGN(jws.header_, KnownHeaders::of_this_thread().find_or_read(text.substr(0, first)));
  }
  TRY_ASSIGN(jws.payload_, decode_base64url(text.substr(first + 1, second - first - 1)));
  TRY_ASSIGN(jws.signature_, decode_base64url(text.substr(second + 1)));
  if (jws.signature_.empty()) return malformed_jws();
  jws.signing_input_ = text.substr(0, second);
  return jws;
}

Result<std::string_view> UnverifiedJws::verify(const crypto::PublicKey& key) const {
  TRY(key.verify(header_->alg, as_bytes(signing_input_), signature_));
  return peek_payload();
}

Result<std::string_view> UnverifiedJws::verify(const JwkSet& keys) const {
  const auto candidates = keys.candidates(header_->kid, header_->alg);
  if (candidates.empty()) return fail(ErrorCode::UnknownKey, "No key of the set fits the signature.");
  for (std::size_t i = 0; i < candidates.size() && i < kMaximumCandidates; ++i) {
    if (auto payload = verify(candidates[i]->key)) return payload;
  }
  return fail(ErrorCode::BadSignature, "The signature does not verify.");
}

Result<std::string> sign_jws(const Signer& signer, std::string_view typ, std::string_view payload) {
  JsonWriter header;
  header.text("alg", crypto::name_of(signer.alg)).text_if("typ", typ).text_if("kid", signer.kid);
  return sign(signer, std::move(header).take(), payload);
}

Result<std::string> sign_jws_with_header(const Signer& signer, std::string_view header_json, std::string_view payload) {
  TRY_ASSIGN(const json::object header, parse_json_object(header_json));
  if (peek_string(header, "alg") != crypto::name_of(signer.alg)) {
    return fail(ErrorCode::Malformed, "The JWS header does not name the algorithm of its signer.");
  }
  return sign(signer, header_json, payload);
}

}  // namespace signet::jose
