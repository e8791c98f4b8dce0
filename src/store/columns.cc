#include "store/columns.h"

#include <algorithm>
#include <limits>

#include "base/json.h"
#include "base/text.h"

namespace signet::store {
namespace {
constexpr std::string_view kDpop = "dpop:";
constexpr std::string_view kMtls = "mtls:";
}  // namespace

sql::Value time_value(Instant at) {
  return to_unix_millis(at);
}

sql::Value time_value(std::optional<Instant> at) {
  return at ? sql::Value(to_unix_millis(*at)) : sql::Value();
}

sql::Value flag_value(bool flag) {
  return std::int64_t{flag ? 1 : 0};
}

sql::Value hash_value(BytesView hash) {
  return Bytes(hash.begin(), hash.end());
}

sql::Value words_value(const std::vector<std::string>& words) {
  return join(words, " ");
}

sql::Value list_value(const std::vector<std::string>& list) {
  std::string text = "[";
  for (const std::string& item : list) {
    if (text.size() > 1) text += ',';
    append_json_string(text, item);
  }
  text += ']';
  return text;
}

sql::Value confirmation_value(const oauth::SenderConstraint& confirmation) {
  switch (confirmation.kind) {
    case oauth::SenderConstraint::Kind::Dpop:
      return std::string(kDpop) + confirmation.thumbprint;
    case oauth::SenderConstraint::Kind::Mtls:
      return std::string(kMtls) + confirmation.thumbprint;
    case oauth::SenderConstraint::Kind::None:
      break;
  }
  return std::string();
}

sql::Value limit_value(std::size_t limit) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int64_t>(std::min(limit, kMost));
}

Result<Digest256> read_digest(const sql::Row& row, std::size_t column) {
  const Bytes& bytes = row.bytes(column);
  Digest256 digest{};
  if (bytes.size() != digest.size()) return fail_unreadable("hash");
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

Result<std::vector<std::string>> read_list(const sql::Row& row, std::size_t column) {
  const std::string& text = row.text(column);
  std::vector<std::string> list;
  if (text == "[]") return list;
  const auto value = parse_json(text);
  if (!value || !value->is_array()) return fail_unreadable("list");
  for (const json::value& item : value->get_array()) {
    if (!item.is_string()) return fail_unreadable("list");
    list.emplace_back(item.get_string());
  }
  return list;
}

Result<oauth::SenderConstraint> read_confirmation(const sql::Row& row, std::size_t column) {
  const std::string_view text = row.text(column);
  // NULL would read as an empty text, and that means a bearer token: a lost binding must not become none.
  if (row.is_null(column)) return fail_unreadable("confirmation");
  if (text.empty()) return oauth::SenderConstraint{};
  if (text.starts_with(kDpop)) return oauth::SenderConstraint::dpop(std::string(text.substr(kDpop.size())));
  if (text.starts_with(kMtls)) return oauth::SenderConstraint::mtls(std::string(text.substr(kMtls.size())));
  return fail_unreadable("confirmation");
}

std::vector<std::string> read_words(const sql::Row& row, std::size_t column) {
  return split_words(row.text(column));
}

std::unexpected<Error> fail_unreadable(std::string_view what) {
  return fail(ErrorCode::Bug, "internal error", "a stored value cannot be read: " + std::string(what));
}

Task<Result<void>> write_or_fail(sql::Database& database, sql::Batch batch, ErrorCode code, PublicText public_text) {
  CO_TRY_ASSIGN(const sql::BatchResult result, co_await database.write(std::move(batch)));
  if (result.failed_guard) co_return fail(code, public_text);
  co_return Result<void>();
}

}  // namespace signet::store
