// The input is a Cookie field (or two, split at the first line feed): a value that is found stands in it exactly once.

#include "base/bytes.h"
#include "base/text.h"
#include "http/cookie.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  http::Fields fields;
  for (const auto line : split(as_text({data, size}), '\n')) fields.add("Cookie", line);
  const auto found = http::find_cookie(fields, "__Host-s");
  if (found) {
    bool stands = false;
    for (const auto& field : fields.list()) stands = stands || field.value.contains("__Host-s=" + *found);
    fuzz::require(stands);
    http::Fields planted = fields;
    planted.add("Cookie", "__Host-s=planted");
    fuzz::require(!http::find_cookie(planted, "__Host-s"));
  }
  (void)http::accepts_explicitly(as_text({data, size}), "application/jwt");
  (void)http::media_type(as_text({data, size}));
  return 0;
}
