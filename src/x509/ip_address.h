#pragma once
// IP addresses of certificates as text and back. Private to x509: a pure floor has no socket headers.

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace signet::x509 {

/// "192.0.2.1" for 4 bytes, the RFC 5952 form for 16. Fails: Malformed for any other length
[[nodiscard]] Result<std::string> render_ip_address(BytesView address);

}  // namespace signet::x509
