#include "server/authn/device_name.h"

#include <gtest/gtest.h>

#include "server/authn/facts.h"

namespace signet::server::authn {
namespace {

std::string name_of(std::string_view user_agent) {
  return render_device_name(find_device_name(user_agent));
}

TEST(DeviceName, IsWhatPeopleCallTheirBrowserAndTheirDevice) {
  struct Example {
    std::string_view name;
    std::string_view user_agent;
  };
  constexpr Example kExamples[] = {
      {"Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
      {"Firefox on Android", "Mozilla/5.0 (Android 14; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"},
      {"Firefox on iPhone",
       "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/128.0 "
       "Mobile/15E148 Safari/605.1.15"},
      {"Safari on iPhone",
       "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
       "Mobile/15E148 Safari/604.1"},
      {"Safari on Mac",
       "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
       "Safari/605.1.15"},
      {"Chrome on Windows",
       "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
       "Safari/537.36"},
      {"Edge on Windows",
       "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
       "Safari/537.36 Edg/126.0.0.0"},
      {"Opera on Mac",
       "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 "
       "Safari/537.36 OPR/111.0.0.0"},
      {"Samsung Internet on Android",
       "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 "
       "Chrome/121.0.0.0 Mobile Safari/537.36"},
      {"Chrome on ChromeOS",
       "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
       "Safari/537.36"},
      {"Chrome on Linux",
       "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"},
      {"signet", "signet/0.1.0"},
      {"curl", "curl/7.88.1"},
  };
  for (const auto& example : kExamples) EXPECT_EQ(name_of(example.user_agent), example.name);
}

TEST(DeviceName, WhatIsNotKnownIsCalledSo) {
  EXPECT_EQ(name_of(""), "Unknown browser");
  EXPECT_EQ(name_of("SomethingNew/1.0"), "Unknown browser");
  EXPECT_EQ(name_of("SomethingNew/1.0 (X11; Linux x86_64)"), "Unknown browser on Linux");
}

TEST(DeviceName, AnAppThatIsNotKnownIsNoBrowser) {
  EXPECT_EQ(render_device_name(find_device_name("AcmeBank/3.1"), Agent::App), "Unknown app");
  EXPECT_EQ(render_device_name(find_device_name("AcmeBank/3.1 (iPhone; iOS 17)"), Agent::App), "Unknown app on iPhone");
}

TEST(DeviceName, IsSaidInTheLanguageOfThePage) {
  struct Example {
    std::string_view language;
    std::string_view kept;
    std::string_view said;
  };
  constexpr Example kExamples[] = {
      {"en", "Firefox on Linux", "Firefox on Linux"},
      {"de", "Firefox on Linux", "Firefox auf Linux"},
      {"fr", "Samsung Internet on Android", "Samsung Internet sur Android"},
      {"es", "Safari on iPhone", "Safari en iPhone"},
      {"pt", "Chrome on Windows", "Chrome no Windows"},
      {"de", "Unknown browser", "Unbekannter Browser"},
      {"fr", "Unknown browser on Windows", "Navigateur inconnu sur Windows"},
      {"es", "Unknown app", "Aplicación"},
      {"pt", "Unknown app on iPhone", "Aplicativo no iPhone"},
      {"en", "Unknown app on iPhone", "App on iPhone"},
      {"de", "signet", "signet"},
      {"de", "", ""},
  };
  for (const auto& example : kExamples)
    EXPECT_EQ(describe_agent({{fact::kLocale, example.language}}, example.kept), example.said);
}

TEST(DeviceName, NothingOfTheTextItselfIsEverShown) {
  const std::string evil = "<script>alert(1)</script> Call +1 555 0100 at once";
  EXPECT_EQ(name_of(evil), "Unknown browser");
  EXPECT_EQ(name_of("Firefox/1 " + evil), "Firefox");
}

TEST(DeviceName, OnlyTheBeginningOfALongTextIsLookedAt) {
  EXPECT_EQ(name_of(std::string(512, 'x') + " Firefox/128.0 Linux"), "Unknown browser");
  EXPECT_EQ(name_of("Firefox/128.0 (Linux) " + std::string(1'000'000, 'x')), "Firefox on Linux");
}

}  // namespace
}  // namespace signet::server::authn
