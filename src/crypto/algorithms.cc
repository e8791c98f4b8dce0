#include "crypto/algorithms.h"

#include <openssl/rsa.h>

#include <algorithm>

#include "crypto/digest.h"

namespace signet::crypto {
namespace {

using enum SignatureAlgorithm;
using namespace std::string_view_literals;

constexpr std::array<CurveFacts, 3> kCurves{{
    {Curve::P256, "prime256v1", 32, ES256,
     "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"sv},
    {Curve::P384, "secp384r1", 48, ES384,
     "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"sv},
    {Curve::P521, "secp521r1", 66, ES512,
     "\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00"sv},
}};

constexpr std::array<AlgorithmFacts, 8> kAlgorithms{{
    {ES256, "ES256", KeyType::Ec, RsaPadding::None, evp::sha256_md},
    {ES384, "ES384", KeyType::Ec, RsaPadding::None, evp::sha384_md},
    {ES512, "ES512", KeyType::Ec, RsaPadding::None, evp::sha512_md},
    {PS256, "PS256", KeyType::Rsa, RsaPadding::Pss, evp::sha256_md},
    {PS384, "PS384", KeyType::Rsa, RsaPadding::Pss, evp::sha384_md},
    {PS512, "PS512", KeyType::Rsa, RsaPadding::Pss, evp::sha512_md},
    {RS256, "RS256", KeyType::Rsa, RsaPadding::Pkcs1, evp::sha256_md},
    {EdDSA, "EdDSA", KeyType::Okp, RsaPadding::None, nullptr},
}};

}  // namespace

const CurveFacts& facts_of(Curve curve) {
  return kCurves[static_cast<std::size_t>(curve)];
}

const AlgorithmFacts& facts_of(SignatureAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

const CurveFacts* find_curve(std::string_view group) {
  const auto* const found = std::ranges::find(kCurves, group, &CurveFacts::group);
  return found == kCurves.end() ? nullptr : found;
}

std::string_view name_of(SignatureAlgorithm algorithm) {
  return facts_of(algorithm).name;
}

std::optional<SignatureAlgorithm> find_signature_algorithm(std::string_view name) {
  if (name == "Ed25519") return EdDSA;  // RFC9864-2.2: the fully specified name of the same algorithm
  const auto* const found = std::ranges::find(kAlgorithms, name, &AlgorithmFacts::name);
  return found == kAlgorithms.end() ? std::nullopt : std::optional(found->algorithm);
}

MessageDigest digest_for(SignatureAlgorithm algorithm, BytesView message) {
  MessageDigest out;
  const auto keep = [&](const auto& digest) {
    std::ranges::copy(digest, out.bytes.begin());
    out.size = digest.size();
  };
  const EVP_MD* const md = facts_of(algorithm).md();
  if (md == evp::sha256_md()) {
    keep(sha256(message));
  } else if (md == evp::sha384_md()) {
    keep(sha384(message));
  } else {
    keep(sha512(message));
  }
  return out;
}

bool set_rsa_scheme(EVP_PKEY_CTX* context, const AlgorithmFacts& facts) {
  if (facts.padding == RsaPadding::Pkcs1) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, facts.md()) == 1;
  }
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, facts.md()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, facts.md()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

Bytes encode_point(const EcPoint& point) {
  Bytes out{0x04};
  out.reserve(1 + point.x.size() + point.y.size());
  out.insert(out.end(), point.x.begin(), point.x.end());
  out.insert(out.end(), point.y.begin(), point.y.end());
  return out;
}

}  // namespace signet::crypto
