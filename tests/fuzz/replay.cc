// The short form of a fuzz target, for any compiler: its function on the kept inputs, on parts and variations
// of them, and on bytes of no meaning, for two seconds. What libFuzzer looks for with care this finds by
// chance, but every time the tests run. An input that ends the process stays in the file that the first line
// names.
//
//   tests/fuzz/NAME_replay SEEDS [--seed N]     SEEDS: a folder of inputs, which need not exist
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kTime{2};

std::string varied(std::string bytes, std::mt19937_64& random) {
  for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
    const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes.resize(at);
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
        break;
      case 2:
        bytes.insert(at, random() % 8, static_cast<char>(random()));
        break;
      case 3:
        bytes.erase(at, random() % 16);
        break;
      default:
        bytes.insert(at, bytes.substr(at, random() % 64));
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = std::random_device{}();
  if (argc == 4 && std::strcmp(argv[2], "--seed") == 0) seed = std::strtoull(argv[3], nullptr, 10);
  const fs::path work = fs::temp_directory_path() / ("kwerenda-replay-" + std::to_string(::getpid()));
  fs::create_directories(work);
  ::setenv("TMPDIR", work.c_str(), 1);  // targets leave their files there
  const fs::path last = work / "input";
  std::printf("seed %llu, the last input: %s\n", static_cast<unsigned long long>(seed), last.c_str());
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  std::vector<std::string> kept;
  std::error_code missing;
  for (fs::directory_iterator entry(argc > 1 ? argv[1] : "", missing), end; !missing && entry != end;
       ++entry) {
    std::ifstream in(entry->path(), std::ios::binary);
    kept.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  std::uint64_t runs = 0;
  const auto run = [&](const std::string& bytes) {
    std::ofstream(last, std::ios::binary) << bytes;
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++runs;
  };
  run("");
  for (const std::string& bytes : kept) run(bytes);
  const auto end = std::chrono::steady_clock::now() + kTime;
  while (std::chrono::steady_clock::now() < end) {
    if (!kept.empty() && random() % 4 != 0) {
      run(varied(kept[random() % kept.size()], random));
    } else {
      std::string bytes(random() % 600, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random());
      run(bytes);
    }
  }
  std::printf("%llu inputs\n", static_cast<unsigned long long>(runs));
  fs::remove_all(work, missing);
  return 0;
}
