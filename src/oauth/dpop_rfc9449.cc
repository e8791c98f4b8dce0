#include "oauth/dpop_rfc9449.h"

#include <algorithm>

#include "base/url.h"
#include "crypto/digest.h"
#include "oauth/assertion_rfc7523.h"

namespace signet::oauth {
namespace {

constexpr auto kCode = ErrorCode::InvalidDpopProof;

constexpr bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}
constexpr char upper_hex(char c) {
  return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Escapes of unreserved characters decoded, the digits of all others in upper case. Spec: RFC3986-6.2.2
std::string normalise_escapes(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto byte = path[i] == '%' ? decode_hex(path.substr(i + 1, 2)) : Result<Bytes>(Bytes{});
    if (!byte || byte->size() != 1) {
      out.push_back(path[i]);
      continue;
    }
    if (is_unreserved(static_cast<char>(byte->front()))) {
      out.push_back(static_cast<char>(byte->front()));
    } else {
      out += {'%', upper_hex(path[i + 1]), upper_hex(path[i + 2])};
    }
    i += 2;
  }
  return out;
}

Result<crypto::PublicKey> read_key(const jose::JwsHeader& header) {
  const auto* jwk = header.members.if_contains("jwk");
  if (jwk == nullptr || !jwk->is_object()) return fail(kCode, "The DPoP proof has no jwk in its header.");
  auto key = jose::parse_public_jwk(jwk->get_object());  // RFC9449-4.3 step 7: no private part
  if (!key) return fail_as(std::move(key).error(), kCode, "The jwk of the DPoP proof is not an acceptable public key.");
  if (!key->may_verify(header.alg)) return fail(kCode, "The jwk of the DPoP proof does not fit its algorithm.");
  return std::move(key->key);
}

Result<std::string> read_text(const jose::Claims& claims, std::string_view name) {
  const auto* value = claims.members.if_contains(name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return fail(kCode, "A claim of the DPoP proof is not a string.");
  return std::string(value->get_string());
}

Result<void> check_target(const jose::Claims& claims, const DpopExpectation& expected) {
  TRY_ASSIGN(const std::string htm, read_text(claims, "htm"));
  if (htm != expected.method)
    return fail(kCode, "The htm of the DPoP proof is not the method of the request.");  // RFC9449-4.3 step 8
  TRY_ASSIGN(const std::string htu, read_text(claims, "htu"));
  if (!same_htu(htu, expected.url))
    return fail(kCode, "The htu of the DPoP proof is not the URL of the request.");  // step 9
  return {};
}

Result<void> check_age(const jose::Claims& claims, const DpopExpectation& expected) {
  if (!claims.iat) return fail(kCode, "The DPoP proof has no iat.");
  // RFC9449-4.3 step 11: `exp` and `nbf` are optional, but bind when they are there
  if (auto times = jose::check_times(claims, expected.now, expected.clock); !times) {
    return fail_as(std::move(times).error(), kCode, "The DPoP proof has expired or is not valid yet.");
  }
  if (*claims.iat + expected.lifetime < expected.now)
    return fail(kCode, "The iat of the DPoP proof is too far in the past.");
  if (*claims.iat > expected.now + expected.clock.future) {
    return fail(kCode, "The iat of the DPoP proof is too far in the future.");
  }
  return {};
}

Result<void> check_ath(std::string_view ath, const DpopExpectation& expected) {
  if (!expected.access_token) return {};
  if (!equal_in_constant_time(as_bytes(ath), as_bytes(make_ath(*expected.access_token)))) {  // RFC9449-4.3 step 12
    return fail(kCode, "The ath of the DPoP proof is not the hash of the access token.");
  }
  return {};
}

Result<DpopProof> check_claims(const UnverifiedDpopProof& unverified, const DpopExpectation& expected) {
  auto claims = jose::parse_claims(unverified.jws.peek_payload());
  if (!claims) return fail_as(std::move(claims).error(), kCode, "The DPoP proof has malformed claims.");
  TRY(check_target(*claims, expected));
  TRY(check_age(*claims, expected));
  if (!claims->jti || claims->jti->empty() || claims->jti->size() > kMaxJtiBytes) {
    return fail(kCode, "The DPoP proof must have a jti of 1 to 256 characters.");
  }
  DpopProof proof{.jkt = unverified.sender->jkt, .jti = *claims->jti, .iat = *claims->iat, .nonce = {}, .ath = {}};
  proof.replay_until = proof.iat + expected.lifetime + expected.clock.past;  // other nodes' clocks may be behind ours
  TRY_ASSIGN(proof.nonce, read_text(*claims, "nonce"));
  TRY_ASSIGN(proof.ath, read_text(*claims, "ath"));
  TRY(check_ath(proof.ath, expected));
  return proof;
}

}  // namespace

Result<std::optional<std::string_view>> find_dpop_header(std::span<const std::string_view> dpop_fields) {
  if (dpop_fields.empty()) return std::optional<std::string_view>();
  if (dpop_fields.size() > 1) return fail(kCode, "The request has several DPoP fields.");  // RFC9449-4.3 step 1
  return std::optional(dpop_fields.front());
}

Result<UnverifiedDpopProof> parse_dpop_proof(std::string_view text,
                                             std::span<const crypto::SignatureAlgorithm> algorithms,
                                             std::shared_ptr<const DpopSender> known) {
  auto jws = jose::UnverifiedJws::parse(text, known == nullptr ? nullptr : known->header, kMaxDpopProofBytes);
  if (!jws) return fail_as(std::move(jws).error(), kCode, "The DPoP proof is not an acceptable JWT.");
  const auto& header = jws->header();
  if (header.typ != kDpopTyp) return fail(kCode, "The typ of the DPoP proof must be dpop+jwt.");  // RFC9449-4.3 step 4
  if (std::ranges::find(algorithms, header.alg) == algorithms.end()) {                            // RFC9449-4.3 step 5
    return fail(kCode, "The algorithm of the DPoP proof is not allowed.");
  }
  if (known == nullptr) {
    TRY_ASSIGN(crypto::PublicKey key, read_key(header));
    std::string jkt = jose::thumbprint(key);
    known = std::make_shared<const DpopSender>(jws->shared_header(), std::move(key), std::move(jkt));
  }
  return UnverifiedDpopProof{*std::move(jws), std::move(known)};
}

Result<DpopProof> verify_dpop_proof(const UnverifiedDpopProof& proof, const DpopExpectation& expected) {
  TRY_ASSIGN(DpopProof result, check_claims(proof, expected));
  // Last, since it costs thirty times all of the above; nothing of `result` leaves before it
  if (auto payload = proof.jws.verify(proof.sender->key); !payload) {
    return fail_as(std::move(payload).error(), kCode,
                   "The signature of the DPoP proof is wrong.");  // RFC9449-4.3 step 6
  }
  return result;
}

std::string make_ath(std::string_view access_token) {
  return encode_base64url(crypto::sha256(access_token));
}

bool same_htu(std::string_view a, std::string_view b) {
  const std::string_view left = without_query(a);
  const std::string_view right = without_query(b);
  if (left.empty() || right.empty()) return false;
  if (left == right) return true;
  const auto x = parse_url(left);
  const auto y = parse_url(right);
  return x && y && x->scheme == y->scheme && x->host == y->host && x->port == y->port && x->userinfo == y->userinfo &&
         normalise_escapes(x->path) == normalise_escapes(y->path);
}

Result<void> check_dpop_jkt(std::string_view dpop_jkt) {
  const auto bytes = decode_base64url(dpop_jkt);
  if (!bytes || bytes->size() != 32) {
    return fail(ErrorCode::InvalidRequest, "The parameter dpop_jkt must be 43 characters of base64url.");
  }
  return {};
}

std::string render_dpop_header(const crypto::PublicKey& key, crypto::SignatureAlgorithm algorithm) {
  JsonWriter writer;
  writer.text("typ", kDpopTyp).text("alg", name_of(algorithm)).raw("jwk", jose::render_public_jwk(key));
  return std::move(writer).take();
}

std::string render_dpop_claims(const DpopProofRequest& request) {
  JsonWriter writer;
  writer.text("jti", request.jti).text("htm", request.method).text("htu", without_query(request.url));
  writer.number("iat", to_unix_seconds(request.now));
  writer.text_if("nonce", request.nonce);
  if (!request.access_token.empty()) writer.text("ath", make_ath(request.access_token));
  return std::move(writer).take();
}

}  // namespace signet::oauth
