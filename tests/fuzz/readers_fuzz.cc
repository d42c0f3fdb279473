// Any bytes through the readers of text, Markdown and JSON Lines, and on through passages: nothing crashes,
// text is valid UTF-8, passages keep their promises. The first byte chooses the reader.
//
//   cmake --preset asan -B build-fuzz -DKWERENDA_FUZZERS=ON -DCMAKE_CXX_COMPILER=clang++
//   cmake --build build-fuzz --target readers_fuzz
//   mkdir -p build-fuzz/found && build-fuzz/tests/fuzz/readers_fuzz -max_total_time=600 build-fuzz/found
//   corpus
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analysis/utf8.h"
#include "indexer/charset.h"
#include "indexer/passages.h"
#include "indexer/readers/jsonl_reader.h"
#include "indexer/readers/markdown_reader.h"
#include "indexer/readers/text_reader.h"

namespace {

using namespace kwerenda;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Report& report) {
  constexpr PassageSettings kSmall{.max_bytes = 400, .target_bytes = 200, .min_bytes = 40};
  const std::string_view text = report.text;
  require(!report.title.empty() && find_invalid_utf8(report.title) == std::string_view::npos);
  require(report.date == 0 || (report.date >= 10000101 && report.date <= 29991231));
  require(report.body_begin <= text.size());
  std::size_t at = report.body_begin;
  for (const Passage& passage : passages_of(report, kSmall)) {
    require(skip_white(text, at) == passage.begin && passage.begin < passage.end &&
            passage.end <= text.size());
    const std::string_view inside = text.substr(passage.begin, passage.end - passage.begin);
    require(trimmed(inside) == inside && find_invalid_utf8(inside) == std::string_view::npos);
    require(inside.size() <= kSmall.max_bytes + kSmall.max_bytes / 2);
    at = passage.end;
  }
  require(skip_white(text, at) == text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Input input;
  input.path = input.id = input.source = "fuzz";
  ReaderOutput output;
  output.report = [](Report&& report) { check(report); };
  output.problem = [](Problem&&) {};
  if (data[0] % 3 == 2) {
    const ReadLimits limits;
    JsonLinesReader reader(input, limits, output);
    reader.feed(std::string_view(bytes).substr(0, bytes.size() / 2));
    reader.feed(std::string_view(bytes).substr(bytes.size() / 2));
    reader.finish();
    return 0;
  }
  std::string text;
  if (!decode_text(bytes, input, output, text)) return 0;
  check(data[0] % 3 == 0 ? read_text(std::move(text), report_of(input, 0))
                         : read_markdown(std::move(text), report_of(input, 0)));
  return 0;
}
