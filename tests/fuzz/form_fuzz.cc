// A form that is accepted keeps its limits and is the same after it was written and read again.

#include "base/bytes.h"
#include "base/text.h"
#include "http/form.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const http::FormLimits limits;
  const auto form = http::Form::parse(as_text({data, size}), limits);
  if (!form) return 0;
  fuzz::require(form->entries().size() <= limits.parameters);
  for (const auto& entry : form->entries()) {
    fuzz::require(is_valid_utf8(entry.name) && is_valid_utf8(entry.value));
    fuzz::require(entry.name.size() <= limits.name_bytes && entry.value.size() <= limits.value_bytes);
  }
  const auto again = http::Form::parse(http::render_form(form->entries()), {.bytes = 1 << 20});
  fuzz::require(again && again->entries().size() == form->entries().size());
  fuzz::require(again->duplicated() == form->duplicated());
  return 0;
}
