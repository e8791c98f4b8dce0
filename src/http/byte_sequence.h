#pragma once
// One byte sequence item of a structured field, for example ":AQI=:". Spec: RFC8941-3.3.5

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace signet::http {

/// Nothing may stand around the item, and it is not empty. Fails: Malformed
[[nodiscard]] Result<Bytes> parse_byte_sequence(std::string_view text);
[[nodiscard]] std::string render_byte_sequence(BytesView bytes);

}  // namespace signet::http
