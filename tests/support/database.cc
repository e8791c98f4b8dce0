#include "support/database.h"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>

namespace signet::test {

TemporaryDirectory::TemporaryDirectory()
    : path_((std::filesystem::temp_directory_path() / "signet-test-XXXXXX").string()) {
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary directory");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void throw_error(const Error& error) {
  throw std::runtime_error(std::string(error.public_text.view()) + " " + error.detail);
}

void disable_account(store::Store& store, const std::string& account_id, Instant now) {
  sql::Batch batch;
  (void)store::Accounts::add_set_disabled(batch, account_id, true, now);
  ASSERT_FALSE(value_of(run_blocking(store.database.write(std::move(batch)))).failed_guard) << account_id;
}

TemporaryDatabase::TemporaryDatabase() : database_(value_of(sql::open_sqlite({.path = directory_.file("signet.db")}))) {
  value_of(sql::migrate(*database_, store::migrations()));
}

StoreTest::StoreTest() = default;

StoreTest::~StoreTest() = default;

void StoreTest::write(sql::Batch batch) {
  ASSERT_FALSE(failed_guard(std::move(batch)));
}

std::optional<std::size_t> StoreTest::failed_guard(sql::Batch batch) {
  return value_of(run_blocking(store.database.write(std::move(batch)))).failed_guard;
}

std::int64_t StoreTest::count(const std::string& table) {
  // Statements are remembered by the address of their text, so each text has to stay.
  static std::map<std::string, std::string> texts;
  const std::string& text = texts.try_emplace(table, "SELECT COUNT(*) FROM " + table).first->second;
  return value_of(run_blocking(store.database.read({text, {}}))).at(0).integer(0);
}

}  // namespace signet::test
