#include "server/admin/clients.h"

#include "apps/signet/commands.h"
#include "apps/signet/output.h"
#include "apps/signet/session.h"
#include "base/run_blocking.h"

namespace signet::apps {
namespace {

constexpr std::string_view kName = "clients";
constexpr std::size_t kPage = 200;

int print_object(const Result<json::object>& object) {
  if (!object) return print_failure(kName, object.error());
  print(render_pretty_json(*object));
  return kDone;
}

Result<json::object> read_metadata(const Arguments& arguments) {
  TRY_ASSIGN(const auto text, read_input(arguments.get("file", "-")));
  auto object = parse_json_object(text);
  if (!object)
    return fail_as(object.error(), ErrorCode::Malformed, "The input must be one JSON object of client metadata.");
  return object;
}

int create(const Call& call) {
  auto metadata = read_metadata(call.arguments);
  if (!metadata) return print_failure(kName, metadata.error());
  return print_object(run_blocking(
      server::admin::create_client(call.session.tools(), call.session.actor(), call.issuer, std::move(*metadata))));
}

int update(const Call& call) {
  auto metadata = read_metadata(call.arguments);
  if (!metadata) return print_failure(kName, metadata.error());
  return print_object(run_blocking(server::admin::update_client(call.session.tools(), call.session.actor(), call.issuer,
                                                                call.word(), std::move(*metadata))));
}

int get(const Call& call) {
  return print_object(run_blocking(server::admin::load_client(call.session.tools(), call.issuer, call.word())));
}

int remove(const Call& call) {
  const auto removed =
      run_blocking(server::admin::remove_client(call.session.tools(), call.session.actor(), call.issuer, call.word()));
  if (!removed) return print_failure(kName, removed.error());
  print("Removed the client " + call.word() + " with its grants and tokens.\n");
  return kDone;
}

Result<std::vector<store::ClientRecord>> load_all(const Call& call) {
  std::vector<store::ClientRecord> all;
  for (;;) {
    const std::string after = all.empty() ? "" : all.back().client_id;
    TRY_ASSIGN(auto page, run_blocking(call.session.tools().store.clients.list(call.issuer.id, after, kPage)));
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < kPage) return all;
  }
}

int list(const Call& call) {
  const auto clients = load_all(call);
  if (!clients) return print_failure(kName, clients.error());
  json::array all;
  std::vector<std::vector<std::string>> rows = {{"CLIENT_ID", "NAME", "AUTHENTICATION", "CHANGED (UTC)"}};
  for (const auto& record : *clients) {
    const auto metadata = parse_json_object(record.metadata);
    if (!metadata) return print_failure(kName, metadata.error());
    rows.push_back({record.client_id, std::string(peek_string(*metadata, "client_name")),
                    std::string(peek_string(*metadata, "token_endpoint_auth_method")),
                    render_time(to_unix_millis(record.updated_at))});
    all.push_back(*metadata);
  }
  print(call.arguments.has("json") ? render_pretty_json(all) : render_table(rows));
  return kDone;
}

constexpr Verb kVerbs[] = {
    {"create", 1, create}, {"update", 2, update}, {"get", 2, get}, {"delete", 2, remove}, {"list", 1, list}};

}  // namespace

int clients(Words words) {
  const auto arguments = parse_arguments(
      kName, words, std::array{kConfigOption, kIssuerOption, Option{"file", 'f', true}, Option{"json", 0, false}});
  if (!arguments) return kUsage;
  return run_verb(kName, kVerbs, *arguments, "say create, list, or get, update, delete with a CLIENT_ID");
}

}  // namespace signet::apps
