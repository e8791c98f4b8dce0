#include "net/mail_server.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/loopback.h"

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
  std::ofstream(folder_ + "/certificate.pem") << identity_.certificate_pem;
  std::ofstream(folder_ + "/key.pem") << identity_.private_key_pem.reveal();
  // The interpreter of Debian, which finds the library of Debian.
  program_ = std::make_unique<RunningProgram>(
      std::vector<std::string>{"/usr/bin/python3", SIGNET_SOURCE_DIR "/tests/net/mail_server.py", name_of(tls),
                               login ? "login" : "open", folder_},
      folder_ + "/output");
  EXPECT_TRUE(eventually([this] { return !(port_ = read_whole(folder_ + "/port")).empty(); }))
      << read_whole(folder_ + "/output");
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
