#pragma once
// A mail as a value, and as the text that goes over the wire. No sockets.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"

namespace signet::net {

struct Mail {
  std::string to;
  std::string from_name = {};  ///< shown beside the address; may be empty
  std::string subject = {};
  std::string text = {};  ///< UTF-8, lines ended by "\n"
};

/// One plain address, name@domain, in ASCII: no quotes, comments, lists or line ends, so that it is the same address in
/// the envelope and in the header. Fails: Malformed
[[nodiscard]] Result<void> check_mail_address(std::string_view address);

/// The part behind the "@". Needs: an address that was checked.
[[nodiscard]] std::string_view domain_of(std::string_view address);

/// Header and body with CRLF, the text as UTF-8 in base64. A control character in anything that goes into the header is
/// refused and never mended. Spec: RFC5322-2.2, RFC2047-2. Fails: Malformed, TooLarge (text of more than 64 KiB)
[[nodiscard]] Result<std::string> render_mail(const Mail& mail, std::string_view from, Instant now, Random& random);

}  // namespace signet::net
