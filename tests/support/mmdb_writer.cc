#include "support/mmdb_writer.h"

#include <bit>
#include <fstream>
#include <stdexcept>

#include "net/address.h"

namespace signet::test {
namespace {

constexpr int kText = 2;
constexpr int kDouble = 3;
constexpr int kUint16 = 5;
constexpr int kUint32 = 6;
constexpr int kMap = 7;
constexpr int kUint64 = 9;
constexpr int kArray = 11;

constexpr std::size_t kSeparator = 16;

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

bool is_set(const std::array<std::uint8_t, 16>& bits, int bit) {
  return ((bits[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1) != 0;
}

}  // namespace

MmdbValue::MmdbValue(int type, std::size_t size, const std::string& content) {
  if (size >= 29) throw std::runtime_error("values of tests are short");
  // Types above 7 stand in a byte of their own.
  const auto control = static_cast<char>((type <= 7 ? type << 5 : 0) | static_cast<int>(size));
  bytes_ = control;
  if (type > 7) bytes_ += static_cast<char>(type - 7);
  bytes_ += content;
}

MmdbValue MmdbValue::text(std::string_view value) {
  return {kText, value.size(), std::string(value)};
}

MmdbValue MmdbValue::number(double value) {
  return {kDouble, 8, big_endian(std::bit_cast<std::uint64_t>(value), 8)};
}

MmdbValue MmdbValue::uint16(std::uint16_t value) {
  return {kUint16, 2, big_endian(value, 2)};
}

MmdbValue MmdbValue::uint32(std::uint32_t value) {
  return {kUint32, 4, big_endian(value, 4)};
}

MmdbValue MmdbValue::uint64(std::uint64_t value) {
  return {kUint64, 8, big_endian(value, 8)};
}

MmdbValue MmdbValue::list(const std::vector<MmdbValue>& items) {
  std::string inside;
  for (const auto& item : items) inside += item.bytes_;
  return {kArray, items.size(), inside};
}

MmdbValue MmdbValue::map(const std::vector<std::pair<std::string, MmdbValue>>& members) {
  std::string inside;
  for (const auto& [name, value] : members) inside += text(name).bytes_ + value.bytes_;
  return {kMap, members.size(), inside};
}

void MmdbWriter::add(std::string_view address, int prefix_length, const MmdbValue& record) {
  const auto parsed = net::IpAddress::parse(address);
  if (!parsed) throw std::runtime_error("not an address");
  // IPv4 addresses stand at ::/96.
  std::array<std::uint8_t, 16> bits{};
  const auto octets = parsed->octets();
  const std::size_t size = parsed->is_v4() ? 4 : 16;
  std::copy_n(octets.begin(), size, bits.end() - static_cast<std::ptrdiff_t>(size));
  const int length = prefix_length + (parsed->is_v4() ? 96 : 0);
  std::size_t node = 0;
  for (int bit = 0; bit < length - 1; ++bit) node = descend(node, is_set(bits, bit));
  nodes_[node][is_set(bits, length - 1) ? 1 : 0] = {.kind = Kind::Data, .value = data_.size()};
  data_ += record.bytes();
}

void MmdbWriter::write(const std::string& path) const {
  std::string out;
  for (const auto& node : nodes_) {
    for (const Slot& slot : node) out += tree_record(slot);
  }
  out += std::string(kSeparator, '\0') + data_ + "\xab\xcd\xefMaxMind.com" + metadata().bytes();
  std::ofstream(path, std::ios::binary) << out;
}

std::size_t MmdbWriter::descend(std::size_t node, bool right) {
  const Slot slot = nodes_[node][right ? 1 : 0];
  if (slot.kind == Kind::Node) return slot.value;
  // What a leaf said holds for both halves, until one of them gets another.
  nodes_.push_back({slot, slot});
  nodes_[node][right ? 1 : 0] = {.kind = Kind::Node, .value = nodes_.size() - 1};
  return nodes_.size() - 1;
}

std::string MmdbWriter::tree_record(const Slot& slot) const {
  std::size_t value = nodes_.size();
  if (slot.kind == Kind::Node) value = slot.value;
  if (slot.kind == Kind::Data) value = nodes_.size() + kSeparator + slot.value;
  return {static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

MmdbValue MmdbWriter::metadata() const {
  return MmdbValue::map({{"node_count", MmdbValue::uint32(static_cast<std::uint32_t>(nodes_.size()))},
                         {"record_size", MmdbValue::uint16(24)},
                         {"ip_version", MmdbValue::uint16(6)},
                         {"database_type", MmdbValue::text("Test-City")},
                         {"languages", MmdbValue::list({MmdbValue::text("en")})},
                         {"binary_format_major_version", MmdbValue::uint16(2)},
                         {"binary_format_minor_version", MmdbValue::uint16(0)},
                         {"build_epoch", MmdbValue::uint64(1'800'000'000)},
                         {"description", MmdbValue::map({{"en", MmdbValue::text("places of tests")}})}});
}

MmdbValue place_record(std::string_view country, double latitude, double longitude) {
  return MmdbValue::map({{"country", MmdbValue::map({{"iso_code", MmdbValue::text(country)}})},
                         {"location", MmdbValue::map({{"latitude", MmdbValue::number(latitude)},
                                                      {"longitude", MmdbValue::number(longitude)}})}});
}

}  // namespace signet::test
