#pragma once
// nginx's headers, and the few conversions between its values and ours.

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
}

#include <string>
#include <string_view>

#include "base/clock.h"

extern "C" ngx_module_t ngx_http_signet_module;

namespace signet::nginx {

[[nodiscard]] inline std::string_view to_view(const ngx_str_t& text) {
  return {reinterpret_cast<const char*>(text.data), text.len};
}

/// A copy in `pool`; its data is null when memory ran out.
[[nodiscard]] inline ngx_str_t to_ngx(ngx_pool_t* pool, std::string_view text) {
  ngx_str_t copy{text.size(), static_cast<u_char*>(ngx_pnalloc(pool, text.size() + 1))};
  if (copy.data == nullptr) return copy;
  ngx_memcpy(copy.data, text.data(), text.size());
  copy.data[text.size()] = '\0';
  return copy;
}

/// A literal as nginx has it; nothing is copied.
template <std::size_t Size>
[[nodiscard]] ngx_str_t literal(const char (&text)[Size]) {
  return {Size - 1, reinterpret_cast<u_char*>(const_cast<char*>(text))};  // NOLINT: nginx never writes to it
}

/// The wall clock as nginx last read it: once for each turn of its event loop.
[[nodiscard]] inline Instant wall_clock() {
  const ngx_time_t* time = ngx_timeofday();
  return from_unix_millis(static_cast<std::int64_t>(time->sec) * 1000 + static_cast<std::int64_t>(time->msec));
}

/// Milliseconds that never go back and mean the same in every worker. Ages and lifetimes are measured with it, so that
/// a step of the wall clock prolongs nothing.
[[nodiscard]] inline std::uint64_t steady_clock() {
  return static_cast<std::uint64_t>(ngx_current_msec);
}

/// The steady clock as a point in time, for sets that remember until one.
[[nodiscard]] inline Instant steady_instant() {
  return from_unix_millis(static_cast<std::int64_t>(steady_clock()));
}

/// A line in the error log of the request without the request itself: nginx would add the request line, and with it a
/// token that somebody put into the query.
void log_event(ngx_uint_t level, const ngx_http_request_t* request, std::string_view text);

/// Makes a `T` that dies with `pool`; null when memory ran out.
template <class T, class... Arguments>
[[nodiscard]] T* make_in_pool(ngx_pool_t* pool, Arguments&&... arguments) {
  ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, 0);
  if (cleanup == nullptr) return nullptr;
  T* made = new T(std::forward<Arguments>(arguments)...);
  cleanup->data = made;
  cleanup->handler = [](void* data) { delete static_cast<T*>(data); };
  return made;
}

}  // namespace signet::nginx
