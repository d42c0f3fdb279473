// How fast text becomes tokens and keys, on one core.
//
// Data: the reports of corpus/, joined and repeated to some 8 MB (larger than the second-level cache), or the
// UTF-8 file that KWERENDA_BENCH_TEXT names. Bytes per second are bytes of text, so all figures can be
// compared with each other.
//
//   tokenize        the tokenizer that the programs use
//   tokenize_icu    the same tokens by BreakIterator alone: what the tables save
//   fold            tokenize + append_folded() of each surface
//   keys            tokenize + keys_of() of each surface: the whole chain, nothing remembered
//   keys_first      tokenize + an empty KeyTable: the chain once per distinct surface, as the indexer begins
//   keys_again      the same with a table that has seen every surface, as the indexer goes on
//
// The lexicon is the build's own, or the file that KWERENDA_LEXICON names; without one the last three are
// left out, and said to be.
//
// Run:  cmake --preset release -DKWERENDA_BENCHMARKS=ON
//       cmake --build --preset release --target analysis_bench lexicon
//       build/bin/analysis_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
//
// The answers are checked: both tokenizers must give the same number of tokens.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "analysis/fold.h"
#include "analysis/key_table.h"
#include "analysis/tokenizer.h"

namespace {

using kwerenda::Token;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string& text() {
  static const std::string joined = [] {
    if (const char* path = std::getenv("KWERENDA_BENCH_TEXT")) return read(path);
    std::string reports;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(KWERENDA_SOURCE_DIR) / "corpus")) {
      if (entry.is_regular_file()) reports += read(entry.path()) + "\n";
    }
    std::string repeated = reports;
    while (!reports.empty() && repeated.size() < (8u << 20)) repeated += reports;
    return repeated;
  }();
  return joined;
}

void report(benchmark::State& state, std::size_t tokens) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(text().size()));
  state.counters["tokens"] = static_cast<double>(tokens);
  state.counters["bytes/token"] = static_cast<double>(text().size()) / static_cast<double>(tokens);
}

void tokenize(benchmark::State& state) {
  std::vector<Token> tokens;
  for (auto _ : state) {
    kwerenda::tokenize(text(), tokens);
    benchmark::DoNotOptimize(tokens.data());
  }
  report(state, tokens.size());
}
BENCHMARK(tokenize)->Unit(benchmark::kMillisecond);

void tokenize_icu(benchmark::State& state) {
  std::vector<Token> tokens, fast;
  kwerenda::tokenize(text(), fast);
  for (auto _ : state) {
    kwerenda::tokenize_with_icu(text(), tokens);
    benchmark::DoNotOptimize(tokens.data());
  }
  if (tokens != fast) state.SkipWithError("the tokenizers differ");
  report(state, tokens.size());
}
BENCHMARK(tokenize_icu)->Unit(benchmark::kMillisecond);

void fold(benchmark::State& state) {
  std::vector<Token> tokens;
  std::string folded;
  for (auto _ : state) {
    kwerenda::tokenize(text(), tokens);
    folded.clear();
    for (const Token& token : tokens) {
      kwerenda::append_folded(std::string_view(text()).substr(token.begin, token.end - token.begin), folded);
    }
    benchmark::DoNotOptimize(folded.data());
  }
  report(state, tokens.size());
}
BENCHMARK(fold)->Unit(benchmark::kMillisecond);

std::shared_ptr<const kwerenda::KeyMaker> maker;

void keys(benchmark::State& state) {
  std::vector<Token> tokens;
  std::vector<kwerenda::Key> found;
  std::size_t keys = 0;
  for (auto _ : state) {
    kwerenda::tokenize(text(), tokens);
    keys = 0;
    for (const Token& token : tokens) {
      maker->keys_of(std::string_view(text()).substr(token.begin, token.end - token.begin), found);
      keys += found.size();
    }
  }
  report(state, tokens.size());
  state.counters["keys/token"] = static_cast<double>(keys) / static_cast<double>(tokens.size());
}

std::size_t keys_by_table(kwerenda::KeyTable& table, std::vector<Token>& tokens) {
  std::size_t keys = 0;
  kwerenda::tokenize(text(), tokens);
  for (const Token& token : tokens) {
    keys += table.keys_of(std::string_view(text()).substr(token.begin, token.end - token.begin)).size();
  }
  return keys;
}

void keys_first(benchmark::State& state) {
  std::vector<Token> tokens;
  std::size_t keys = 0;
  for (auto _ : state) {
    kwerenda::KeyTable table(maker);
    keys = keys_by_table(table, tokens);
  }
  report(state, tokens.size());
  state.counters["keys/token"] = static_cast<double>(keys) / static_cast<double>(tokens.size());
}

void keys_again(benchmark::State& state) {
  std::vector<Token> tokens;
  kwerenda::KeyTable table(maker);
  std::size_t keys = keys_by_table(table, tokens);
  for (auto _ : state) keys = keys_by_table(table, tokens);
  report(state, tokens.size());
  state.counters["keys/token"] = static_cast<double>(keys) / static_cast<double>(tokens.size());
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (text().empty()) {
    std::fprintf(stderr, "analysis_bench: no text: corpus/ is empty and KWERENDA_BENCH_TEXT is not set\n");
    return 2;
  }
  const char* given = std::getenv("KWERENDA_LEXICON");
  const std::filesystem::path lexicon =
      given ? std::filesystem::path(given)
            : std::filesystem::path(KWERENDA_BINARY_DIR) / "share/kwerenda/pl.lex";
  if (std::filesystem::exists(lexicon)) {
    maker = std::make_shared<kwerenda::KeyMaker>(kwerenda::Lexicon::open(lexicon));
    benchmark::RegisterBenchmark("keys", keys)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("keys_first", keys_first)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("keys_again", keys_again)->Unit(benchmark::kMillisecond);
  } else {
    std::fprintf(stderr, "analysis_bench: no lexicon at %s: keys... are left out\n", lexicon.c_str());
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
