#include "server/authn/decision_context.h"

namespace signet::server::authn {

Task<Result<workflow::Decision>> ask_policy(StepWork&, const Asked*, const store::AccountRecord*) {
  co_return workflow::Decision{};
}

}  // namespace signet::server::authn
