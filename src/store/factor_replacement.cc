#include "store/factor_replacement.h"

#include "store/columns.h"

namespace signet::store {
namespace {
constexpr std::string_view kRemoveSame =
    "DELETE FROM factors WHERE account_id = $1 AND kind = $2 AND lookup_hash IS NOT DISTINCT FROM $3";
}
std::size_t add_replace(sql::Batch& batch, const FactorRecord& factor) {
  batch.add(kRemoveSame, {factor.account_id, factor.kind,
                          factor.lookup_hash ? hash_value(*factor.lookup_hash) : sql::Value()});
  return Factors::add_insert(batch, factor);
}
}  // namespace signet::store
