// Any bytes: both tokenizers give the same tokens, in order, on the text's own ground; normal forms are
// stable.
//
//   cmake --preset release -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//         -DKWERENDA_SANITIZE=address,undefined,fuzzer-no-link
//   cmake --build build-fuzz --target tokenizer_fuzz && mkdir -p build-fuzz/found
//   build-fuzz/tests/fuzz/tokenizer_fuzz -max_total_time=600 build-fuzz/found corpus
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "analysis/fold.h"
#include "analysis/polish_tokens.h"
#include "analysis/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<kwerenda::Token> fast, by_icu;
  kwerenda::tokenize(text, fast);
  kwerenda::tokenize_with_icu(text, by_icu);
  if (fast != by_icu) std::abort();
  std::size_t last_end = 0;
  for (const kwerenda::Token& token : fast) {
    if (token.begin < last_end || token.begin >= token.end || token.end > size) std::abort();
    if (token.end - token.begin > kwerenda::kMaxTokenBytes) std::abort();
    last_end = token.end;
    const std::string form = kwerenda::folded(text.substr(token.begin, token.end - token.begin));
    // Empty for a letter that is to be ignored, such as U+115F by itself: its key matches its like.
    if (kwerenda::folded(form) != form) std::abort();
  }
  return 0;
}
