#include "http/byte_sequence.h"

namespace signet::http {

Result<Bytes> parse_byte_sequence(std::string_view text) {
  if (text.size() <= 2 || text.front() != ':' || text.back() != ':') {
    return fail(ErrorCode::Malformed, "The field is not a byte sequence.");
  }
  return decode_base64(text.substr(1, text.size() - 2));
}

std::string render_byte_sequence(BytesView bytes) {
  return ":" + encode_base64(bytes) + ":";
}

}  // namespace signet::http
