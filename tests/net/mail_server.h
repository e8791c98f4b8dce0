#pragma once
// A mail server of others on loopback (mail_server.py) that keeps what it takes in a folder of the test.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/certificates.h"
#include "support/program.h"

namespace signet::test {

enum class MailServerTls { None, StartTls, Immediate };

class MailServer {
 public:
  /// Takes mail for everybody but refused@…; with `login`, only from who says user "signet", password "pass word".
  explicit MailServer(MailServerTls tls, bool login = false);
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;
  ~MailServer();

  [[nodiscard]] std::string url() const;
  [[nodiscard]] const std::string& ca_pem() const { return identity_.certificate_pem; }
  /// The mails it has taken, each below the lines from=, to=, name=, tls= and login=.
  [[nodiscard]] std::vector<std::string> mails() const;

 private:
  MailServerTls tls_;
  TestIdentity identity_ = make_identity("localhost");
  std::string folder_;
  std::string port_;
  std::unique_ptr<RunningProgram> program_;
};

}  // namespace signet::test
