#pragma once
// The resource server: one for an API, asked with every request.
//
//   const Guard accounts = server->guard({.scope = {"accounts"}});
//   verify::Verdict verdict = co_await accounts.check(request, "https://api.example/accounts");
//   if (const auto* refusal = std::get_if<verify::Refusal>(&verdict)) co_return render_refusal(*refusal);

#include <memory>
#include <string>

#include "http/message.h"
#include "oauth/protected_resource_rfc9728.h"
#include "remote/authorization_server.h"
#include "resource/configuration.h"
#include "resource/replay_memory.h"
#include "verify/verification.h"

namespace signet::resource {

class ResourceServer;

/// The checks of one kind of request. Cheap to keep, made once. Needs: its ResourceServer outlives it. Thread: any
class Guard {
 public:
  /// May this request be answered? `public_url` is the configured address of the resource (for `htu`), never taken from
  /// the Host field. Checking uses up a DPoP proof: ask once for a request.
  [[nodiscard]] Task<verify::Verdict> check(const http::Request& request, std::string public_url) const;

 private:
  friend class ResourceServer;
  Guard(ResourceServer& server, std::shared_ptr<const verify::Policy> policy)
      : server_(server), policy_(std::move(policy)) {}
  ResourceServer& server_;
  std::shared_ptr<const verify::Policy> policy_;
};

class ResourceServer {
 public:
  /// Needs: `transport`, `clock` and `random` outlive it. Fails: as check_resource_config
  [[nodiscard]] static Result<std::unique_ptr<ResourceServer>> make(ResourceConfig config, remote::Transport& transport,
                                                                    const Clock& clock, Random& random);

  [[nodiscard]] const ResourceConfig& config() const { return config_; }
  [[nodiscard]] Guard guard(Demand demand);

  /// Where the metadata document belongs: "/.well-known/oauth-protected-resource…". Spec: RFC9728-3.1
  [[nodiscard]] std::string metadata_path() const;
  [[nodiscard]] oauth::ProtectedResourceMetadata metadata() const;
  [[nodiscard]] http::Response metadata_response() const;

 private:
  friend class Guard;
  ResourceServer(ResourceConfig config, remote::Transport& transport, const Clock& clock, Random& random);

  [[nodiscard]] Task<Result<jose::JwkSet>> find_keys(std::string issuer, const jose::UnverifiedJws& token);
  [[nodiscard]] Task<Result<oauth::IntrospectionResponse>> introspect(verify::NeedIntrospection need);
  [[nodiscard]] Task<Result<oauth::IntrospectionResponse>> ask(std::string token);
  [[nodiscard]] Task<Result<oauth::IntrospectionResponse>> read_signed(std::string jwt);
  [[nodiscard]] Result<net::OutgoingRequest> make_question(const oauth::AuthorizationServerMetadata& server,
                                                           std::string_view token);
  [[nodiscard]] std::shared_ptr<const verify::Policy> make_policy(Demand demand) const;

  ResourceConfig config_;
  remote::Transport& transport_;
  const Clock& clock_;
  Random& random_;
  std::vector<std::unique_ptr<remote::AuthorizationServer>> servers_;  ///< in the order of config_.issuers
  std::size_t introspecting_ = 0;                                      ///< index of the issuer with the credential
  bool can_introspect_ = false;
  std::unique_ptr<oauth::DpopNonces> nonces_;
  IntrospectionCache introspections_;
  ReplayMemory replays_;
};

/// The refusal on the wire: status, challenges, DPoP-Nonce, and a JSON body with `error` and `error_description`.
[[nodiscard]] http::Response render_refusal(const verify::Refusal& refusal);
/// Hands out a new DPoP nonce with a successful answer when it is time. Spec: RFC9449-8.2
void add_dpop_nonce(http::Response& response, const verify::VerifiedToken& token);

}  // namespace signet::resource
