// The files of a segment that are read beside Xapian's: sums of any bytes, and a key stream file of any bytes
// with a footer that is right. The first byte chooses.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target segment_fuzz && mkdir -p build-fuzz/found-segment
//   TMPDIR=/dev/shm build-fuzz/tests/fuzz/segment_fuzz -max_total_time=60 build-fuzz/found-segment
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "analysis/error.h"
#include "analysis/key_streams.h"
#include "analysis/segment_sums.h"

namespace {

namespace fs = std::filesystem;
using namespace kwerenda;

void read_streams(const fs::path& directory, std::string bytes) {
  // The first two bytes say how many documents there are, whatever stands in the file.
  const std::uint32_t documents = static_cast<unsigned char>(bytes[0]);
  char footer[kKeyStreamFooterBytes] = {};
  std::memcpy(footer, kKeyStreamMagic, sizeof kKeyStreamMagic);
  std::memcpy(footer + 8, &documents, sizeof documents);
  const std::uint64_t size = bytes.size() + sizeof footer;
  std::memcpy(footer + 16, &size, sizeof size);
  const std::uint64_t sum = XXH3_64bits(footer, 24);
  std::memcpy(footer + 24, &sum, sizeof sum);
  std::ofstream(directory / kKeyStreamsName, std::ios::binary)
      << bytes << std::string_view(footer, sizeof footer);
  const KeyStreamFile file(directory);
  PassageKeys keys;
  for (std::uint32_t docid = 1; docid <= file.documents(); ++docid) {
    if (!file.read(docid, keys)) continue;
    std::uint32_t all = 0;
    for (const KeyStreamView stream : {keys.text, keys.title, keys.heading}) {
      for (const std::uint16_t key : stream) all += key;
    }
    if (all == 1 && keys.ordinal == 0xdeadbeef) std::abort();  // so that they are read
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const fs::path kDirectory = [] {
    const fs::path made = fs::temp_directory_path() / ("kwerenda-segment-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    return made;
  }();
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    if (data[0] % 2 == 0) {
      read_streams(kDirectory, std::move(bytes));
    } else {
      std::ofstream(kDirectory / kSumsName, std::ios::binary) << bytes;
      if (to_text(read_sums(kDirectory)).size() > 2 * bytes.size() + 100) std::abort();
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) std::abort();
  }
  return 0;
}
