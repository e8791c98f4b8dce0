#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <climits>

namespace signet::net {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

constexpr std::string_view kHttp11 = "http/1.1";

Owned<BIO> open_memory(std::string_view text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(std::min<std::size_t>(text.size(), INT_MAX))));
}

/// `asked`, where it is given, learns that a password would have been needed.
int refuse_to_ask_for_a_password(char*, int, int, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return -1;
}

/// FAPI2-SP-FINAL-5.2.2, FAPI1-ADV-8.5: the ECDHE-AES-GCM suites only, TLS 1.2 at least.
bool set_protocol(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);  // one recv for a record instead of one for its header and one for its body
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context,
                                 "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
                                 "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384") == 1 &&
         SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1;
}

Result<void> use_certificate_chain(SSL_CTX* context, std::string_view pem) {
  const auto input = open_memory(pem);
  const Owned<X509> leaf(PEM_read_bio_X509(input.get(), nullptr, refuse_to_ask_for_a_password, nullptr));
  if (!leaf) return fail(ErrorCode::Malformed, "The TLS certificate must be one in PEM and is not, or is broken.");
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return fail(ErrorCode::Malformed,
                "The key in the TLS certificate is too weak or of a kind that TLS does not know.");
  }
  while (X509* next = PEM_read_bio_X509(input.get(), nullptr, refuse_to_ask_for_a_password, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) != 1) {
      X509_free(next);
      return fail(ErrorCode::Malformed, "A certificate behind the first one of the TLS certificate is too weak.");
    }
  }
  // The end of the text is the only good reason to stop; a broken certificate in the middle is not.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end)
    return fail(ErrorCode::Malformed, "A certificate behind the first one of the TLS certificate is broken.");
  return {};
}

Result<void> use_private_key(SSL_CTX* context, const SecretText& pem) {
  const auto input = open_memory(pem.reveal());
  bool is_encrypted = false;
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(input.get(), nullptr, refuse_to_ask_for_a_password, &is_encrypted));
  const bool fits = key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  if (is_encrypted)
    return fail(ErrorCode::Malformed, "The TLS private key is encrypted; it must be without a password.");
  if (!key) return fail(ErrorCode::Malformed, "The TLS private key must be one in PEM and is not, or is broken.");
  if (!fits) return fail(ErrorCode::Malformed, "The TLS private key is not the key of the certificate.");
  return {};
}

/// RFC7301-3.2: a client that offers protocols, but not ours, is refused.
int select_http11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered, unsigned size,
                  void*) {
  for (unsigned at = 0; at < size; at += offered[at] + 1U) {
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (name != kHttp11) continue;
    *out = offered + at + 1;
    *out_size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// RFC8705-2.2: a self-signed certificate is as good as any other here; the handshake still proves possession of its
/// key.
int accept_any_certificate(X509_STORE_CTX* context, void*) {
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

/// A session that is resumed brings the client's certificate and none of the authorities between it and its root, so a
/// chain could not be verified again: on these listeners every connection is a whole handshake.
void ask_for_client_certificate(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, accept_any_certificate, nullptr);
}

bool set_sessions(SSL_CTX* context) {
  constexpr std::string_view kName = "signet";
  SSL_CTX_set_num_tickets(context, 1);
  // Tickets do the work; the cache would be a lock that all threads share.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(kName.data()),
                                        static_cast<unsigned>(kName.size())) == 1;
}

}  // namespace

Result<std::shared_ptr<const TlsServerContext>> TlsServerContext::make(const TlsServerOptions& options) {
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return fail(ErrorCode::Bug, "The TLS library gave no context.");
  std::shared_ptr<const TlsServerContext> made(new TlsServerContext(context));
  TRY(use_certificate_chain(context, options.certificate_chain_pem));
  TRY(use_private_key(context, options.private_key_pem));
  if (!set_protocol(context) || !set_sessions(context))
    return fail(ErrorCode::Bug, "The TLS library refused a setting.");
  SSL_CTX_set_alpn_select_cb(context, select_http11, nullptr);
  if (options.request_client_certificate) ask_for_client_certificate(context);
  return made;
}

TlsServerContext::~TlsServerContext() {
  SSL_CTX_free(context_);
}

}  // namespace signet::net
