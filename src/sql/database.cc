#include "sql/database.h"

#include <stdexcept>

namespace signet::sql {
namespace {

// A column of another type than the repository expects is our own mistake, so it is an exception and not a Result.
template <class T>
const T& column_as(const std::vector<Value>& columns, std::size_t column, const T& when_null) {
  const Value& value = columns.at(column);
  if (std::holds_alternative<std::monostate>(value)) return when_null;
  if (const T* held = std::get_if<T>(&value)) return *held;
  throw std::logic_error("a column has another type than the one asked for");
}

}  // namespace

const std::string& Row::text(std::size_t column) const {
  static const std::string none;
  return column_as<std::string>(columns_, column, none);
}

std::int64_t Row::integer(std::size_t column) const {
  return column_as<std::int64_t>(columns_, column, 0);
}

const Bytes& Row::bytes(std::size_t column) const {
  static const Bytes none;
  return column_as<Bytes>(columns_, column, none);
}

bool Row::is_null(std::size_t column) const {
  return std::holds_alternative<std::monostate>(columns_.at(column));
}

std::optional<Instant> Row::find_instant(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return instant(column);
}

}  // namespace signet::sql
