// The bulk builder on synthetic documents, against Xapian's add_document in the same run.
//
// Data: tokens drawn by Zipf's law from 400,000 forms of 120,000 lemmas, 84 a document as in the reports'
// passages, made before the clock starts. Each token gives a lemma with its position and an exact form
// without one, each document 300 bytes of incompressible data (a stored passage). A token stands for 7.7
// bytes of text (100 MB hold 13 million): text_MB/s counts so. The number of documents is
// KWERENDA_BENCH_DOCUMENTS, 155,000 if unset (100 MB of text); add_document gets a tenth. The answer is
// checked: documents and total length as Xapian reads them.
//
// Run: bench/bulk_builder_bench --benchmark_repetitions=3
// Databases are made in $TMPDIR or /tmp; KWERENDA_BENCH_SYNC=1 has them synced, otherwise the disk is left
// out.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <xapian.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "indexer/glass/bulk_builder.h"
#include "indexer/glass/posting_collector.h"

namespace {

namespace fs = std::filesystem;
using namespace kwerenda::glass;

constexpr std::size_t kTokens = 84;  // a document
constexpr double kTextBytesPerToken = 7.7;
constexpr std::uint32_t kForms = 400'000;
constexpr std::uint32_t kLemmas = 120'000;
constexpr std::size_t kDataBytes = 300;

struct Corpus {
  std::vector<std::string> forms, lemmas;  // the exact form has a prefix
  std::vector<std::uint32_t> lemma_of;     // by form
  std::vector<std::uint32_t> tokens;       // kTokens a document
  std::string data;
  std::size_t documents() const { return tokens.size() / kTokens; }
};

std::size_t documents_wanted() {
  const char* given = ::getenv("KWERENDA_BENCH_DOCUMENTS");
  return given ? std::strtoull(given, nullptr, 10) : 155'000;
}

Durability durability() {
  return ::getenv("KWERENDA_BENCH_SYNC") ? Durability::synced : Durability::unsynced;
}

const Corpus& corpus() {
  static const Corpus made = [] {
    Corpus c;
    std::mt19937_64 random(7);
    const auto word = [&](std::size_t number) {
      static constexpr const char* kSyllables[] = {"za", "po", "wi", "ść", "na", "ko", "rz",
                                                   "ła", "mi", "ny", "st", "do", "ci", "wa",
                                                   "ro", "dz", "ka", "li", "te", "by"};
      std::string text;
      for (std::size_t left = number + 20; left > 0; left /= 20) text += kSyllables[left % 20];
      return text;
    };
    for (std::uint32_t i = 0; i < kLemmas; ++i) c.lemmas.push_back(word(i));
    for (std::uint32_t i = 0; i < kForms; ++i) {
      c.lemma_of.push_back(i < kLemmas ? i : static_cast<std::uint32_t>(random() % kLemmas));
      std::string form = std::string("=").append(word(c.lemma_of[i]));
      if (i >= kLemmas) form.append("ego").append(std::to_string(i % 7));
      c.forms.push_back(form);
    }
    std::vector<double> cumulative(kForms);
    double sum = 0;
    for (std::uint32_t i = 0; i < kForms; ++i) cumulative[i] = sum += 1.0 / std::pow(i + 2.7, 1.05);
    std::uniform_real_distribution<double> uniform(0, sum);
    c.tokens.resize(documents_wanted() * kTokens);
    for (std::uint32_t& token : c.tokens) {
      token = static_cast<std::uint32_t>(
          std::lower_bound(cumulative.begin(), cumulative.end(), uniform(random)) - cumulative.begin());
    }
    c.data.resize(1 << 20);
    for (char& byte : c.data) byte = static_cast<char>(random());
    return c;
  }();
  return made;
}

class Directory {
 public:
  Directory() {
    std::string pattern = (fs::temp_directory_path() / "kwerenda-bench-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() { fs::remove_all(path_); }
  fs::path index() const { return path_ / "index"; }

 private:
  fs::path path_;
};

// Feeds the documents [begin, end) to a shard, as an indexer does that remembers the numbers of a form's
// terms.
void feed(BulkShard& shard, const Corpus& c, std::size_t begin, std::size_t end, std::size_t step,
          std::size_t batch) {
  constexpr TermId kNone = 0xffffffff;
  std::vector<std::pair<TermId, TermId>> terms(kForms, {kNone, kNone});
  PostingCollector collector;
  for (std::size_t first = begin; first < end; first += step) {
    for (std::size_t d = first; d < std::min(end, first + batch); ++d) {
      for (std::size_t i = 0; i < kTokens; ++i) {
        const std::uint32_t form = c.tokens[d * kTokens + i];
        auto& [lemma, exact] = terms[form];
        if (lemma == kNone) {
          lemma = shard.intern(c.lemmas[c.lemma_of[form]]);
          exact = shard.intern(c.forms[form]);
        }
        collector.add(lemma, static_cast<std::uint32_t>(i + 1));
        collector.add_without_position(exact);
      }
      shard.add(static_cast<std::uint32_t>(d + 1), collector.postings(),
                {c.data.data() + d % 1000 * 1000, kDataBytes});
      collector.clear();
    }
  }
}

void report(benchmark::State& state, std::size_t documents) {
  const auto tokens = static_cast<double>(documents * kTokens);
  state.counters["text_MB/s"] =
      benchmark::Counter(tokens * kTextBytesPerToken / 1e6, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsIterationInvariantRate);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MB"] =
      static_cast<double>(usage.ru_maxrss) / 1024;  // of the process so far, tokens included
}

void check(benchmark::State& state, const fs::path& index, std::size_t documents) {
  const Xapian::Database database(index.string());
  if (database.get_doccount() != documents || database.get_total_length() != 2 * documents * kTokens) {
    state.SkipWithError("not the expected documents");
  }
}

// Inversion alone: tokens into shards, nothing written.
void invert(benchmark::State& state) {
  const Corpus& c = corpus();
  for (auto _ : state) {
    Directory directory;
    BulkBuilder builder(directory.index(), {.memory_bytes = 8ull << 30});
    feed(builder.shard(0), c, 0, c.documents(), c.documents(), c.documents());
  }
  report(state, c.documents());
}

// Everything. Arguments: shards (each with a thread) and finish threads; megabytes of memory.
void build(benchmark::State& state) {
  const Corpus& c = corpus();
  const auto shards = static_cast<unsigned>(state.range(0));
  constexpr std::size_t kBatch = 64;
  BulkResult result;
  for (auto _ : state) {
    Directory directory;
    BulkBuilder builder(directory.index(), {.memory_bytes = static_cast<std::uint64_t>(state.range(1)) << 20,
                                            .shards = shards,
                                            .finish_threads = shards,
                                            .durability = durability()});
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < shards; ++i) {
        threads.emplace_back(
            [&, i] { feed(builder.shard(i), c, i * kBatch, c.documents(), shards * kBatch, kBatch); });
      }
    }
    result = builder.finish();
    state.PauseTiming();
    check(state, directory.index(), c.documents());
    state.ResumeTiming();
  }
  report(state, c.documents());
  const double text = static_cast<double>(c.tokens.size()) * kTextBytesPerToken;
  state.counters["postlist"] = static_cast<double>(result.postlist.size) / text;
  state.counters["position"] = static_cast<double>(result.position.size) / text;
  state.counters["termlist"] = static_cast<double>(result.termlist.size) / text;
  state.counters["docdata"] = static_cast<double>(result.docdata.size) / text;
  state.counters["runs"] = result.runs;
}

void add_document(benchmark::State& state) {
  const Corpus& c = corpus();
  const std::size_t documents = c.documents() / 10;
  for (auto _ : state) {
    Directory directory;
    Xapian::WritableDatabase database(directory.index().string(), Xapian::DB_CREATE | Xapian::DB_NO_SYNC);
    for (std::size_t d = 0; d < documents; ++d) {
      Xapian::Document document;
      for (std::size_t i = 0; i < kTokens; ++i) {
        const std::uint32_t form = c.tokens[d * kTokens + i];
        document.add_posting(c.lemmas[c.lemma_of[form]], static_cast<Xapian::termpos>(i + 1));
        document.add_term(c.forms[form]);
      }
      document.set_data({c.data.data() + d % 1000 * 1000, kDataBytes});
      database.add_document(document);
    }
    database.commit();
    state.PauseTiming();
    check(state, directory.index(), documents);
    state.ResumeTiming();
  }
  report(state, documents);
}

BENCHMARK(invert)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(build)
    ->Args({1, 512})
    ->Args({2, 512})
    ->Args({2, 96})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(1);
BENCHMARK(add_document)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
