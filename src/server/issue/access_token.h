#pragma once
// The mint of access tokens: the only place that makes one. Spec: RFC6749-1.4, RFC9068, RFC8705-3, RFC9449-6

#include "oauth/core_rfc6749.h"
#include "oauth/sender_constraint.h"
#include "server/context.h"

namespace signet::server {

/// What a token is for. Everything in it has been granted already.
struct AccessTokenOrder {
  const oauth::ClientMetadata& client;
  std::string subject;     ///< `sub` as this client knows it; the client_id when there is no user
  std::string account_id;  ///< empty without a user
  std::string grant_id;    ///< empty without a user
  std::vector<std::string> scope;
  std::vector<std::string> audience;
  std::string acr = {};
  std::vector<std::string> amr = {};
  std::optional<Instant> authenticated_at = {};
  std::string authorization_details = {};  ///< canonical JSON, for `audience`; empty: none
  std::optional<Instant> grant_ends = {};  ///< a token never outlives its grant; absent without a user
};

/// A token that has been minted. There is no other way to have one than `issue_access_token`.
class AccessToken {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string_view type() const { return type_; }
  [[nodiscard]] Duration lifetime() const { return lifetime_; }

 private:
  friend Result<AccessToken> issue_access_token(Exchange&, sql::Batch&, const AccessTokenOrder&,
                                                const oauth::SenderConstraint&);
  AccessToken(std::string text, std::string_view type, Duration lifetime)
      : text_(std::move(text)), type_(type), lifetime_(lifetime) {}
  std::string text_;
  std::string_view type_;
  Duration lifetime_;
};

/// Mints a token bound to `constraint` and adds what must be stored of it to `batch`; it exists once that batch is
/// committed. An unbound token is minted only where profile and client both allow bearer tokens. Fails: Bug (no binding
/// where one is required, no key for the algorithm)
[[nodiscard]] Result<AccessToken> issue_access_token(Exchange& exchange, sql::Batch& batch,
                                                     const AccessTokenOrder& order,
                                                     const oauth::SenderConstraint& constraint);

/// `sub` for a client: pairwise or public, as registered. Fails: Bug
[[nodiscard]] Result<std::string> subject_for(const Exchange& exchange, const oauth::ClientMetadata& client,
                                              std::string_view account_id);

}  // namespace signet::server
