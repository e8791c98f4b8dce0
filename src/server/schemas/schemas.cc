#include "server/schemas/schemas.h"

#include <algorithm>

namespace signet::server {

const Schema* find_schema(std::string_view name) {
  const auto found = std::ranges::find(schemas(), name, &Schema::name);
  return found == schemas().end() ? nullptr : &*found;
}

}  // namespace signet::server
