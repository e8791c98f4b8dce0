// A token that is accepted names an asymmetric algorithm and consists of its own three parts and nothing else; none of
// them is ever verified by a key that did not sign it.

#include "crypto/key.h"
#include "jose/jwt.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  // RFC 8037 appendix A.2 and RFC 7515 appendix A.3: the corpus holds their tokens, so that verification is reached.
  static const auto okp =
      crypto::PublicKey::from_ed25519(decode_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").value()).value();
  static const auto ec =
      crypto::PublicKey::from_ec({crypto::Curve::P256,
                                  decode_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU").value(),
                                  decode_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0").value()})
          .value();
  const std::string_view text = as_text({data, size});
  if (auto claims = jose::parse_claims(text)) (void)jose::check_times(*claims, from_unix_seconds(1'800'000'000));
  const auto jws = jose::UnverifiedJws::parse(text);
  if (!jws) return 0;
  fuzz::require(size <= 16 * 1024 && !jws->header().members.contains("crit"));
  fuzz::require(crypto::find_signature_algorithm(peek_string(jws->header().members, "alg")) == jws->header().alg);
  const auto payload_part = text.substr(text.find('.') + 1);
  fuzz::require(encode_base64url(as_bytes(jws->peek_payload())) == payload_part.substr(0, payload_part.find('.')));
  (void)jose::parse_claims(jws->peek_payload());
  const bool by_okp = jws->verify(okp).has_value();
  const bool by_ec = jws->verify(ec).has_value();
  fuzz::require(!(by_okp && by_ec));
  return 0;
}
