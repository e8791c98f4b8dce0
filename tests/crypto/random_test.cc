#include "crypto/random.h"

#include <sys/wait.h>
#include <unistd.h>
namespace signet::crypto {
namespace {

/// What a child process that is forked now makes first.
std::string token_of_child(SystemRandom& random) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child == 0) {
    const std::string token = make_random_token(random);
    const bool written = write(ends[1], token.data(), token.size()) == static_cast<ssize_t>(token.size());
    _exit(written ? 0 : 1);
  }
  std::string token(43, '\0');
  const ssize_t size = read(ends[0], token.data(), token.size());
  token.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  close(ends[0]);
  close(ends[1]);
  waitpid(child, nullptr, 0);
  return token;
}

TEST(SystemRandom, ProcessesThatWereForkedShareNoBytes) {
  SystemRandom random;
  (void)make_random_token(random);  // some are fetched ahead now
  const std::string first = token_of_child(random);
  const std::string second = token_of_child(random);
  ASSERT_EQ(first.size(), 43U);
  EXPECT_NE(first, second);
  EXPECT_NE(first, make_random_token(random));
}

}  // namespace
}  // namespace signet::crypto
