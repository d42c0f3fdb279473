// A table of any bytes, read as the searcher reads one: from the root that the first bytes name, every term,
// every list, with and without skipping, and single entries.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target glass_table_fuzz && mkdir -p build-fuzz/found-glass-table
//   TMPDIR=/dev/shm build-fuzz/tests/fuzz/glass_table_fuzz -max_len=70000 -max_total_time=60
//         build-fuzz/found-glass-table GLASS_TABLES
// GLASS_TABLES: a folder with a small postlist.glass or two, each behind two bytes 00 00.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "analysis/error.h"
#include "searcher/glass_table.h"
#include "searcher/posting_list.h"

namespace {

namespace fs = std::filesystem;
using namespace kwerenda;

// What a version file says of a table of 8 KB blocks.
std::string version_file(unsigned root, unsigned level) {
  std::string bytes("\x0f\x0dXapian Glass", 14);
  bytes += std::string(2 + 16, '\0');  // version and UUID
  bytes += '\1';                       // revision
  bytes += static_cast<char>(root & 0x7f);
  bytes += static_cast<char>(level % 4 << 2);
  bytes += '\1';                  // entries
  bytes += '\4';                  // blocks of 8 KB
  bytes += std::string(2, '\0');  // nothing deflated, no free blocks
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  static const fs::path kDirectory = [] {
    const fs::path made = fs::temp_directory_path() / ("kwerenda-glass-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(made);
    return made;
  }();
  // Whole blocks, or there would be no table at all.
  std::string bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  bytes.resize((bytes.size() + 8191) / 8192 * 8192);
  std::ofstream(kDirectory / "iamglass", std::ios::binary) << version_file(data[0], data[1]);
  std::ofstream(kDirectory / "postlist.glass", std::ios::binary) << bytes;
  std::uint64_t sum = 0;
  try {
    const GlassTable table(kDirectory, GlassTable::Name::postlist, GlassTable::Blocks::trust);
    const std::string keys[] = {"Za", std::string("\0\xc0manifest", 10), std::string("\x80\x01\x02", 3)};
    table.prefetch(keys);
    std::string joined;
    for (const std::string& key : keys) sum += table.find(key, joined).value_or("").size();
    std::size_t terms = 0;
    for (const std::string_view prefix : {"Z", "a"}) {
      for_each_term(table, prefix, [&](std::string_view term, std::uint32_t passages) {
        sum += passages;
        if (++terms > 100) return;
        PostingCursor all(table, term);
        all.each_below(PostingCursor::kEnd,
                       [&](std::uint64_t docid, std::uint32_t impact) { sum += docid ^ impact; });
        PostingCursor some(table, term);
        for (std::uint64_t at = 1; some.docid() != PostingCursor::kEnd; at = some.docid() + 1000)
          some.skip_to(at);
      });
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) std::abort();
  }
  if (sum == 0xdeadbeef12345678) std::abort();  // so that everything is read
  return 0;
}
