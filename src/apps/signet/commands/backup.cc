#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"

namespace signet::apps {

int backup(Words words) {
  constexpr std::string_view kName = "backup";
  const auto arguments = parse_arguments(kName, words, std::array{kConfigOption});
  if (!arguments) return kUsage;
  if (arguments->positional().size() != 1) return print_usage_error(kName, "name the file to write");
  const auto session = Session::open(kName, *arguments);
  if (!session) return kRefused;
  const std::string& file = arguments->positional().front();
  if (const auto copied = session->database().backup(file); !copied) return print_failure(kName, copied.error());
  print("Wrote " + file + ". It opens only together with the master key, which is not in it.\n");
  return kDone;
}

}  // namespace signet::apps
