#pragma once
// The way of one request through the gateway: the access handler, and what it remembers of the request.

#include <functional>

#include "gateway/answer.h"
#include "gateway/nginx/feed.h"
#include "gateway/nginx/request_reader.h"
#include "gateway/nginx/subrequest.h"
#include "gateway/nginx/token_cache.h"

namespace signet::nginx {

/// Asks the token core what it needs and answers from cache, shared memory and authorization server, until there is a
/// verdict. nginx calls `run` again whenever something that was waited for has come.
class Access {
 public:
  Access(ngx_http_request_t* request, NginxLocation& location);
  /// After an internal redirect to another location: its demands are checked with what `earlier` has proven.
  Access(ngx_http_request_t* request, NginxLocation& location, const Access& earlier);
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  /// For nginx: NGX_OK the request may pass, NGX_AGAIN it waits, NGX_DONE it has been answered.
  [[nodiscard]] ngx_int_t run();
  void on_body();

  [[nodiscard]] bool is_allowed() const { return allowed_; }
  [[nodiscard]] const NginxLocation& location() const { return location_; }

  // For variables, log and response fields
  [[nodiscard]] std::string_view result() const { return result_; }
  [[nodiscard]] std::string_view reason() const { return reason_; }
  [[nodiscard]] std::string_view source() const;
  [[nodiscard]] std::string_view scheme() const { return scheme_; }
  [[nodiscard]] const verify::VerifiedToken& token() const { return token_; }
  [[nodiscard]] const std::string& interaction_id() const { return interaction_id_; }
  [[nodiscard]] std::optional<std::uint64_t> introspection_milliseconds() const { return introspection_milliseconds_; }

 private:
  using Need = std::optional<verify::Next>;  ///< nothing: it has to be waited for

  [[nodiscard]] bool must_read_body() const;
  [[nodiscard]] ngx_int_t read_body();
  void begin();
  [[nodiscard]] Result<verify::Presented> present();
  void restart_asking();
  [[nodiscard]] Need answer(const verify::NeedKeys& need);
  [[nodiscard]] Need answer(const verify::NeedIntrospection& need);
  [[nodiscard]] Need answer(const verify::NeedReplayCheck& need);
  [[nodiscard]] Need answer_once();

  [[nodiscard]] bool is_feed_current();
  [[nodiscard]] bool have_keys(std::string_view kid);
  void fetch_keys();
  [[nodiscard]] Need use_found(TokenCache::Found found);
  void introspect(const std::string& token);
  [[nodiscard]] Need use_answer();
  [[nodiscard]] Result<gateway::KnownToken> read_answer() const;
  void keep(const gateway::KnownToken& known, std::string_view cache_control);
  [[nodiscard]] verify::Next no_answer(gateway::ServerFault fault);

  void wait();
  void wait_for_question(bool sent);
  void resume();
  [[nodiscard]] bool must_ask_about_jwt() const;
  [[nodiscard]] std::string_view presented_token() const;

  [[nodiscard]] ngx_int_t finish();
  [[nodiscard]] ngx_int_t allow(verify::VerifiedToken token);
  [[nodiscard]] ngx_int_t refuse(const verify::Refusal& refusal);
  [[nodiscard]] TokenCache cache() const { return TokenCache(*location_.tokens); }
  [[nodiscard]] gateway::Counters& counters() const { return location_.tokens->memory().counters; }

  ngx_http_request_t* request_;
  NginxLocation& location_;
  std::optional<verify::Verification> verification_;
  std::optional<verify::Next> next_;

  // What the request brought
  std::string authorization_;
  Bytes certificate_;
  std::string certificate_thumbprint_;
  std::string proven_jkt_;  ///< by an earlier check of the same request

  // What is being waited for
  bool waiting_ = false;
  bool failed_ = false;
  bool body_read_ = false;
  ngx_event_t timer_{};
  std::uint64_t started_ = steady_clock();
  std::uint64_t pause_ = 0;

  // The question about the token
  std::optional<Digest256> claimed_;
  std::optional<oauth::TokenHash> token_hash_;
  std::optional<ServerAnswer> answer_;
  Instant asked_at_{};  ///< of the steady clock
  bool waited_ = false;

  // What came out
  bool allowed_ = false;
  verify::VerifiedToken token_;
  std::string phantom_;
  std::string interaction_id_;
  std::string_view result_;
  std::string_view reason_;
  std::string_view scheme_;
  gateway::ServerFault fault_ = gateway::ServerFault::None;
  bool is_replay_ = false;
  std::optional<gateway::TokenSource> source_;
  std::optional<std::uint64_t> introspection_milliseconds_;
};

/// The access phase of a client's request.
ngx_int_t on_access(ngx_http_request_t* request);
/// An early phase of subrequests (mirror, SSI, add_after_body, ...): they reach a protected location only when the
/// client's request has been allowed and its token satisfies that location as well.
ngx_int_t on_subrequest(ngx_http_request_t* request);
/// What is known of a client's request, also after internal redirects; null when no check was begun.
[[nodiscard]] Access* find_access(ngx_http_request_t* request);

}  // namespace signet::nginx
