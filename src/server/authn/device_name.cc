#include "server/authn/device_name.h"
namespace signet::server::authn {
std::string device_name(std::string_view) { return "browser"; }
}
