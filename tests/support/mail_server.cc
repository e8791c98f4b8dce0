#include "support/mail_server.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace signet::test {
namespace {

std::string read_whole(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string name_of(MailServerTls tls) {
  if (tls == MailServerTls::None) return "none";
  return tls == MailServerTls::StartTls ? "starttls" : "immediate";
}

}  // namespace

MailServer::MailServer(MailServerTls tls, bool login)
    : tls_(tls), folder_((std::filesystem::temp_directory_path() / "signet-mail-XXXXXX").string()) {
  if (::mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary directory");
  const auto made =
      run_program({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                   "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                   folder_ + "/key.pem", "-out", folder_ + "/certificate.pem"});
  EXPECT_EQ(made.status, 0);
  ca_pem_ = read_whole(folder_ + "/certificate.pem");
  // The interpreter of Debian, which finds the library of Debian.
  program_ = std::make_unique<RunningProgram>(
      std::vector<std::string>{"/usr/bin/python3", SIGNET_SOURCE_DIR "/tests/support/mail_server.py", name_of(tls),
                               login ? "login" : "open", folder_},
      folder_ + "/output");
  for (int i = 0; i < 2000 && port_.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    port_ = read_whole(folder_ + "/port");
  }
  EXPECT_FALSE(port_.empty()) << read_whole(folder_ + "/output");
}

MailServer::~MailServer() {
  program_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string MailServer::url() const {
  return (tls_ == MailServerTls::Immediate ? "smtps://localhost:" : "smtp://localhost:") + port_;
}

std::vector<std::string> MailServer::mails() const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    if (entry.path().extension() == ".mail") found.push_back(read_whole(entry.path()));
  return found;
}

}  // namespace signet::test
