#pragma once
// Shows a conversation with an authorization server as numbered steps, for people who want to see what happens.
//
//    2  Pushed authorization request · RFC 9126
//       POST https://as.example/par
//       → scope             openid accounts
//       → DPoP              ES256 proof · POST https://as.example/par
//       ← 201 Created       8 ms
//       ← request_uri       urn:ietf:params:oauth:request_uri:Gd5s…
//
// Secrets are shortened until they are useless; passwords are not shown at all.

#include <functional>
#include <string>

#include "base/clock.h"
#include "remote/transport.h"

namespace signet::client {

struct TraceOptions {
  bool colors = false;  ///< ANSI colours, for terminals
  std::function<void(std::string_view text)> sink;
};

/// A transport that shows what passes through it. Needs: `inner` and `clock` outlive it. Thread: one at a time
class TracingTransport final : public remote::Transport {
 public:
  TracingTransport(remote::Transport& inner, const Clock& clock, TraceOptions options)
      : inner_(inner), clock_(clock), options_(std::move(options)) {}

  [[nodiscard]] Task<Result<http::Response>> send(net::OutgoingRequest request) override;

 private:
  remote::Transport& inner_;
  const Clock& clock_;
  TraceOptions options_;
  unsigned step_ = 0;
};

/// One step as text, ending with a line break.
[[nodiscard]] std::string render_step(unsigned step, const net::OutgoingRequest& request,
                                      const Result<http::Response>& response, Duration took, bool colors);

/// The beginning of a secret, too short to use: "eyJhbGci…".
[[nodiscard]] std::string shorten(std::string_view secret);

}  // namespace signet::client
