// SPDX-License-Identifier: GPL-3.0-or-later
// Gives every file of a folder to a fuzz target, in place of libFuzzer. Fails when there is none.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{folder, none}) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

/// In memory of exactly its size, so that the sanitizer sees every byte read beyond it.
void replay(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>{stream}, {}};
  bytes.shrink_to_fit();
  (void)LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    (void)std::fputs("usage: fuzz_NAME FOLDER\n", stderr);
    return 2;
  }
  const auto files = files_of(arguments[1]);
  for (const auto& file : files) {
    (void)std::printf("%s\n", file.filename().c_str());
    (void)std::fflush(stdout);  // the last line names the input that ended it
    replay(file);
  }
  (void)std::printf("%zu inputs replayed\n", files.size());
  return files.empty() ? 1 : 0;
}
