#include "gateway/nginx/forward.h"

#include "base/text.h"

namespace signet::nginx {
namespace {

bool is_replaced(std::string_view name, const Forwarding& forwarding) {
  if (equals_ignoring_ascii_case(name, "Authorization")) return !forwarding.keep_authorization;
  if (equals_ignoring_ascii_case(name, "DPoP")) return true;
  if (equals_ignoring_ascii_case(name, verify::kInteractionIdField)) return !forwarding.interaction_id.empty();
  return verify::is_proven_key_field(name);
}

ngx_table_elt_t* add(ngx_http_request_t* request, ngx_list_t& list, std::string_view name, std::string_view value) {
  auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&list));
  if (header == nullptr) return nullptr;
  *header = {};
  header->key = to_ngx(request->pool, name);
  const ngx_str_t lower = to_ngx(request->pool, to_lower_ascii(name));
  header->value = to_ngx(request->pool, value);
  if (header->key.data == nullptr || lower.data == nullptr || header->value.data == nullptr) return nullptr;
  header->lowcase_key = lower.data;
  header->hash = ngx_hash_key(lower.data, lower.len);
  return header;
}

/// Copies what stays. nginx's own pointers into the old list stay valid: the old elements are not touched.
bool copy_kept(const ngx_list_t& from, ngx_list_t& to, const Forwarding& forwarding) {
  for (const ngx_list_part_t* part = &from.part; part != nullptr; part = part->next) {
    const auto* headers = static_cast<const ngx_table_elt_t*>(part->elts);
    for (ngx_uint_t i = 0; i < part->nelts; ++i) {
      if (is_replaced(to_view(headers[i].key), forwarding)) continue;
      auto* copy = static_cast<ngx_table_elt_t*>(ngx_list_push(&to));
      if (copy == nullptr) return false;
      *copy = headers[i];
    }
  }
  return true;
}

}  // namespace

bool forward(ngx_http_request_t* request, const Forwarding& forwarding) {
  ngx_list_t list;
  if (ngx_list_init(&list, request->pool, 20, sizeof(ngx_table_elt_t)) != NGX_OK) return false;
  if (!copy_kept(request->headers_in.headers, list, forwarding)) return false;
  ngx_table_elt_t* authorization = forwarding.keep_authorization ? request->headers_in.authorization : nullptr;
  if (!forwarding.bearer_token.empty()) {
    authorization = add(request, list, "Authorization", "Bearer " + std::string(forwarding.bearer_token));
    if (authorization == nullptr) return false;
  }
  const auto& key = forwarding.proven_key;
  if (!key.name.empty() && add(request, list, key.name, key.value) == nullptr) return false;
  const std::string_view id = forwarding.interaction_id;
  if (!id.empty() && add(request, list, verify::kInteractionIdField, id) == nullptr) return false;
  // The list ends with a pointer into itself when all fits into its first part
  const bool is_one_part = list.last == &list.part;
  request->headers_in.headers = list;
  if (is_one_part) request->headers_in.headers.last = &request->headers_in.headers.part;
  request->headers_in.authorization = authorization;
  return true;
}

}  // namespace signet::nginx
