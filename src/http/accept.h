#pragma once
// What a client would rather have, as the field Accept says. Spec: RFC9110-12.5.1

#include <string_view>

namespace signet::http {

/// The best weight that an Accept value gives `type` by its name, in thousandths; 0 when it does not name it. Wildcards
/// name nothing. Spec: RFC9110-12.4.2
[[nodiscard]] int weight_of(std::string_view accept, std::string_view type);

/// Does an Accept value name `type` with a greater weight than `other`, or before it with the same?
[[nodiscard]] bool is_preferred(std::string_view accept, std::string_view type, std::string_view other);

}  // namespace signet::http
