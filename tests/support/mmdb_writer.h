#pragma once
// Writes databases in MaxMind's format, version 2.0: a tree over the bits of addresses whose leaves point to records.
// Just what tests need: one record for each network, 24-bit tree records, no pointers.

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signet::test {

/// Values of the format's data section.
class MmdbValue {
 public:
  static MmdbValue text(std::string_view value);
  static MmdbValue number(double value);
  static MmdbValue uint16(std::uint16_t value);
  static MmdbValue uint32(std::uint32_t value);
  static MmdbValue uint64(std::uint64_t value);
  static MmdbValue list(const std::vector<MmdbValue>& items);
  static MmdbValue map(const std::vector<std::pair<std::string, MmdbValue>>& members);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  MmdbValue(int type, std::size_t size, const std::string& content);

  std::string bytes_;
};

class MmdbWriter {
 public:
  /// Later networks go before earlier ones that they lie in.
  void add(std::string_view address, int prefix_length, const MmdbValue& record);
  void write(const std::string& path) const;

 private:
  enum class Kind { Nothing, Node, Data };
  struct Slot {
    Kind kind = Kind::Nothing;
    std::size_t value = 0;
  };

  std::size_t descend(std::size_t node, bool right);
  [[nodiscard]] std::string tree_record(const Slot& slot) const;
  [[nodiscard]] MmdbValue metadata() const;

  std::vector<std::array<Slot, 2>> nodes_ = {{}};
  std::string data_;
};

/// A record as databases of cities have it.
MmdbValue place_record(std::string_view country, double latitude, double longitude);

}  // namespace signet::test
