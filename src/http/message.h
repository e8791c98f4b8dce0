#pragma once
// Requests and responses as values. Whoever reads the wire has checked them already; nothing here knows of sockets.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace signet::http {

struct Field {
  std::string name;
  std::string value;
};

/// Header fields in the order they came; names are compared without case.
class Fields {
 public:
  void add(std::string_view name, std::string_view value) {
    if (list_.empty()) list_.reserve(kUsualFields);
    list_.push_back({std::string(name), std::string(value)});
  }
  /// Replaces all fields of that name.
  void set(std::string_view name, std::string_view value);
  /// The value of the only field of that name; empty when there is none or more than one.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& list() const { return list_; }

 private:
  static constexpr std::size_t kUsualFields = 8;
  std::vector<Field> list_;
};

/// Where a request came from, as the listener saw it.
struct Peer {
  std::string address;        ///< text form without port; the client behind a trusted proxy
  std::string listener;       ///< the configured name of the listener
  bool tls = false;           ///< TLS ended here, or at a trusted proxy that said so
  Bytes certificate;          ///< DER of the client certificate whose key was proven; empty without one
  std::vector<Bytes> chain;   ///< further certificates the client sent
  std::string dpop_jkt = {};  ///< thumbprint of the DPoP key that a trusted proxy says was proven; empty without one
  bool is_proxied = false;    ///< a trusted proxy speaks for the client: all of the above is its word
};

struct Request {
  std::string method = {};
  std::string target = {};  ///< origin form, as sent: path and query
  Fields fields = {};
  std::string body = {};
  Peer peer = {};

  [[nodiscard]] std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
  [[nodiscard]] std::string_view query() const;
};

struct Response {
  int status = 200;
  Fields fields = {};
  std::string body = {};
};

[[nodiscard]] std::string_view reason_phrase(int status);

/// A media type without its parameters, lower case: "application/json".
[[nodiscard]] std::string media_type(std::string_view content_type);
/// Does an Accept value name `type` itself (not by a wildcard) with q > 0? An empty Accept names nothing.
[[nodiscard]] bool accepts_explicitly(std::string_view accept, std::string_view type);
/// Does an Accept value name `type` with a greater weight than `other`, or before it with the same?
[[nodiscard]] bool is_preferred(std::string_view accept, std::string_view type, std::string_view other);

[[nodiscard]] Response make_json_response(int status, std::string body);

}  // namespace signet::http
