#pragma once
#include <string>
#include <string_view>

namespace signet::apps {

/// Asks the person to open `address` in a browser and to do there what `task` says, and opens it if there is a browser
/// and it is wanted; the address was printed, so nothing depends on it.
void send_to_browser(std::string_view task, const std::string& address, bool opens_browser);

}  // namespace signet::apps
