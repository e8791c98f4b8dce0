#pragma once
#include <string>
#include <string_view>
namespace signet::server::authn {
[[nodiscard]] std::string device_name(std::string_view user_agent);
}
