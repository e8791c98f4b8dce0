#include "gateway/nginx/location.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "gateway/nginx/feed_watch.h"

namespace signet::nginx {
namespace {

Result<SecretBytes> find_nonce_key(const NginxLocation& location) {
  const gateway::Settings& settings = location.rules.settings;
  if (settings.nonce_key_hex.empty()) {
    const ReplayMemory& memory = location.replays->memory();
    return SecretBytes(Bytes(std::begin(memory.nonce_key), std::end(memory.nonce_key)));
  }
  std::string_view text = settings.nonce_key_hex.reveal();
  if (text.ends_with('\n')) text.remove_suffix(1);
  TRY_ASSIGN(Bytes key, decode_hex(trim(text)));
  if (key.size() != 32) return fail(ErrorCode::Malformed, "The key of DPoP nonces must have 64 hexadecimal digits.");
  return SecretBytes(std::move(key));
}

}  // namespace

NginxLocation::NginxLocation() : watch(std::make_unique<FeedWatch>(*this)) {}
NginxLocation::~NginxLocation() = default;

Digest256 NginxLocation::cache_key(const oauth::TokenHash& token) const {
  Digest256 key = token.digest();
  for (std::size_t i = 0; i < key.size(); ++i) key[i] ^= question_tag[i];
  return key;
}

Result<void> make_nonces(NginxLocation& location) {
  const gateway::Settings& settings = location.rules.settings;
  if (settings.nonce_group.empty()) return {};
  TRY_ASSIGN(SecretBytes key, find_nonce_key(location));
  // RFC9449-9: the purpose keeps the nonces of each gateway group apart, so a proof is good at one place only
  location.nonces = std::make_unique<oauth::DpopNonces>(std::move(key), "gateway " + settings.nonce_group);
  location.rules.policy.nonces = location.nonces.get();
  location.rules.asking_policy.nonces = location.nonces.get();
  return {};
}

Digest256 make_question_tag(const gateway::Settings& settings) {
  std::string text = settings.issuer;
  for (const std::string* part : {&settings.introspection, &settings.client_id}) {
    text.push_back('\0');
    text += *part;
  }
  text.push_back(settings.phantom_form == gateway::PhantomForm::IntrospectionJwt ? 'i' : 'a');
  return crypto::sha256(text);
}

}  // namespace signet::nginx
