// How fast files become an index: the stages beside tokenizing and keys (analysis_bench), on real reports.
//
// Data: the reports of corpus/ as files, copied until there are some 8 MB of them, or the folder that
// KWERENDA_BENCH_REPORTS names (100 MB of generated reports give steadier figures). Bytes per second are
// bytes of the files, so all figures can be compared with each other and with analysis_bench's.
//
//   walk       the tree walked, one stat a file: what unchanged files cost, with one look-up in the index
//   each read       every file opened, read, decoded and taken apart into title, fields and text passages the
//   reports' texts cut into passages write/N    reports and passages handed to an IndexWriter with N threads,
//   committed and synced:
//              analysis, inversion, compression and B-trees
//   find       each report looked up in that index: the other half of what unchanged files cost
//
// Run:  cmake --preset release -DKWERENDA_BENCHMARKS=ON
//       cmake --build --preset release --target indexing_bench lexicon
//       build/bin/indexing_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
//
// The answers are checked: what was written is counted as the index itself counts it.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/data_files.h"
#include "analysis/error.h"
#include "indexer/file_walk.h"
#include "indexer/index_writer.h"
#include "indexer/passages.h"

namespace {

namespace fs = std::filesystem;
using namespace kwerenda;

// A folder of the bench's own, gone at the end.
class Scratch {
 public:
  Scratch() : path_(fs::temp_directory_path() / ("kwerenda-bench-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

const fs::path& scratch() {
  static const Scratch made;
  return made.path();
}

const std::vector<std::string>& roots() {
  static const std::vector<std::string> paths = [] {
    if (const char* given = std::getenv("KWERENDA_BENCH_REPORTS")) return std::vector<std::string>{given};
    const fs::path reports = scratch() / "reports";
    std::uintmax_t bytes = 0;
    for (int copy = 0; bytes < (8u << 20); ++copy) {
      const fs::path folder = reports / std::to_string(copy);
      fs::create_directories(folder);
      for (const auto& entry : fs::directory_iterator(fs::path(KWERENDA_SOURCE_DIR) / "corpus")) {
        if (!entry.is_regular_file() || entry.path().extension() == ".jsonl") continue;
        fs::copy_file(entry.path(), folder / entry.path().filename());
        bytes += entry.file_size();
      }
    }
    return std::vector<std::string>{reports.string()};
  }();
  return paths;
}

struct Reports {
  std::vector<Report> reports;
  std::uint64_t bytes = 0;  // of the files
};

template <typename Take>
std::uint64_t read_all(const WalkResult& walked, Take take) {
  std::uint64_t bytes = 0;
  ReaderOutput output;
  output.report = [&](Report&& report) { take(std::move(report)); };
  output.problem = [](Problem&&) {};
  output.bytes_read = [&](std::uint64_t read) { bytes += read; };
  for (const Input& input : walked.inputs) read_input(input, ReadLimits{}, output);
  return bytes;
}

const Reports& reports() {
  static const Reports held = [] {
    Reports all;
    all.bytes =
        read_all(walk(roots(), {}), [&](Report&& report) { all.reports.push_back(std::move(report)); });
    return all;
  }();
  return held;
}

std::shared_ptr<const KeyMaker> keys() {
  static const std::shared_ptr<const KeyMaker> opened = [] {
    try {
      return std::make_shared<const KeyMaker>(Lexicon::open(data_file("pl.lex")));
    } catch (const Error& error) {
      std::fprintf(stderr, "%s; write and find are left out\n", error.what());
      return std::shared_ptr<const KeyMaker>();
    }
  }();
  return opened;
}

void account(benchmark::State& state, std::uint64_t bytes, std::size_t items) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes * state.iterations()));
  state.SetItemsProcessed(static_cast<std::int64_t>(items * state.iterations()));
}

void walk_tree(benchmark::State& state) {
  WalkResult walked;
  for (auto _ : state) {
    walked = walk(roots(), {});
    benchmark::DoNotOptimize(walked);
  }
  account(state, walked.total_bytes, walked.inputs.size());
}
BENCHMARK(walk_tree)->Name("walk")->Unit(benchmark::kMillisecond);

void read_files(benchmark::State& state) {
  const WalkResult walked = walk(roots(), {});
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    bytes = read_all(walked, [](Report&& report) { benchmark::DoNotOptimize(report); });
  }
  account(state, bytes, walked.inputs.size());
}
BENCHMARK(read_files)->Name("read")->Unit(benchmark::kMillisecond);

void cut_passages(benchmark::State& state) {
  for (auto _ : state) {
    for (const Report& report : reports().reports)
      benchmark::DoNotOptimize(passages_of(report, PassageSettings{}));
  }
  account(state, reports().bytes, reports().reports.size());
}
BENCHMARK(cut_passages)->Name("passages")->Unit(benchmark::kMillisecond);

IndexWriterSettings writer_settings(unsigned threads) {
  IndexWriterSettings settings;
  settings.keys = keys();
  settings.manifest.lexicon_hash = settings.keys->lexicon().hash();
  settings.manifest.passage_max_bytes = PassageSettings{}.max_bytes;
  settings.manifest.passage_min_bytes = PassageSettings{}.min_bytes;
  settings.threads = threads;
  return settings;
}

void write_index(const fs::path& index, unsigned threads) {
  const auto writer = IndexWriter::open(index, writer_settings(threads));
  for (const Report& report : reports().reports) writer->add(report, passages_of(report, PassageSettings{}));
  writer->commit();
}

void write(benchmark::State& state) {
  if (!keys()) return state.SkipWithError("no lexicon");
  const fs::path index = scratch() / "written";
  for (auto _ : state) {
    state.PauseTiming();
    fs::remove_all(index);
    state.ResumeTiming();
    write_index(index, static_cast<unsigned>(state.range(0)));
  }
  if (statistics_of(index).reports != reports().reports.size()) state.SkipWithError("reports are missing");
  account(state, reports().bytes, reports().reports.size());
}
BENCHMARK(write)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();

void find(benchmark::State& state) {
  if (!keys()) return state.SkipWithError("no lexicon");
  const fs::path index = scratch() / "searched";
  if (!fs::exists(index)) write_index(index, 2);
  const auto writer = IndexWriter::open(index, writer_settings(1));
  std::size_t found = 0;
  for (auto _ : state) {
    found = 0;
    for (const Report& report : reports().reports) found += writer->find(report.id).has_value();
  }
  if (found != reports().reports.size()) state.SkipWithError("reports are missing");
  account(state, reports().bytes, found);
}
BENCHMARK(find)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
