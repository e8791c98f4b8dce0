#pragma once
// A mail server of others on loopback (mail_server.py) that keeps what it takes in a folder of the test.

#include <memory>
#include <string>
#include <vector>

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
  [[nodiscard]] const std::string& ca_pem() const { return ca_pem_; }
  /// The mails it has taken, each below the lines from=, to=, name=, tls= and login=.
  [[nodiscard]] std::vector<std::string> mails() const;

 private:
  MailServerTls tls_;
  std::string folder_;
  std::string ca_pem_;
  std::string port_;
  std::unique_ptr<RunningProgram> program_;
};

}  // namespace signet::test
