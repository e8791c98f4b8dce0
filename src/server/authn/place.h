#pragma once
// Where an address is, from a database in MaxMind's format that the operator provides (login.geo_database).

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/known_devices.h"

namespace signet::server::authn {

/// Degrees; north and east are positive.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
  bool operator==(const Coordinates&) const = default;
};

struct Place {
  std::string country;                     ///< ISO 3166-1, two capital letters; empty: unknown
  std::optional<Coordinates> coordinates;  ///< absent in databases of countries only
  bool operator==(const Place&) const = default;
};

/// As they stand in the store, in millionths of a degree. Needs: both are known
[[nodiscard]] Coordinates coordinates_of(const store::KnownDeviceRecord& device);
/// Puts a place into a device's record.
void set_place(store::KnownDeviceRecord& device, const Place& place);

/// Along the surface of the earth.
[[nodiscard]] double distance_km(const Coordinates& from, const Coordinates& to);

class Places {
 public:
  /// Fails: NotFound (no such file), Malformed
  [[nodiscard]] static Result<std::unique_ptr<Places>> open(const std::string& path);
  ~Places();
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  /// Nothing when the database does not know the address, or the text is none. Thread: any
  [[nodiscard]] std::optional<Place> find(std::string_view address) const;

 private:
  struct Impl;
  explicit Places(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace signet::server::authn
