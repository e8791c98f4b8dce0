// Replays a corpus folder through a fuzz target, and mutates each file a little in a fixed way, so that ./check meets
// the parser with broken input on every run without depending on chance.

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

void run(const Input& input) {
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

/// Every truncation point of a coarse grid, every byte of a coarse grid flipped, doubled and removed.
std::size_t run_mutations(const Input& input) {
  const std::size_t step = input.size() / 48 + 1;
  std::size_t count = 0;
  for (std::size_t i = 0; i < input.size(); i += step) {
    run(Input(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(i)));
    for (const std::uint8_t flip : {0x01, 0x20, 0x80, 0xff}) {
      Input changed = input;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      run(changed);
    }
    Input longer = input;
    longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(i), input.begin(), input.end());
    run(longer);
    Input shorter = input;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    run(shorter);
    count += 7;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  std::size_t mutations = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const Input input((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      run(input);
      mutations += run_mutations(input);
      ++files;
    }
  }
  std::printf("%zu corpus files, %zu mutations\n", files, mutations);
  return files == 0 ? 1 : 0;  // an empty corpus would be a test that cannot fail
}
