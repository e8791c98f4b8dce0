#include "net/mail_client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/url.h"
#include "net/address.h"
#include "net/libcurl.h"
#include "net/thread_pool.h"

namespace signet::net {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

struct Envelope {
  std::string to;
  std::string message;
  Deadline deadline;
};

bool is_loopback(const sockaddr& address) {
  static const auto v4 = IpNetwork::parse("127.0.0.0/8");
  static const auto v6 = IpNetwork::parse("::1");
  const auto target = IpAddress::from_socket_address(address);
  return target && (v4->contains(*target) || v6->contains(*target));
}

/// Only loopback, whatever the name of the host leads to.
curl_socket_t open_loopback_socket(void*, curlsocktype, curl_sockaddr* address) {
  if (!is_loopback(address->addr)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// One mail on its way. libcurl points into it until it is gone.
class Delivery {
 public:
  Delivery(const MailSettings& settings, const Envelope& envelope)
      : settings_(settings), envelope_(envelope), rest_(envelope.message), handle_(curl_easy_init()) {}

  [[nodiscard]] Result<void> send();

 private:
  void set_limits(Duration left);
  void set_tls();
  void set_envelope();
  static std::size_t read_callback(char* to, std::size_t size, std::size_t count, void* self);

  const MailSettings& settings_;
  const Envelope& envelope_;
  std::string_view rest_;
  std::string sender_;
  std::unique_ptr<CURL, CurlFree> handle_;
  std::unique_ptr<curl_slist, CurlFree> recipients_;
};

Result<void> Delivery::send() {
  const auto left = std::chrono::ceil<Duration>(envelope_.deadline - std::chrono::steady_clock::now());
  if (left <= Duration::zero()) return fail(ErrorCode::Timeout, "The mail could not be sent in time.", "in the queue");
  if (!handle_) return fail(ErrorCode::Unavailable, "The mail cannot be sent.", "no handle");
  set_limits(left);
  set_tls();
  set_envelope();
  const CURLcode code = curl_easy_perform(handle_.get());
  if (code == CURLE_OK) return {};
  if (code == CURLE_OPERATION_TIMEDOUT) return fail(ErrorCode::Timeout, "The mail could not be sent in time.");
  long reply = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
  return fail(ErrorCode::Unavailable, "The mail cannot be sent.",
              std::string(curl_easy_strerror(code)) + ", last reply " + std::to_string(reply));
}

void Delivery::set_limits(Duration left) {
  CURL* const easy = handle_.get();
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(left.count()));
}

void Delivery::set_tls() {
  CURL* const easy = handle_.get();
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  // RFC3207-4: a server that does not offer STARTTLS gets no mail, since somebody in between may have hidden the offer.
  curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(settings_.allow_plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (settings_.allow_plain) curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_loopback_socket);
  if (settings_.ca_pem.empty()) return;
  curl_blob blob = {
      .data = const_cast<char*>(settings_.ca_pem.data()), .len = settings_.ca_pem.size(), .flags = CURL_BLOB_NOCOPY};
  curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

void Delivery::set_envelope() {
  CURL* const easy = handle_.get();
  // The path is the name in EHLO: the domain of the sender rather than the name of this machine.
  curl_easy_setopt(easy, CURLOPT_URL,
                   (parse_url(settings_.url)->origin() + "/" + std::string(domain_of(settings_.from))).c_str());
  if (!settings_.username.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, settings_.username.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, settings_.password.reveal().c_str());
  }
  sender_ = "<" + settings_.from + ">";
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, sender_.c_str());
  recipients_.reset(curl_slist_append(nullptr, ("<" + envelope_.to + ">").c_str()));
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients_.get());
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Delivery::read_callback);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
}

std::size_t Delivery::read_callback(char* to, std::size_t size, std::size_t count, void* self) {
  auto& rest = static_cast<Delivery*>(self)->rest_;
  const std::size_t taken = std::min(rest.size(), size * count);
  std::memcpy(to, rest.data(), taken);
  rest.remove_prefix(taken);
  return taken;
}

}  // namespace

Result<void> check_mail_settings(const MailSettings& settings) {
  TRY(check_mail_address(settings.from));
  TRY_ASSIGN(const Url url, parse_url(settings.url));
  if (url.scheme != "smtps" && url.scheme != "smtp")
    return fail(ErrorCode::Denied, "The URL of the mail server must begin with smtps:// or smtp://.");
  if (!url.userinfo.empty()) return fail(ErrorCode::Denied, "The URL of the mail server must have no credentials.");
  if (url.host.empty() || url.path != "/" || url.has_query || url.has_fragment)
    return fail(ErrorCode::Malformed, "The URL of the mail server has a host and a port and nothing else.");
  if (settings.allow_plain && !url.is_loopback())
    return fail(ErrorCode::Denied, "Mail without TLS is for a server on loopback only.");
  return {};
}

struct MailClient::Impl {
  Impl(MailSettings given, const Clock& given_clock, Random& given_random)
      : settings(std::move(given)),
        clock(given_clock),
        random(given_random),
        pool("mail", settings.threads, settings.queue_limit) {
    initialize_libcurl();
  }
  const MailSettings settings;
  const Clock& clock;
  Random& random;
  ThreadPool pool;
};

MailClient::MailClient(MailSettings settings, const Clock& clock, Random& random)
    : impl_(std::make_unique<Impl>(std::move(settings), clock, random)) {}
MailClient::~MailClient() = default;

std::size_t MailClient::queued() const {
  return impl_->pool.queued();
}

Task<Result<void>> MailClient::send(Mail mail) {
  CO_TRY(check_mail_settings(impl_->settings));
  Envelope envelope{
      .to = mail.to, .message = {}, .deadline = std::chrono::steady_clock::now() + impl_->settings.timeout};
  CO_TRY_ASSIGN(envelope.message, render_mail(mail, impl_->settings.from, impl_->clock.now(), impl_->random));
  auto work = [this, &envelope] { return Delivery(impl_->settings, envelope).send(); };
  CO_TRY_ASSIGN(const auto sent, co_await impl_->pool.run(work));
  co_return sent;
}

}  // namespace signet::net
