#include "net/mail_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/run_blocking.h"
#include "net/certificates.h"
#include "net/loopback.h"
#include "support/fakes.h"
#include "support/mail_server.h"

namespace signet::test {
namespace {

using net::Mail;
using net::MailClient;
using net::MailSettings;
using testing::HasSubstr;

MailSettings settings_for(const MailServer& server) {
  return {.url = server.url(), .from = "no-reply@bank.example", .ca_pem = server.ca_pem(), .timeout = seconds{20}};
}

Result<void> send(MailSettings settings, Mail mail) {
  const FakeClock clock;
  FixedRandom random;
  MailClient client(std::move(settings), clock, random);
  return run_blocking(client.send(std::move(mail)));
}

const Mail kMail = {.to = "alice@mail.example", .subject = "Your code", .text = "The code is 123456."};

TEST(MailClient, BringsAMailToARealServerBehindStartTls) {
  const MailServer server(MailServerTls::StartTls);
  const auto sent = send(settings_for(server), kMail);
  ASSERT_TRUE(sent) << sent.error().detail;
  const auto mails = server.mails();
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_THAT(mails[0], testing::StartsWith("from=no-reply@bank.example\nto=alice@mail.example\nname=bank.example\n"
                                            "tls=True\nlogin=\n\nDate: "));
  EXPECT_THAT(mails[0], HasSubstr("Subject: Your code\r\n"));
  EXPECT_THAT(mails[0], HasSubstr(encode_base64(as_bytes("The code is 123456."))));
}

TEST(MailClient, LogsInBehindTlsFromTheFirstByte) {
  const MailServer server(MailServerTls::Immediate, true);
  auto settings = settings_for(server);
  EXPECT_EQ(send(settings, kMail).error().code, ErrorCode::Unavailable);  // the server wants a login
  settings.username = "signet";
  settings.password = SecretText("wrong");
  const auto refused = send(settings, kMail);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("last reply 535"));
  EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("wrong")));
  EXPECT_TRUE(server.mails().empty());
  settings.password = SecretText("pass word");
  const auto sent = send(settings, kMail);
  ASSERT_TRUE(sent) << sent.error().detail;
  ASSERT_EQ(server.mails().size(), 1U);
  EXPECT_THAT(server.mails()[0], HasSubstr("\ntls=True\nlogin=signet\n"));
}

// RFC3207-4
TEST(MailClient, AServerThatDoesNotOfferTlsGetsNoMail) {
  const MailServer server(MailServerTls::None);
  EXPECT_EQ(send(settings_for(server), kMail).error().code, ErrorCode::Unavailable);
  EXPECT_TRUE(server.mails().empty());
}

TEST(MailClient, ACertificateThatNobodyVouchesForGetsNoMail) {
  for (const auto tls : {MailServerTls::StartTls, MailServerTls::Immediate}) {
    const MailServer server(tls);
    auto settings = settings_for(server);
    settings.ca_pem = make_identity("localhost").certificate_pem;
    EXPECT_EQ(send(settings, kMail).error().code, ErrorCode::Unavailable);
    EXPECT_TRUE(server.mails().empty());
  }
}

TEST(MailClient, PlainTextIsForLoopbackOnly) {
  const MailServer server(MailServerTls::None);
  auto settings = settings_for(server);
  settings.allow_plain = true;
  EXPECT_TRUE(send(settings, kMail));
  EXPECT_EQ(server.mails().size(), 1U);
  settings.url = "smtp://mail.example";
  EXPECT_EQ(send(settings, kMail).error().code, ErrorCode::Denied);
}

TEST(MailClient, OtherSchemesCredentialsAndPathsAreRefused) {
  const auto error_of = [](std::string url) {
    const auto result = net::check_mail_settings({.url = std::move(url), .from = "a@b.example"});
    return result ? ErrorCode::Bug : result.error().code;
  };
  EXPECT_EQ(error_of("https://mail.example"), ErrorCode::Denied);
  EXPECT_EQ(error_of("file://localhost/etc/passwd"), ErrorCode::Denied);
  EXPECT_EQ(error_of("smtp://user:secret@mail.example"), ErrorCode::Denied);
  EXPECT_EQ(error_of("smtp://mail.example/evil%0d%0aRSET"), ErrorCode::Malformed);
  EXPECT_EQ(error_of("smtp://mail.example?x"), ErrorCode::Malformed);
  EXPECT_EQ(error_of("mail.example"), ErrorCode::Malformed);
  EXPECT_TRUE(net::check_mail_settings({.url = "smtp://mail.example:587", .from = "a@b.example"}));
  EXPECT_FALSE(net::check_mail_settings({.url = "smtp://mail.example:587", .from = "Bank <a@b.example>"}));
}

TEST(MailClient, ARefusedRecipientIsAnErrorThatDoesNotNameThem) {
  const MailServer server(MailServerTls::StartTls);
  const auto refused = send(settings_for(server), {.to = "refused@mail.example", .text = "The code is 123456."});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("last reply 550"));
  EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("mail.example")));
}

TEST(MailClient, AnAddressWithALineEndNeverReachesTheServer) {
  const MailServer server(MailServerTls::StartTls);
  EXPECT_EQ(send(settings_for(server), {.to = "a@b.example>\r\nRCPT TO:<eve@evil.example"}).error().code,
            ErrorCode::Malformed);
  EXPECT_TRUE(server.mails().empty());
}

/// Accepts connections and says nothing.
class SilentServer {
 public:
  SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  ~SilentServer() { close(); }
  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] bool is_called() const {
    pollfd ready{.fd = listener_, .events = POLLIN, .revents = 0};
    return ::poll(&ready, 1, 0) == 1;
  }
  void close() {
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }

 private:
  int listener_;
  std::uint16_t port_ = 0;
};

TEST(MailClient, ASilentServerIsGivenUpAtTheDeadline) {
  const SilentServer server;
  const auto sent =
      send({.url = server.url(), .from = "a@b.example", .allow_plain = true, .timeout = Duration{200}}, kMail);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Timeout);
}

TEST(MailClient, AFullQueueIsRefusedAtOnce) {
  SilentServer server;
  const FakeClock clock;
  FixedRandom random;
  MailClient client({.url = server.url(),
                     .from = "a@b.example",
                     .allow_plain = true,
                     .timeout = seconds{60},
                     .queue_limit = 1,
                     .threads = 1},
                    clock, random);
  std::thread first([&] { EXPECT_FALSE(run_blocking(client.send(kMail))); });
  EXPECT_TRUE(eventually([&] { return server.is_called(); }));
  std::thread second([&] { EXPECT_FALSE(run_blocking(client.send(kMail))); });
  EXPECT_TRUE(eventually([&] { return client.queued() == 1; }));
  const auto third = run_blocking(client.send(kMail));
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::Overloaded);
  server.close();  // resets the connection of the first, and the second finds nobody
  first.join();
  second.join();
}

}  // namespace
}  // namespace signet::test
