// Records of an index with any bytes behind a checksum that is right: they are refused, or what is read of
// them encodes and reads back as the same. The first byte chooses the record.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target stored_fuzz && mkdir -p build-fuzz/found-stored
//   build-fuzz/tests/fuzz/stored_fuzz -max_total_time=60 build-fuzz/found-stored
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "analysis/stored.h"
#include "analysis/text_compression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kwerenda;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::uint64_t checksum = XXH3_64bits(body.data(), body.size());
  std::string bytes(sizeof checksum, '\0');
  std::memcpy(bytes.data(), &checksum, sizeof checksum);
  bytes += body;
  if (data[0] % 2 == 0) {
    static TextCompressor compressor("");
    static TextDecompressor decompressor("");
    StoredPassage passage, again;
    if (!decode_passage(bytes, decompressor, passage)) return 0;
    if (!decode_passage(encode_passage(passage, compressor), decompressor, again)) std::abort();
    if (again.report_key != passage.report_key || again.ordinal != passage.ordinal ||
        again.begin != passage.begin || again.heading != passage.heading || again.text != passage.text)
      std::abort();
  } else {
    StoredReport report, again;
    if (!decode_report(bytes, report)) return 0;
    if (!decode_report(encode_report(report), again)) std::abort();
    if (again.id != report.id || again.source != report.source || again.title != report.title ||
        again.place != report.place || again.url != report.url || again.date != report.date ||
        again.passages != report.passages || again.size != report.size || again.mtime_ns != report.mtime_ns ||
        again.content_hash != report.content_hash)
      std::abort();
  }
  return 0;
}
