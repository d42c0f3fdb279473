// The query parser on any bytes: it answers or throws QueryError, and what it prints parses to the same tree.
//
//   cmake -B build-fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DKWERENDA_FUZZERS=ON
//   -DKWERENDA_SANITIZE=address,undefined cmake --build build-fuzz --target query_fuzz &&
//   build-fuzz/tests/fuzz/query_fuzz -max_total_time=60 -max_len=600
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "searcher/query_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    kwerenda::parse_plain(text);
  } catch (const kwerenda::QueryError&) {
  }
  try {
    kwerenda::parse_term(text);
  } catch (const kwerenda::QueryError&) {
  }
  kwerenda::Query query;
  try {
    query = kwerenda::parse_query(text);
  } catch (const kwerenda::QueryError& error) {
    if (error.place().end > size) std::abort();
    return 0;
  }
  const std::string again = kwerenda::to_query_text(query.root);
  if (again.size() > kwerenda::QueryLimits().max_bytes) return 0;
  // Throws, and so fails, if its own print is not a query.
  if (kwerenda::to_sexpr(kwerenda::parse_query(again).root) != kwerenda::to_sexpr(query.root)) std::abort();
  return 0;
}
