#include "gateway/nginx/subrequest.h"

#include "base/text.h"
#include "gateway/phantom_token.h"

namespace signet::nginx {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

/// What has come of the answer so far.
struct Capture {
  ServerAnswer answer;
  bool is_too_large = false;
  std::function<void(ServerAnswer)> on_answer;
};

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

ngx_int_t on_done(ngx_http_request_t* request, void* data, ngx_int_t result);

/// Found by the handler and not by the module's context, which an internal redirect of the question (error_page) would
/// clear: the server's answer must never reach the client.
Capture* capture_of(const ngx_http_request_t* request) {
  const ngx_http_post_subrequest_t* after = request->post_subrequest;
  if (request == request->main || after == nullptr || after->handler != on_done) return nullptr;
  return static_cast<Capture*>(after->data);
}

bool add_header(ngx_http_request_t* request, ngx_str_t name, ngx_str_t lower_name, std::string_view value) {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&request->headers_in.headers));
  if (header == nullptr) return false;
  *header = {};
  header->key = name;
  header->lowcase_key = lower_name.data;
  header->hash = ngx_hash_key(lower_name.data, lower_name.len);
  header->value = to_ngx(request->pool, value);
  return header->value.data != nullptr;
}

/// A header of our own: the one that nginx copied from the client is forgotten.
bool make_headers(ngx_http_request_t* request, const Question& question) {
  const ngx_str_t server = request->headers_in.server;
  request->headers_in = {};
  request->headers_in.server = server;
  request->headers_in.content_length_n = question.form.empty() ? -1 : static_cast<off_t>(question.form.size());
  request->headers_in.keep_alive_n = -1;
  if (ngx_list_init(&request->headers_in.headers, request->pool, 4, sizeof(ngx_table_elt_t)) != NGX_OK) return false;
  if (!add_header(request, literal("Accept"), literal("accept"), question.accept)) return false;
  return question.form.empty() || add_header(request, literal("Content-Type"), literal("content-type"), kFormType);
}

bool make_body(ngx_http_request_t* request, const std::string& form) {
  auto* body = static_cast<ngx_http_request_body_t*>(ngx_pcalloc(request->pool, sizeof(ngx_http_request_body_t)));
  if (body == nullptr) return false;
  request->request_body = body;  // also when empty: the client's own must not be touched
  if (form.empty()) return true;
  ngx_buf_t* buffer = ngx_create_temp_buf(request->pool, form.size());
  body->bufs = ngx_alloc_chain_link(request->pool);
  if (buffer == nullptr || body->bufs == nullptr) return false;
  buffer->last = ngx_cpymem(buffer->last, form.data(), form.size());
  buffer->last_buf = 1;
  body->bufs->buf = buffer;
  body->bufs->next = nullptr;
  return true;
}

ngx_int_t on_done(ngx_http_request_t* request, void* data, ngx_int_t result) {
  auto* capture = static_cast<Capture*>(data);
  if (!capture->on_answer) return result;
  ServerAnswer answer = std::move(capture->answer);
  answer.abandoned = result == NGX_HTTP_CLIENT_CLOSED_REQUEST || request->connection->error != 0;
  if (result >= NGX_HTTP_SPECIAL_RESPONSE) answer.status = static_cast<int>(result);
  if (result == NGX_ERROR || capture->is_too_large || answer.status == 0) answer.status = NGX_HTTP_BAD_GATEWAY;
  const bool is_abandoned = answer.abandoned;
  const auto on_answer = std::exchange(capture->on_answer, {});
  try {
    on_answer(std::move(answer));
  } catch (const std::exception& exception) {
    log_event(NGX_LOG_ALERT, request, exception.what());
    return NGX_ERROR;
  }
  // The failure of a question is no failure of the client's request: what it means is decided there
  return is_abandoned ? result : NGX_OK;
}

/// All values of Cache-Control in one list.
std::string read_cache_control(const ngx_http_request_t* request) {
  std::string values;
  for (const ngx_list_part_t* part = &request->headers_out.headers.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (headers[i].hash == 0 || !equals_ignoring_ascii_case(to_view(headers[i].key), "Cache-Control")) continue;
      if (!values.empty()) values += ',';
      values += to_view(headers[i].value);
    }
  }
  return values;
}

ngx_int_t filter_header(ngx_http_request_t* request) {
  Capture* capture = capture_of(request);
  if (capture == nullptr) return next_header_filter(request);
  capture->answer.status = static_cast<int>(request->headers_out.status);
  capture->answer.content_type = to_view(request->headers_out.content_type);
  capture->answer.cache_control = read_cache_control(request);
  request->filter_need_in_memory = 1;
  request->header_sent = 1;
  return NGX_OK;
}

ngx_int_t filter_body(ngx_http_request_t* request, ngx_chain_t* in) {
  Capture* capture = capture_of(request);
  if (capture == nullptr) return next_body_filter(request, in);
  std::string& body = capture->answer.body;
  for (ngx_chain_t* link = in; link != nullptr; link = link->next) {
    ngx_buf_t* buffer = link->buf;
    if (ngx_buf_in_memory(buffer)) {
      const auto size = static_cast<std::size_t>(buffer->last - buffer->pos);
      capture->is_too_large = capture->is_too_large || body.size() + size > gateway::kMaxAnswerBytes;
      if (!capture->is_too_large) body.append(reinterpret_cast<const char*>(buffer->pos), size);
      buffer->pos = buffer->last;
    }
    if (buffer->in_file) buffer->file_pos = buffer->file_last;
  }
  return NGX_OK;
}

}  // namespace

bool send_question(ngx_http_request_t* request, Question question, std::function<void(ServerAnswer)> on_answer) {
  auto* capture = make_in_pool<Capture>(request->pool);
  auto* after = static_cast<ngx_http_post_subrequest_t*>(ngx_palloc(request->pool, sizeof(ngx_http_post_subrequest_t)));
  ngx_str_t uri = to_ngx(request->pool, question.uri);
  if (capture == nullptr || after == nullptr || uri.data == nullptr) return false;
  after->handler = on_done;
  after->data = capture;
  const ngx_uint_t flags = question.background ? NGX_HTTP_SUBREQUEST_BACKGROUND : NGX_HTTP_SUBREQUEST_WAITED;
  ngx_http_request_t* made = nullptr;
  if (ngx_http_subrequest(request, &uri, nullptr, &made, after, flags) != NGX_OK) return false;
  // From here on the answer comes in any case: a header or body that cannot be made ends the request
  capture->on_answer = std::move(on_answer);
  if (!question.form.empty()) {
    made->method = NGX_HTTP_POST;
    made->method_name = literal("POST");
  }
  return make_headers(made, question) && make_body(made, question.form);
}

void install_answer_filters() {
  next_header_filter = ngx_http_top_header_filter;
  ngx_http_top_header_filter = filter_header;
  next_body_filter = ngx_http_top_body_filter;
  ngx_http_top_body_filter = filter_body;
}

bool is_question(const ngx_http_request_t* request) {
  return capture_of(request) != nullptr;
}

}  // namespace signet::nginx
