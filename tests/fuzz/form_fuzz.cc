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
  fuzz::require(form->parameters().size() <= limits.parameters);
  std::vector<http::Form::Entry> entries;
  for (const auto& [name, value] : form->parameters()) {
    fuzz::require(is_valid_utf8(name) && is_valid_utf8(value));
    fuzz::require(name.size() <= limits.name_bytes && value.size() <= limits.value_bytes);
    entries.push_back({std::string(name), std::string(value)});
  }
  const auto again = http::Form::parse(http::render_form(entries), {.bytes = 1 << 20});
  fuzz::require(again && again->parameters().size() == form->parameters().size());
  fuzz::require(again->duplicated() == form->duplicated());
  return 0;
}
