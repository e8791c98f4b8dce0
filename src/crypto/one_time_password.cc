#include "crypto/one_time_password.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/text.h"
#include "base/url.h"
#include "crypto/evp.h"

namespace signet::crypto {
namespace {

constexpr std::size_t kKeyBytes = 20;

/// Without padding, as it stands in the URIs; the bits that are left over are dropped. Spec: RFC4648-6
std::optional<Bytes> decode_base32(std::string_view text) {
  Bytes out;
  std::uint32_t pending = 0;  // bits that are not a byte yet are the lowest `count` ones
  unsigned count = 0;
  for (const char c : text) {
    const bool is_letter = c >= 'A' && c <= 'Z';
    if (!is_letter && !(c >= '2' && c <= '7')) return std::nullopt;
    pending = pending << 5 | static_cast<std::uint32_t>(is_letter ? c - 'A' : c - '2' + 26);
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::uint8_t>(pending >> count));
  }
  return out;
}

struct Mac {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> bytes{};
  std::size_t size = 0;
};

/// Takes in the key once, for as many codes as are wanted; it is wiped together with this.
class KeyedMac {
 public:
  KeyedMac(OneTimePasswordHash hash, const SecretBytes& key) : context_(EVP_MAC_CTX_new(hmac())) {
    // OpenSSL reads an absent key as "the last one again".
    if (key.empty()) throw std::logic_error("a one-time password without a key");
    std::string digest = hash == OneTimePasswordHash::Sha1 ? "SHA1" : "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                 OSSL_PARAM_construct_end()};
    evp::require(context_ != nullptr &&
                 EVP_MAC_init(context_.get(), key.reveal().data(), key.reveal().size(), params) == 1);
  }

  [[nodiscard]] Mac of(BytesView message) const {
    Mac mac;
    evp::require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1 &&
                 EVP_MAC_update(context_.get(), message.data(), message.size()) == 1 &&
                 EVP_MAC_final(context_.get(), mac.bytes.data(), &mac.size, mac.bytes.size()) == 1);
    return mac;
  }

 private:
  static EVP_MAC* hmac() {
    static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    return fetched;
  }

  std::unique_ptr<EVP_MAC_CTX, evp::Deleter<EVP_MAC_CTX_free>> context_;
};

std::string make_code(const KeyedMac& keyed, std::uint64_t counter, OneTimePasswordDigits digits) {
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
  const Mac mac = keyed.of(message);
  // RFC4226-5.3: the last four bits say where 31 bits are taken from.
  const std::size_t offset = mac.bytes[mac.size - 1] & 0xf;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | mac.bytes[offset + i];
  number &= 0x7fffffff;
  std::string code(static_cast<std::size_t>(digits), '0');
  for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10)
    *digit = static_cast<char>('0' + number % 10);
  return code;
}

std::string without_colons(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, ':', ' ');
  return text;
}

}  // namespace

SecretBytes make_one_time_password_key(Random& random) {
  Bytes key(kKeyBytes);  // RFC4226-4: at least 128 bits, better 160
  random.fill(key);
  return SecretBytes(std::move(key));
}

std::string make_hotp(const SecretBytes& key, std::uint64_t counter, HotpSettings settings) {
  return make_code(KeyedMac(settings.hash, key), counter, settings.digits);
}

std::uint64_t totp_step_at(Instant now, const TotpSettings& settings) {
  // RFC6238-4.2: counted from the epoch in more than 32 bits.
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, to_unix_seconds(now) / settings.period.count()));
}

std::optional<std::uint64_t> find_totp_step(const SecretBytes& key, std::string_view code, Instant now,
                                            std::uint64_t last_used_step, const TotpSettings& settings) {
  const std::uint64_t present = totp_step_at(now, settings);
  const std::uint64_t first = present - std::min<std::uint64_t>(present, settings.window);
  const KeyedMac keyed(settings.hotp.hash, key);
  std::optional<std::uint64_t> found;
  for (std::uint64_t step = first; step <= present + settings.window; ++step) {
    const std::string right = make_code(keyed, step, settings.hotp.digits);
    const bool is_equal = equal_in_constant_time(as_bytes(right), as_bytes(code));
    if (is_equal && step > last_used_step) found = step;  // RFC6238-5.2: a code is taken once
  }
  return found;
}

std::string render_otpauth_uri(std::string_view issuer, std::string_view account, const SecretBytes& key,
                               const TotpSettings& settings) {
  const TotpSettings known;  // what apps take where nothing is said, which keeps the QR code coarse
  const std::string name = encode_uri_component(without_colons(issuer));
  std::string uri = "otpauth://totp/" + name + ":" + encode_uri_component(without_colons(account)) +
                    "?secret=" + encode_base32(key.reveal()) + "&issuer=" + name;
  if (settings.hotp.hash != known.hotp.hash) uri += "&algorithm=SHA256";
  if (settings.hotp.digits != known.hotp.digits)
    uri += "&digits=" + std::to_string(static_cast<unsigned>(settings.hotp.digits));
  if (settings.period != known.period) uri += "&period=" + std::to_string(settings.period.count());
  return uri;
}

Result<SecretBytes> parse_otpauth_uri(std::string_view uri) {
  constexpr std::string_view kStart = "otpauth://totp/";
  const auto query = uri.find('?');
  if (!uri.starts_with(kStart) || query == std::string_view::npos)
    return fail(ErrorCode::Malformed, "The address is not one for an authenticator app.");
  std::string_view secret;
  for (const auto part : split(uri.substr(query + 1), '&')) {
    const auto equals = part.find('=');
    const auto name = part.substr(0, equals);
    const auto value = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    if (name == "secret") secret = value;
    const bool is_other = (name == "algorithm" && value != "SHA1") || (name == "digits" && value != "6") ||
                          (name == "period" && value != "30");
    if (is_other)
      return fail(ErrorCode::UnsupportedAlgorithm, "The authenticator app knows SHA1, 6 digits, 30 s only.");
  }
  auto key = decode_base32(secret);
  if (!key || key->empty()) return fail(ErrorCode::Malformed, "The address for an authenticator app has no key.");
  return SecretBytes(*std::move(key));
}

}  // namespace signet::crypto
