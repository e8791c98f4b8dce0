#pragma once
// Dynamic linking: a payment is approved by a factor that signs a hash of exactly what its payer was shown. The code is
// given for those details and no others, and what was signed is kept. Spec: PSD2-RTS-5.1-2, PSD2-RTS-5.1-4
//
// A factor that approves sets Factor::signs_payload and has a step "approve_<kind>" (the passkey's is the page
// "approve" itself). The step shows shown_payment(facts)->group, has shown_payment(facts)->hash signed, and answers its
// effect with approve(work, …); verify_approval() gets a line for its evidence.

#include <optional>

#include "crypto/digest.h"
#include "oauth/authorization_request.h"
#include "server/authn/step_work.h"

namespace signet::server::authn {

/// The payment of a login's request as it is shown.
struct ShownPayment {
  std::string title;
  std::string sentence;
  workflow::Group group;     ///< amount, payee, account, reference, client
  std::string text;          ///< canonical JSON of all of it, of the details' hash, and of who is asked by whom
  Digest256 hash{};          ///< of `text`: what is signed
  std::string details_hash;  ///< oauth::details_hash of the request
};
/// Nothing when the request holds no payment. The same facts give the same bytes.
[[nodiscard]] std::optional<ShownPayment> shown_payment(const workflow::Facts& facts);

/// Canonical JSON of the request's authorization_details; empty when there are none.
[[nodiscard]] std::string details_in(const workflow::Facts& facts);

/// What a passkey signs: 16 bytes of this page's challenge, and the hash.
[[nodiscard]] Bytes approval_challenge(const workflow::Facts& facts, const ShownPayment& shown);

/// Who signed, and everything that is needed to verify it again: at least "rp_id", "nonce" and what the factor signed.
struct ApprovalEvidence {
  std::string factor;  ///< kind
  std::string factor_id;
  json::object signed_material;
};
/// The answer to a payment that was approved: the event "approved", the approval among the facts, an audit record.
[[nodiscard]] workflow::EffectAnswer approve(StepWork& work, const ShownPayment& shown, ApprovalEvidence evidence);

/// Has this login's account approved exactly these details? PSD2-RTS-5.1-4
[[nodiscard]] bool is_approved(const workflow::Facts& facts, const oauth::AuthorizationRequest& request);
/// That approval with its evidence, verified again; nothing when it does not hold. Its grant is left to be named.
[[nodiscard]] std::optional<store::ApprovalRecord> find_approval(const Exchange& exchange, const workflow::Facts& facts,
                                                                 const oauth::AuthorizationRequest& request);

/// Verifies kept evidence again: the signature, and that what was signed is what the record says was shown.
/// Fails: BadSignature, Malformed, UnsupportedAlgorithm
[[nodiscard]] Result<void> verify_approval(const store::ApprovalRecord& approval);

}  // namespace signet::server::authn
