#pragma once
#include <string>

namespace signet::apps {

/// Opens the person's browser if there is one; the address was printed, so nothing depends on it.
void open_browser(const std::string& url);

}  // namespace signet::apps
