#pragma once
// One submission on its way: what the effects of a step may use, and what they add to the one batch that is written
// with the step. The batch begins with the single-use marks, then comes the step itself, then what follows from it.

#include <optional>
#include <variant>
#include <vector>

#include "server/authn/client_answer.h"
#include "server/authn/interaction.h"
#include "server/authn/session.h"

namespace signet::server::authn {

class StepWork {
 public:
  StepWork(Exchange& its_exchange, const Interaction& its_interaction)
      : exchange(its_exchange), interaction(its_interaction) {}

  Exchange& exchange;
  const Interaction& interaction;  ///< as it is stored; its facts are lent to those below
  workflow::Facts facts;           ///< of the moment: what earlier effects have taught is in it

  sql::Batch marks;    ///< guards only: what can be used once
  sql::Batch changes;  ///< written after the step; a guard of it undoes nothing of the step, so there is none
  std::vector<store::FactorRecord> enrolled;  ///< factors that are written with the step: the account has them already
  std::optional<SignIn> sign_in;              ///< a session that begins with this step
  std::vector<Task<void>> afterwards;         ///< begun once all of it is written; nobody waits for them
  bool signs_out = false;                     ///< the browser's session ends with this step
  std::string location;                       ///< where the browser goes; empty: to the next page
  std::optional<Instant> ends;                ///< a new end of the login, when that moves
  std::optional<ClientAnswer> answer;         ///< the end of the authorization request, instead of a location

  /// What is said when a mark fails because somebody else has used it: a problem on the page, or an error that ends the
  /// login.
  using Explanation = std::variant<workflow::Problem, Error>;
  void explain_mark(std::size_t mark, Explanation said) { explained_.push_back({mark, std::move(said)}); }
  [[nodiscard]] const Explanation* find_explanation(std::size_t mark) const {
    for (const auto& explained : explained_) {
      if (explained.mark == mark) return &explained.said;
    }
    return nullptr;
  }
  /// When the login started; the request URI was good at that time, and that is what counts when it is consumed.
  [[nodiscard]] Instant started_at() const { return from_unix_millis(fact::integer(facts, fact::kStartedAt)); }
  /// The account that is known so far; empty before.
  [[nodiscard]] std::string account_id() const { return fact::text(facts, fact::kAccountId); }
  /// An account as it stands in the store, read once for all effects of a step. Fails: Unavailable
  [[nodiscard]] Task<Result<std::optional<store::AccountRecord>>> load_account(std::string account_id);
  /// The known account's factors as they stand in the store, read once for all effects of a step. Fails: Unavailable
  [[nodiscard]] Task<Result<std::vector<store::FactorRecord>>> load_factors();

 private:
  struct Explained {
    std::size_t mark;
    Explanation said;
  };
  struct Account {
    std::string account_id;
    std::optional<store::AccountRecord> record;
  };
  struct Factors {
    std::string account_id;
    std::vector<store::FactorRecord> rows;
  };
  std::vector<Explained> explained_;
  std::optional<Account> account_;
  std::optional<Factors> factors_;
};

/// Performs one effect. What the user did wrong is a problem in the answer; an error ends the request.
using PerformEffect = Task<Result<workflow::EffectAnswer>> (*)(StepWork& work, workflow::Effect effect);
struct EffectHandler {
  std::string_view name;
  PerformEffect perform;
};

}  // namespace signet::server::authn
