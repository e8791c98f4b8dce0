#include "server/authn/attempts.h"

#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using server::authn::Attempt;
using server::authn::Counting;
using server::authn::StepWork;
using test::value_of;

class Attempts : public test::FactorTest {
 protected:
  Attempt make(const StepWork& work, Counting counting = Counting::WithRefusal) {
    return make_factor_attempt(work, account_id, counting);
  }
  std::optional<workflow::Problem> begin(StepWork& work, Attempt& attempt) {
    return value_of(run_blocking(server::authn::begin_attempt(work, attempt)));
  }
  std::optional<workflow::Problem> refuse(StepWork& work, const Attempt& attempt) {
    return value_of(run_blocking(server::authn::refuse_attempt(work, attempt, "totp", "wrong"))).problem;
  }
  /// Why the step of a right guess is not taken after all.
  std::optional<workflow::Problem> commit(StepWork& work) {
    const auto result = value_of(run_blocking(server.store.database.write(std::move(work.marks))));
    if (!result.failed_guard) return std::nullopt;
    return std::get<workflow::Problem>(*work.find_explanation(*result.failed_guard));
  }
  std::int64_t failures_of(const Attempt& attempt) {
    const auto found =
        value_of(run_blocking(server.store.login_failures.find(attempt.subjects.pair, server.clock.now())));
    return found ? found->failures : 0;
  }

  http::Request request = server.make_request("POST", "https://as.example/login/h");
  server::Exchange exchange{.context = server.context(),
                            .issuer = server.issuer(),
                            .request = request,
                            .now = server.clock.now(),
                            .endpoint_path = "/login/*"};
  server::authn::Interaction interaction;
};

TEST_F(Attempts, WhatIsRightCostsNoWriteOfItsOwn) {
  StepWork work(exchange, interaction);
  Attempt attempt = make(work);
  EXPECT_FALSE(begin(work, attempt));
  EXPECT_EQ(failures_of(attempt), 0);
  EXPECT_FALSE(commit(work));
  EXPECT_TRUE(facts_of_success(attempt).empty()) << "nothing is to be cleared";
}

TEST_F(Attempts, WhatIsWrongIsCountedOnceWhenItIsRefused) {
  StepWork work(exchange, interaction);
  Attempt attempt = make(work);
  EXPECT_FALSE(begin(work, attempt));
  EXPECT_EQ(refuse(work, attempt)->type, "incorrect_credentials");
  EXPECT_EQ(failures_of(attempt), 1);
  StepWork slow_work(exchange, interaction);
  Attempt slow = make(slow_work, Counting::BeforeCheck);
  EXPECT_FALSE(begin(slow_work, slow));
  EXPECT_EQ(failures_of(slow), 2);
  EXPECT_EQ(refuse(slow_work, slow)->type, "incorrect_credentials");
  EXPECT_EQ(failures_of(slow), 2);
}

// PSD2-RTS-4.3-2
TEST_F(Attempts, GuessesAtAFactorCountTogetherFromWhereverTheyCome) {
  for (int i = 0; i < 5; ++i) {
    request.peer.address = "203.0.113." + std::to_string(i);
    StepWork work(exchange, interaction);
    Attempt attempt = make(work);
    EXPECT_FALSE(begin(work, attempt)) << i;
    EXPECT_EQ(refuse(work, attempt)->type, "incorrect_credentials") << i;
  }
  request.peer.address = "198.51.100.1";
  // A session that holds the password alone is no proof against those who know the password.
  (void)browser.log_in(url());
  request.fields.set("Cookie", "__Host-signet-session=" + browser.cookies.at("__Host-signet-session"));
  StepWork work(exchange, interaction);
  Attempt attempt = make(work);
  const auto waits = begin(work, attempt);
  ASSERT_TRUE(waits);
  EXPECT_EQ(waits->type, "too_many_attempts");
}

// PSD2-RTS-4.3-2
TEST_F(Attempts, OfGuessesSentAllAtOnceOnlyThoseOfOneAfterTheOtherAreWorthAnything) {
  constexpr int kGuesses = 12;
  std::vector<std::unique_ptr<StepWork>> works;
  std::vector<Attempt> attempts;
  for (int i = 0; i < kGuesses; ++i) {
    works.push_back(std::make_unique<StepWork>(exchange, interaction));
    attempts.push_back(make(*works.back()));
    ASSERT_FALSE(begin(*works.back(), attempts.back())) << "all of them were allowed before one was counted";
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(refuse(*works[i], attempts[i])->type, "incorrect_credentials") << i;
  const auto wrong = refuse(*works[5], attempts[5]);
  const auto right = commit(*works[6]);
  ASSERT_TRUE(wrong && right);
  EXPECT_EQ(wrong->type, "too_many_attempts");
  EXPECT_EQ(right->type, wrong->type) << "a right guess looks like a wrong one";
}

TEST_F(Attempts, WhoKeepsGuessingInsteadOfWaitingDoesNotFillTheAuditTrail) {
  constexpr int kGuesses = 2 * server::RefusalLimit::kOfAddress;
  int throttled = 0;
  for (int i = 0; i < kGuesses; ++i) {
    StepWork work(exchange, interaction);
    Attempt attempt = make(work, Counting::BeforeCheck);
    if (begin(work, attempt)) ++throttled;
  }
  EXPECT_GT(throttled, server::RefusalLimit::kOfAddress) << "or there is nothing to see";
  const auto records =
      std::ranges::count_if(server.audit(), [](const auto& record) { return record.starts_with("login throttled"); });
  EXPECT_EQ(records, server::RefusalLimit::kOfAddress);
}

TEST_F(Attempts, AGuessInTheMeantimeIsNoHarmWhileTheyAreFew) {
  StepWork first(exchange, interaction);
  Attempt wrong = make(first);
  StepWork second(exchange, interaction);
  Attempt right = make(second);
  ASSERT_FALSE(begin(first, wrong) || begin(second, right));
  refuse(first, wrong);
  EXPECT_FALSE(commit(second));
}

}  // namespace
}  // namespace signet
