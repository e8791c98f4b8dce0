#include "net/libcurl.h"

#include "net/broken_pipe.h"

namespace signet::net {

void initialize_libcurl() {
  static const bool done = [] {
    ignore_broken_pipes();
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }();
  static_cast<void>(done);
}

}  // namespace signet::net
