#pragma once
// The API: which path answers what, and what a token must allow for it.
//
//   GET  /accounts                       accounts     GET  /accounts/{id}/balances        accounts
//   GET  /accounts/{id}                  accounts     GET  /accounts/{id}/transactions    accounts
//   POST /payments                       payments     GET  /.well-known/oauth-protected-resource
//
// A payment needs more than the scope: the authorization_details of the token must hold this very payment, once.

#include "bank/payments.h"
#include "base/random.h"
#include "resource/resource_server.h"

namespace signet::bank {

/// How strong and how fresh the login behind a token must be, beyond what the accounts ask for: nothing.
struct Strength {
  oauth::StepUpDemand transactions;
  oauth::StepUpDemand payments;
};

class Bank {
 public:
  /// Needs: `server` and `random` outlive it
  Bank(resource::ResourceServer& server, Random& random, Strength strength = {});

  /// Answers one request. Every answer carries an x-fapi-interaction-id.
  [[nodiscard]] Task<http::Response> handle(const http::Request& request);

 private:
  struct Route;
  using Answer = http::Response (Bank::*)(const http::Request& request, const verify::VerifiedToken& token,
                                          std::string_view id);

  [[nodiscard]] static std::span<const Route> routes();
  [[nodiscard]] Task<http::Response> answer(const http::Request& request);
  [[nodiscard]] Task<http::Response> run(const http::Request& request, const Route& route, std::string id);

  [[nodiscard]] http::Response list_accounts(const http::Request& request, const verify::VerifiedToken& token,
                                             std::string_view id);
  [[nodiscard]] http::Response get_account(const http::Request& request, const verify::VerifiedToken& token,
                                           std::string_view id);
  [[nodiscard]] http::Response get_balances(const http::Request& request, const verify::VerifiedToken& token,
                                            std::string_view id);
  [[nodiscard]] http::Response list_transactions(const http::Request& request, const verify::VerifiedToken& token,
                                                 std::string_view id);
  [[nodiscard]] http::Response make_payment(const http::Request& request, const verify::VerifiedToken& token,
                                            std::string_view id);

  resource::ResourceServer& server_;
  Random& random_;
  resource::Guard accounts_;
  resource::Guard transactions_;
  resource::Guard payments_;
  UsedApprovals used_approvals_;
};

}  // namespace signet::bank
