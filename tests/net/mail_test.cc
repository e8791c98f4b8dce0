#include "net/mail.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/fakes.h"
#include "support/program.h"

namespace signet::test {
namespace {

using net::Mail;

const Instant kNow = from_unix_seconds(1'800'000'000);

Result<std::string> render(const Mail& mail) {
  FixedRandom random;
  return net::render_mail(mail, "no-reply@bank.example", kNow, random);
}

/// A header or the text, as the mail library of Python reads it out of `message`.
std::string read_part(const std::string& message, const std::string& expression) {
  const auto result =
      run_program({"python3", "-c",
                   "import email, email.policy, sys\n"
                   "m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n"
                   "assert not m.defects, m.defects\n"
                   "sys.stdout.buffer.write(str(" +
                       expression + ").encode())"},
                  message);
  EXPECT_EQ(result.status, 0);
  return result.output;
}

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

// RFC5322-2.2
TEST(Mail, ALineEndInAnythingOfTheHeaderIsRefused) {
  for (const std::string& evil : {std::string("a\r\nBcc: eve@evil.example"), std::string("a\nb"), std::string("a\rb"),
                                  std::string("a\0b", 3), std::string("a\x7f"), std::string("a\xff")}) {
    for (const Mail& mail : {Mail{.to = "a@b.example", .from_name = evil}, Mail{.to = "a@b.example", .subject = evil},
                             Mail{.to = evil + "@b.example"}, Mail{.to = "a@b.example" + evil}}) {
      const auto rendered = render(mail);
      ASSERT_FALSE(rendered);
      EXPECT_EQ(rendered.error().code, ErrorCode::Malformed);
      EXPECT_FALSE(rendered.error().detail.contains("evil"));
    }
  }
}

TEST(Mail, AnAddressIsOneAndPlain) {
  for (const std::string_view good :
       {"a@b", "first.last+tag@mail.bank.example", "o'neill@x-y.example", "1@127.example"})
    EXPECT_TRUE(net::check_mail_address(good)) << good;
  const std::string long_local(65, 'a');
  for (const std::string& bad : {std::string(),
                                 std::string("a"),
                                 std::string("@b"),
                                 std::string("a@"),
                                 std::string("a@b@c"),
                                 std::string("a b@c"),
                                 std::string("a@b, c@d"),
                                 std::string("<a@b>"),
                                 std::string("a@b>"),
                                 std::string("\"a\"@b"),
                                 std::string("a@[127.0.0.1]"),
                                 std::string(".a@b"),
                                 std::string("a..b@c"),
                                 std::string("a@b."),
                                 std::string("a@b\r\nRCPT TO:<c@d>"),
                                 std::string("ä@b"),
                                 std::string("a@bü"),
                                 std::string("a(x)@b"),
                                 std::string("a@b\0", 4),
                                 long_local + "@b",
                                 "a@" + std::string(254, 'b')}) {
    EXPECT_FALSE(net::check_mail_address(bad)) << bad;
  }
}

// RFC5322-3.3
TEST(Mail, HasADateAnIdAndSaysThatNobodyWroteIt) {
  const auto message = render({.to = "alice@mail.example", .subject = "Your code", .text = "123456"});
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->contains("Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n"));
  EXPECT_TRUE(message->contains("Subject: Your code\r\n"));
  EXPECT_TRUE(message->contains("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(*message, testing::ContainsRegex("Message-ID: <[A-Za-z0-9_-]{22}@bank.example>\r\n"));
  EXPECT_EQ(read_part(*message, "m['to']"), "alice@mail.example");
}

// RFC2047-2
TEST(Mail, EveryTextOfAnyLanguageComesOutAsItWentIn) {
  for (const std::string& text : {std::string("Ihr Code für die Überweisung"), std::string("=?UTF-8?B?ZmFrZQ==?="),
                                  std::string("رمزك هو ١٢٣"), std::string("\"quoted\" <x@y>, and more"),
                                  std::string(300, 'x'), std::string("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀")}) {
    const auto message = render({.to = "a@b.example", .from_name = text, .subject = text, .text = text + "\n.\nend"});
    ASSERT_TRUE(message) << text;
    // This reader shows a space between the encoded words of a name, which others do not.
    EXPECT_EQ(read_part(*message,
                        "'|'.join([m['subject'], m['from'].addresses[0].display_name.replace(' ', ''), "
                        "m['from'].addresses[0].addr_spec, m.get_content()])"),
              text + "|" + without_spaces(text) + "|no-reply@bank.example|" + text + "\r\n.\r\nend");
    for (const auto line : split(*message, '\n')) EXPECT_LE(line.size(), 90U);
  }
}

TEST(Mail, TheTextCannotEndTheMailOrAddToItsHeader) {
  const auto message =
      render({.to = "a@b.example", .subject = "s", .text = "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n"});
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->contains("MAIL FROM"));
  EXPECT_EQ(read_part(*message, "m.get_content()"), "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n");
}

TEST(Mail, ATextThatIsTooLongOrNotUtf8IsRefused) {
  EXPECT_EQ(render({.to = "a@b.example", .text = std::string(64 * 1024 + 1, 'x')}).error().code, ErrorCode::TooLarge);
  EXPECT_EQ(render({.to = "a@b.example", .text = "\xff"}).error().code, ErrorCode::Malformed);
  EXPECT_EQ(render({.to = "a@b.example", .subject = std::string(301, 'x')}).error().code, ErrorCode::Malformed);
}

}  // namespace
}  // namespace signet::test
