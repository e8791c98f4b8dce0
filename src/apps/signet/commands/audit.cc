#include <algorithm>

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"
#include "base/text.h"
#include "server/admin/approvals.h"
#include "server/audit_events.h"
#include "server/settings.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "audit";
constexpr std::size_t kPage = 500;
constexpr std::uint64_t kMost = 100'000;

struct Query {
  store::AuditFilter filter;
  std::size_t limit = 100;
};

bool is_outcome(const server::AuditEventRow& row, std::string_view outcome) {
  return outcome.empty() || contains(split_words(row.outcomes), outcome);
}

/// False after a message: a list of nothing would say that it never happened.
bool check_names(std::string_view event, std::string_view outcome) {
  if (!event.empty() && server::find_audit_event(event) == nullptr) {
    print_usage_error(kName, fmt::format("there is no event {}: signet audit events lists them all", event));
    return false;
  }
  const bool is_known = std::ranges::any_of(server::kAuditEvents, [&](const server::AuditEventRow& row) {
    return (event.empty() || row.event == event) && is_outcome(row, outcome);
  });
  if (!is_known)
    print_usage_error(kName, fmt::format("no such event has the outcome {}: see signet audit events", outcome));
  return is_known;
}

/// Nothing after a message when an option has no sense.
std::optional<Query> read_query(const Arguments& arguments, Instant now) {
  Query query{.filter = {.issuer = arguments.get("issuer", ""),
                         .event = arguments.get("event", ""),
                         .outcome = arguments.get("outcome", ""),
                         .from = {},
                         .until = {},
                         .account_id = {},
                         .named_client_id = arguments.get("client", ""),
                         .named_account_id = arguments.get("account", "")}};
  if (!check_names(query.filter.event, query.filter.outcome)) return std::nullopt;
  if (const auto since = arguments.find("since")) {
    const auto duration = server::parse_duration(*since);
    if (!duration) return print_usage_error(kName, "--since takes a duration such as 2h or 30d"), std::nullopt;
    query.filter.from = now - *duration;
  }
  if (const auto limit = arguments.find("limit")) {
    const auto number = parse_decimal(*limit);
    if (!number || *number == 0 || *number > kMost)
      return print_usage_error(kName, "--limit takes a number from 1 to 100000"), std::nullopt;
    query.limit = *number;
  }
  return query;
}

/// One record as a whole: what the columns say and what stands inside.
Result<json::object> to_json(const store::AuditRecord& record) {
  TRY_ASSIGN(const auto members, parse_json_object(record.record));
  json::object out{{"time", render_timestamp(to_unix_millis(record.recorded_at))},
                   {"issuer", record.issuer},
                   {"event", record.event},
                   {"outcome", record.outcome}};
  for (const auto& [name, value] : members) out[name] = value;
  out["audit_id"] = record.audit_id;
  return out;
}

Result<std::vector<json::object>> load(const Session& session, const Query& query) {
  std::vector<json::object> found;
  std::string before;
  while (found.size() < query.limit) {
    const std::size_t most = std::min(kPage, query.limit - found.size());
    TRY_ASSIGN(const auto page, run_blocking(session.tools().store.audit.list_newest(query.filter, before, most)));
    for (const auto& record : page) {
      TRY_ASSIGN(auto object, to_json(record));
      found.push_back(std::move(object));
    }
    if (page.size() < most) break;
    before = page.back().audit_id;
  }
  return found;
}

std::string render_line(const json::object& record) {
  std::string time(peek_string(record, "time").substr(0, std::string_view("2026-11-27T21:11:32").size()));
  time[time.find('T')] = ' ';
  std::string line =
      fmt::format("{}  {:<20} {:<9}", time, peek_string(record, "event"), peek_string(record, "outcome"));
  for (const auto& [name, value] : record) {
    if (name == "time" || name == "event" || name == "outcome" || name == "audit_id") continue;
    line += fmt::format(" {}={}", std::string_view(name), render_json(value));
  }
  return line + "\n";
}

int list(const Arguments& arguments) {
  const auto session = Session::open(kName, arguments);
  if (!session) return kRefused;
  if (arguments.has("issuer") && session->find_issuer(kName, arguments) == nullptr) return kUsage;
  const auto query = read_query(arguments, session->tools().clock.now());
  if (!query) return kUsage;
  const auto records = load(*session, *query);
  if (!records) return print_failure(kName, records.error());
  std::string text;
  for (const auto& record : *records) text += arguments.has("json") ? render_json(record) + "\n" : render_line(record);
  print(text);
  return kDone;
}

int list_events() {
  std::string text;
  for (const auto& row : server::kAuditEvents) {
    text += fmt::format("{}  ({})\n    {}\n", row.event, join(split_words(row.outcomes), ", "), row.meaning);
  }
  print(text);
  return kDone;
}

std::string render_approval(const json::object& approval) {
  const bool is_verified = approval.at("verified").as_bool();
  return fmt::format("approval  {}\naccount   {}\nclient    {}\ngrant     {}\ntime      {}\nsigned    {}\n{}\n",
                     peek_string(approval, "approval_id"), peek_string(approval, "account_id"),
                     peek_string(approval, "client_id"), peek_string(approval, "grant_id"),
                     render_time(approval.at("approved_at").as_int64() * 1000),
                     is_verified ? "yes, by the payer, exactly what is shown below"
                                 : fmt::format("NO: {}", peek_string(approval, "broken")),
                     render_pretty_json(approval.at("shown")));
}

int show_approval(const Arguments& arguments, const std::string& approval_id) {
  const auto session = Session::open(kName, arguments);
  if (!session) return kRefused;
  const auto* issuer = session->find_issuer(kName, arguments);
  if (issuer == nullptr) return kUsage;
  const auto approval = run_blocking(server::admin::load_approval(session->tools(), issuer->id, approval_id));
  if (!approval) return print_failure(kName, approval.error());
  print(arguments.has("json") ? render_json(*approval) + "\n" : render_approval(*approval));
  return approval->at("verified").as_bool() ? kDone : kRefused;
}

}  // namespace

int audit(Words words) {
  const auto arguments =
      parse_arguments(kName, words,
                      std::array{kConfigOption, kIssuerOption, Option{"event", 0, true}, Option{"outcome", 0, true},
                                 Option{"client", 0, true}, Option{"account", 0, true}, Option{"since", 0, true},
                                 Option{"limit", 0, true}, Option{"json", 0, false}});
  if (!arguments) return kUsage;
  const auto& given = arguments->positional();
  if (given.size() == 1 && given[0] == "list") return list(*arguments);
  if (given.size() == 1 && given[0] == "events") return list_events();
  if (given.size() == 2 && given[0] == "approval") return show_approval(*arguments, std::string(given[1]));
  return print_usage_error(kName, "say list, events or approval ID");
}

}  // namespace signet::apps
