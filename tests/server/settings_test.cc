#include "server/settings.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/configuration/secret_file.h"
#include "support/database.h"
#include "support/fakes.h"

namespace signet::server {
namespace {

constexpr std::string_view kKey = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

std::string read_whole(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A folder with a master key, and configurations that are read as if they stood in it.
class Configuration : public testing::Test {
 protected:
  Configuration() { write_secret("master.key", kKey); }

  void write_secret(std::string_view name, std::string_view text, mode_t mode = 0600) {
    std::ofstream(folder_.file(name)) << text;
    ::chmod(folder_.file(name).c_str(), mode);
  }

  LoadedConfig read(std::string_view text) { return read_config(text, folder_.file("signet.toml"), environment_); }
  /// A configuration that works, with more text behind it.
  LoadedConfig read_with(std::string_view text) { return read(std::string(kWorking) + std::string(text)); }
  /// The problems as "12 key: text", 12 being the line.
  static std::string problems_of(const LoadedConfig& loaded) {
    std::string text;
    for (const auto& problem : loaded.problems) {
      const auto colon = problem.place.find(".toml:");
      text += (colon == std::string::npos ? problem.place : problem.place.substr(colon + 6)) + " " + problem.key +
              ": " + problem.text + "\n";
    }
    return text;
  }
  std::string problems(std::string_view text) { return problems_of(read(text)); }
  std::string problems_with(std::string_view text) { return problems_of(read_with(text)); }

  // Seven lines, so that what a test adds starts at line 8.
  static constexpr std::string_view kWorking = R"([secrets]
master_key_file = "master.key"
[listeners.http]
port = 9400
[issuers.main]
url = "http://127.0.0.1:9400"

)";
  test::TemporaryDirectory folder_;
  std::vector<std::string> environment_;
};

TEST_F(Configuration, TheShortestOneIsCompletedByDefaults) {
  const auto loaded = read_with("");
  ASSERT_TRUE(loaded.config) << problems_of(loaded);
  const auto& issuer = loaded.config->issuers.at(0);
  EXPECT_EQ(issuer.profile->name, "fapi2_security");
  EXPECT_EQ(issuer.access_token_lifetime, issuer.profile->access_token_lifetime);
  EXPECT_EQ(issuer.signing_algorithms, std::vector{crypto::SignatureAlgorithm::ES256});
  EXPECT_EQ(issuer.display_name, "127.0.0.1");
  EXPECT_EQ(loaded.config->listeners.at(0).name, "http");
  EXPECT_EQ(loaded.config->database_file, folder_.file("data/signet.db"));
  EXPECT_EQ(loaded.config->master_key.reveal(), kKey);
  EXPECT_GE(loaded.config->pairwise_salt.reveal().size(), 32U);
}

// OIDC-DISCOVERY-3
TEST_F(Configuration, AnOpenidProviderHasRs256UnlessItSaysOtherwise) {
  using enum crypto::SignatureAlgorithm;
  const auto algorithms = [&](std::string_view text) {
    const auto loaded = read_with(text);
    return loaded.config ? loaded.config->issuers.at(0).signing_algorithms : std::vector<crypto::SignatureAlgorithm>{};
  };
  EXPECT_EQ(algorithms("profile = \"openid\"\n"), (std::vector{ES256, RS256}));
  EXPECT_EQ(algorithms("profile = \"oauth2\"\n"), std::vector{ES256});
  EXPECT_EQ(algorithms("profile = \"openid\"\nsigning_algorithms = [\"PS256\"]\n"), std::vector{PS256});
}

TEST_F(Configuration, CertificatesReachAnIssuerOnlyWhereAListenerOrAProxyTakesThem) {
  const auto mutual = [&](std::string_view text) { return read_with(text).config->issuers.at(0).mutual_tls; };
  EXPECT_FALSE(mutual(""));
  EXPECT_TRUE(mutual("[listeners.inner]\nport = 9401\ntrusted_proxies = [\"10.0.0.0/8\"]\n"));
}

TEST_F(Configuration, AnUnknownKeyOrTableIsNamedWithItsLine) {
  EXPECT_EQ(problems_with("urll = \"x\"\n"), "8 issuers.main.urll: there is no such setting\n");
  EXPECT_EQ(problems_with("[sever]\nthreads = 2\n"),
            "8 [sever]: there is no such table; remove it or correct its name\n"
            "9 sever.threads: there is no such setting; did you mean server.threads?\n");
  EXPECT_EQ(problems_with("[issuers.main.extra]\nx = 1\n"), "8 issuers.main.extra: there is no such setting\n");
}

TEST_F(Configuration, AValueOfAnotherTypeIsRefused) {
  EXPECT_THAT(problems_with("url = 5\n"), testing::StartsWith("8 : this is not valid TOML"));
  EXPECT_EQ(problems_with("[issuers.b]\nurl = 5\n"), "9 issuers.b.url: must be a text in quotes, not a number\n");
  EXPECT_EQ(problems_with("scopes = \"accounts\"\n"),
            "8 issuers.main.scopes: must be an array of texts, [\"like\", \"this\"], not a text\n");
  EXPECT_EQ(problems_with("scopes = [\"a\", 1]\n"),
            "8 issuers.main.scopes: must be an array of texts, [\"like\", \"this\"], not an array of something else "
            "than text\n");
  EXPECT_EQ(problems_with("require_dpop_nonce = \"true\"\n"),
            "8 issuers.main.require_dpop_nonce: must be true or false, without quotes, not a text\n");
  EXPECT_EQ(problems_with("[server]\nthreads = 1.5\n"),
            "9 server.threads: must be a whole number that is not negative, not a number with a fraction\n");
  EXPECT_EQ(problems_with("[server]\nthreads = -1\n"), "9 server.threads: must not be negative\n");
}

TEST_F(Configuration, ADurationNeedsAUnitAndFits) {
  for (const std::string_view wrong : {"10", "10 m", "m", "-5s", "1.5h", "99999999999999d", "10y"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(parse_duration("90s"), seconds{90});
  EXPECT_EQ(parse_duration("30d"), days{30});
  EXPECT_EQ(parse_duration("250ms"), milliseconds{250});
  EXPECT_EQ(problems_with("access_token_lifetime = 600\n"),
            "8 issuers.main.access_token_lifetime: must be a duration such as \"90s\", \"10m\", \"12h\" or \"30d\", at "
            "most 3650d, not a number\n");
  EXPECT_THAT(problems_with("access_token_lifetime = \"5\"\n"), testing::EndsWith("at most 3650d, not \"5\"\n"));
  EXPECT_THAT(problems_with("access_token_lifetime = \"5\\u001b[2J\"\n"),
              testing::EndsWith("at most 3650d, not this text\n"));
}

TEST_F(Configuration, AllProblemsAreReportedAtOnce) {
  const auto text = problems("[listeners.http]\nport = 0\n[issuers.main]\nurl = \"ftp://x\"\nprofile = \"none\"\n");
  EXPECT_EQ(
      text,
      "2 listeners.http.port: must be a port from 1 to 65535\n"
      "4 issuers.main.url: must begin with https://; plain http is for loopback addresses only\n"
      "5 issuers.main.profile: must be one of fapi2_security, oauth2, openid\n" +
          folder_.file("signet.toml") +
          " secrets.master_key_file: is required; make one with `signet keys make-master-key FILE` and name it here\n");
}

TEST_F(Configuration, AMasterKeyThatIsThereAndCannotBeReadIsNotToBeMadeAnew) {
  const std::string file = folder_.file("master.key");
  std::filesystem::remove(file);
  EXPECT_THAT(problems_with(""), testing::EndsWith("secrets.master_key_file: " + file +
                                                   ": No such file or directory; make one with `signet keys "
                                                   "make-master-key FILE`\n"));
  std::filesystem::create_symlink("master.key", file);
  EXPECT_THAT(problems_with(""),
              testing::EndsWith("secrets.master_key_file: " + file + ": Too many levels of symbolic links\n"));
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_THAT(problems_with(""), testing::EndsWith("secrets.master_key_file: " + file + ": not a file\n"));
}

TEST_F(Configuration, NothingIsServedWithoutListenerIssuerOrKey) {
  const auto text = problems("");
  EXPECT_THAT(text, testing::HasSubstr("listeners: at least one table [listeners.NAME] is required"));
  EXPECT_THAT(text, testing::HasSubstr("issuers: at least one table [issuers.ID] is required"));
  EXPECT_THAT(text, testing::HasSubstr("secrets.master_key_file: is required"));
}

TEST_F(Configuration, AnEmptyTableIsStillThere) {
  EXPECT_EQ(problems_with("[issuers.second]\n"),
            "8 issuers.second.url: is required: the https URL that clients know this issuer by\n");
  EXPECT_EQ(problems_with("[listeners.second]\n"), "8 listeners.second.port: is required\n");
}

TEST_F(Configuration, BrokenTomlAndDuplicateKeysHaveAPlace) {
  EXPECT_THAT(problems("[listeners\n"), testing::StartsWith("1 : this is not valid TOML"));
  EXPECT_THAT(problems("[log]\nlevel = \"info\"\nlevel = \"debug\"\n"),
              testing::StartsWith("3 : this is not valid TOML"));
}

TEST_F(Configuration, AMissingFileIsOneClearProblem) {
  const auto loaded = load_config(folder_.file("absent.toml"), {});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].text,
            "cannot read the configuration file: " + folder_.file("absent.toml") + ": No such file or directory");
}

TEST_F(Configuration, PlainHttpStaysOnLoopbackOrBehindAProxy) {
  EXPECT_THAT(problems_with("[listeners.open]\naddress = \"0.0.0.0\"\nport = 80\n"),
              testing::HasSubstr("9 listeners.open.address: plain HTTP is allowed on a loopback address only"));
  EXPECT_EQ(
      problems_with("[listeners.proxied]\naddress = \"0.0.0.0\"\nport = 80\ntrusted_proxies = [\"10.0.0.0/8\"]\n"), "");
  EXPECT_EQ(problems_with("[listeners.six]\naddress = \"::1\"\nport = 80\n"), "");
  EXPECT_THAT(
      problems_with("trusted_proxies = [\"10.0.0.0/99\"]\n[listeners.x]\nport = 1\ntrusted_proxies = [\"all\"]\n"),
      testing::HasSubstr("\"all\" is not a network"));
  EXPECT_THAT(problems_with("[listeners.x]\nport = 1\naddress = \"localhost\"\n"),
              testing::HasSubstr("must be an IP address"));
}

TEST_F(Configuration, ClientCertificatesNeedTls) {
  EXPECT_THAT(problems_with("[listeners.x]\nport = 1\nclient_certificates = true\n"),
              testing::HasSubstr("10 listeners.x.client_certificates: needs TLS"));
  EXPECT_THAT(problems_with("[listeners.x]\nport = 1\ncertificate_file = \"x.pem\"\n"),
              testing::HasSubstr("listeners.x.private_key_file: is required beside certificate_file"));
  EXPECT_THAT(problems_with("[listeners.x]\nport = 1\nprivate_key_file = \"x.pem\"\n"),
              testing::HasSubstr("listeners.x.certificate_file: is required beside private_key_file"));
  write_secret("cert.pem", "no certificate");
  write_secret("key.pem", "no key");
  EXPECT_THAT(
      problems_with("[listeners.x]\nport = 1\ncertificate_file = \"cert.pem\"\nprivate_key_file = \"key.pem\"\n"),
      testing::HasSubstr("listeners.x.certificate_file: the certificate and the key of this listener cannot be used: "
                         "The TLS certificate must be one in PEM and is not, or is broken.\n"));
}

TEST_F(Configuration, TrustAnchorsAreCertificates) {
  write_secret("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_THAT(problems_with("client_certificate_ca_file = \"ca.pem\"\n"),
              testing::HasSubstr("8 issuers.main.client_certificate_ca_file: " + folder_.file("ca.pem") +
                                 ": must hold certificates"));
  EXPECT_THAT(problems_with("[outbound]\nca_file = \"absent.pem\"\n"), testing::HasSubstr("No such file or directory"));
}

TEST_F(Configuration, AnMtlsUrlNeedsAListenerThatAsksForCertificates) {
  EXPECT_THAT(problems_with("mtls_url = \"https://mtls.example.com\"\n"),
              testing::HasSubstr("8 issuers.main.mtls_url: needs a listener with client_certificates = true"));
  constexpr std::string_view kProxied =
      "[listeners.inner]\nport = 9401\ntrusted_proxies = [\"10.0.0.0/8\"]\n"
      "[issuers.b]\nurl = \"https://b.example/bank\"\nmtls_url = ";
  for (const std::string wrong : {"https://m.b.example/clients", "https://m.b.example/bank/x"}) {
    EXPECT_THAT(problems_with(std::string(kProxied) + "\"" + wrong + "\"\n"),
                testing::HasSubstr("13 issuers.b.mtls_url: must have no path, or that of the issuer's url"));
  }
  for (const std::string right : {"https://m.b.example", "https://m.b.example/bank"}) {
    EXPECT_EQ(problems_with(std::string(kProxied) + "\"" + right + "\"\n"), "");
  }
  EXPECT_THAT(problems_with("mtls_url = \"http://127.0.0.1:9400\"\n"),
              testing::HasSubstr("is the same as issuers.main.url"));
}

TEST_F(Configuration, AnIssuerUrlHasOneSpelling) {
  const auto url = [&](std::string_view text) {
    return problems_with("[issuers.b]\nurl = \"" + std::string(text) + "\"\n");
  };
  EXPECT_EQ(url("https://id.example.com/tenant"), "");
  EXPECT_THAT(url("http://id.example.com"), testing::HasSubstr("must begin with https://"));
  EXPECT_THAT(url("https://id.example.com/"), testing::HasSubstr("must be written as https://id.example.com\n"));
  EXPECT_THAT(url("https://ID.example.com"), testing::HasSubstr("must be written as https://id.example.com\n"));
  EXPECT_THAT(url("https://id.example.com:443"), testing::HasSubstr("must be written as https://id.example.com\n"));
  EXPECT_THAT(url("https://id.example.com?x=1"), testing::HasSubstr("must have no query"));
  EXPECT_THAT(url("https://id.example.com#x"), testing::HasSubstr("must have no query and no fragment"));
  EXPECT_THAT(url("https://me@id.example.com"), testing::HasSubstr("must have no user name"));
  EXPECT_THAT(url("id.example.com"), testing::HasSubstr("must be an absolute URL"));
  EXPECT_THAT(url("http://127.0.0.1:9400"), testing::HasSubstr("is the same as issuers.b.url"));
}

TEST_F(Configuration, LifetimesStayWithinTheProfile) {
  EXPECT_THAT(problems_with("authorization_code_lifetime = \"61s\"\n"),
              testing::HasSubstr("8 issuers.main.authorization_code_lifetime: is 61s, but at most 1m is allowed"));
  EXPECT_THAT(problems_with("request_uri_lifetime = \"10m\"\n"), testing::HasSubstr("at most 599s is allowed"));
  EXPECT_THAT(problems_with("access_token_lifetime = \"25h\"\n"), testing::HasSubstr("at most 1d is allowed"));
  EXPECT_THAT(problems_with("refresh_token_lifetime = \"1m\"\n"),
              testing::HasSubstr("must not be shorter than access_token_lifetime"));
  EXPECT_THAT(problems_with("key_rotation_interval = \"5m\"\n"), testing::HasSubstr("must be at least 1h"));
  EXPECT_EQ(problems_with("profile = \"openid\"\nauthorization_code_lifetime = \"5m\"\n"), "");
}

// RFC6749-5.1: expires_in is a number of seconds
TEST_F(Configuration, LifetimesThatClientsAreToldAreWholeSeconds) {
  for (const std::string key : {"access_token_lifetime", "request_uri_lifetime"}) {
    for (const std::string value : {"500ms", "1001ms"}) {
      EXPECT_THAT(problems_with(key + " = \"" + value + "\"\n"),
                  testing::HasSubstr("8 issuers.main." + key + ": is " + value + ", but must be whole seconds"));
    }
    EXPECT_EQ(problems_with(key + " = \"2000ms\"\n"), "");
  }
}

TEST_F(Configuration, SigningAlgorithmsAreThoseOfTheProfile) {
  EXPECT_THAT(problems_with("signing_algorithms = [\"HS256\"]\n"),
              testing::HasSubstr("has no algorithm called \"HS256\""));
  EXPECT_THAT(problems_with("signing_algorithms = [\"none\"]\n"),
              testing::HasSubstr("has no algorithm called \"none\""));
  EXPECT_THAT(problems_with("signing_algorithms = [\"RS256\"]\n"),
              testing::HasSubstr("RS256 is not allowed by the profile fapi2_security"));
  EXPECT_THAT(problems_with("signing_algorithms = [\"ES256\", \"ES256\"]\n"), testing::HasSubstr("ES256 stands twice"));
  EXPECT_EQ(problems_with("signing_algorithms = [\"PS256\", \"ES256\"]\n"), "");
}

TEST_F(Configuration, ADatabaseOfPlacesIsOne) {
  EXPECT_THAT(
      problems_with("[login]\ngeo_database = \"absent.mmdb\"\n"),
      testing::HasSubstr("login.geo_database: " + folder_.file("absent.mmdb") + ": No such file or directory\n"));
  write_secret("text.mmdb", "no database");
  EXPECT_THAT(problems_with("[login]\ngeo_database = \"text.mmdb\"\n"),
              testing::HasSubstr("login.geo_database: " + folder_.file("text.mmdb") + ": is no database of places ("));
}

TEST_F(Configuration, NoTwoListenersShareAnAddress) {
  EXPECT_THAT(problems_with("[listeners.other]\nport = 9400\n"),
              testing::HasSubstr("port 9400 is taken by listeners.http.port"));
  EXPECT_THAT(problems_with("[management]\nport = 9400\n"), testing::HasSubstr("management.port: port 9400 is taken"));
  EXPECT_THAT(problems_with("[listeners.all]\naddress = \"::\"\nport = 9400\ntrusted_proxies = [\"10.0.0.0/8\"]\n"),
              testing::HasSubstr("port 9400 is taken"));
  EXPECT_EQ(problems_with("[management]\nenabled = false\nport = 9400\n"), "");
  EXPECT_THAT(problems_with("[listeners.management]\nport = 1\n"),
              testing::HasSubstr("this name belongs to the table [management]"));
}

TEST_F(Configuration, ANameThatCannotBeAVariableIsRefused) {
  EXPECT_THAT(problems_with("[issuers.\"a.b\"]\nurl = \"https://x.example\"\n"),
              testing::HasSubstr("a name has at most 32 of the characters"));
  EXPECT_THAT(problems_with("[issuers.Main]\nurl = \"https://x.example\"\n"),
              testing::HasSubstr("a name has at most 32 of the characters"));
}

TEST_F(Configuration, ASecretFileThatOthersMayReadIsRefused) {
  ::chmod(folder_.file("master.key").c_str(), 0644);
  EXPECT_THAT(problems_with(""),
              testing::HasSubstr("2 secrets.master_key_file: " + folder_.file("master.key") +
                                 ": every user of this machine may use this file; run: chmod o-rwx"));
}

TEST_F(Configuration, AMasterKeyIsExactly32Bytes) {
  for (const std::string_view wrong :
       {"", "0011", "not hexadecimal at all, but as long as a master key has to be ..."}) {
    write_secret("master.key", wrong);
    EXPECT_THAT(problems_with(""), testing::HasSubstr("must hold 64 hexadecimal characters")) << wrong;
  }
}

TEST_F(Configuration, AProblemNeverShowsASecret) {
  write_secret("master.key", "s3cr3t");
  write_secret("salt", "s3cr3t");
  const auto text = problems("[secrets]\nmaster_key_file = \"master.key\"\npairwise_salt_file = \"salt\"\n");
  EXPECT_THAT(text, testing::HasSubstr("must hold at least 32 characters"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("s3cr3t")));
}

TEST_F(Configuration, AThemeIsReadAndAMistakeInItIsSaidWithItsFile) {
  const auto with_theme = [&](std::string_view more) {
    return read_with("[issuers.two]\nurl = \"http://127.0.0.1:9401\"\ntheme_directory = \"theme\"\n" +
                     std::string(more));
  };
  EXPECT_THAT(problems_of(with_theme("")),
              testing::HasSubstr("10 issuers.two.theme_directory: " + folder_.file("theme") + ": is not a folder"));
  std::filesystem::create_directories(folder_.file("theme/texts"));
  std::ofstream(folder_.file("theme/texts/nl.json")) << R"({"SignInFor": "verder"})";
  EXPECT_THAT(problems_of(with_theme("")), testing::HasSubstr("nl.json: \"SignInFor\" must have the place {} 1 times"));
  std::ofstream(folder_.file("theme/texts/nl.json")) << R"({"SignInFor": "verder naar {}"})";
  EXPECT_TRUE(with_theme("default_locale = \"nl\"\n").config);
  EXPECT_THAT(problems_of(with_theme("default_locale = \"it\"\n")),
              testing::HasSubstr("11 issuers.two.default_locale: \"it\" is no language of the pages"));
}

TEST_F(Configuration, PasswordRulesStayWithinReason) {
  EXPECT_EQ(problems_with("[login]\npassword_min_length = 7\n"), "9 login.password_min_length: must be from 8 to 64\n");
  EXPECT_EQ(problems_with("[login]\npassword_min_length = 65\n"),
            "9 login.password_min_length: must be from 8 to 64\n");
  EXPECT_EQ(problems_with("[login]\npassword_min_length = 15\n"), "");
  write_secret("breached.txt", "password\n");
  EXPECT_THAT(problems_with("[login]\nbreached_passwords_file = \"breached.txt\"\n"),
              testing::HasSubstr("9 login.breached_passwords_file: " + folder_.file("breached.txt") +
                                 ": must hold lines of a SHA-1 hash"));
  write_secret("breached.txt", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n");
  const auto loaded = read_with("[login]\nbreached_passwords_file = \"breached.txt\"\n");
  ASSERT_TRUE(loaded.config) << problems_of(loaded);
  EXPECT_EQ(loaded.config->login.breached_passwords_file, folder_.file("breached.txt"));
  EXPECT_EQ(loaded.config->login.password_min_length, 12U);
}

TEST_F(Configuration, MailNeedsASenderAndAServerThatKeepsItSecret) {
  const auto mail = [&](std::string_view text) { return problems_with("[mail]\n" + std::string(text)); };
  EXPECT_EQ(mail("url = \"smtps://mail.example\"\n"),
            "8 mail.from: is required: a plain address such as no-reply@example.com\n");
  EXPECT_THAT(mail("url = \"smtps://mail.example\"\nfrom = \"Bank <a@b.example>\"\n"),
              testing::HasSubstr("10 mail.from: is required: a plain address"));
  EXPECT_EQ(mail("url = \"https://mail.example\"\nfrom = \"a@b.example\"\n"),
            "9 mail.url: The URL of the mail server must begin with smtps:// or smtp://.\n");
  EXPECT_THAT(
      mail("url = \"smtps://me:s3cr3t@mail.example\"\nfrom = \"a@b.example\"\n"),
      testing::AllOf(testing::HasSubstr("must have no credentials"), testing::Not(testing::HasSubstr("s3cr3t"))));
  EXPECT_EQ(mail("from = \"a@b.example\"\n"), "9 mail.from: has no effect without mail.url\n");
  const std::string good = "url = \"smtps://mail.example\"\nfrom = \"a@b.example\"\n";
  EXPECT_THAT(mail(good + "username = \"me\"\n"), testing::HasSubstr("and mail.password_file are given together"));
  EXPECT_THAT(mail(good + "timeout = \"2m\"\n"), testing::HasSubstr("11 mail.timeout: must be from 1s to 1m"));
  write_secret("mail.password", "s3cr3t\n", 0644);
  EXPECT_THAT(mail(good + "username = \"me\"\npassword_file = \"mail.password\"\n"),
              testing::HasSubstr("every user of this machine may use this file"));
  write_secret("mail.password", "s3cr3t\n");
  const auto loaded = read_with("[mail]\n" + good + "username = \"me\"\npassword_file = \"mail.password\"\n");
  ASSERT_TRUE(loaded.config) << problems_of(loaded);
  EXPECT_EQ(loaded.config->mail.password.reveal(), "s3cr3t");
}

TEST_F(Configuration, SmsGoesOneWayThatExists) {
  const auto sms = [&](std::string_view text) { return problems_with("[sms]\n" + std::string(text)); };
  EXPECT_EQ(sms("command = \"send\"\n"),
            "9 sms.command: " + folder_.file("send") + ": is not a program that can be run\n");
  write_secret("send", "#!/bin/sh\n", 0600);
  EXPECT_THAT(sms("command = \"send\"\n"), testing::HasSubstr("is not a program that can be run"));
  ::chmod(folder_.file("send").c_str(), 0700);
  EXPECT_EQ(sms("command = \"send\"\n"), "");
  EXPECT_EQ(sms("command = \"send\"\nurl = \"https://sms.example\"\n"),
            "10 sms.url: and sms.command cannot both be given\n");
  EXPECT_EQ(sms("url = \"http://sms.example\"\n"),
            "9 sms.url: must begin with https://; plain http is for loopback addresses only\n");
  EXPECT_EQ(sms("url = \"https://me:pw@sms.example\"\n"), "9 sms.url: must have no user name and no fragment\n");
  EXPECT_EQ(sms("url = \"http://127.0.0.1:8080/sms\"\n"), "");
}

TEST_F(Configuration, TheEnvironmentWinsOverTheFile) {
  environment_ = {"SIGNET_LISTENERS_HTTP_PORT=9555", "SIGNET_ISSUERS_MAIN_URL=http://127.0.0.1:9555",
                  "SIGNET_ISSUERS_MAIN_SCOPES=accounts,payments", "SIGNET_LOG_LEVEL=debug", "PATH=/bin"};
  const auto loaded = read_with("");
  ASSERT_TRUE(loaded.config) << problems_of(loaded);
  EXPECT_EQ(loaded.config->listeners.at(0).port, 9555);
  EXPECT_EQ(loaded.config->issuers.at(0).url, "http://127.0.0.1:9555");
  EXPECT_EQ(loaded.config->issuers.at(0).scopes, (std::vector<std::string>{"accounts", "payments"}));
  EXPECT_EQ(loaded.config->log_level, "debug");
}

TEST_F(Configuration, TheEnvironmentReachesANameWithADash) {
  environment_ = {"SIGNET_ISSUERS_MY_BANK_URL=https://other.example",
                  "SIGNET_ISSUERS_MY_BANK_MTLS_URL=https://m.other.example"};
  const auto loaded = read_with("[issuers.my-bank]\n[listeners.p]\nport = 1\ntrusted_proxies = [\"10.0.0.0/8\"]\n");
  ASSERT_TRUE(loaded.config) << problems_of(loaded);
  EXPECT_EQ(loaded.config->issuers.at(1).url, "https://other.example");
  EXPECT_EQ(loaded.config->issuers.at(1).mtls_url, "https://m.other.example");
}

// RFC9396-10
TEST_F(Configuration, AnUnknownTypeOfAuthorizationDetailsIsAProblem) {
  EXPECT_EQ(problems_with("authorization_details_types = [\"payment_initiation\"]\n"), "");
  EXPECT_THAT(problems_with("authorization_details_types = [\"payments\"]\n"),
              testing::HasSubstr("\"payments\" is not known; payment_initiation and account_information are"));
}

TEST_F(Configuration, AMistakeInTheEnvironmentNamesTheVariable) {
  environment_ = {"SIGNET_LISTENERS_HTTP_PORT=https", "SIGNET_ISSUERS_MAIN_URLL=x", "SIGNET_SERVICE_HOST=10.0.0.1"};
  EXPECT_EQ(
      problems_with(""),
      "SIGNET_ISSUERS_MAIN_URLL : no setting has this name; did you mean SIGNET_ISSUERS_MAIN_URL? "
      "`signet config-reference` lists them all\n"
      "SIGNET_LISTENERS_HTTP_PORT listeners.http.port: must be a whole number that is not negative, not \"https\"\n");
}

TEST_F(Configuration, AMisspeltVariableIsAProblemThatNamesTheRightOne) {
  for (const auto& [wrong, right] : std::map<std::string, std::string>{
           {"SIGNET_LOGLEVEL", "SIGNET_LOG_LEVEL"},
           {"SIGNET_LOG_LEVLE", "SIGNET_LOG_LEVEL"},
           {"SIGNET_SEVER_THREADS", "SIGNET_SERVER_THREADS"},
           {"SIGNET_ISSUER_MAIN_URL", "SIGNET_ISSUERS_MAIN_URL"},
           {"SIGNET_ISSUERMAIN_URL", "SIGNET_ISSUERS_MAIN_URL"},
           {"SIGNET_ISSUER_OTHER_URL", "SIGNET_ISSUERS_OTHER_URL"},
           {"SIGNET_LISTENER_HTTP_PORT", "SIGNET_LISTENERS_HTTP_PORT"},
           {"SIGNET_LISTENRES_HTTP_PORT", "SIGNET_LISTENERS_HTTP_PORT"},
           {"SIGNET_PROTECTED_RESOURCE_BANK_AUDIENCE", "SIGNET_PROTECTED_RESOURCES_BANK_AUDIENCE"}}) {
    environment_ = {wrong + "=x"};
    EXPECT_THAT(problems_with(""),
                testing::StartsWith(wrong + " : no setting has this name; did you mean " + right + "?"));
  }
  environment_ = {"SIGNET_LOG_COLOUR_OF_LINES=x"};
  EXPECT_EQ(problems_with(""),
            "SIGNET_LOG_COLOUR_OF_LINES : no setting has this name; `signet config-reference` lists them all\n");
}

TEST_F(Configuration, VariablesOfALauncherOrAContainerPlatformAreNotOurs) {
  environment_ = {
      "SIGNET_CONFIG=signet.toml",         "SIGNET_BIN=build/dev/bin",      "SIGNET_E2E={}",
      "SIGNET_UPDATE_SNAPSHOTS=1",         "SIGNET_GATEWAY_MODULE=x.so",    "SIGNET_SERVICE_HOST=10.0.0.1",
      "SIGNET_SERVICE_PORT=443",           "SIGNET_SERVICE_PORT_HTTPS=443", "SIGNET_PORT=tcp://10.0.0.1:443",
      "SIGNET_PORT_443_TCP_PROTO=tcp",     "SIGNET_PORT_443_TCP_PORT=443",  "SIGNET_MAIN_SERVICE_PORT=443",
      "SIGNET_MAIN_PORT_443_TCP_ADDR=::1", "SIGNETS_LOG_LEVEL=none",        "SIGNET_=x"};
  EXPECT_EQ(problems_with(""), "");
}

TEST_F(Configuration, DeepNestingIsAProblemAndNoCrash) {
  std::string text = "x = ";
  text.append(5000, '[');
  EXPECT_THAT(problems(text), testing::HasSubstr("not valid TOML"));
}

TEST(MasterKey, IsMadeForItsOwnerAloneAndNeverReplaced) {
  const test::TemporaryDirectory folder;
  test::FixedRandom random;
  const std::string file = folder.file("master.key");
  ASSERT_TRUE(make_master_key_file(file, random));
  struct stat about{};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const auto key = read_secret_file(file);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->reveal().size(), 64U);
  const auto again = make_master_key_file(file, random);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::Conflict);
  EXPECT_EQ(read_secret_file(file)->reveal(), key->reveal());
}

TEST(MasterKey, GivesAnotherKeyForEveryPurpose) {
  const SecretText master(std::string{kKey});
  EXPECT_EQ(derive_key(master, "a").reveal(), derive_key(master, "a").reveal());
  EXPECT_NE(derive_key(master, "a").reveal(), derive_key(master, "b").reveal());
}

TEST(SecretFile, AFolderOrAPipeIsNoFile) {
  const test::TemporaryDirectory folder;
  EXPECT_FALSE(read_secret_file(folder.file("")));
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  const auto read = read_secret_file(folder.file("pipe"));
  EXPECT_TRUE(!read || read->empty());
}

TEST(Settings, EverySettingHasAMeaningThatIsASentence) {
  for (const auto& setting : settings()) {
    EXPECT_GE(setting.meaning.size(), 15U) << setting.key;
    EXPECT_TRUE(setting.meaning.ends_with('.')) << setting.key;
  }
}

TEST(Settings, TheReferencePageIsTheGeneratedOne) {
  EXPECT_EQ(read_whole(SIGNET_SOURCE_DIR "/docs/configuration.md"), render_configuration_reference())
      << "run: signet config-reference > docs/configuration.md";
}

// WEBAUTHN-5.4
TEST_F(Configuration, PasskeysBelongToTheHostOfTheIssuerOrADomainAboveIt) {
  const auto problem = [&](std::string_view settings) {
    return problems_with("[issuers.shop]\nurl = \"https://login.shop.example\"\n" + std::string(settings));
  };
  EXPECT_EQ(problem("webauthn_rp_id = \"shop.example\"\n"), "");
  for (const char* const domain : {"op.example", "example", "evil.example", "www.login.shop.example"}) {
    EXPECT_TRUE(problem(std::string("webauthn_rp_id = \"") + domain + "\"\n").contains("a domain above it")) << domain;
  }
  EXPECT_EQ(problem("webauthn_rp_id = \"shop.example\"\nwebauthn_origins = [\"https://www.shop.example\", "
                    "\"android:apk-key-hash:abc\"]\n"),
            "");
  for (const char* const origin : {"https://www.shop.example", "http://login.shop.example", "https://evil.example",
                                   "https://login.shop.example/", "x", "android:apk-key-hash:"}) {
    EXPECT_TRUE(problem(std::string("webauthn_origins = [\"") + origin + "\"]\n").contains("must be an https origin"))
        << origin;
  }
}

TEST_F(Configuration, ModelsOfPasskeysAreBelievedOnlyWithAttestation) {
  const std::string models = "[webauthn]\nallowed_aaguids = [\"f8a011f3-8c0a-4d15-8006-17111f9edc7d\"]\n";
  EXPECT_TRUE(problems_with(models).contains("webauthn.allowed_aaguids: needs webauthn.attestation"));
  EXPECT_TRUE(
      problems_with("[levels.gold]\nacr = \"gold\"\nhardware = true\n").contains("levels.gold.hardware: needs"));
  EXPECT_TRUE(problems_with("[webauthn]\ndenied_aaguids = [\"yubikey\"]\n").contains("is not a UUID"));
  EXPECT_TRUE(problems_with("[webauthn]\nattestation = \"indirect\"\n").contains("must be none or direct"));
  EXPECT_TRUE(problems_with("[webauthn]\ntrust_anchors_file = \"none.pem\"\n").contains("trust_anchors_file"));
}

TEST_F(Configuration, ALevelThatNoIssuerHasIsToldWhichThereAre) {
  const std::string gold = "[levels.gold]\nacr = \"gold\"\n";
  EXPECT_TRUE(problems_with("acr_values = [\"pwd\", \"mfa\"]\n" + gold)
                  .contains("levels.gold: no issuer has \"gold\" among its acr_values: they are pwd, mfa"));
  EXPECT_TRUE(problems_with(gold).contains("levels.gold: no issuer has \"gold\" among its acr_values: there are none"));
}

}  // namespace
}  // namespace signet::server
