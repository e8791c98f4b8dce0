// What the strict parser accepts, it accepts again in the form in which it is written, apart from the last digit of a
// double.

#include <boost/json/serialize.hpp>

#include "base/bytes.h"
#include "base/json.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const auto value = parse_json(as_text({data, size}));
  if (!value) return 0;
  const std::string text = render_json(*value);
  const auto again = parse_json(text, {.bytes = text.size()});
  fuzz::require(again.has_value());
  fuzz::require(again->kind() == value->kind());
  if (!value->is_object()) return 0;
  for (const auto& [name, member] : value->as_object()) {
    (void)find_string(value->as_object(), name);
    (void)find_integer(value->as_object(), name);
    (void)find_strings(value->as_object(), name);
  }
  return 0;
}
