// One allocation of a run fails, whichever it is: kwerenda-index reports that and leaves a committed state
// which the same command completes, kwerenda-search answers right or reports it, and neither ends by a
// signal. 200 times, with --long 5,000.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>

#include "searcher/searcher.h"
#include "tests/crash/harness.h"

namespace {

using namespace kwerenda::crash;

class AllocationTest {
 public:
  AllocationTest(const Arguments& arguments, const Workspace& workspace, const std::string& self)
      : scenarios_(make_scenarios(workspace, arguments.seed)),
        random_(arguments.seed),
        index_(workspace / "index"),
        count_(workspace / "count") {
    for (const Scenario& scenario : scenarios_) {
      copy_tree(scenario.before, index_);
      calls_.push_back(count_calls(scenario.command_for(index_), scenario.name));
    }
    // What reads an index: the library in a program of its own (below), the search program, the verbs.
    const fs::path sound = scenarios_[1].before;
    for (std::vector<std::string> command :
         {std::vector<std::string>{self, "--library", "\"ochrona ludności\" OR geoportlu OR schr*"},
          {search_program(), "--format", "ndjson", "miasto OR ochrona"},
          {search_program(), "--format", "json", "--explain", "\"ochrona ludności\" OR geoportlu"},
          {index_program(), "check", "-q"},
          {index_program(), "dump"},
          {index_program(), "info"}}) {
      if (command[0] == self) {
        command.push_back(sound.string());
      } else {
        command.insert(command.begin() + (command[0] == index_program() ? 2 : 1),
                       {"--index", sound.string()});
      }
      const Ended right = run({command, {}, {}});
      verdict_.expect(right.code == 0, command[1] + ": " + right.err);
      reads_.push_back({command,
                        count_calls(command, fs::path(command[0]).filename().string() + " " + command[1]),
                        right.out});
    }
  }

  void write_once(std::uint64_t number) {
    const std::size_t which = number % scenarios_.size();
    const Scenario& scenario = scenarios_[which];
    const long at = one_of(calls_[which]);
    copy_tree(scenario.before, index_);
    const Ended ended = run({scenario.command_for(index_), environment(at), {}});
    const std::string what = fmt::format("{}: allocation {} of {} fails", scenario.name, at, calls_[which]);
    expect_told(ended, what);
    const int found = verify_after_accident(scenario, index_, what, verdict_);
    verdict_.expect(ended.code != 0 || found == 1, what + ": success was reported, but not the state after");
    if (ended.code == 2 && ended.err.find("pozostał bez zmian") != std::string::npos) {
      verdict_.expect(found == 0 || scenario.from == std::optional<State>(scenario.to),
                      what + ": said to be unchanged, but it is the state after: " + ended.err);
    }
  }

  void read_once(std::uint64_t number) {
    const Read& read = reads_[number % reads_.size()];
    const long at = one_of(read.calls);
    const Ended ended = run({read.command, environment(at), {}});
    const std::string what =
        fmt::format("{} {}: allocation {} of {} fails", fs::path(read.command[0]).filename().string(),
                    read.command[1], at, read.calls);
    expect_told(ended, what);
    verdict_.expect(ended.code != 0 || ended.out == read.out,
                    what + ": another answer: " + ended.out.substr(0, 300));
    verdict_.expect(ended.err.find("uszkodz") == std::string::npos,
                    what + ": said to be damaged: " + ended.err);
  }

  Verdict& verdict() { return verdict_; }
  std::string counts() const { return fmt::format("{} reported", reported_); }

 private:
  struct Read {
    std::vector<std::string> command;
    long calls = 0;
    std::string out;
  };

  static std::map<std::string, std::string> environment(long at) {
    return {{"LD_PRELOAD", KWERENDA_ALLOCATIONS_LIBRARY}, {"KWERENDA_ALLOCATION_AT", std::to_string(at)}};
  }

  long count_calls(const std::vector<std::string>& command, const std::string& name) {
    auto with = environment(-1);
    with["KWERENDA_ALLOCATION_COUNT"] = count_.string();
    const Ended ended = run({command, with, {}});
    const long calls = std::atol(read_file(count_).c_str());
    verdict_.expect(ended.code == 0 && calls > 50, fmt::format("{}: {} calls: {}", name, calls, ended.err));
    std::printf("%s: %ld allocations\n", name.c_str(), calls);
    return calls;
  }

  // Any of them, or, every other time, one of the first or the last: most calls are those of one loop.
  long one_of(long calls) {
    const auto most = static_cast<double>(calls);
    const double part = static_cast<double>(random_() % 1000000) / 1e6;
    switch (random_() % 4) {
      case 0:
        return 1 + static_cast<long>(std::pow(most, part));
      case 1:
        return calls - static_cast<long>(std::pow(most, part));
      default:
        return 1 + static_cast<long>(most * part);
    }
  }

  void expect_told(const Ended& ended, const std::string& what) {
    verdict_.expect(ended.signal == 0,
                    fmt::format("{}: ended by signal {}: {}", what, ended.signal, ended.err));
    verdict_.expect(ended.code == 0 || !ended.err.empty(),
                    fmt::format("{}: {} without a word", what, ended.code));
    verdict_.expect(ended.err.find("program padł") == std::string::npos, what + ": crashed: " + ended.err);
    reported_ += ended.code != 0;
  }

  std::vector<Scenario> scenarios_;
  std::vector<long> calls_;
  std::vector<Read> reads_;
  std::mt19937_64 random_;
  fs::path index_, count_;
  Verdict verdict_;
  std::uint64_t reported_ = 0;
};

// The library as another program links it: std::bad_alloc may come, as from any library, but it never ends
// the process.
int search_by_library(const char* query, const char* index) {
  try {
    const kwerenda::Searcher searcher = kwerenda::Searcher::open(index);
    for (const kwerenda::Hit& hit : searcher.search(query).hits)
      std::printf("%s %f\n", hit.citation.c_str(), hit.score);
    return 0;
  } catch (const kwerenda::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
  } catch (const std::bad_alloc&) {
    std::fputs("bad_alloc\n", stderr);
  }
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  ::setenv("KWERENDA_DATA", KWERENDA_BINARY_DIR "/share/kwerenda", 1);
  if (argc == 4 && std::strcmp(argv[1], "--library") == 0) return search_by_library(argv[2], argv[3]);
  const Arguments arguments = arguments_of(argc, argv);
  const Workspace workspace(arguments, "allocations");
  AllocationTest test(arguments, workspace, fs::canonical("/proc/self/exe"));
  const std::uint64_t runs = arguments.runs ? arguments.runs : arguments.all ? 5000 : 200;
  for (std::uint64_t i = 0; i < runs; ++i) {
    if (i % 2 == 0) {
      test.write_once(i / 2);
    } else {
      test.read_once(i / 2);
    }
  }
  return test.verdict().finish(fmt::format("{} failing allocations, {}", runs, test.counts()));
}
