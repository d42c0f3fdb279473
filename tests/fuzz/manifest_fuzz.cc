// A manifest of any bytes: refused by an Error, or read as what it prints again.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target manifest_fuzz && mkdir -p build-fuzz/found-manifest
//   build-fuzz/tests/fuzz/manifest_fuzz -max_total_time=60 build-fuzz/found-manifest
//   tests/fuzz/seeds/manifest
#include "analysis/manifest.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kwerenda;
  Manifest manifest;
  try {
    manifest = readable_manifest_from_json({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const Error&) {
    return 0;
  }
  if (readable_manifest_from_json(to_json(manifest), "fuzz") != manifest) std::abort();
  return 0;
}
