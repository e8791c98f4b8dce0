#pragma once
// CBOR as authenticators must write it, split by libcbor. Private to webauthn.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

struct cbor_item_t;

namespace signet::webauthn {

/// The length of the data item that `bytes` begin with. It must be in the CTAP2 canonical form: shortest integers,
/// definite lengths, no tags and no floats, keys that are integers or text and stand once; at most 4 levels and 64
/// entries each. Only the order of keys is free, because clients of the field do not keep it. Fails: Malformed
[[nodiscard]] Result<std::size_t> measure_cbor_item(BytesView bytes);

/// A data item inside a CborDocument, which must outlive it. Each getter is empty when the item is of another type.
class CborItem {
 public:
  explicit CborItem(const cbor_item_t* item) : item_(item) {}

  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<BytesView> bytes() const;
  [[nodiscard]] std::optional<std::string_view> text() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::vector<CborItem>> array() const;

  [[nodiscard]] bool is_map() const;
  /// Entries of a map; 0 for everything else.
  [[nodiscard]] std::size_t map_size() const;
  [[nodiscard]] std::optional<CborItem> find(std::string_view key) const;
  [[nodiscard]] std::optional<CborItem> find(std::int64_t key) const;

  /// The item as bytes again.
  [[nodiscard]] Bytes serialize() const;

 private:
  const cbor_item_t* item_;
};

/// One data item and nothing after it.
class CborDocument {
 public:
  /// Spec: WEBAUTHN-2.4. Fails: Malformed
  [[nodiscard]] static Result<CborDocument> parse(BytesView bytes);
  [[nodiscard]] CborItem root() const { return CborItem(root_.get()); }

 private:
  explicit CborDocument(std::shared_ptr<const cbor_item_t> root) : root_(std::move(root)) {}
  std::shared_ptr<const cbor_item_t> root_;
};

}  // namespace signet::webauthn
