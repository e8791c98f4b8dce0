#include "webauthn/cbor.h"

#include <cbor.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "base/text.h"

namespace signet::webauthn {
namespace {

constexpr int kMaximumLevels = 4;  ///< of maps and arrays, as CTAP2 bounds its messages
constexpr std::uint64_t kMaximumEntries = 64;

enum class Major : std::uint8_t { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

struct Head {
  Major major;
  std::uint64_t argument;  ///< value, length or count
};

std::unexpected<Error> malformed(PublicText public_text, std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::Malformed, public_text, {}, where);
}

/// Walks over bytes without memory of its own. libcbor makes room for as many entries as a head promises, so what it is
/// given must be bounded before.
class Walker {
 public:
  explicit Walker(BytesView bytes) : rest_(bytes) {}

  Result<void> skip_item(int level = 0) {
    TRY_ASSIGN(const Head head, take_head());
    switch (head.major) {
      case Major::Unsigned:
      case Major::Negative:
        return {};
      case Major::Bytes:
      case Major::Text:
        return skip_string(head);
      case Major::Array:
      case Major::Map:
        return skip_entries(head, level + 1);
      case Major::Simple:
        if (head.argument >= 20 && head.argument <= 22) return {};  // false, true, null
        return malformed("The CBOR holds a simple value or a float that is not allowed.");
      case Major::Tag:
        break;
    }
    return malformed("The CBOR holds a tag.");
  }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  Result<Head> take_head() {
    if (rest_.empty()) return malformed("The CBOR ends too early.");
    const auto major = static_cast<Major>(rest_.front() >> 5);
    const unsigned info = rest_.front() & 31U;
    rest_ = rest_.subspan(1);
    if (info < 24) return Head{major, info};
    if (info > 27) return malformed("The CBOR has an indefinite length.");
    const std::size_t width = std::size_t{1} << (info - 24);
    if (rest_.size() < width) return malformed("The CBOR ends too early.");
    std::uint64_t argument = 0;
    for (const std::uint8_t byte : rest_.first(width)) argument = argument << 8 | byte;
    rest_ = rest_.subspan(width);
    const bool shortest = width == 1 ? argument >= 24 : argument >> (width * 4) != 0;
    if (!shortest) return malformed("The CBOR has an integer that is not in its shortest form.");
    return Head{major, argument};
  }

  Result<void> skip_string(const Head& head) {
    if (head.argument > rest_.size()) return malformed("The CBOR ends too early.");
    const BytesView content = rest_.first(head.argument);
    rest_ = rest_.subspan(head.argument);
    if (head.major == Major::Text && !is_valid_utf8(as_text(content))) {
      return malformed("The CBOR has a text that is not UTF-8.");
    }
    return {};
  }

  Result<void> skip_entries(const Head& head, int level) {
    if (level > kMaximumLevels || head.argument > kMaximumEntries) {
      return malformed("The CBOR is nested too deeply or has too many entries.");
    }
    std::vector<BytesView> keys;
    for (std::uint64_t i = 0; i < head.argument; ++i) {
      if (head.major == Major::Map) TRY(skip_key(keys));
      TRY(skip_item(level));
    }
    return {};
  }

  static bool may_be_key(Major major) {
    return major == Major::Unsigned || major == Major::Negative || major == Major::Text;
  }

  /// Equal keys have equal bytes, since each value has one form only.
  Result<void> skip_key(std::vector<BytesView>& keys) {
    const BytesView before = rest_;
    if (before.empty() || !may_be_key(static_cast<Major>(before.front() >> 5))) {
      return malformed("The CBOR has a map key that is neither an integer nor a text.");
    }
    TRY(skip_item());
    const BytesView key = before.first(before.size() - rest_.size());
    if (std::ranges::any_of(keys, [&](BytesView other) { return std::ranges::equal(key, other); })) {
      return malformed("The CBOR has a map key twice.");
    }
    keys.push_back(key);
    return {};
  }

  BytesView rest_;
};

void release(cbor_item_t* item) {
  cbor_decref(&item);
}

}  // namespace

Result<std::size_t> measure_cbor_item(BytesView bytes) {
  Walker walker(bytes);
  TRY(walker.skip_item());
  return bytes.size() - walker.left();
}

std::optional<std::int64_t> CborItem::integer() const {
  if (!cbor_is_int(item_)) return std::nullopt;
  const std::uint64_t value = cbor_get_int(item_);
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const auto number = static_cast<std::int64_t>(value);
  return cbor_isa_negint(item_) ? -1 - number : number;
}

std::optional<BytesView> CborItem::bytes() const {
  if (!cbor_isa_bytestring(item_)) return std::nullopt;
  return BytesView(cbor_bytestring_handle(item_), cbor_bytestring_length(item_));
}

std::optional<std::string_view> CborItem::text() const {
  if (!cbor_isa_string(item_)) return std::nullopt;
  return as_text({cbor_string_handle(item_), cbor_string_length(item_)});
}

std::optional<bool> CborItem::boolean() const {
  if (!cbor_isa_float_ctrl(item_) || !cbor_is_bool(item_)) return std::nullopt;
  return cbor_get_bool(item_);
}

std::optional<std::vector<CborItem>> CborItem::array() const {
  if (!cbor_isa_array(item_)) return std::nullopt;
  std::vector<CborItem> items;
  for (std::size_t i = 0; i < cbor_array_size(item_); ++i) items.emplace_back(cbor_array_handle(item_)[i]);
  return items;
}

bool CborItem::is_map() const {
  return cbor_isa_map(item_);
}

std::size_t CborItem::map_size() const {
  return is_map() ? cbor_map_size(item_) : 0;
}

std::optional<CborItem> CborItem::find(std::string_view key) const {
  for (std::size_t i = 0; i < map_size(); ++i) {
    const cbor_pair& pair = cbor_map_handle(item_)[i];
    if (CborItem(pair.key).text() == key) return CborItem(pair.value);
  }
  return std::nullopt;
}

std::optional<CborItem> CborItem::find(std::int64_t key) const {
  for (std::size_t i = 0; i < map_size(); ++i) {
    const cbor_pair& pair = cbor_map_handle(item_)[i];
    if (CborItem(pair.key).integer() == key) return CborItem(pair.value);
  }
  return std::nullopt;
}

Bytes CborItem::serialize() const {
  unsigned char* data = nullptr;
  std::size_t room = 0;
  const std::size_t size = cbor_serialize_alloc(item_, &data, &room);
  Bytes out(data, data + size);
  std::free(data);
  return out;
}

Result<CborDocument> CborDocument::parse(BytesView bytes) {
  TRY_ASSIGN(const std::size_t size, measure_cbor_item(bytes));  // WEBAUTHN-2.4
  if (size != bytes.size()) return malformed("The CBOR has bytes after its end.");
  cbor_load_result result{};
  cbor_item_t* root = cbor_load(bytes.data(), bytes.size(), &result);
  if (root == nullptr) return malformed("The CBOR cannot be read.");
  return CborDocument(std::shared_ptr<const cbor_item_t>(root, [](const cbor_item_t* item) {
    release(const_cast<cbor_item_t*>(item));  // NOLINT(cppcoreguidelines-pro-type-const-cast): it was made mutable
  }));
}

}  // namespace signet::webauthn
