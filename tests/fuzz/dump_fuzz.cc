// A dump of any bytes restored: an Error and no index, or an index that dumps as what was read.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target dump_fuzz lexicon && mkdir -p build-fuzz/found-dump
//   TMPDIR=/dev/shm build-fuzz/tests/fuzz/dump_fuzz -max_total_time=60 build-fuzz/found-dump
//   tests/fuzz/seeds/dump
#include "indexer/dump.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/keys.h"
#include "analysis/lexicon.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kwerenda;
  namespace fs = std::filesystem;
  static const auto kKeys = std::make_shared<const KeyMaker>(
      Lexicon::open(fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"));
  const fs::path index = fs::temp_directory_path() / ("kwerenda-fuzz-" + std::to_string(::getpid()));
  fs::remove_all(index);
  IndexWriterSettings settings;
  settings.keys = kKeys;
  settings.manifest.lexicon_hash = kKeys->lexicon().hash();
  settings.memory_bytes = 16u << 20;
  settings.threads = 1;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  try {
    const DumpCounts counts = restore_index(
        index, settings, [&](std::string& line) { return static_cast<bool>(std::getline(in, line)); });
    std::string again;
    const DumpCounts dumped = dump_index(StoredIndex(index, Versions::current), [&](std::string_view line) {
      again += line;
      return true;
    });
    if (dumped.reports != counts.reports || dumped.passages != counts.passages) std::abort();
  } catch (const Error&) {
    if (is_index(index)) std::abort();
  }
  fs::remove_all(index);
  return 0;
}
