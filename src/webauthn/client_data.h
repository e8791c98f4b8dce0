#pragma once
// CollectedClientData: what the client says it was asked, by whom. Spec: WEBAUTHN-5.8.1

#include "base/bytes.h"
#include "webauthn/relying_party.h"

namespace signet::webauthn {

inline constexpr std::string_view kCreate = "webauthn.create";
inline constexpr std::string_view kGet = "webauthn.get";

struct ClientData {
  std::string type;
  std::string challenge;  ///< base64url, as it stands in the JSON
  std::string origin;
  bool cross_origin = false;
  std::optional<std::string> top_origin;
};

/// Members that the rules do not name are allowed, since clients add some. Fails: Malformed, TooLarge (above 4 KiB)
[[nodiscard]] Result<ClientData> parse_client_data(BytesView client_data_json);

/// Was it made for a ceremony of `type`, with this challenge, in a page of the relying party itself?
/// Fails: InvalidRequest
[[nodiscard]] Result<void> check_client_data(const ClientData& client_data, std::string_view type,
                                             const RelyingParty& relying_party, BytesView challenge);

}  // namespace signet::webauthn
