#include "webauthn/cose_key.h"

#include "webauthn/cbor.h"

namespace signet::webauthn {
namespace {

/// Labels and values of RFC 9052 and RFC 9053.
constexpr std::int64_t kKeyType = 1, kAlgorithm = 3, kCurve = -1, kX = -2, kY = -3, kN = -1, kE = -2;
constexpr std::int64_t kOkp = 1, kEc2 = 2, kRsa = 3, kP256 = 1, kEd25519 = 6;
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kModulusBytes = 256;
constexpr std::uint8_t kExponent[] = {1, 0, 1};

std::unexpected<Error> malformed_key(std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, "The credential public key is not a COSE key of its algorithm.", {}, where);
}

bool has_integer(const CborItem& map, std::int64_t label, std::int64_t value) {
  const auto item = map.find(label);
  return item && item->integer() == value;
}

Result<Bytes> read_bytes(const CborItem& map, std::int64_t label, std::size_t size) {
  const auto item = map.find(label);
  const auto bytes = item ? item->bytes() : std::nullopt;
  if (!bytes || bytes->size() != size) return malformed_key();
  return Bytes(bytes->begin(), bytes->end());
}

Result<crypto::PublicKey> read_ec_key(const CborItem& map) {
  if (map.map_size() != 5 || !has_integer(map, kKeyType, kEc2) || !has_integer(map, kCurve, kP256)) {
    return malformed_key();  // WEBAUTHN-5.8.5: ES256 is P-256 with both coordinates
  }
  crypto::EcPoint point;
  TRY_ASSIGN(point.x, read_bytes(map, kX, kCoordinateBytes));
  TRY_ASSIGN(point.y, read_bytes(map, kY, kCoordinateBytes));
  return crypto::PublicKey::from_ec(std::move(point));
}

Result<crypto::PublicKey> read_okp_key(const CborItem& map) {
  if (map.map_size() != 4 || !has_integer(map, kKeyType, kOkp) || !has_integer(map, kCurve, kEd25519)) {
    return malformed_key();  // WEBAUTHN-5.8.5: EdDSA is Ed25519
  }
  TRY_ASSIGN(const Bytes x, read_bytes(map, kX, kCoordinateBytes));
  return crypto::PublicKey::from_ed25519(x);
}

Result<crypto::PublicKey> read_rsa_key(const CborItem& map) {
  if (map.map_size() != 4 || !has_integer(map, kKeyType, kRsa)) return malformed_key();
  crypto::RsaNumbers numbers;
  TRY_ASSIGN(numbers.n, read_bytes(map, kN, kModulusBytes));
  TRY_ASSIGN(numbers.e, read_bytes(map, kE, std::size(kExponent)));
  if (numbers.e != Bytes(std::begin(kExponent), std::end(kExponent))) return malformed_key();
  return crypto::PublicKey::from_rsa(std::move(numbers));
}

Result<crypto::PublicKey> read_key(const CborItem& map, CoseAlgorithm algorithm) {
  switch (algorithm) {
    case CoseAlgorithm::ES256:
      return read_ec_key(map);
    case CoseAlgorithm::EdDSA:
      return read_okp_key(map);
    case CoseAlgorithm::RS256:
      break;
  }
  return read_rsa_key(map);
}

Result<CoseAlgorithm> read_algorithm(const CborItem& map) {
  const auto item = map.find(kAlgorithm);
  const auto number = item ? item->integer() : std::nullopt;
  if (!number) return fail(ErrorCode::Malformed, "The credential public key has no alg.");  // WEBAUTHN-6.5.1
  const auto algorithm = find_cose_algorithm(*number);
  if (!algorithm)
    return fail(ErrorCode::UnsupportedAlgorithm, "The alg of the credential public key is not supported.");
  return *algorithm;
}

}  // namespace

std::optional<CoseAlgorithm> find_cose_algorithm(std::int64_t number) {
  for (const auto algorithm : {CoseAlgorithm::ES256, CoseAlgorithm::EdDSA, CoseAlgorithm::RS256}) {
    if (static_cast<std::int64_t>(algorithm) == number) return algorithm;
  }
  return std::nullopt;
}

crypto::SignatureAlgorithm signature_algorithm(CoseAlgorithm algorithm) {
  switch (algorithm) {
    case CoseAlgorithm::ES256:
      return crypto::SignatureAlgorithm::ES256;
    case CoseAlgorithm::EdDSA:
      return crypto::SignatureAlgorithm::EdDSA;
    case CoseAlgorithm::RS256:
      break;
  }
  return crypto::SignatureAlgorithm::RS256;
}

Result<CoseAlgorithm> parse_cose_algorithm(BytesView cose) {
  TRY_ASSIGN(const CborDocument document, CborDocument::parse(cose));
  return read_algorithm(document.root());
}

Result<CoseKey> parse_cose_key(BytesView cose) {
  TRY_ASSIGN(const CborDocument document, CborDocument::parse(cose));
  TRY_ASSIGN(const CoseAlgorithm algorithm, read_algorithm(document.root()));
  TRY_ASSIGN(crypto::PublicKey key, read_key(document.root(), algorithm));
  return CoseKey{algorithm, std::move(key)};
}

}  // namespace signet::webauthn
