// One-time messages by a POST to a service that the operator runs or pays.

#include <boost/json.hpp>

#include "net/http_client.h"
#include "server/authn/message_sender.h"

namespace signet::server::authn {
namespace {

constexpr std::size_t kMostAnswerBytes = 16 * 1024;

class HttpSender final : public MessageSender {
 public:
  // The URL is the operator's own word, so it may lead into his own network.
  HttpSender(std::string url, std::string ca_pem, Duration timeout)
      : url_(std::move(url)),
        ca_pem_(std::move(ca_pem)),
        timeout_(timeout),
        client_({.allow_private_addresses = true, .allow_plain_http = is_loopback(url_)}) {}

  Task<Result<void>> send(std::string recipient, OneTimeMessage message) override {
    CO_TRY(check_phone_number(recipient));
    CO_TRY(check_message_text(message.text));
    net::OutgoingRequest request{
        .method = "POST",
        .url = url_,
        .body = boost::json::serialize(boost::json::object{{"recipient", recipient}, {"text", message.text}}),
        .tls = {.ca_pem = ca_pem_},
        .timeout = timeout_,
        .max_response_bytes = kMostAnswerBytes};
    request.fields.add("Content-Type", "application/json");
    CO_TRY_ASSIGN(const auto response, co_await client_.send(std::move(request)));
    if (response.status / 100 != 2)
      co_return fail(ErrorCode::Unavailable, "The message cannot be sent.",
                     "status " + std::to_string(response.status));
    co_return Result<void>();
  }

 private:
  static bool is_loopback(const std::string& text) {
    const auto url = parse_url(text);
    return url && url->is_loopback();
  }

  const std::string url_;
  const std::string ca_pem_;
  const Duration timeout_;
  net::HttpClient client_;
};

}  // namespace

std::unique_ptr<MessageSender> make_http_sender(std::string url, std::string ca_pem, Duration timeout) {
  return std::make_unique<HttpSender>(std::move(url), std::move(ca_pem), timeout);
}

}  // namespace signet::server::authn
