#include "server/authn/message_sender.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "base/bytes.h"
#include "base/run_blocking.h"
#include "net/server.h"
#include "support/database.h"
#include "support/fakes.h"
#include "support/mail_server.h"

namespace signet::server::authn {
namespace {

using testing::HasSubstr;
using testing::Not;

const OneTimeMessage kMessage = {.sender_name = "Bank", .subject = "Your code", .text = "123456 is your code."};
const std::string kNumber = "+491701234567";

Result<void> send(MessageSender& sender, const std::string& recipient, const OneTimeMessage& message = kMessage) {
  return run_blocking(sender.send(recipient, message));
}

/// False for a process that is gone, or that has ended and was not collected yet.
bool is_running(const std::string& place) {
  std::ifstream status(place);
  std::string pid, name, state;
  status >> pid >> name >> state;
  return !state.empty() && state != "Z" && state != "X";
}

class SmsCommand : public testing::Test {
 protected:
  /// A sender whose program is this shell script.
  std::unique_ptr<MessageSender> make(const std::string& script, Duration timeout = seconds{20}) {
    const std::string file = folder_.file("send");
    std::ofstream(file) << "#!/bin/sh\n" << script;
    ::chmod(file.c_str(), 0700);
    return make_command_sender(file, timeout);
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(folder_.file(name));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  test::TemporaryDirectory folder_;
};

TEST_F(SmsCommand, TheProgramIsGivenTheNumberAndReadsTheTextAndNothingElse) {
  const auto sender =
      make("cd '" + folder_.file("") + "'\necho \"$# $1\" > arguments\ncat > text\nenv > environment\n");
  ::setenv("SIGNET_TEST_SECRET", "s3cr3t", 1);
  const auto sent = send(*sender, kNumber, {.text = "123456 $(touch evil) `touch evil` ; ü\nsecond line"});
  ASSERT_TRUE(sent) << sent.error().detail;
  EXPECT_EQ(read("arguments"), "1 " + kNumber + "\n");
  EXPECT_EQ(read("text"), "123456 $(touch evil) `touch evil` ; ü\nsecond line");
  EXPECT_THAT(read("environment"), HasSubstr("PATH=/usr/local/bin:/usr/bin:/bin\n"));
  EXPECT_THAT(read("environment"), Not(HasSubstr("s3cr3t")));
  EXPECT_EQ(read("evil"), "");
}

TEST_F(SmsCommand, ARecipientThatIsNoNumberNeverReachesTheProgram) {
  const auto sender = make("echo called >> '" + folder_.file("calls") + "'\n");
  for (const std::string& wrong :
       {std::string(), std::string("+"), std::string("-rf"), std::string("0170123456789"),
        std::string("+49170; reboot"), std::string("+49170123\n4567"), std::string("+0123456789"),
        std::string("+491701234567890123"), std::string("--help"), std::string("+49170123456\0", 13)}) {
    const auto sent = send(*sender, wrong);
    ASSERT_FALSE(sent) << wrong;
    EXPECT_EQ(sent.error().code, ErrorCode::Malformed) << wrong;
  }
  EXPECT_EQ(read("calls"), "");
}

TEST_F(SmsCommand, AnyOtherEndThanZeroIsAnErrorThatShowsNothingOfTheMessage) {
  const auto failing = send(*make("cat; echo \"$1\" >&2; exit 3\n"), kNumber);
  ASSERT_FALSE(failing);
  EXPECT_EQ(failing.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(failing.error().detail, "the program ended with 3");
  EXPECT_EQ(send(*make("kill -9 $$\n"), kNumber).error().detail, "the program ended by signal 9");
  const auto absent = make_command_sender(folder_.file("absent"), seconds{20});
  EXPECT_EQ(send(*absent, kNumber).error().code, ErrorCode::Unavailable);
}

TEST_F(SmsCommand, AProgramThatDoesNotReadItsInputIsNotWaitedFor) {
  EXPECT_TRUE(send(*make("exit 0\n"), kNumber, {.text = std::string(4096, 'x')}));
}

TEST_F(SmsCommand, AProgramThatHangsIsKilledWithItsChildren) {
  const auto sender = make("sleep 300 & echo $! > '" + folder_.file("child") + "'\nwait\n", Duration{1000});
  const auto sent = send(*sender, kNumber);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::Timeout);
  const std::string child = read("child");
  ASSERT_FALSE(child.empty());
  const std::string place = "/proc/" + child.substr(0, child.size() - 1) + "/stat";
  for (int i = 0; i < 1000 && is_running(place); ++i) std::this_thread::sleep_for(milliseconds{10});
  EXPECT_FALSE(is_running(place));
}

TEST_F(SmsCommand, ATextThatIsTooLongOrCutByANulIsRefused) {
  const auto sender = make("exit 0\n");
  EXPECT_EQ(send(*sender, kNumber, {.text = std::string(4097, 'x')}).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(send(*sender, kNumber, {.text = std::string("a\0b", 3)}).error().code, ErrorCode::Malformed);
  EXPECT_EQ(send(*sender, kNumber, {.text = "\xff"}).error().code, ErrorCode::Malformed);
}

/// A service on loopback that answers `status` and remembers what it was sent.
class SmsUrl : public testing::Test {
 protected:
  SmsUrl() {
    net::ServerOptions options;
    options.threads = 1;
    options.listeners.push_back({.name = "sms",
                                 .address = "127.0.0.1",
                                 .port = 0,
                                 .tls = {},
                                 .proxies = {},
                                 .handler = [this](const http::Request& request) -> Task<http::Response> {
                                   seen_ = request.method + " " + request.target + " " +
                                           std::string(request.fields.get("content-type")) + " " + request.body;
                                   co_return http::Response{.status = status_};
                                 }});
    server_ = std::make_unique<net::Server>(std::move(options), clock_, log_);
    EXPECT_TRUE(server_->start());
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port("sms")) + "/sms"; }

  int status_ = 202;
  std::string seen_;
  SystemClock clock_;
  Log log_{LogLevel::Error, [](std::string_view) {}};
  std::unique_ptr<net::Server> server_;
};

TEST_F(SmsUrl, TheServiceIsSentNumberAndTextAsJson) {
  const auto sender = make_http_sender(url(), "", seconds{20});
  const auto sent = send(*sender, kNumber, {.text = "123456 \"quoted\"\n"});
  ASSERT_TRUE(sent) << sent.error().detail;
  EXPECT_EQ(seen_, R"(POST /sms application/json {"recipient":"+491701234567","text":"123456 \"quoted\"\n"})");
}

TEST_F(SmsUrl, AnyOtherAnswerThan2xxIsAnError) {
  const auto sender = make_http_sender(url(), "", seconds{20});
  for (const int status : {302, 400, 401, 500, 503}) {
    status_ = status;
    const auto sent = send(*sender, kNumber);
    ASSERT_FALSE(sent) << status;
    EXPECT_EQ(sent.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(sent.error().detail, "status " + std::to_string(status));
  }
  seen_.clear();
  EXPECT_EQ(send(*sender, "+1 555").error().code, ErrorCode::Malformed);
  EXPECT_EQ(seen_, "");
}

TEST_F(SmsUrl, PlainHttpDoesNotLeaveTheMachine) {
  EXPECT_EQ(send(*make_http_sender("http://sms.example/", "", seconds{5}), kNumber).error().code, ErrorCode::Denied);
}

TEST(MailSender, BringsTheTextToARealMailServer) {
  const test::MailServer server(test::MailServerTls::Immediate, true);
  const test::FakeClock clock;
  test::FixedRandom random;
  const auto sender = make_mail_sender({.url = server.url(),
                                        .from = "no-reply@bank.example",
                                        .username = "signet",
                                        .password = SecretText("pass word"),
                                        .timeout = seconds{20}},
                                       server.ca_pem(), clock, random);
  const auto sent = send(*sender, "alice@mail.example");
  ASSERT_TRUE(sent) << sent.error().detail;
  ASSERT_EQ(server.mails().size(), 1U);
  EXPECT_THAT(server.mails()[0], HasSubstr("From: Bank <no-reply@bank.example>\r\nTo: <alice@mail.example>\r\n"));
  EXPECT_THAT(server.mails()[0], HasSubstr(encode_base64(as_bytes(kMessage.text))));
  EXPECT_EQ(send(*sender, "alice@mail.example, eve@evil.example").error().code, ErrorCode::Malformed);
  EXPECT_EQ(server.mails().size(), 1U);
}

TEST(MessageSenders, WhatIsNotConfiguredIsNotThere) {
  const test::FakeClock clock;
  test::FixedRandom random;
  EXPECT_EQ(make_mail_sender(MailConfig{}, "", clock, random), nullptr);
  EXPECT_EQ(make_sms_sender({}, ""), nullptr);
  EXPECT_NE(make_sms_sender({.command = "/bin/true"}, ""), nullptr);
}

TEST(MailSettings, GoWithoutTlsToLoopbackOnly) {
  EXPECT_TRUE(make_mail_settings({.url = "smtp://127.0.0.1:25"}, "").allow_plain);
  EXPECT_FALSE(make_mail_settings({.url = "smtp://mail.example"}, "").allow_plain);
  EXPECT_FALSE(make_mail_settings({.url = "smtp://127.0.0.1.evil.example"}, "").allow_plain);
  EXPECT_FALSE(make_mail_settings({.url = "smtps://localhost"}, "").allow_plain);
}

}  // namespace
}  // namespace signet::server::authn
