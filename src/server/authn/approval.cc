#include "server/authn/approval.h"

#include "oauth/rar_rfc9396.h"
#include "server/authn/amount.h"
#include "server/authn/factors/push_payment.h"
#include "server/authn/texts.h"
#include "webauthn/assertion.h"
#include "webauthn/client_data.h"

namespace signet::server::authn {
namespace {

using workflow::Facts;
using workflow::Group;

constexpr std::size_t kNonceBytes = 16;

Group make_group(const Facts& facts, const oauth::Payment& payment) {
  Group group{.name = "payment", .title = text(facts, Text::ApprovePayment)};
  const auto add = [&](Text title, std::string value) {
    if (!value.empty()) group.items.push_back({.title = text(facts, title), .text = std::move(value)});
  };
  add(Text::ApproveAmount, describe_amount(facts, payment.amount, payment.currency));  // PSD2-RTS-5.1-1
  add(Text::ApprovePayee, payment.payee);
  add(Text::ApprovePayeeAccount, describe_payee_account(payment.payee_account));
  add(Text::ApproveReference, payment.reference);
  const std::string host = fact::text(facts, fact::kClientHost);
  add(Text::ApproveClient, fact::text(facts, fact::kClientName) + (host.empty() ? "" : " (" + host + ")"));
  return group;
}

json::object to_json(const oauth::Payment& payment) {
  return {{"amount", payment.amount},
          {"currency", payment.currency},
          {"payee", payment.payee},
          {"payee_account", payment.payee_account},
          {"reference", payment.reference}};
}

json::array texts_of(const ShownPayment& shown) {
  json::array texts{json::string(shown.title), json::string(shown.sentence), json::string(shown.group.title)};
  for (const auto& item : shown.group.items)
    texts.push_back(json::array{json::string(item.title), json::string(item.text)});
  return texts;
}

std::string account_hash(std::string_view account_id) {
  return encode_base64url(crypto::sha256(account_id));
}

std::unexpected<Error> broken(PublicText what, std::source_location where = std::source_location::current()) {
  return fail(ErrorCode::BadSignature, what, {}, where);
}

json::object approval_in(const Facts& facts) {
  const auto* approved = facts.if_contains(fact::kApproved);
  return approved != nullptr && approved->is_object() ? approved->get_object() : json::object{};
}

/// Is the record about what was shown?
Result<void> check_shown(const store::ApprovalRecord& approval) {
  const auto shown = parse_json_object(approval.shown);
  if (!shown || oauth::canonical_text(*shown) != approval.shown) return broken("What was shown cannot be read.");
  const bool same = peek_string(*shown, "authorization_details_sha256") == approval.details_hash &&
                    peek_string(*shown, "client_id") == approval.client_id &&
                    peek_string(*shown, "account_sha256") == account_hash(approval.account_id);
  return same ? Result<void>() : broken("What was shown is not what the approval is for.");
}

Result<void> verify_passkey(const json::object& evidence, const Digest256& hash) {
  TRY_ASSIGN(Bytes signed_bytes, decode_base64url(peek_string(evidence, "nonce")));
  signed_bytes.insert(signed_bytes.end(), hash.begin(), hash.end());
  webauthn::SignedMaterial material;
  TRY_ASSIGN(material.client_data_json, decode_base64url(peek_string(evidence, "client_data_json")));
  TRY_ASSIGN(material.authenticator_data, decode_base64url(peek_string(evidence, "authenticator_data")));
  TRY_ASSIGN(material.signature, decode_base64url(peek_string(evidence, "signature")));
  TRY_ASSIGN(const Bytes public_key, decode_base64url(peek_string(evidence, "public_key")));
  TRY_ASSIGN(const auto client_data, webauthn::parse_client_data(material.client_data_json));
  if (client_data.type != webauthn::kGet || client_data.challenge != encode_base64url(signed_bytes))
    return broken("What was signed is not what was shown.");
  TRY_ASSIGN(const auto data,
             webauthn::verify_signed_material(std::string(peek_string(evidence, "rp_id")), public_key, material));
  return data.user_verified ? Result<void>() : broken("The user was not verified.");
}

}  // namespace

std::string details_in(const Facts& facts) {
  const auto request = oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest));
  return request ? request->authorization_details : std::string{};
}

std::optional<ShownPayment> shown_payment(const Facts& facts) {
  const auto request = oauth::parse_stored_authorization_request(peek_string(facts, fact::kRequest));
  if (!request) return std::nullopt;
  const auto details = oauth::parse_authorization_details(request->authorization_details);
  const auto payment = details ? oauth::find_payment(*details) : std::nullopt;
  if (!payment) return std::nullopt;
  ShownPayment shown{.title = text(facts, Text::ApproveTitle),
                     .sentence = text(facts, Text::ApproveFor, {fact::text(facts, fact::kClientName)}),
                     .group = make_group(facts, *payment),
                     .text = {},
                     .details_hash = oauth::details_hash(request->authorization_details)};
  shown.text = oauth::canonical_text(json::object{{"account_sha256", account_hash(fact::text(facts, fact::kAccountId))},
                                                  {"authorization_details_sha256", shown.details_hash},
                                                  {"client_id", request->client_id},
                                                  {"locale", fact::text(facts, fact::kLocale)},
                                                  {"payment", to_json(*payment)},
                                                  {"texts", texts_of(shown)}});
  shown.hash = crypto::sha256(shown.text);
  return shown;
}

Bytes approval_challenge(const Facts& facts, const ShownPayment& shown) {
  Bytes challenge = decode_base64url(fact::text(facts, fact::kChallenge)).value_or(Bytes{});
  challenge.resize(kNonceBytes);
  challenge.insert(challenge.end(), shown.hash.begin(), shown.hash.end());  // PSD2-RTS-5.1-2
  return challenge;
}

workflow::EffectAnswer approve(StepWork& work, const ShownPayment& shown, ApprovalEvidence evidence) {
  Exchange& exchange = work.exchange;
  const std::string approval_id = make_random_id(exchange.context.random);
  AuditEvent("payment", "approved")
      .client(exchange.client_id)
      .account(work.account_id())
      .text("approval_id", approval_id)
      .text("authorization_details_sha256", shown.details_hash)
      .text("shown_sha256", encode_base64url(shown.hash))
      .text("factor", evidence.factor)
      .text("factor_id", evidence.factor_id)
      .add_to(work.changes, exchange.issuer.id(), exchange.request.peer, exchange.now);
  json::object material = std::move(evidence.signed_material);
  material["factor"] = evidence.factor;
  material["factor_id"] = evidence.factor_id;
  return {.event = "approved",
          .facts = {{fact::kApproved, json::object{{"approval_id", approval_id},
                                                   {"account_id", work.account_id()},
                                                   {"details_hash", shown.details_hash},
                                                   {"shown", shown.text},
                                                   {"shown_hash", encode_base64url(shown.hash)},
                                                   {"evidence", std::move(material)},
                                                   {"at", to_unix_millis(exchange.now)}}}}};
}

bool is_approved(const Facts& facts, const oauth::AuthorizationRequest& request) {
  const json::object approved = approval_in(facts);
  const std::string account_id = fact::text(facts, fact::kAccountId);
  // PSD2-RTS-5.1-4: any change of what was approved leaves nothing approved.
  return peek_string(approved, "details_hash") == oauth::details_hash(request.authorization_details) &&
         peek_string(approved, "account_id") == account_id && !account_id.empty();
}

std::optional<store::ApprovalRecord> find_approval(const Exchange& exchange, const Facts& facts,
                                                   const oauth::AuthorizationRequest& request) {
  const json::object approved = approval_in(facts);
  const auto* evidence = approved.if_contains("evidence");
  if (!is_approved(facts, request) || evidence == nullptr) return std::nullopt;
  store::ApprovalRecord record{.approval_id = fact::text(approved, "approval_id"),
                               .issuer = exchange.issuer.id(),
                               .account_id = fact::text(approved, "account_id"),
                               .client_id = request.client_id,
                               .grant_id = {},
                               .details_hash = fact::text(approved, "details_hash"),
                               .shown = fact::text(approved, "shown"),
                               .evidence = render_json(*evidence),
                               .created_at = from_unix_millis(fact::integer(approved, "at"))};
  // What a login carries was written by us; it is verified all the same before money moves on it.
  if (!verify_approval(record)) return std::nullopt;
  return record;
}

Result<void> verify_approval(const store::ApprovalRecord& approval) {
  TRY(check_shown(approval));
  const auto evidence = parse_json_object(approval.evidence);
  if (!evidence) return broken("The evidence cannot be read.");
  const Digest256 hash = crypto::sha256(approval.shown);
  if (peek_string(*evidence, "factor") == "passkey") return verify_passkey(*evidence, hash);
  if (peek_string(*evidence, "factor") == "push") return verify_push_evidence(*evidence, approval.shown);
  return broken("The evidence is of no factor that signs what was shown.");
}

}  // namespace signet::server::authn
