#include "server/admin/threat.h"

#include <fmt/format.h>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "base/text.h"
#include "server/settings.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "threat";

int show(const Call& call) {
  const auto& [session, issuer, arguments] = call;
  const auto& tools = session.tools();
  const auto found = run_blocking(tools.store.threat_level.find(issuer.id, tools.clock.now()));
  if (!found) return print_failure(kName, found.error());
  const auto level = found->value_or(store::ThreatLevelRecord{.issuer = issuer.id});
  if (arguments.has("json")) {
    print(render_pretty_json(server::admin::to_json(level)));
  } else if (level.level == 0) {
    print(issuer.id + ": 0, nothing is raised\n");
  } else {
    print(fmt::format("{}: {} since {} (UTC) by {}, {}{}\n", issuer.id, level.level,
                      render_time(to_unix_millis(level.raised_at)), level.actor,
                      level.expires_at ? "until " + render_time(to_unix_millis(*level.expires_at)) : "until lowered",
                      level.reason.empty() ? "" : ": " + level.reason));
  }
  return kDone;
}

int raise(const Call& call) {
  const auto& [session, issuer, arguments] = call;
  const auto level = parse_decimal(call.word());
  if (!level || *level > static_cast<std::uint64_t>(store::kHighestThreatLevel))
    return print_usage_error(kName, "LEVEL is a number from 1 to 4");
  std::optional<Duration> lasting;
  if (const auto text = arguments.find("for")) {
    lasting = server::parse_duration(*text);
    if (!lasting || *lasting <= Duration{}) return print_usage_error(kName, "--for takes a duration such as 2h");
  }
  const auto raised = run_blocking(server::admin::raise_threat_level(session.tools(), session.actor(), issuer.id,
                                                                     static_cast<std::int64_t>(*level),
                                                                     arguments.get("reason", ""), lasting));
  if (!raised) return print_failure(kName, raised.error());
  return show(call);
}

int lower(const Call& call) {
  const auto lowered =
      run_blocking(server::admin::lower_threat_level(call.session.tools(), call.session.actor(), call.issuer.id));
  if (!lowered) return print_failure(kName, lowered.error());
  return show(call);
}

constexpr Verb kVerbs[] = {{"raise", 2, raise}, {"lower", 1, lower}, {"show", 1, show}};

}  // namespace

int threat(Words words) {
  const auto arguments = parse_arguments(kName, words,
                                         std::array{kConfigOption, kIssuerOption, Option{"reason", 0, true},
                                                    Option{"for", 0, true}, Option{"json", 0, false}});
  if (!arguments) return kUsage;
  return run_verb(kName, kVerbs, *arguments, "say raise LEVEL, lower or show");
}

}  // namespace signet::apps
