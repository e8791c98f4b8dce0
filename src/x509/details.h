#pragma once
// What only a few rules ask of a certificate, read when they ask. Spec: RFC5280

#include <optional>

#include "x509/certificate.h"

namespace signet::x509 {

struct Extension {
  std::string oid;  ///< dotted: "1.3.6.1.4.1.45724.1.1.4"
  bool critical = false;
  Bytes value;  ///< the DER inside the extension's octet string
};

/// Fails: Malformed (it stands twice)
[[nodiscard]] Result<std::optional<Extension>> find_extension(const Certificate& certificate, const std::string& oid);

/// 1, 2 or 3, as people count.
[[nodiscard]] int version_of(const Certificate& certificate);

/// The value of the one attribute of this name ("C", "OU") in the subject; nothing when it is missing, empty or stands
/// twice.
[[nodiscard]] std::optional<std::string> find_subject_attribute(const Certificate& certificate, const char* name);

/// `cA` of the Basic Constraints; nothing when there are none.
[[nodiscard]] std::optional<bool> find_basic_constraints_ca(const Certificate& certificate);

}  // namespace signet::x509
