// A long life: one process adds, replaces and removes reports, merges, and searches meanwhile, as --watch and
// a service beside it do for months; --runs rounds (120), with --long 20,000. Each tenth round a writer gives
// up what it has not committed, and a thirtieth round compares what is found with the model. Memory is as it
// was after the first quarter, give or take what an allocator keeps.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "analysis/error.h"
#include "analysis/keys.h"
#include "analysis/lexicon.h"
#include "indexer/check.h"
#include "indexer/index_writer.h"
#include "searcher/searcher.h"
#include "tests/crash/harness.h"

// AddressSanitizer keeps 256 MB of what was freed, which is no leak and would hide one.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8"; }

namespace {

using namespace kwerenda;
namespace fs = std::filesystem;

constexpr std::uint64_t kMostGrowth = 24;  // MB; a leak of 1 KB an operation is 30 MB in the short form

std::uint64_t resident_mb() {
  std::uint64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) >> 20;
}

class Soak {
 public:
  Soak(const crash::Arguments& arguments, const crash::Workspace& workspace)
      : random_(arguments.seed), index_(workspace / "index") {
    const fs::path lexicon = fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex";
    ::setenv("KWERENDA_DATA", (fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda").c_str(), 1);
    settings_.keys = std::make_shared<const KeyMaker>(Lexicon::open(lexicon));
    settings_.manifest.lexicon_hash = settings_.keys->lexicon().hash();
    settings_.memory_bytes = 16u << 20;
    write(true);
    searcher_ = std::make_unique<Searcher>(Searcher::open(index_));
  }

  void round(std::uint64_t number) {
    write(number % 10 != 9);
    if (number % 15 == 0) IndexWriter::open(index_, settings_)->compact();
    for (int i = 0; i < 20; ++i) {
      const auto& words = crash::vocabulary();
      const std::string query =
          words[random_() % words.size()] + (i % 2 ? " OR " : " AND ") + words[random_() % words.size()];
      SearchOptions options;
      options.limit = 10;
      options.per_report = 0;
      searcher_->search(query, options);
    }
    if (number % 30 == 0) compare(number);
  }

  crash::Verdict& verdict() { return verdict_; }

 private:
  void write(bool commits) {
    const auto writer = IndexWriter::open(index_, settings_);
    auto model = model_;
    for (int i = 0; i < 10; ++i) {
      const std::string id = fmt::format("r{:03}", random_() % 200);
      if (random_() % 4 == 0) {
        writer->remove(id);
        model.erase(id);
        continue;
      }
      Report report;
      report.id = report.source = report.title = id;
      report.text = fmt::format("Znak {}. ", mark_of(id, ++version_)) + crash::report_text(random_, 3);
      report.content_hash = version_;
      const auto size = static_cast<std::uint32_t>(report.text.size());
      if (const auto reason = writer->add(std::move(report), {{0, size, 1, ""}})) verdict_.fail(*reason);
      model[id] = version_;
    }
    if (!commits) return;
    writer->commit();
    model_ = std::move(model);
  }

  static std::string mark_of(const std::string& id, std::uint64_t version) {
    return fmt::format("x{}y{}", id, version);
  }

  void compare(std::uint64_t number) {
    for (const auto& [id, version] : model_) {
      const SearchResult result = searcher_->search(mark_of(id, version));
      verdict_.expect(result.hits.size() == 1 && result.hits.front().citation == id + "#p1",
                      fmt::format("round {}: report {} is not found", number, id));
    }
    const CheckResult checked = check_index(index_, {nullptr, CheckSources::no});
    verdict_.expect(
        checked.damages.empty() && checked.reports == model_.size(),
        fmt::format("round {}: check finds {} reports of {}", number, checked.reports, model_.size()));
  }

  std::mt19937_64 random_;
  fs::path index_;
  IndexWriterSettings settings_;
  std::unique_ptr<Searcher> searcher_;
  std::map<std::string, std::uint64_t> model_;  // id to version
  std::uint64_t version_ = 0;
  crash::Verdict verdict_;
};

}  // namespace

int main(int argc, char** argv) {
  const crash::Arguments arguments = crash::arguments_of(argc, argv);
  const crash::Workspace workspace(arguments, "soak");
  const std::uint64_t rounds = arguments.runs ? arguments.runs : arguments.all ? 20000 : 120;
  std::uint64_t warm = 0;
  Soak soak(arguments, workspace);
  for (std::uint64_t i = 0; i < rounds; ++i) {
    soak.round(i);
    if (i == rounds / 4) warm = resident_mb();
  }
  const std::uint64_t end = resident_mb();
  soak.verdict().expect(end <= warm + kMostGrowth, fmt::format("memory grew from {} MB to {} MB", warm, end));
  return soak.verdict().finish(fmt::format("{} rounds, {} MB, then {} MB", rounds, warm, end));
}
