#include "support/passkey_fixture.h"

#include "server/authn/factors/passkey_ceremonies.h"

namespace signet::test {

workflow::Representation representation_of(TestServer& server, const Browser& browser) {
  http::Request request = server.make_request("GET", browser.address());
  std::vector<std::string> pairs;
  for (const auto& [name, value] : browser.cookies) pairs.push_back(name + "=" + value);
  request.fields.set("Cookie", join(pairs, "; "));
  server::Exchange exchange{.context = server.context(),
                            .issuer = server.issuer(),
                            .request = request,
                            .now = server.clock.now(),
                            .endpoint_path = "/login/*"};
  const auto interaction = value_of(run_blocking(server::authn::load_interaction(exchange)));
  return value_of(
      workflow::represent(*interaction.definition, server::authn::at_this_moment(exchange, interaction), exchange.now));
}

json::object options_of(TestServer& server, const Browser& browser, std::string_view action) {
  const auto page = representation_of(server, browser);
  const auto found = std::ranges::find(page.actions, action, &workflow::Action::name);
  if (found == page.actions.end() || !found->operation) throw std::runtime_error("no operation on the page");
  return found->operation->arguments.begin()->value().at("publicKey").as_object();
}

Browser& use_passkey(TestServer& server, Browser& browser, VirtualAuthenticator& authenticator,
                     const std::string& action) {
  return browser.press(action, {{"credential", authenticator.get(options_of(server, browser, action))}});
}

Browser& enrol_passkey(TestServer& server, Browser& browser, VirtualAuthenticator& authenticator,
                       const std::string& name) {
  const std::string credential = authenticator.create(options_of(server, browser, "enrol"));
  return browser.press("enrol", {{"name", name}, {"credential", credential}});
}

store::FactorRecord add_passkey(TestServer& server, VirtualAuthenticator& authenticator,
                                const std::string& account_id) {
  const http::Request request;
  const server::Exchange exchange{.context = server.context(),
                                  .issuer = server.issuer(),
                                  .request = request,
                                  .now = server.clock.now(),
                                  .endpoint_path = "/login/*"};
  const Bytes user_handle = server::authn::make_user_handle(exchange, account_id);
  const Bytes challenge(32, 1);
  const auto& party = server.issuer().relying_party();
  const std::string credential = authenticator.create(webauthn::render_creation_options(
      {.rp_id = party.id, .rp_name = "Bank", .user = {user_handle, "ada", "Ada"}, .challenge = challenge}));
  const auto registration = value_of(webauthn::verify_registration(party, challenge, credential, {}));
  const store::FactorRecord row{
      .factor_id = make_random_id(server.random),
      .account_id = account_id,
      .issuer = server.issuer().id(),
      .kind = "passkey",
      .name = "Phone",
      .lookup_hash = crypto::sha256(registration.credential_id),
      .data = render_json(server::authn::to_json(server::authn::make_stored_passkey(registration, user_handle))),
      .counter = registration.sign_count,
      .created_at = server.clock.now()};
  sql::Batch batch;
  (void)store::Factors::add_insert(batch, row);
  (void)value_of(run_blocking(server.store.database.write(std::move(batch))));
  return row;
}

}  // namespace signet::test
