#pragma once
#include "store/factors.h"

namespace signet::store {
std::size_t add_replace(sql::Batch& batch, const FactorRecord& factor);
}
