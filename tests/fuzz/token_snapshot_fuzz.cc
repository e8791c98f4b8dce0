// Bytes that are a snapshot are the only bytes of what they say.

#include "gateway/token_snapshot.h"
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signet;
  const std::string_view bytes = as_text({data, size});
  const auto token = gateway::parse_snapshot(bytes);
  if (!token) return 0;
  std::string again;
  gateway::append_snapshot(again, *token);
  fuzz::require(again == bytes);
  return 0;
}
