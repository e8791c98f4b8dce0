#pragma once

namespace signet::net {

/// OpenSSL and libcurl write to sockets without MSG_NOSIGNAL: a peer that has gone must be an error code, not the end
/// of the process. Leaves a handler of the program's own in place.
void ignore_broken_pipes();

}  // namespace signet::net
