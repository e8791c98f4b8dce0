#pragma once
// What both users of libcurl need: its start, and owners of its handles. Private to net.

#include <curl/curl.h>

namespace signet::net {

struct CurlFree {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// Starts the library once for the process. Thread: any
void initialize_libcurl();

}  // namespace signet::net
