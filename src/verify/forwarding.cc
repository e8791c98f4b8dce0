#include "verify/forwarding.h"

#include "base/text.h"
#include "http/byte_sequence.h"

namespace signet::verify {
namespace {

bool is_same_field(std::string_view name, std::string_view expected) {
  if (name.size() != expected.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] == '_' ? '-' : name[i];
    if (!equals_ignoring_ascii_case({&c, 1}, expected.substr(i, 1))) return false;
  }
  return true;
}

}  // namespace

bool is_proven_key_field(std::string_view name) {
  return is_same_field(name, kClientCertField) || is_same_field(name, kClientCertChainField) ||
         is_same_field(name, kClientDpopJktField);
}

ProvenKeyField make_proven_key_field(const oauth::SenderConstraint& proven, BytesView certificate) {
  switch (proven.kind) {
    case oauth::SenderConstraint::Kind::Dpop:
      return {kClientDpopJktField, proven.thumbprint};
    case oauth::SenderConstraint::Kind::Mtls:
      return {kClientCertField, http::render_byte_sequence(certificate)};
    case oauth::SenderConstraint::Kind::None:
      break;
  }
  return {};
}

}  // namespace signet::verify
