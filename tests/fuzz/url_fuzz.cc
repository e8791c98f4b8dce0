// A URL that is accepted has a host, and its origin is a URL of the same host and port: nothing of the authority gets
// lost.

#include "base/bytes.h"
#include "base/url.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string text(as_text({data, size}));
  (void)is_absolute_uri(text);
  if (const auto decoded = decode_form_value(text)) {
    fuzz::require(decode_form_value(encode_form_value(*decoded)).value() == *decoded);
  }
  const auto url = parse_url(text);
  if (!url) return 0;
  fuzz::require(!url->host.empty() && url->path.starts_with('/'));
  const auto origin = parse_url(url->origin());
  fuzz::require(origin && origin->host == url->host && origin->effective_port() == url->effective_port());
  const auto extended = parse_url(with_query_parameter(text, "code", "a&b=c#d"));
  fuzz::require(extended && extended->host == url->host && extended->path == url->path);
  return 0;
}
