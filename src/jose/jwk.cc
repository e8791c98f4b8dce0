#include "jose/jwk.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "crypto/digest.h"

namespace signet::jose {
namespace {

using crypto::Curve;

constexpr std::array<std::string_view, 8> kPrivateMembers{"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

struct CurveName {
  std::string_view name;
  Curve curve;
  std::size_t width;
};
constexpr std::array<CurveName, 3> kCurveNames{
    {{"P-256", Curve::P256, 32}, {"P-384", Curve::P384, 48}, {"P-521", Curve::P521, 66}}};

std::unexpected<Error> malformed_jwk(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, "The JWK is malformed.", {}, where);
}

std::unexpected<Error> unsupported_jwk(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::UnsupportedAlgorithm, "The JWK is of a kind that is not supported.", {}, where);
}

Result<std::string> text_member(const json::object& object, std::string_view name) {
  TRY_ASSIGN(auto text, find_string(object, name));
  return std::move(text).value_or(std::string());
}

/// A member that must be there and be base64url.
Result<Bytes> bytes_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return malformed_jwk();
  return decode_base64url(std::string_view(value->as_string()));
}

Result<SecretBytes> secret_member(const json::object& object, std::string_view name) {
  TRY_ASSIGN(Bytes bytes, bytes_member(object, name));
  return SecretBytes(std::move(bytes));
}

Result<crypto::EcPoint> parse_ec_point(const json::object& object) {
  const auto* const found = std::ranges::find(kCurveNames, peek_string(object, "crv"), &CurveName::name);
  if (found == kCurveNames.end()) return unsupported_jwk();
  TRY_ASSIGN(Bytes x, bytes_member(object, "x"));
  TRY_ASSIGN(Bytes y, bytes_member(object, "y"));
  // RFC7518-6.2.1.2: coordinates have the full length of the field, leading zeros included.
  if (x.size() != found->width || y.size() != found->width) return malformed_jwk();
  return crypto::EcPoint{found->curve, std::move(x), std::move(y)};
}

Result<crypto::RsaNumbers> parse_rsa_numbers(const json::object& object) {
  TRY_ASSIGN(Bytes n, bytes_member(object, "n"));
  TRY_ASSIGN(Bytes e, bytes_member(object, "e"));
  return crypto::RsaNumbers{std::move(n), std::move(e)};
}

Result<crypto::PublicKey> parse_key(const json::object& object) {
  TRY_ASSIGN(const std::string kty, text_member(object, "kty"));
  if (kty.empty()) return malformed_jwk();  // RFC7517-4.1
  if (kty == "EC") {
    TRY_ASSIGN(crypto::EcPoint point, parse_ec_point(object));
    return crypto::PublicKey::from_ec(std::move(point));
  }
  if (kty == "RSA") {
    TRY_ASSIGN(crypto::RsaNumbers numbers, parse_rsa_numbers(object));
    return crypto::PublicKey::from_rsa(std::move(numbers));
  }
  if (kty != "OKP" || peek_string(object, "crv") != "Ed25519") return unsupported_jwk();
  TRY_ASSIGN(const Bytes x, bytes_member(object, "x"));
  return crypto::PublicKey::from_ed25519(x);
}

Result<std::optional<crypto::SignatureAlgorithm>> parse_alg(const json::object& object, const crypto::PublicKey& key) {
  TRY_ASSIGN(const auto name, find_string(object, "alg"));
  if (!name) return std::optional<crypto::SignatureAlgorithm>{};
  const auto alg = crypto::find_signature_algorithm(*name);
  // A key for another purpose (RSA-OAEP, HS256) must not be read as one for any purpose.
  if (!alg) return unsupported_jwk();
  if (!key.fits(*alg)) return malformed_jwk();
  return alg;
}

Result<std::vector<std::string>> parse_key_ops(const json::object& object) {
  TRY_ASSIGN(auto operations, find_strings(object, "key_ops"));
  if (!operations) return std::vector<std::string>{};
  std::vector<std::string> sorted = *operations;
  std::ranges::sort(sorted);
  // RFC7517-4.3: an operation stands once. An empty list allows nothing, which is not the same as no list.
  if (sorted.empty() || std::ranges::adjacent_find(sorted) != sorted.end()) return malformed_jwk();
  return *std::move(operations);
}

Result<std::vector<Bytes>> parse_x5c(const json::object& object) {
  TRY_ASSIGN(const auto texts, find_strings(object, "x5c"));
  std::vector<Bytes> certificates;
  if (!texts) return certificates;
  for (const auto& text : *texts) {
    TRY_ASSIGN(Bytes der, decode_base64(text));  // RFC7517-4.7: plain base64, not base64url
    certificates.push_back(std::move(der));
  }
  return certificates;
}

void append_member(std::string& out, std::string_view name, BytesView value) {
  out += name;
  append_base64url(out, value);
}

std::string_view curve_name(Curve curve) {
  return kCurveNames[static_cast<std::size_t>(curve)].name;
}

Result<crypto::PrivateKey> parse_private_rsa(const json::object& object) {
  if (object.contains("oth")) return unsupported_jwk();  // RFC7518-6.3.2.7: more than two primes
  TRY_ASSIGN(const crypto::RsaNumbers numbers, parse_rsa_numbers(object));
  crypto::PrivateKey::RsaPrivateNumbers secret;
  TRY_ASSIGN(secret.d, secret_member(object, "d"));
  TRY_ASSIGN(secret.p, secret_member(object, "p"));
  TRY_ASSIGN(secret.q, secret_member(object, "q"));
  TRY_ASSIGN(secret.dp, secret_member(object, "dp"));
  TRY_ASSIGN(secret.dq, secret_member(object, "dq"));
  TRY_ASSIGN(secret.qi, secret_member(object, "qi"));
  return crypto::PrivateKey::from_rsa(numbers, secret);
}

Result<crypto::PrivateKey> parse_private_key(const json::object& object) {
  const std::string_view kty = peek_string(object, "kty");
  if (kty == "RSA") return parse_private_rsa(object);
  if (kty == "EC") {
    TRY_ASSIGN(const crypto::EcPoint point, parse_ec_point(object));
    TRY_ASSIGN(const SecretBytes d, secret_member(object, "d"));
    return crypto::PrivateKey::from_ec(point, d);
  }
  if (kty != "OKP" || peek_string(object, "crv") != "Ed25519") return unsupported_jwk();
  TRY_ASSIGN(const SecretBytes d, secret_member(object, "d"));
  TRY_ASSIGN(crypto::PrivateKey key, crypto::PrivateKey::from_ed25519(d));
  TRY_ASSIGN(const Bytes x, bytes_member(object, "x"));
  const auto& point = std::get<crypto::Ed25519Point>(key.public_key().parts());
  if (!std::ranges::equal(x, point.x)) return malformed_jwk();
  return key;
}

}  // namespace

bool Jwk::may_verify(crypto::SignatureAlgorithm algorithm) const {
  if (!key.fits(algorithm) || (alg && *alg != algorithm)) return false;
  if (!use.empty() && use != "sig") return false;
  return key_ops.empty() || std::ranges::find(key_ops, "verify") != key_ops.end();
}

Result<Jwk> parse_public_jwk(const json::object& object) {
  for (const auto name : kPrivateMembers) {
    // RFC9449-4.3: a proof never carries a private key; a key that was shown to somebody is lost, wherever it stands.
    if (object.contains(name)) return fail(ErrorCode::Malformed, "The JWK holds private or symmetric key material.");
  }
  TRY_ASSIGN(crypto::PublicKey key, parse_key(object));
  TRY_ASSIGN(const auto alg, parse_alg(object, key));
  TRY_ASSIGN(std::string kid, text_member(object, "kid"));
  TRY_ASSIGN(std::string use, text_member(object, "use"));
  TRY_ASSIGN(std::vector<std::string> key_ops, parse_key_ops(object));
  TRY_ASSIGN(std::vector<Bytes> x5c, parse_x5c(object));
  return Jwk{std::move(key), std::move(kid), std::move(use), alg, std::move(key_ops), std::move(x5c)};
}

Result<PrivateJwk> parse_private_jwk(const json::object& object) {
  TRY_ASSIGN(crypto::PrivateKey key, parse_private_key(object));
  TRY_ASSIGN(const auto alg, parse_alg(object, key.public_key()));
  TRY_ASSIGN(std::string kid, text_member(object, "kid"));
  return PrivateJwk{std::move(key), std::move(kid), alg};
}

std::string thumbprint(const crypto::PublicKey& key) {
  return encode_base64url(crypto::sha256(render_public_jwk(key)));  // RFC7638-3
}

std::string render_public_jwk(const crypto::PublicKey& key) {
  // RFC7638-3.2: required members only, in lexicographic order, no white space.
  std::string out;
  if (const auto* ec = std::get_if<crypto::EcPoint>(&key.parts())) {
    out.append(R"({"crv":")").append(curve_name(ec->curve)).append(R"(","kty":"EC)");
    append_member(out, R"(","x":")", ec->x);
    append_member(out, R"(","y":")", ec->y);
  } else if (const auto* okp = std::get_if<crypto::Ed25519Point>(&key.parts())) {
    out = R"({"crv":"Ed25519","kty":"OKP)";
    append_member(out, R"(","x":")", okp->x);
  } else {
    const auto& rsa = std::get<crypto::RsaNumbers>(key.parts());
    append_member(out, R"({"e":")", rsa.e);
    append_member(out, R"(","kty":"RSA","n":")", rsa.n);
  }
  out += R"("})";
  return out;
}

json::object to_json(const Jwk& jwk) {
  json::object out = json::parse(render_public_jwk(jwk.key)).as_object();
  if (!jwk.kid.empty()) out["kid"] = jwk.kid;
  if (!jwk.use.empty()) out["use"] = jwk.use;
  if (jwk.alg) out["alg"] = crypto::name_of(*jwk.alg);
  if (!jwk.key_ops.empty()) out["key_ops"] = signet::to_json(jwk.key_ops);
  if (!jwk.x5c.empty()) {
    json::array certificates;
    for (const auto& der : jwk.x5c) certificates.emplace_back(encode_base64(der));
    out["x5c"] = std::move(certificates);
  }
  return out;
}

}  // namespace signet::jose
