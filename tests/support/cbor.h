#pragma once
// Writes CBOR by hand, canonical or broken as a test likes: each function gives the bytes of one data item.

#include <utility>
#include <vector>

#include "base/bytes.h"

namespace signet::test::cbor {

Bytes head(unsigned major, std::uint64_t argument);
Bytes append(Bytes to, BytesView more);

Bytes integer(std::int64_t value);
Bytes bytes(BytesView value);
Bytes text(std::string_view value);
Bytes boolean(bool value);
Bytes array(const std::vector<Bytes>& items);
/// In the order given, twice the same key if so given.
Bytes map(const std::vector<std::pair<Bytes, Bytes>>& entries);

}  // namespace signet::test::cbor
