// A Client-Cert field that is accepted is the only text of its certificate.

#include "base/bytes.h"
#include "http/byte_sequence.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view text = as_text({data, size});
  const auto bytes = http::parse_byte_sequence(text);
  if (bytes) fuzz::require(!bytes->empty() && http::render_byte_sequence(*bytes) == text);
  return 0;
}
