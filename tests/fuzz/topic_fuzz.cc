// A topic file of any bytes: refused by an Error that names the file, or a topic whose words are a query.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target topic_fuzz && mkdir -p build-fuzz/found-topic
//   build-fuzz/tests/fuzz/topic_fuzz -max_total_time=60 build-fuzz/found-topic searcher/topics
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/error.h"
#include "searcher/query_tree.h"
#include "searcher/topics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kwerenda;
  try {
    const Topic topic = parse_topic({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
    if (topic.name != "fuzz" || topic.label.empty() || topic.aspects.empty()) std::abort();
    to_sexpr(topic_query(topic));
    find_topic(topic.label, std::span(&topic, 1));
  } catch (const Error& error) {
    if (std::string_view(error.what()).find("fuzz") == std::string_view::npos) std::abort();
  }
  return 0;
}
