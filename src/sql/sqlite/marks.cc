#include "sql/sqlite/marks.h"

#include <algorithm>
#include <utility>

namespace signet::sql::sqlite {
namespace {

std::uint64_t read_number(BytesView bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8U | byte;
  return number;
}

std::uint64_t time_of(const MarkName& name) {
  return read_number(BytesView(name).first(kMarkTimeBytes));
}

std::uint64_t hash_of(const MarkName& name) {
  return read_number(BytesView(name).subspan(kMarkTimeBytes));
}

}  // namespace

bool Marks::Known::insert(const MarkName& name) {
  return names[time_of(name)].insert(hash_of(name)).second;
}

void Marks::Known::erase(const MarkName& name) {
  const auto found = names.find(time_of(name));
  if (found == names.end()) return;
  found->second.erase(hash_of(name));
  if (found->second.empty()) names.erase(found);
}

Result<bool> Marks::add(const MarkTable& table, const MarkName& name) {
  Known& known = tables_[&table];
  if (!known.is_current) TRY(read_others(table, known));
  if (!known.insert(name)) return false;
  added_.push_back({&table, name});
  return true;
}

void Marks::forget(const MarkTable& table, const MarkName& least) {
  auto& names = tables_[&table].names;
  names.erase(names.begin(), names.lower_bound(time_of(least)));
}

void Marks::take_back(std::size_t first) {
  for (std::size_t i = first; i < added_.size(); ++i) tables_[added_[i].table].erase(added_[i].name);
  added_.resize(std::min(first, added_.size()));
}

Result<void> Marks::read_others(const MarkTable& table, Known& known) {
  while (true) {
    TRY_ASSIGN(const Outcome found, connection_.run({.text = table.behind, .values = {known.last_row}}));
    if (found.rows.empty()) break;
    for (const Row& row : found.rows) {
      const Bytes& names = row.bytes(1);
      MarkName name{};
      if (names.size() % name.size() != 0) {
        return fail(ErrorCode::Unavailable, "The service cannot reach its storage at the moment.",
                    "a row of marks is damaged");
      }
      for (auto at = names.begin(); at != names.end(); at += static_cast<std::ptrdiff_t>(name.size())) {
        std::copy_n(at, name.size(), name.begin());
        (void)known.insert(name);
      }
      known.last_row = row.integer(0);
    }
  }
  known.is_current = true;
  return {};
}

Result<void> Marks::write() {
  for (auto& [table, known] : tables_) TRY(write_row(*table, known));
  return {};
}

Result<void> Marks::write_row(const MarkTable& table, Known& known) {
  Bytes names;
  MarkName last{};
  for (const Added& added : added_) {
    if (added.table != &table) continue;
    names.insert(names.end(), added.name.begin(), added.name.end());
    last = std::max(last, added.name);
  }
  if (names.empty()) return {};
  Bytes time(last.begin(), last.begin() + kMarkTimeBytes);
  TRY_ASSIGN(const Outcome written,
             connection_.run({.text = table.append, .values = {std::move(names), std::move(time)}}));
  known.written_row = written.rows.at(0).integer(0);
  return {};
}

void Marks::end_transaction(bool committed) {
  if (!committed) take_back(0);
  for (auto& [table, known] : tables_) {
    if (committed) known.last_row = std::max(known.last_row, known.written_row);
    known.is_current = false;
    known.written_row = 0;
  }
  added_.clear();
}

}  // namespace signet::sql::sqlite
