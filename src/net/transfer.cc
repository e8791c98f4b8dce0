#include "net/transfer.h"

#include <sys/socket.h>

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "net/address.h"

namespace signet::net {
namespace {

constexpr std::size_t kHeaderBytes = 64 * 1024;

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// Which address an error is of; its query may hold secrets.
std::string name_address(std::string_view url, std::string_view detail) {
  const std::string address(without_query(url));
  return detail.empty() ? address : address + ": " + std::string(detail);
}

curl_blob blob_of(std::string_view text) {
  // The request lives as long as the handle, and COPY lets kept-alive connections compare their settings with later
  // ones.
  return {.data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_COPY};
}

}  // namespace

Transfer::Transfer(OutgoingRequest request, const OutboundPolicy& policy)
    : request_(std::move(request)), policy_(policy) {}

Result<void> Transfer::check_request() const {
  TRY_ASSIGN(const Url url, parse_url(request_.url));
  const bool is_allowed = url.is_https() || (url.scheme == "http" && policy_.allow_plain_http);
  if (!is_allowed) return fail(ErrorCode::Denied, "The scheme of the URL is not allowed.");
  if (!url.userinfo.empty()) return fail(ErrorCode::Denied, "A URL with credentials is not allowed.");
  if (!is_visible_ascii(request_.method)) return fail(ErrorCode::Malformed, "The method is not valid.");
  if (!is_one_line(request_.url)) return fail(ErrorCode::Malformed, "The URL is not valid.");
  return {};
}

Result<void> Transfer::prepare() {
  TRY(check_request());
  handle_.reset(curl_easy_init());
  if (!handle_) return fail(ErrorCode::Unavailable, "The HTTP library gave no handle.");
  CURL* const easy = handle_.get();
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  set_limits();
  set_method_and_body();
  set_tls();
  TRY(set_fields());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::header_callback);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::body_callback);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket_callback);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  return {};
}

/// Only what was asked for: no redirects, no proxy or credentials out of the environment, no other protocol.
void Transfer::set_limits() {
  CURL* const easy = handle_.get();
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, policy_.allow_plain_http ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  const auto timeout = static_cast<long>(std::max<Duration::rep>(1, request_.timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout);
}

void Transfer::set_method_and_body() {
  CURL* const easy = handle_.get();
  const std::string& method = request_.method;
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool has_body = !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
  if (has_body) {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
  }
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Transfer::set_tls() {
  CURL* const easy = handle_.get();
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  const ClientTls& tls = request_.tls;
  if (!tls.ca_pem.empty()) {
    curl_blob blob = blob_of(tls.ca_pem);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
  }
  if (tls.certificate_pem.empty()) return;
  curl_blob certificate = blob_of(tls.certificate_pem);
  curl_blob key = blob_of(tls.private_key_pem.reveal());
  curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
  curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
  curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
  curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
}

Result<void> Transfer::set_fields() {
  const auto append = [this](const std::string& line) {
    curl_slist* const longer = curl_slist_append(fields_.get(), line.c_str());
    if (longer == nullptr) return;
    static_cast<void>(fields_.release());
    fields_.reset(longer);
  };
  append("Expect:");
  if (request_.fields.count("content-type") == 0) append("Content-Type:");
  if (request_.fields.count("accept") == 0) append("Accept: */*");
  for (const auto& field : request_.fields.list()) {
    if (!is_visible_ascii(field.name) || field.name.find(':') != std::string::npos || !is_one_line(field.value)) {
      return fail(ErrorCode::Malformed, "A header field of an outgoing request is not valid.");
    }
    // A name with a semicolon is how libcurl is told of an empty value.
    append(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  curl_easy_setopt(handle_.get(), CURLOPT_HTTPHEADER, fields_.get());
  return {};
}

void Transfer::finish(CURLcode code) {
  result_ = make_result(code);
  if (!result_) result_.error().detail = name_address(request_.url, result_.error().detail);
  handle_.reset();
}

Result<http::Response> Transfer::make_result(CURLcode code) {
  if (is_too_large_) return fail(ErrorCode::TooLarge, "The response of another server is too large.");
  // A name may have several addresses: only when none could be connected to is the refusal the reason.
  if (code != CURLE_OK && is_denied_) return fail(ErrorCode::Denied, "The address of the URL is not allowed.");
  if (code == CURLE_OPERATION_TIMEDOUT) return fail(ErrorCode::Timeout, "Another server did not answer in time.");
  if (code == CURLE_UNSUPPORTED_PROTOCOL) return fail(ErrorCode::Denied, "The scheme of the URL is not allowed.");
  if (code != CURLE_OK)
    return fail(ErrorCode::Unavailable, "Another server cannot be reached.", curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

std::size_t Transfer::on_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderBytes) {
    is_too_large_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    response_.fields = {};  // a final answer behind an interim one
    return line.size();
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  response_.fields.add(line.substr(0, colon), trim(value));
  return line.size();
}

std::size_t Transfer::on_body(std::string_view bytes) {
  if (response_.body.size() + bytes.size() > request_.max_response_bytes) {
    is_too_large_ = true;
    return 0;
  }
  response_.body.append(bytes);
  return bytes.size();
}

std::size_t Transfer::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<Transfer*>(self)->on_header({data, size * count});
}

std::size_t Transfer::body_callback(char* data, std::size_t size, std::size_t count, void* self) {
  const std::size_t taken = static_cast<Transfer*>(self)->on_body({data, size * count});
  return taken == 0 && size * count != 0 ? std::size_t{CURL_WRITEFUNC_ERROR} : taken;
}

curl_socket_t Transfer::open_socket_callback(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto target = IpAddress::from_socket_address(address->addr);
  const bool is_allowed = target && (transfer.policy_.allow_private_addresses || is_public_address(*target));
  if (!is_allowed) {
    transfer.is_denied_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace signet::net
