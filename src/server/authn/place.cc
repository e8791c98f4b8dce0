#include "server/authn/place.h"

#include <maxminddb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <numbers>
#include <system_error>

#include "net/address.h"

namespace signet::server::authn {
namespace {

constexpr double kMillionths = 1e6;

constexpr double kEarthRadiusKm = 6371;
constexpr double kRadiansOfDegree = std::numbers::pi / 180;

sockaddr_storage to_sockaddr(const net::IpAddress& address) {
  sockaddr_storage storage{};
  const std::string_view octets = address.octets();
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, octets.data(), sizeof v4.sin_addr);
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, octets.data(), sizeof v6.sin6_addr);
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return storage;
}

/// A value inside of a record, when it is there with this type.
template <class... Path>
std::optional<MMDB_entry_data_s> find_value(MMDB_entry_s& record, std::uint32_t type, Path... path) {
  MMDB_entry_data_s value{};
  const int status = MMDB_get_value(&record, &value, path..., nullptr);
  if (status != MMDB_SUCCESS || !value.has_data || value.type != type) return std::nullopt;
  return value;
}

std::string find_country(MMDB_entry_s& record) {
  const auto value = find_value(record, MMDB_DATA_TYPE_UTF8_STRING, "country", "iso_code");
  if (!value || value->data_size != 2) return {};
  std::string country(value->utf8_string, value->data_size);
  const bool is_code = std::ranges::all_of(country, [](char c) { return c >= 'A' && c <= 'Z'; });
  return is_code ? country : std::string();
}

std::optional<Coordinates> find_coordinates(MMDB_entry_s& record) {
  const auto latitude = find_value(record, MMDB_DATA_TYPE_DOUBLE, "location", "latitude");
  const auto longitude = find_value(record, MMDB_DATA_TYPE_DOUBLE, "location", "longitude");
  if (!latitude || !longitude) return std::nullopt;
  // Written so that what is not a number is refused too.
  const bool is_on_earth = std::abs(latitude->double_value) <= 90 && std::abs(longitude->double_value) <= 180;
  if (!is_on_earth) return std::nullopt;
  return Coordinates{.latitude = latitude->double_value, .longitude = longitude->double_value};
}

}  // namespace

Coordinates coordinates_of(const store::KnownDeviceRecord& device) {
  return {.latitude = static_cast<double>(*device.latitude) / kMillionths,
          .longitude = static_cast<double>(*device.longitude) / kMillionths};
}

void set_place(store::KnownDeviceRecord& device, const Place& place) {
  device.country = place.country;
  if (!place.coordinates) return;
  device.latitude = std::llround(place.coordinates->latitude * kMillionths);
  device.longitude = std::llround(place.coordinates->longitude * kMillionths);
}

double distance_km(const Coordinates& from, const Coordinates& to) {
  const double north = (to.latitude - from.latitude) * kRadiansOfDegree;
  const double east = (to.longitude - from.longitude) * kRadiansOfDegree;
  const double haversine = std::pow(std::sin(north / 2), 2) + std::cos(from.latitude * kRadiansOfDegree) *
                                                                  std::cos(to.latitude * kRadiansOfDegree) *
                                                                  std::pow(std::sin(east / 2), 2);
  // Rounding may lead a little above 1 at the other side of the earth.
  return 2 * kEarthRadiusKm * std::asin(std::sqrt(std::min(haversine, 1.0)));
}

struct Places::Impl {
  MMDB_s database{};
  bool is_open = false;  // a database that failed to open has closed itself
  ~Impl() {
    if (is_open) MMDB_close(&database);
  }
};

Places::Places(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Places::~Places() = default;

Result<std::unique_ptr<Places>> Places::open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &impl->database);
  if (status == MMDB_FILE_OPEN_ERROR)
    return fail(ErrorCode::NotFound, "The database of places cannot be opened.",
                path + ": " + std::generic_category().message(errno));
  if (status != MMDB_SUCCESS)
    return fail(ErrorCode::Malformed, "The file is no database in MaxMind's format.",
                path + ": is no database of places (" + MMDB_strerror(status) + ")");
  impl->is_open = true;
  return std::unique_ptr<Places>(new Places(std::move(impl)));
}

std::optional<Place> Places::find(std::string_view address) const {
  const auto parsed = net::IpAddress::parse(address);
  if (!parsed) return std::nullopt;
  const sockaddr_storage storage = to_sockaddr(*parsed);
  int status = MMDB_SUCCESS;
  MMDB_lookup_result_s result =
      MMDB_lookup_sockaddr(&impl_->database, reinterpret_cast<const sockaddr*>(&storage), &status);
  if (status != MMDB_SUCCESS || !result.found_entry) return std::nullopt;
  Place place{.country = find_country(result.entry), .coordinates = find_coordinates(result.entry)};
  if (place == Place{}) return std::nullopt;
  return place;
}

}  // namespace signet::server::authn
