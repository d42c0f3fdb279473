// Readers against commits: several processes search while one commits as fast as it can, small transactions
// and merged batches in turn; 20 seconds, with --long an hour (--runs N: N seconds). Every commit replaces
// all reports by their next version, so that a right answer has one version, all passages, and the very texts
// that the model says.
#include <cxxabi.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <typeinfo>

#include "analysis/error.h"
#include "analysis/keys.h"
#include "analysis/lexicon.h"
#include "indexer/index_writer.h"
#include "searcher/searcher.h"
#include "tests/crash/harness.h"

namespace {

using namespace kwerenda;
using crash::Verdict;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int kReports = 12;
constexpr int kPassages = 3;
constexpr int kReaders = 3;

fs::path lexicon_file() { return fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"; }

// What passage `passage` of report `report` says in version `version`; a different length each time.
std::string passage_text(std::uint64_t seed, int report, int passage, std::uint64_t version) {
  std::mt19937_64 random(
      seed ^ (version << 16 | static_cast<std::uint64_t>(report) << 8 | static_cast<std::uint64_t>(passage)));
  std::string text = fmt::format("Raport {} fragment {} wydanie {}.", report, passage, version);
  for (std::uint64_t i = 0; i < 1 + version % 7; ++i) text += " " + crash::sentence(random);
  return text;
}

void write_version(IndexWriter& writer, std::uint64_t seed, std::uint64_t version) {
  for (int i = 0; i < kReports; ++i) {
    Report report;
    report.id = fmt::format("r{}", i);
    report.source = report.id;
    report.title = fmt::format("Zeszyt {}", i);
    report.content_hash = version;
    std::vector<Passage> passages;
    for (int p = 1; p <= kPassages; ++p) {
      const std::string text = passage_text(seed, i, p, version);
      const auto begin = static_cast<std::uint32_t>(report.text.size());
      report.text += text + "\n\n";
      passages.push_back(
          {begin, begin + static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(p), ""});
    }
    if (const auto reason = writer.add(std::move(report), std::move(passages))) {
      throw Error(ErrorKind::io, "refused: " + *reason);
    }
  }
  writer.commit();
}

IndexWriterSettings settings_for(const std::shared_ptr<const KeyMaker>& keys) {
  IndexWriterSettings settings;
  settings.keys = keys;
  settings.manifest.lexicon_hash = keys->lexicon().hash();
  settings.manifest.created = "2026-01-01T00:00:00Z";
  settings.lock_timeout = std::chrono::milliseconds(1000);
  return settings;
}

// The exception that is on its way, whatever its type: Xapian's are no std::exception.
void say_current(const char* who) {
  try {
    throw;
  } catch (const std::exception& error) {
    std::printf("FAILED: %s: %s\n", who, error.what());
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    std::printf("FAILED: %s: an exception of type %s\n", who, type ? type->name() : "unknown");
  }
  std::fflush(stdout);
}

SearcherOptions with_lexicon() {
  SearcherOptions options;
  options.lexicon = lexicon_file();
  return options;
}

// Commits until the deadline; the number of commits goes to `fd`.
[[noreturn]] void write_all(const fs::path& index, std::uint64_t seed, Clock::time_point deadline, int fd) {
  const auto keys = std::make_shared<const KeyMaker>(Lexicon::open(lexicon_file()));
  std::uint64_t version = 1;
  try {
    while (Clock::now() < deadline) {
      const auto writer = IndexWriter::open(index, settings_for(keys));
      write_version(*writer, seed, ++version);
    }
  } catch (...) {
    say_current("writer");
    ::_exit(1);
  }
  (void)!::write(fd, &version, sizeof version);
  ::_exit(0);
}

struct ReaderCounts {
  std::uint64_t answers = 0, wrong = 0, versions = 0;
};

void read_once(const Searcher& searcher, std::uint64_t seed, std::uint64_t& last, ReaderCounts& counts) {
  SearchOptions options;
  options.limit = 100;
  options.fold_duplicates = FoldDuplicates::off;
  const SearchResult result = searcher.search("wydanie", options);
  ++counts.answers;
  std::string wrong;
  if (result.hits.size() != kReports * kPassages || result.matches != kReports * kPassages) {
    wrong = fmt::format("{} hits, {} matches", result.hits.size(), result.matches);
    for (const QueryWord& word : result.words)
      wrong += fmt::format("; „{}” in {} passages", word.typed, word.passages);
    for (const std::string& note : result.notes) wrong += "; " + note;
  }
  std::uint64_t version = 0;
  for (const Hit& hit : result.hits) {
    const std::size_t at = hit.text.find("wydanie ");
    const std::uint64_t says =
        at == std::string::npos ? 0 : std::strtoull(hit.text.c_str() + at + 8, nullptr, 10);
    if (version == 0) version = says;
    const int report = std::atoi(hit.report_id.c_str() + 1);
    if (says != version || hit.text != passage_text(seed, report, static_cast<int>(hit.ordinal), says)) {
      wrong = fmt::format("{}#p{} of version {} among version {}: {}", hit.report_id, hit.ordinal, says,
                          version, hit.text);
    }
  }
  if (version < last) wrong = fmt::format("version {} after {}", version, last);
  counts.versions += version > last;
  last = version;
  if (wrong.empty() || ++counts.wrong > 20) return;
  std::printf("FAILED: reader: %s\n", wrong.c_str());
  std::fflush(stdout);
}

[[noreturn]] void read_all(const fs::path& index, std::uint64_t seed, Clock::time_point deadline, int fd) {
  ReaderCounts counts;
  std::uint64_t last = 0;
  try {
    const Searcher searcher = Searcher::open(index, with_lexicon());
    while (Clock::now() < deadline) {
      if (counts.answers % 50 == 49) {  // as one-shot searches do: opened anew
        read_once(Searcher::open(index, with_lexicon()), seed, last, counts);
      } else {
        read_once(searcher, seed, last, counts);
      }
    }
  } catch (...) {
    say_current("reader");
    ++counts.wrong;
  }
  (void)!::write(fd, &counts, sizeof counts);
  ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
  const crash::Arguments arguments = crash::arguments_of(argc, argv);
  ::setenv("KWERENDA_DATA", KWERENDA_BINARY_DIR "/share/kwerenda", 1);
  const crash::Workspace workspace(arguments, "commits");
  const fs::path index = workspace / "index";
  Verdict verdict;
  try {
    const auto keys = std::make_shared<const KeyMaker>(Lexicon::open(lexicon_file()));
    const auto writer = IndexWriter::open(index, settings_for(keys));
    write_version(*writer, arguments.seed, 1);
  } catch (const std::exception& error) {
    verdict.fail(std::string("first build: ") + error.what());
    return 1;
  }
  const std::chrono::seconds duration(arguments.runs ? arguments.runs : arguments.all ? 3600 : 20);
  const auto deadline = Clock::now() + duration;
  std::vector<std::pair<pid_t, int>> children;
  for (int i = 0; i <= kReaders; ++i) {
    int ends[2];
    if (::pipe(ends) != 0) {
      std::perror("pipe");
      return 2;
    }
    const pid_t child = ::fork();
    if (child < 0) {
      std::perror("fork");
      return 2;
    }
    if (child == 0) {
      ::close(ends[0]);
      if (i == 0) write_all(index, arguments.seed, deadline, ends[1]);
      read_all(index, arguments.seed, deadline, ends[1]);
    }
    ::close(ends[1]);
    children.emplace_back(child, ends[0]);
  }
  ReaderCounts sum;
  std::uint64_t commits = 0;
  for (std::size_t i = 0; i < children.size(); ++i) {
    const auto [child, fd] = children[i];
    ReaderCounts counts;
    const ssize_t size = i == 0 ? ::read(fd, &commits, sizeof commits) : ::read(fd, &counts, sizeof counts);
    int status = 0;
    ::waitpid(child, &status, 0);
    verdict.expect(size > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0,
                   fmt::format("{} ended with {} {} and told {} bytes", i == 0 ? "writer" : "reader",
                               WIFSIGNALED(status) ? "signal" : "code",
                               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), size));
    sum.answers += counts.answers;
    sum.wrong += counts.wrong;
    sum.versions += counts.versions;
  }
  verdict.expect(sum.wrong == 0, fmt::format("{} wrong answers", sum.wrong));
  verdict.expect(commits > 5 && sum.answers > 50 && sum.versions > 5, "writers and readers hardly ran");
  return verdict.finish(fmt::format("{} s, {} commits, {} answers, {} wrong, {} versions seen",
                                    duration.count(), commits, sum.answers, sum.wrong, sum.versions));
}
