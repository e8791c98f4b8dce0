// A configuration of any bytes is either whole or has problems; lines behind a NUL are environment variables.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "require.h"
#include "server/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\0');
  std::vector<std::string> environment;
  if (end != std::string_view::npos) {
    for (const auto line : signet::split(input.substr(end + 1), '\n')) environment.emplace_back(line);
  }
  // Files are looked for below a file, where there are none.
  const auto loaded = signet::server::read_config(input.substr(0, end), "/dev/null/signet.toml", environment);
  signet::fuzz::require(loaded.config.has_value() == loaded.problems.empty());
  return 0;
}
