#include "gateway/nginx/access.h"

#include "base/text.h"
#include "crypto/random.h"
#include "gateway/nginx/configuration.h"
#include "gateway/nginx/feed_watch.h"
#include "gateway/nginx/forward.h"
#include "gateway/nginx/respond.h"
#include "gateway/phantom_token.h"
#include "gateway/revocation_feed.h"
#include "oauth/access_token_jti.h"
#include "x509/certificate.h"

namespace signet::nginx {
namespace {

constexpr std::uint64_t kPatience = 10'000;  ///< milliseconds a request waits in all
constexpr std::uint64_t kFirstPause = 2;
constexpr std::uint64_t kLongestPause = 20;
constexpr std::uint64_t kFailureLifetime = 200;

crypto::SystemRandom& random_source() {
  static crypto::SystemRandom random;
  return random;
}

Marks marks_of(std::string_view issuer, const oauth::TokenHash& hash, std::string_view jti, std::string_view client) {
  return {gateway::token_mark(issuer, hash), gateway::grant_mark(issuer, oauth::grant_of_jti(jti)),
          gateway::client_mark(issuer, client)};
}

std::string choose_interaction_id(const NginxLocation& location, const RequestFields& fields) {
  if (!location.rules.settings.interaction_id) return {};
  const bool is_echoed = fields.interaction_id.size() == 1 && gateway::is_interaction_id(fields.interaction_id.front());
  return is_echoed ? std::string(fields.interaction_id.front()) : gateway::make_interaction_id(random_source());
}

/// The token has not been checked, so it is not accepted. A server that is late is told apart from one that fails.
std::unexpected<Error> cannot_check(gateway::ServerFault fault, std::string detail = {}) {
  const auto code = fault == gateway::ServerFault::Timeout ? ErrorCode::Timeout : ErrorCode::Unavailable;
  return fail(code, "The access token cannot be checked at the moment.", std::move(detail));
}

bool is_dpop(std::string_view authorization) {
  return equals_ignoring_ascii_case(authorization.substr(0, 5), "dpop ");
}

/// For logs: never what the client wrote, which may be the token itself.
std::string_view scheme_of(std::string_view authorization) {
  if (is_dpop(authorization)) return "DPoP";
  return equals_ignoring_ascii_case(authorization.substr(0, 7), "bearer ") ? "Bearer" : "";
}

}  // namespace

Access::Access(ngx_http_request_t* request, NginxLocation& location) : request_(request), location_(location) {}

Access::Access(ngx_http_request_t* request, NginxLocation& location, const Access& earlier)
    : request_(request),
      location_(location),
      authorization_(earlier.authorization_),
      certificate_(earlier.certificate_),
      certificate_thumbprint_(earlier.certificate_thumbprint_),
      body_read_(true),
      interaction_id_(earlier.interaction_id_) {
  if (earlier.token_.cnf.kind == oauth::SenderConstraint::Kind::Dpop) proven_jkt_ = earlier.token_.cnf.thumbprint;
}

Access::~Access() {
  if (timer_.timer_set) ngx_del_timer(&timer_);
  if (claimed_) cache().release(*claimed_);
}

std::string_view Access::presented_token() const {
  return std::string_view(authorization_).substr(authorization_.rfind(' ') + 1);
}

std::string_view Access::source() const {
  return source_ ? gateway::kTokenSourceNames[static_cast<std::size_t>(*source_)] : std::string_view();
}

// The loop --------------------------------------------------------------------------------------------

ngx_int_t Access::run() {
  if (waiting_) return NGX_AGAIN;
  if (failed_) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  if (allowed_) return NGX_OK;
  if (must_read_body()) return read_body();
  if (!next_) begin();
  while (!std::holds_alternative<verify::Verdict>(*next_)) {
    Need following = answer_once();
    if (!following) return failed_ ? NGX_HTTP_INTERNAL_SERVER_ERROR : NGX_AGAIN;
    next_ = *std::move(following);
    if (std::holds_alternative<verify::Verdict>(*next_) && must_ask_about_jwt()) restart_asking();
  }
  return finish();
}

Access::Need Access::answer_once() {
  if (const auto* keys = std::get_if<verify::NeedKeys>(&*next_)) return answer(*keys);
  if (const auto* question = std::get_if<verify::NeedIntrospection>(&*next_)) return answer(*question);
  return answer(std::get<verify::NeedReplayCheck>(*next_));
}

bool Access::must_read_body() const {
  return !body_read_ && request_->headers_in.authorization != nullptr && has_form_body(request_);
}

ngx_int_t Access::read_body() {
  body_read_ = true;
  waiting_ = true;
  const ngx_int_t result = ngx_http_read_client_request_body(request_, [](ngx_http_request_t* request) {
    if (Access* access = find_access(request)) access->on_body();
  });
  if (result >= NGX_HTTP_SPECIAL_RESPONSE) return result;
  ngx_http_finalize_request(request_, NGX_DONE);  // gives back the reference that reading took
  return NGX_DONE;
}

void Access::on_body() {
  waiting_ = false;
  request_->preserve_body = 1;
  request_->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(request_);
}

Result<verify::Presented> Access::present() {
  verify::Presented presented;
  presented.method = to_view(request_->method_name);
  presented.url = public_url_of(request_, location_);
  if (!authorization_.empty()) {  // checked before in another location
    presented.authorization.emplace_back(authorization_);
    presented.certificate_thumbprint = certificate_thumbprint_;
    presented.forwarded_jkt = proven_jkt_;
    return presented;
  }
  RequestFields fields = read_fields(request_);
  interaction_id_ = choose_interaction_id(location_, fields);
  presented.authorization = std::move(fields.authorization);
  presented.dpop = std::move(fields.dpop);
  presented.other_places = {.query = has_token_in_query(request_),
                            .form = has_form_body(request_) && body_read_ && has_token_in_form(request_)};
  if (presented.authorization.size() != 1) return presented;
  authorization_ = presented.authorization.front();
  if (is_dpop(authorization_)) return presented;
  TRY_ASSIGN(certificate_, find_client_certificate(request_, location_, fields));
  if (!certificate_.empty()) certificate_thumbprint_ = x509::certificate_thumbprint(certificate_);
  presented.certificate_thumbprint = certificate_thumbprint_;
  return presented;
}

void Access::begin() {
  auto presented = present();
  if (!presented) {
    const int status = NGX_HTTP_BAD_REQUEST;
    next_ = verify::Verdict(verify::Refusal{std::move(presented).error(), status, {}, {}});
    return;
  }
  scheme_ = scheme_of(authorization_);
  verification_.emplace(location_.rules.policy, *std::move(presented), wall_clock());
  next_ = verification_->start();
}

/// A JWT whose grant or client was revoked, or could have been without this gateway's knowing: its signature is still
/// good, so the server is asked. The possession has been shown and the proof used up.
void Access::restart_asking() {
  const auto& token = std::get<verify::VerifiedToken>(std::get<verify::Verdict>(*next_));
  verify::Presented presented;
  presented.method = to_view(request_->method_name);
  presented.url = public_url_of(request_, location_);
  presented.authorization.emplace_back(authorization_);
  presented.certificate_thumbprint = certificate_thumbprint_;
  if (token.cnf.kind == oauth::SenderConstraint::Kind::Dpop) presented.forwarded_jkt = token.cnf.thumbprint;
  source_.reset();
  verification_.emplace(location_.rules.asking_policy, std::move(presented), wall_clock());
  next_ = verification_->start();
}

bool Access::must_ask_about_jwt() const {
  const auto* token = std::get_if<verify::VerifiedToken>(&std::get<verify::Verdict>(*next_));
  if (token == nullptr || source_ != gateway::TokenSource::Local) return false;
  const auto [of_token, of_grant, of_client] =
      marks_of(token->iss, oauth::TokenHash::of(presented_token()), token->jti, token->client_id);
  const gateway::TimedSet marks = location_.tokens->marks();
  const Instant now = steady_instant();
  const Instant issued_at = now - (wall_clock() - token->iat.value_or(Instant{}));
  // A token or grant never comes back; a client may get new tokens
  if (marks.contains(of_token, now) || marks.contains(of_grant, now) ||
      is_marked(*location_.tokens, {&of_client, 1}, issued_at)) {
    return true;
  }
  return location_.has_feed() && !knows_revocations_since(location_, issued_at, now);
}

// Needs of the token core -----------------------------------------------------------------------------

Access::Need Access::answer(const verify::NeedKeys& need) {
  source_ = gateway::TokenSource::Local;
  if (location_.has_feed() && !is_feed_current()) return std::nullopt;
  if (!have_keys(need.kid)) return std::nullopt;
  if (fault_ != gateway::ServerFault::None) {
    return verification_->on_keys(fail(ErrorCode::Unavailable, "The access token cannot be checked at the moment."));
  }
  return verification_->on_keys(location_.authority->keys.keys());
}

Access::Need Access::answer(const verify::NeedReplayCheck& need) {
  const Instant now = wall_clock();
  const gateway::Settings& settings = location_.rules.settings;
  // What was used before this zone was made is not known: proofs from before are refused. Its age is measured by the
  // steady clock, so that a step of the wall clock does not move its birth
  const auto age = milliseconds(steady_clock() - location_.replays->memory().created_at);
  const Instant known_since =
      std::chrono::floor<seconds>(now - age) + settings.dpop_lifetime + location_.rules.policy.clock.past;
  auto inserted = gateway::TimedSet::Inserted::Unknown;
  if (need.until >= known_since) inserted = location_.replays->proofs().insert(need.hash, need.until, now);
  if (inserted == gateway::TimedSet::Inserted::Full) {
    return verification_->on_replay(fail(ErrorCode::Overloaded, "The gateway is busy.", "the replay zone is full"));
  }
  is_replay_ = inserted != gateway::TimedSet::Inserted::First;
  return verification_->on_replay(is_replay_ ? verify::Seen::Again : verify::Seen::First);
}

Access::Need Access::answer(const verify::NeedIntrospection& need) {
  if (location_.rules.settings.introspection.empty()) return no_answer(gateway::ServerFault::Unavailable);
  token_hash_ = need.token_hash;
  if (answer_) return use_answer();
  if (location_.has_feed() && !is_feed_current()) return std::nullopt;
  if (steady_clock() - started_ > kPatience) return no_answer(gateway::ServerFault::Timeout);
  const Digest256 key = location_.cache_key(need.token_hash);
  TokenCache::Found found = cache().find_or_claim(key, waited_, steady_clock());
  if (found.state == TokenCache::State::Pending) {
    waited_ = true;
    wait();
    return std::nullopt;
  }
  if (found.state != TokenCache::State::Claimed) return use_found(std::move(found));
  claimed_ = key;
  introspect(need.token);
  return std::nullopt;
}

Access::Need Access::use_found(TokenCache::Found found) {
  if (found.state == TokenCache::State::Failed) return no_answer(found.fault);
  auto known = gateway::parse_snapshot(found.snapshot);
  if (!known) return verification_->on_introspection(std::unexpected(std::move(known).error()));
  source_ = waited_                  ? gateway::TokenSource::Wait
            : known->response.active ? gateway::TokenSource::Hit
                                     : gateway::TokenSource::Negative;
  phantom_ = std::move(known->phantom);
  return verification_->on_introspection(std::move(known->response));
}

verify::Next Access::no_answer(gateway::ServerFault fault) {
  fault_ = fault;
  return verification_->on_introspection(cannot_check(fault));
}

// Questions -------------------------------------------------------------------------------------------

bool Access::is_feed_current() {
  FeedState& feed = state_of(location_);
  const std::uint64_t now = steady_clock();
  note_use(feed, now);
  // What was asked since this request came is new enough, however long the answer took
  if (feed.succeeded_at >= started_) return true;
  switch (advise(feed, now)) {
    case FeedAdvice::Use:
      return true;
    case FeedAdvice::Refresh:
      location_.watch->start(request_);
      return true;
    case FeedAdvice::Wait:
      wait();
      return false;
    case FeedAdvice::Ask:
      break;
  }
  if (claim(feed, now)) {
    wait_for_question(ask_feed(request_, location_, std::nullopt, [this](const FeedAnswer& answer) {
      waiting_ = false;
      if (answer.is_taken) location_.watch->start(request_);
    }));
  } else {
    wait();
  }
  return false;
}

bool Access::have_keys(std::string_view kid) {
  switch (location_.authority->keys.advise(kid, steady_clock())) {
    case KeyRing::Advice::Use:
      return true;
    case KeyRing::Advice::Fail:
      if (fault_ == gateway::ServerFault::None) fault_ = gateway::ServerFault::BadAnswer;
      return true;
    case KeyRing::Advice::Wait:
      if (steady_clock() - started_ > kPatience) {
        fault_ = gateway::ServerFault::Timeout;
        return true;
      }
      wait();
      return false;
    case KeyRing::Advice::Fetch:
      break;
  }
  fetch_keys();
  return false;
}

void Access::fetch_keys() {
  location_.authority->keys.begin_fetch(steady_clock());
  const Question question{.uri = location_.rules.settings.jwks, .accept = "application/json", .form = {}};
  wait_for_question(send_question(request_, question, [this](const ServerAnswer& answer) {
    waiting_ = false;
    if (answer.abandoned) return location_.authority->keys.abandon_fetch();
    ++counters().key_fetches;
    auto keys = answer.status == NGX_HTTP_OK
                    ? jose::parse_jwk_set(answer.body)
                    : Result<jose::JwkSet>(fail(ErrorCode::Unavailable, "The keys cannot be fetched."));
    if (!keys) {
      ++counters().key_fetches_failed;
      if (answer.status != NGX_HTTP_OK) fault_ = gateway::fault_of_status(answer.status);
      log_event(NGX_LOG_ERR, request_,
                "the keys of the authorization server cannot be fetched: status " + std::to_string(answer.status));
    }
    location_.authority->keys.end_fetch(std::move(keys), steady_clock());
    if (fault_ != gateway::ServerFault::None &&
        location_.authority->keys.advise({}, steady_clock()) == KeyRing::Advice::Use) {
      fault_ = gateway::ServerFault::None;  // the keys from before still count
    }
  }));
}

void Access::introspect(const std::string& token) {
  const gateway::Settings& settings = location_.rules.settings;
  source_ = gateway::TokenSource::Miss;
  asked_at_ = steady_instant();
  auto form = gateway::make_question(location_.rules.credential, {{"token", token}}, random_source(), wall_clock());
  if (!form) return wait_for_question(false);
  const std::uint64_t sent_at = steady_clock();
  const Question question{
      .uri = settings.introspection, .accept = gateway::media_type_of(settings.phantom_form), .form = *std::move(form)};
  wait_for_question(send_question(request_, question, [this, sent_at](ServerAnswer answer) {
    waiting_ = false;
    answer_ = std::move(answer);
    introspection_milliseconds_ = steady_clock() - sent_at;
    ++counters().introspections;
    counters().introspection_milliseconds += *introspection_milliseconds_;
  }));
}

Access::Need Access::use_answer() {
  fault_ = gateway::fault_of_status(answer_->status);
  if (fault_ == gateway::ServerFault::None && answer_->status == NGX_HTTP_OK) {
    const auto kid = gateway::peek_kid(answer_->body);
    if (kid && !have_keys(*kid)) return std::nullopt;
  }
  Result<gateway::KnownToken> known = read_answer();
  const std::string cache_control = std::move(answer_->cache_control);
  answer_.reset();
  const Digest256 key = *std::exchange(claimed_, std::nullopt);
  if (!known) {
    if (fault_ == gateway::ServerFault::None) fault_ = gateway::ServerFault::BadAnswer;
    ++counters().introspections_failed;
    cache().keep_failure(key, fault_, steady_clock() + kFailureLifetime);
    log_event(NGX_LOG_ERR, request_, "introspection gave no answer that counts: " + known.error().detail);
    return verification_->on_introspection(std::unexpected(std::move(known).error()));
  }
  keep(*known, cache_control);
  phantom_ = std::move(known->phantom);
  return verification_->on_introspection(std::move(known->response));
}

Result<gateway::KnownToken> Access::read_answer() const {
  const gateway::Settings& settings = location_.rules.settings;
  if (fault_ != gateway::ServerFault::None) {
    return cannot_check(fault_, "status " + std::to_string(answer_->status));
  }
  if (answer_->status == NGX_HTTP_NO_CONTENT) return gateway::KnownToken{};
  if (http::media_type(answer_->content_type) != gateway::media_type_of(settings.phantom_form)) {
    return cannot_check(gateway::ServerFault::BadAnswer, "another media type than was asked for");
  }
  return gateway::verify_phantom(answer_->body, location_.authority->keys.keys(),
                                 {.form = settings.phantom_form,
                                  .issuer = settings.issuer,
                                  .client_id = settings.client_id,
                                  .now = wall_clock(),
                                  .algorithms = location_.rules.policy.algorithms,
                                  .clock = location_.rules.policy.clock});
}

void Access::keep(const gateway::KnownToken& known, std::string_view cache_control) {
  const gateway::Settings& settings = location_.rules.settings;
  std::string snapshot;
  gateway::append_snapshot(snapshot, known);
  Duration lifetime = known.response.active ? settings.ceiling : settings.negative_lifetime;
  if (settings.phantom_form == gateway::PhantomForm::AccessTokenJwt) {
    lifetime = std::min(lifetime, gateway::cache_lifetime(cache_control));
  }
  const Marks marks = marks_of(settings.issuer, *token_hash_, known.response.jti, known.response.client_id);
  // What is dead already cannot be revoked
  const Instant asked_at = known.response.active ? asked_at_ : Instant::max();
  cache().keep(location_.cache_key(*token_hash_), snapshot, marks, asked_at,
               steady_clock() + static_cast<std::uint64_t>(lifetime.count()));
}

// Waiting ---------------------------------------------------------------------------------------------

void Access::wait() {
  pause_ = pause_ == 0 ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  waiting_ = true;
  timer_.data = this;
  timer_.log = request_->connection->log;
  timer_.handler = [](ngx_event_t* event) { static_cast<Access*>(event->data)->resume(); };
  ngx_add_timer(&timer_, pause_);
}

void Access::wait_for_question(bool sent) {
  waiting_ = sent;
  failed_ = !sent;
}

void Access::resume() {
  waiting_ = false;
  ngx_connection_t* connection = request_->connection;
  ngx_http_set_log_request(connection->log, request_);
  request_->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(request_);
  ngx_http_run_posted_requests(connection);
}

// The verdict -----------------------------------------------------------------------------------------

ngx_int_t Access::finish() {
  auto& verdict = std::get<verify::Verdict>(*next_);
  if (source_) counters().count_source(*source_);
  if (auto* token = std::get_if<verify::VerifiedToken>(&verdict)) return allow(std::move(*token));
  return refuse(std::get<verify::Refusal>(verdict));
}

ngx_int_t Access::allow(verify::VerifiedToken token) {
  token_ = std::move(token);
  const gateway::Settings& settings = location_.rules.settings;
  Forwarding forwarding{.keep_authorization = settings.forwarded_token == gateway::ForwardedToken::Original,
                        .bearer_token = {},
                        .proven_key = {},
                        .interaction_id = interaction_id_};
  if (settings.forwarded_token == gateway::ForwardedToken::Phantom) {
    // A JWT that was verified here is its own phantom
    forwarding.bearer_token = phantom_.empty() ? presented_token() : std::string_view(phantom_);
  }
  if (settings.forward_key) forwarding.proven_key = verify::make_proven_key_field(token_.cnf, certificate_);
  if (!forward(request_, forwarding)) return NGX_HTTP_INTERNAL_SERVER_ERROR;
  allowed_ = true;
  result_ = "allowed";
  reason_ = "allowed";
  counters().count_decision(reason_);
  return NGX_OK;
}

ngx_int_t Access::refuse(const verify::Refusal& refusal) {
  result_ =
      refusal.error.cause() == Cause::Unavailable || refusal.error.cause() == Cause::Bug ? "unavailable" : "refused";
  reason_ = is_replay_ ? "replay" : authorization_.empty() ? "no_credential" : gateway::reason_of(refusal, fault_);
  if (refusal.status == NGX_HTTP_BAD_REQUEST) reason_ = "invalid_request";
  counters().count_decision(reason_);
  log_event(NGX_LOG_INFO, request_, "refused: " + std::string(refusal.error.public_text.view()));
  return respond(request_, gateway::make_answer(refusal, fault_));
}

// The phase -------------------------------------------------------------------------------------------

namespace {

void delete_access(void* data) {
  delete static_cast<Access*>(data);
}

/// The pool outlives the log phase, whose variables are read from here.
Access* keep_in_pool(ngx_http_request_t* request, Access* access) {
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(request->pool, 0);
  if (cleanup == nullptr) {
    delete access;
    return nullptr;
  }
  cleanup->data = access;
  cleanup->handler = delete_access;
  return access;
}

/// The check that this location's rules need; the earlier one when it was the same location.
Access* begin_access(ngx_http_request_t* request, NginxLocation& location) {
  Access* earlier = find_access(request);
  if (earlier != nullptr && &earlier->location() == &location) return earlier;
  auto* made = earlier != nullptr && earlier->is_allowed() ? new Access(request, location, *earlier)
                                                           : new Access(request, location);
  return keep_in_pool(request, made);
}

}  // namespace

Access* find_access(ngx_http_request_t* request) {
  // An internal redirect clears the module's context; the cleanups, newest first, stay
  for (ngx_pool_cleanup_t* cleanup = request->pool->cleanup; cleanup != nullptr; cleanup = cleanup->next) {
    if (cleanup->handler == delete_access) return static_cast<Access*>(cleanup->data);
  }
  return nullptr;
}

ngx_int_t on_access(ngx_http_request_t* request) {
  NginxLocation* location = find_location(request);
  if (location == nullptr) return NGX_DECLINED;
  try {
    Access* access = begin_access(request, *location);
    return access == nullptr ? NGX_HTTP_INTERNAL_SERVER_ERROR : access->run();
  } catch (const std::exception& exception) {
    log_event(NGX_LOG_ALERT, request, exception.what());
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
}

ngx_int_t on_subrequest(ngx_http_request_t* request) {
  if (request == request->main || is_question(request)) return NGX_DECLINED;
  const NginxLocation* location = find_location(request);
  if (location == nullptr) return NGX_DECLINED;
  const Access* access = find_access(request->main);
  const bool is_allowed = access != nullptr && access->is_allowed() &&
                          verify::satisfies(location->rules.policy, access->token(), wall_clock());
  return is_allowed ? NGX_DECLINED : NGX_HTTP_FORBIDDEN;
}

}  // namespace signet::nginx
