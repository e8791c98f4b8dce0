// An access token outside of its header is seen whenever a reader of forms would see it, and in whatever stands around.

#include <algorithm>

#include "base/bytes.h"
#include "http/form.h"
#include "oauth/bearer_rfc6750.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string text(as_text({data, size}));
  fuzz::require(oauth::has_token_parameter(text + "&access%5ftoken"));
  fuzz::require(oauth::has_token_parameter("access_token=&" + text));
  const auto form = http::Form::parse(text);
  if (!form) return 0;
  const bool is_read =
      std::ranges::find(form->parameters(), "access_token", &http::Form::Parameter::name) != form->parameters().end();
  fuzz::require(oauth::has_token_parameter(text) == is_read);
  return 0;
}
