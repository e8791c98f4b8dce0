#include "server/authn/step_work.h"

namespace signet::server::authn {

Task<Result<std::optional<store::AccountRecord>>> StepWork::load_account(std::string account_id) {
  if (!account_ || account_->account_id != account_id) {
    CO_TRY_ASSIGN(auto record, co_await exchange.context.store.accounts.find(account_id));
    account_ = Account{std::move(account_id), std::move(record)};
  }
  co_return account_->record;
}

Task<Result<std::vector<store::FactorRecord>>> StepWork::load_factors() {
  std::string account = account_id();
  if (!factors_ || factors_->account_id != account) {
    CO_TRY_ASSIGN(auto rows, co_await exchange.context.store.factors.list(account));
    factors_ = Factors{std::move(account), std::move(rows)};
  }
  co_return factors_->rows;
}

}  // namespace signet::server::authn
