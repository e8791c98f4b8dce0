#include "server/authn/factors/removal.h"

#include "server/authn/factors/factor_fixture.h"

namespace signet {
namespace {

using server::authn::Proof;
using server::authn::StepWork;
using test::value_of;

class Removal : public test::FactorTest {
 protected:
  Removal() {
    (void)enrol_totp(browser);
    server.mail.sent.clear();
  }

  /// Performs an effect for an account and writes what it leaves to be written.
  Result<workflow::EffectAnswer> perform(const server::authn::EffectHandler& handler, workflow::Facts arguments,
                                         const server::authn::Proofs& proofs, const std::string& account) {
    const http::Request request = server.make_request("POST", "https://as.example/account");
    server::Exchange exchange{.context = server.context(),
                              .issuer = server.issuer(),
                              .request = request,
                              .now = server.clock.now(),
                              .endpoint_path = "/account"};
    server::authn::Interaction interaction;
    interaction.instance.facts = {{server::authn::fact::kAccountId, account},
                                  {server::authn::fact::kProofs, server::authn::to_json(proofs)},
                                  {server::authn::fact::kStartedAt, to_unix_millis(server.clock.now() - visit)},
                                  {server::authn::fact::kSignedIn, true},
                                  {server::authn::fact::kJudged, "done"}};
    StepWork work(exchange, interaction);
    work.facts = interaction.instance.facts;
    auto answer =
        run_blocking(handler.perform(work, {.name = std::string(handler.name), .arguments = std::move(arguments)}));
    if (answer && !answer->event.empty()) {
      sql::Batch batch = std::move(work.marks);
      batch.append(std::move(work.changes));
      (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
      for (auto& task : work.afterwards) start_detached(std::move(task));
    }
    return answer;
  }
  Result<workflow::EffectAnswer> remove(const std::string& factor_id, const server::authn::Proofs& proofs = {}) {
    return perform(server::authn::remove_factor_effect(), {{"factor_id", factor_id}}, proofs, account_id);
  }
  Proof proof(std::string factor, std::string factor_id) {
    return {.factor = std::move(factor),
            .factor_id = std::move(factor_id),
            .categories = {server::authn::Category::Possession},
            .amr = {},
            .at = server.clock.now()};
  }
  void add_row(const std::string& factor_id, const std::string& kind) {
    store::FactorRecord row;
    row.factor_id = factor_id;
    row.account_id = account_id;
    row.issuer = "main";
    row.kind = kind;
    sql::Batch batch;
    (void)store::Factors::add_insert(batch, row);
    (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  }

  Duration visit{};  ///< how long it has lasted
};

TEST_F(Removal, TheLastStrongFactorGoesOnlyWithAFreshProofOfIt) {
  const std::string id = rows().front().factor_id;
  EXPECT_EQ(value_of(remove(id)).problem->type, "proof_needed");
  EXPECT_EQ(value_of(remove(id, {proof("totp", "another")})).problem->type, "proof_needed");
  Proof old = proof("totp", id);
  old.at = server.clock.now() - minutes{6};
  EXPECT_EQ(value_of(remove(id, {old})).problem->type, "proof_needed");
  visit = hours{3};
  old.at = server.clock.now() - visit;
  EXPECT_EQ(value_of(remove(id, {old})).problem->type, "proof_needed") << "what was fresh when a long visit began";
  EXPECT_EQ(count("totp"), 1);
  EXPECT_EQ(value_of(remove(id, {proof("totp", id)})).event, "removed");
  EXPECT_EQ(count("totp"), 0);
  EXPECT_TRUE(server.was_recorded("factor removed"));
  ASSERT_EQ(server.mail.sent.size(), 1U);
  EXPECT_TRUE(server.mail.sent.back().second.text.contains("removed"));
}

TEST_F(Removal, WhoHasLostItProvesARecoveryCode) {
  const std::string id = rows().front().factor_id;
  EXPECT_EQ(value_of(remove(id, {proof("recovery_codes", "codes")})).event, "removed");
}

TEST_F(Removal, RecoveryCodesAndPinsAreNoStrongFactors) {
  const std::string id = rows().front().factor_id;
  add_row("codes", "recovery_codes");
  add_row("pin", "pin");
  EXPECT_EQ(value_of(remove(id)).problem->type, "proof_needed");
  EXPECT_EQ(value_of(remove("codes")).event, "removed");
  EXPECT_EQ(value_of(remove("pin")).event, "removed");
}

TEST_F(Removal, OneOfSeveralGoesWithoutAProofOfIt) {
  add_row("second", "totp");
  EXPECT_EQ(value_of(remove("second")).event, "removed");
}

TEST_F(Removal, TheFactorOfAnotherAccountIsNotFound) {
  const std::string id = rows().front().factor_id;
  const std::string eve = server.add_user("eve");
  const auto removed = perform(server::authn::remove_factor_effect(), {{"factor_id", id}}, {proof("totp", id)}, eve);
  EXPECT_EQ(value_of(removed).problem->type, "not_found");
  const auto renamed = perform(server::authn::rename_factor_effect(), {{"factor_id", id}, {"name", "Mine"}}, {}, eve);
  EXPECT_EQ(value_of(renamed).problem->type, "not_found");
  EXPECT_EQ(rows().front().name, "My phone");
}

TEST_F(Removal, ANewNameIsOneLineOfText) {
  const std::string id = rows().front().factor_id;
  const auto rename = [&](const std::string& name) {
    (void)value_of(perform(server::authn::rename_factor_effect(), {{"factor_id", id}, {"name", name}}, {}, account_id));
    return rows().front().name;
  };
  EXPECT_EQ(rename(" Étoile "), "Étoile");
  EXPECT_EQ(rename("two\nlines"), "");
  EXPECT_EQ(rename(std::string(65, 'x')), "");
  EXPECT_EQ(rename("\xff"), "");
}

}  // namespace
}  // namespace signet
