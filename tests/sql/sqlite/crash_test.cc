// Real processes: killed in the middle of writing, and writing beside another one. A child is this very program,
// started again with the filter of one of the disabled tests below; it tells each acknowledged number through a pipe.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "sql/migrate.h"
#include "sql/temporary_database.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace signet::sql::test {
namespace {

constexpr const char* kPathVariable = "SIGNET_TEST_DATABASE";
constexpr const char* kFirstVariable = "SIGNET_TEST_FIRST_NUMBER";
constexpr int kPipe = 63;
constexpr std::int64_t kChildRows = 300;

Batch numbered(std::int64_t number) {
  Batch batch;
  batch.add("INSERT INTO items (id, text) VALUES ($1, $2)", {number, std::string(300, 'x')});
  batch.add("INSERT INTO twins (id) VALUES ($1)", {number});
  return batch;
}

class Child {
 public:
  Child(const std::string& test, const std::string& path, std::int64_t first) {
    std::array<int, 2> ends = {};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    reading_ = ends[0];
    ::setenv(kPathVariable, path.c_str(), 1);
    ::setenv(kFirstVariable, std::to_string(first).c_str(), 1);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], kPipe);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::string filter = "--gtest_filter=SqliteChild.DISABLED_" + test;
    std::string disabled = "--gtest_also_run_disabled_tests";
    std::string program = "test_sql";
    const std::array<char*, 4> arguments = {program.data(), filter.data(), disabled.data(), nullptr};
    const int spawned = ::posix_spawn(&id_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (spawned != 0) throw std::runtime_error("posix_spawn");
  }
  ~Child() {
    if (id_ > 0) (void)end(SIGKILL);
    ::close(reading_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next acknowledged number, or nothing when the child is gone.
  [[nodiscard]] std::optional<std::int64_t> next() const {
    std::int64_t number = 0;
    if (::read(reading_, &number, sizeof number) != sizeof number) return std::nullopt;
    return number;
  }
  /// Ends the child with a signal (0 waits for it) and gives its exit code, or -1 for a killed one.
  int end(int signal) {
    if (signal != 0) ::kill(id_, signal);
    int status = 0;
    ::waitpid(std::exchange(id_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t id_ = -1;
  int reading_ = -1;
};

// ---- what the children do ----

std::string path_for_child() {
  const char* path = std::getenv(kPathVariable);
  return path == nullptr ? "" : path;
}
std::int64_t first_for_child() {
  const char* first = std::getenv(kFirstVariable);
  return first == nullptr ? 0 : std::stoll(first);
}
void tell(std::int64_t number) {
  if (::write(kPipe, &number, sizeof number) != sizeof number) std::abort();
}

Task<void> write_and_tell_forever(Database& database, std::int64_t& next) {
  while (true) {
    const std::int64_t number = next++;
    const auto result = co_await database.write(numbered(number));
    if (!result) std::abort();
    tell(number);
  }
}

TEST(SqliteChild, DISABLED_WritesUntilItIsKilled) {
  const auto database = open({.path = path_for_child()});
  std::int64_t next = first_for_child();
  BlockingExecutor executor;
  Executor::current() = &executor;
  for (int i = 0; i < 16; ++i) start_detached(write_and_tell_forever(*database, next));
  const bool never = false;
  executor.run_until(never);
}

TEST(SqliteChild, DISABLED_WritesItsRowsAndEnds) {
  const auto database = open({.path = path_for_child()});
  const std::int64_t first = first_for_child();
  for (std::int64_t i = first; i < first + kChildRows; ++i) {
    const auto result = run_blocking(database->write(numbered(i)));
    ASSERT_TRUE(result) << result.error().detail;
    if (i == first) tell(i);
  }
}

constexpr std::array kMigrations = {
    Migration{1, "items", "CREATE TABLE items (id BIGINT PRIMARY KEY, text TEXT)"},
    Migration{2, "twins", "CREATE TABLE twins (id BIGINT PRIMARY KEY)"},
};

TEST(SqliteChild, DISABLED_CreatesTheDatabase) {
  const auto opened = open_sqlite({.path = path_for_child()});
  ASSERT_TRUE(opened) << opened.error().detail;
  const auto migrated = migrate(**opened, kMigrations);
  ASSERT_TRUE(migrated) << migrated.error().detail;
}

// ---- what their parent finds ----

struct SqliteProcesses : testing::Test {
  [[nodiscard]] std::string path() const { return directory.file("signet.db"); }
  [[nodiscard]] std::unique_ptr<Database> create() const {
    auto database = open({.path = path()});
    must(migrate(*database, kMigrations));
    return database;
  }
  TemporaryDirectory directory;
};

std::set<std::int64_t> ids_of(Database& database, std::string_view text) {
  std::set<std::int64_t> ids;
  for (const Row& row : must(read(database, text))) ids.insert(row.integer(0));
  return ids;
}

TEST_F(SqliteProcesses, KilledAtAnyMomentLoseNothingTheyAcknowledged) {
  create().reset();
  std::mt19937 random(20260731);
  std::set<std::int64_t> acknowledged;
  for (int round = 0; round < 20; ++round) {
    Child child("WritesUntilItIsKilled", path(), round * std::int64_t{1'000'000});
    const auto first = child.next();
    ASSERT_TRUE(first) << "the child has written nothing";
    acknowledged.insert(*first);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
    ASSERT_EQ(child.end(SIGKILL), -1);
    while (const auto number = child.next()) acknowledged.insert(*number);

    const auto database = open({.path = path()});
    ASSERT_TRUE(is_intact(*database)) << "round " << round;
    const auto items = ids_of(*database, "SELECT id FROM items");
    ASSERT_TRUE(std::ranges::includes(items, acknowledged)) << "round " << round;
    ASSERT_EQ(items, ids_of(*database, "SELECT id FROM twins")) << "half a batch, round " << round;
  }
  EXPECT_GT(acknowledged.size(), 100U);
}

Task<void> write_until(Database& database, const bool& stop, std::int64_t& next, int& running, int& failures) {
  while (!stop) {
    const std::int64_t number = next++;
    const auto result = co_await database.write(numbered(number));
    if (!result) ++failures;
  }
  --running;
}

TEST_F(SqliteProcesses, TwoMayWriteAtOnceEvenWhenOneIsBusy) {
  const auto database = create();
  constexpr std::int64_t first = 1'000'000'000;
  Child child("WritesItsRowsAndEnds", path(), first);
  std::atomic<int> exit_code = -2;
  std::thread waiting([&] { exit_code = child.end(0); });

  BlockingExecutor executor;
  Executor::current() = &executor;
  bool stop = false;
  bool ended = false;
  int running = 32;
  int failures = 0;
  std::int64_t next = 0;
  for (int i = 0; i < 32; ++i) start_detached(write_until(*database, stop, next, running, failures));
  const auto watch = [&]() -> Task<void> {
    while (running > 0) {
      stop = exit_code != -2;
      const auto result = co_await database->write(numbered(next++));
      if (!result) ++failures;
    }
    ended = true;
  };
  start_detached(watch());
  executor.run_until(ended);
  Executor::current() = nullptr;
  waiting.join();

  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM items WHERE id >= $1", {first}), kChildRows);
  EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM items WHERE id < $1", {first}), next);
  EXPECT_TRUE(is_intact(*database));
}

TEST_F(SqliteProcesses, SeveralMayCreateTheDatabaseAtOnce) {
  for (int round = 0; round < 5; ++round) {
    const std::string fresh = directory.file("fresh" + std::to_string(round));
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 4; ++i) children.push_back(std::make_unique<Child>("CreatesTheDatabase", fresh, 0));
    for (auto& child : children) EXPECT_EQ(child->end(0), 0);
    const auto database = open({.path = fresh});
    EXPECT_EQ(read_number(*database, "SELECT COUNT(*) FROM schema_migrations"), 2);
  }
}

}  // namespace
}  // namespace signet::sql::test
