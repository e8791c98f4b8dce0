// The request parser with its strict check: whatever the bytes are, and however they are cut, the same requests come
// out, and none of them has a property that the check promises to refuse.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/request_parser.h"

namespace {

using signet::net::RequestParser;

const signet::net::ServerLimits kLimits = {
    .header_bytes = 2048, .header_fields = 16, .target_bytes = 512, .body_bytes = 1024};

void require(bool condition) {
  if (!condition) std::abort();
}

void check_accepted(const signet::http::Request& request) {
  require(request.target.starts_with('/') && request.target.size() <= kLimits.target_bytes);
  require(request.target.find_first_of(" \t\r\n#") == std::string::npos);
  require(request.fields.list().size() <= kLimits.header_fields);
  require(request.body.size() <= kLimits.body_bytes);
  require(request.fields.count("host") <= 1);
  require(request.fields.count("content-length") + request.fields.count("transfer-encoding") <= 1);
  for (const auto& field : request.fields.list()) {
    require(!field.name.empty() && field.name.find_first_of(" \t:\r\n") == std::string::npos);
    for (const char c : field.value) require(static_cast<unsigned char>(c) >= 0x20 ? c != 0x7f : c == '\t');
  }
}

/// The accepted requests, written down, when the bytes arrive `step` at a time.
std::string transcript(const std::string& bytes, std::size_t step) {
  RequestParser parser(kLimits);
  std::string out;
  std::string pending;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t count = std::min(step, bytes.size() - at);
    pending.append(bytes, at, count);
    at += count;
    std::size_t used = 1;
    while (used != 0 && !pending.empty()) {
      used = parser.feed(pending);
      require(used <= pending.size());
      pending.erase(0, used);
      if (parser.state() == RequestParser::State::Refused) return out;
      if (parser.state() != RequestParser::State::Done) continue;
      const auto request = parser.take_request();
      check_accepted(request);
      out += request.method + " " + request.target + " " + request.body + "\n";
      parser.reset();
    }
    require(pending.size() <= kLimits.header_bytes + step);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string large = transcript(bytes, 1024);
  const std::string small = transcript(bytes, 7);
  // A cut may bring the refusal of something oversized earlier, but never another request.
  require(large.starts_with(small) || small.starts_with(large));
  return 0;
}
