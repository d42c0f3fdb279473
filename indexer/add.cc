#include "indexer/add.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/quantity.h"
#include "analysis/schema.h"
#include "analysis/utf8.h"
#include "indexer/file.h"

namespace kwerenda {
namespace {

constexpr std::size_t kExamples = 3;
constexpr std::int64_t kSecond = 1'000'000'000;  // in nanoseconds

class Adder {
 public:
  Adder(const AddSettings& settings, const AddTarget& target, const AddObserver& observer)
      : settings_(settings), target_(target), observer_(observer) {
    output_.report = [this](Report&& report) { take(std::move(report)); };
    output_.problem = [this](Problem&& found) { problem(found); };
    output_.stop = [this] { return stopping(); };
    output_.bytes_read = [this](std::uint64_t bytes) {
      progress_.bytes_done += bytes;
      observer_.progress(progress_);
    };
  }

  AddSummary run(const std::vector<std::string>& paths) {
    WalkResult walked = walk(paths, settings_.walk);
    for (const Problem& found : walked.problems) problem(found);
    summary_.passed_over = walked.passed_over;
    progress_.inputs = walked.inputs.size();
    progress_.bytes = walked.total_bytes;
    for (const Input& input : walked.inputs) {
      if (stopping()) break;
      read(input);
      ++progress_.inputs_done;
      observer_.progress(progress_);
    }
    if (settings_.purge == Purge::vanished && !summary_.stopped) purge(walked);
    return std::move(summary_);
  }

 private:
  bool stopping() {
    if (!summary_.stopped && observer_.stop()) summary_.stopped = true;
    return summary_.stopped;
  }

  void problem(const Problem& found) {
    CauseCount& cause = summary_.problems[found.cause];
    ++cause.count;
    if (cause.examples.size() < kExamples) cause.examples.push_back(found.where);
    if (is_loss(found.cause)) ++losses_;
    observer_.problem(found);
    if (settings_.strict && is_loss(found.cause)) {
      throw Error(ErrorKind::io, message("--strict: pierwszy problem kończy pracę; popraw plik i powtórz "
                                         "polecenie albo pomiń --strict ({})",
                                         "--strict: the first problem ends the run; fix the file and repeat "
                                         "the command or leave out --strict ({})",
                                         to_line(found)));
    }
  }

  void read(const Input& input) {
    const bool whole_file = input.format != InputFormat::jsonl, is_file = input.path != "-";
    std::optional<StoredReport> known;
    const std::optional<FileTime> time = is_file ? target_.file_time(input.id) : std::nullopt;
    if (whole_file && is_file) {
      known = target_.find(input.id);
      if (!known && !input.named && take_renamed(input)) return;
      if (known && known->source == input.source && is_as_known(input, *known, time)) {
        ++summary_.unchanged;
        seen_.emplace(report_key(input.id), Seen::unchanged);
        progress_.bytes_done += input.size;
        return;
      }
    }
    // All that a file of records holds is in the index, as the last run that read it left it.
    if (!whole_file && time && time->records > 0 && is_of_time(input, *time) &&
        has_no_other_records(input, time->records)) {
      summary_.unchanged += time->records;
      progress_.bytes_done += input.size;
      return;
    }
    const std::uint64_t losses = losses_;
    taken_ = {};
    // A commit on the way must not say that the file is as it was.
    if (!whole_file && is_file) target_.set_file_time(input, std::nullopt);
    read_input(input, settings_.walk.limits, output_);
    const bool all = losses_ == losses && !summary_.stopped;
    if (!whole_file && all) whole_sources_.insert(input.source);
    if (is_file) remember_time(input, whole_file, all);
  }

  // A run without --purge leaves records in the index that their file has no more; one with it reads that
  // file again.
  bool has_no_other_records(const Input& input, std::uint64_t records) {
    if (settings_.purge != Purge::vanished) return true;
    if (!records_of_source_) {
      records_of_source_.emplace();
      target_.for_each_report([this](const StoredReport& report) {
        if (report.source != printable(report.id)) ++(*records_of_source_)[report.source];
      });
    }
    const auto found = records_of_source_->find(input.source);
    return found != records_of_source_->end() && found->second == records;
  }

  static bool is_of_time(const Input& input, const FileTime& time) {
    return time.size == input.size && time.mtime_ns == input.mtime_ns && time.ctime_ns == input.ctime_ns;
  }

  // A file that was renamed over another one, or got its time by `touch` or `cp -p`, may have the size and
  // time that are known and another content; its status changed all the same.
  static bool is_as_known(const Input& input, const StoredReport& known,
                          const std::optional<FileTime>& time) {
    if (known.size == input.size && known.mtime_ns == input.mtime_ns &&
        (known.ctime_ns == 0 || known.ctime_ns == input.ctime_ns))
      return true;
    return time && time->records == 0 && is_of_time(input, *time) && time->content_hash == known.content_hash;
  }

  // What the next run need not read. The size and time are those of the moment when the file was opened.
  void remember_time(const Input& input, bool whole_file, bool all) {
    if (!all || taken_.reports == 0) return target_.set_file_time(input, std::nullopt);
    if (whole_file && !taken_.same_content) return;  // its record says it
    target_.set_file_time(input, FileTime{.size = taken_.size,
                                          .mtime_ns = taken_.mtime_ns,
                                          .ctime_ns = taken_.ctime_ns,
                                          .content_hash = whole_file ? taken_.content_hash : 0,
                                          .records = whole_file ? 0 : taken_.reports});
  }

  void take(Report&& report) {
    taken_.size = report.size;
    taken_.mtime_ns = report.mtime_ns;
    taken_.ctime_ns = report.ctime_ns;
    taken_.content_hash = report.content_hash;
    taken_.same_content = false;
    const std::optional<StoredReport> known = target_.find(report.id);
    const auto [seen, first] = seen_.emplace(report_key(report.id), Seen::unchanged);
    taken_.reports += first;
    tell_of_others(report, known, !first);
    if (known && known->content_hash == report.content_hash && known->source == report.source) {
      taken_.same_content = first;
      if (first) ++summary_.unchanged;
      return;
    }
    if (!first && target_.take_back(report)) {
      if (seen->second == Seen::added) uncount(known);
      if (seen->second != Seen::unchanged) ++summary_.unchanged;
      seen->second = Seen::unchanged;
      return;
    }
    const Seen before = seen->second;
    std::vector<Passage> passages = passages_of(report, settings_.passages);
    if (!add(std::move(report), std::move(passages))) {
      if (first) seen->second = Seen::refused;
      return;
    }
    seen->second = Seen::added;
    if (first) return;
    if (before == Seen::added) uncount(known);
    if (before == Seen::unchanged) --summary_.unchanged;
  }

  // Of several reports with one identifier the last counts. Who has two files with the same one should know
  // both.
  void tell_of_others(const Report& report, const std::optional<StoredReport>& known, bool again) {
    const bool other_file = known && known->source != report.source;
    if (other_file && (again || !is_gone(known->source) || !is_gone(unescaped(known->source)))) {
      problem(
          {ProblemCause::duplicate_id, report.source,
           message("identyfikator „{}” ma też raport z {}; obowiązuje ten, który wczytano później",
                   "the identifier “{}” is also that of a report from {}; the one that was read later counts",
                   shortened(report.id), known->source)});
    } else if (again) {
      problem({ProblemCause::duplicate_id, report.source,
               message("identyfikator „{}” wystąpił już w tym przebiegu; obowiązuje późniejszy raport",
                       "the identifier “{}” was already met in this run; the later report counts",
                       shortened(report.id))});
    }
  }

  // For messages.
  static std::string shortened(std::string_view id) {
    constexpr std::size_t kMost = 200;
    return id.size() <= kMost ? printable(id) : printable(id.substr(0, kMost)) + "…";
  }

  // What was counted of a report that another one of this run replaces.
  void uncount(const std::optional<StoredReport>& known) {
    if (!known) return;
    summary_.reports -= 1;
    summary_.passages -= std::min<std::uint64_t>(known->passages, summary_.passages);
    summary_.bytes -= std::min(known->passage_bytes, summary_.bytes);
    progress_.reports = summary_.reports;
  }

  // As one number. Two that collide cost no more than reading a file that need not be read.
  static std::uint64_t size_and_time(std::uint64_t size, std::int64_t mtime_ns) {
    return static_cast<std::uint64_t>(mtime_ns) ^ size * 0x9e3779b97f4a7c15;
  }

  bool add(Report&& report, std::vector<Passage>&& passages) {
    const std::string id = report.id;
    std::size_t bytes = 0;
    const std::size_t count = passages.size();
    for (const Passage& passage : passages) bytes += passage.end - passage.begin;
    if (const std::optional<std::string> reason = target_.add(std::move(report), std::move(passages))) {
      problem({ProblemCause::not_indexed, shortened(id), *reason});
      return false;
    }
    ++summary_.reports;
    summary_.passages += count;
    summary_.bytes += bytes;
    progress_.reports = summary_.reports;
    observer_.added(id);
    return true;
  }

  // Whether a new file is a known one under a new name (add.h); it is then added from what the index has.
  bool take_renamed(const Input& input) {
    if (input.mtime_ns % kSecond == 0) return false;
    if (!files_.has_value()) {
      files_.emplace();
      target_.for_each_report([this](const StoredReport& report) {
        if (report.source != printable(report.id)) return;
        KnownFile& file = (*files_)[size_and_time(report.size, report.mtime_ns)];
        if (++file.reports == 1) file.id = report.id;
      });
    }
    const auto alike = files_->find(size_and_time(input.size, input.mtime_ns));
    if (alike == files_->end() || alike->second.reports != 1) return false;
    const std::optional<StoredReport> found = target_.find(alike->second.id);
    if (!found || found->size != input.size || found->mtime_ns != input.mtime_ns) return false;
    const StoredReport& known = *found;
    // What the reader made of the name itself must not change.
    if (format_of_name(known.id) != format_of_name(input.path) || !is_gone(known.id)) return false;
    if (known.title == stem_of(known.id) && stem_of(known.id) != stem_of(input.path)) return false;
    if (content_hash_of(input) != known.content_hash) return false;
    alike->second.reports = 0;  // gone from one place, it came to one
    RestoredReport restored = target_.restore(known);
    restored.report.id = input.id;
    restored.report.source = input.source;
    restored.report.ctime_ns = input.ctime_ns;
    seen_.emplace(report_key(input.id), Seen::added);
    progress_.bytes_done += input.size;
    if (add(std::move(restored.report), std::move(restored.passages))) ++summary_.renamed;
    return true;
  }

  // Nothing if the file cannot be read; whoever reads it next says why.
  std::optional<std::uint64_t> content_hash_of(const Input& input) const {
    const OpenedFile file = open_regular(input.path, Links::refuse);
    if (file.result != OpenResult::ok || file.size > settings_.walk.limits.max_file_bytes)
      return std::nullopt;
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    std::string bytes;
    for (std::ptrdiff_t got = 1; got > 0 && bytes.size() <= file.size;) {
      got = read_some(file.fd.get(), std::min<std::size_t>(kPiece, file.size - bytes.size() + 1), bytes);
      if (got < 0) return std::nullopt;
    }
    return XXH3_64bits(bytes.data(), bytes.size());
  }

  // A report is gone for good if its file is not there while the root that it stood below still has others,
  // or if its JSON Lines file was read to the end without a loss and no longer has it. Below a root that is
  // missing or empty nothing is gone, not even if it stands below another root as well. A directory inside a
  // root is not a root: what stood in it is gone with it. A file whose name is a directory's now is gone.
  void purge(const WalkResult& walked) {
    for (const Root& root : walked.roots) {
      if (root.state != Root::State::present) summary_.spared.push_back(printable(root.path));
    }
    std::vector<std::string> gone;
    std::unordered_set<std::string> present;  // sources as they are stored
    for (const Input& input : walked.inputs) present.insert(input.source);
    target_.for_each_report([&](const StoredReport& known) {
      if (seen_.contains(report_key(known.id))) return;
      const bool from_file = known.source == printable(known.id);
      const bool dropped_record = !from_file && whole_sources_.contains(known.source);
      const bool vanished = from_file
                                ? below_a_root(known.id, walked.roots, Names::bytes) && is_gone(known.id)
                                : !present.contains(known.source) &&
                                      below_a_root(known.source, walked.roots, Names::printable) &&
                                      is_gone(known.source) && is_gone(unescaped(known.source));
      if (dropped_record || vanished) gone.push_back(known.id);
    });
    std::sort(gone.begin(), gone.end());
    for (const std::string& id : gone) {
      target_.remove(id);
      ++summary_.removed;
      observer_.removed(id);
    }
  }

  enum class Names : std::uint8_t { bytes, printable };  // what `file` is

  static bool below_a_root(const std::string& file, const std::vector<Root>& roots, Names names) {
    const auto holds = [&](const Root& root) {
      if (root.path == ".") return !file.starts_with("/") && !file.starts_with("../");
      const std::string path = names == Names::bytes ? root.path : printable(root.path);
      return file == path || is_below(file, path);
    };
    bool below = false;
    for (const Root& root : roots) {
      if (!holds(root)) continue;
      if (root.state != Root::State::present) return false;
      below = below || root.directory;
    }
    return below;
  }

  static bool is_gone(const std::string& file) {
    struct stat status {};
    if (::lstat(file.c_str(), &status) != 0) return errno == ENOENT || errno == ENOTDIR;
    return S_ISDIR(status.st_mode);
  }

  const AddSettings& settings_;
  const AddTarget& target_;
  const AddObserver& observer_;
  ReaderOutput output_;
  AddSummary summary_;
  AddProgress progress_;
  std::uint64_t losses_ = 0;
  enum class Seen : std::uint8_t { unchanged, added, refused };
  std::unordered_map<std::uint64_t, Seen> seen_;   // by report key: what this run made of it last
  std::unordered_set<std::string> whole_sources_;  // JSON Lines files read to the end without a loss
  struct Taken {                                   // of the input at hand
    std::uint64_t reports = 0;
    std::uint64_t size = 0, content_hash = 0;  // of the last
    std::int64_t mtime_ns = 0, ctime_ns = 0;
    bool same_content = false;  // as the index has
  };
  Taken taken_;
  struct KnownFile {
    std::string id;
    std::uint32_t reports = 0;  // of this size and time
  };
  // By size_and_time(); made when the first new file asks. About 150 bytes a report.
  std::optional<std::unordered_map<std::uint64_t, KnownFile>> files_;
  std::optional<std::unordered_map<std::string, std::uint64_t>> records_of_source_;
};

}  // namespace

bool AddSummary::lossy() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const auto& cause) { return is_loss(cause.first); });
}

AddSummary add_paths(const std::vector<std::string>& paths, const AddSettings& settings,
                     const AddTarget& target, const AddObserver& observer) {
  return Adder(settings, target, observer).run(paths);
}

std::string to_text(const AddSummary& summary, double seconds, bool dry_run) {
  std::string text = message("{} {}: {}, {} tekstu, {} s", "{} {}: {}, {} of text, {} s",
                             dry_run ? message("Do dodania:", "To add:") : message("Dodano", "Added"),
                             counted(summary.reports, kReportNoun), counted(summary.passages, kPassageNoun),
                             readable_size(summary.bytes), decimal(seconds, 1));
  if (seconds >= 1 && summary.bytes > 0) {
    text += fmt::format(" ({} MB/s)", decimal(static_cast<double>(summary.bytes) / 1e6 / seconds, 1));
  }
  text += ".\n";
  if (summary.unchanged > 0)
    text += message("Bez zmian: {}.\n", "Unchanged: {}.\n", counted(summary.unchanged, kReportNoun));
  if (summary.renamed > 0) {
    text += message("Pod nową nazwą, z tą samą treścią: {}.\n",
                    "Under a new name, with the same content: {}.\n", counted(summary.renamed, kReportNoun));
  }
  if (summary.removed > 0) {
    text += fmt::format("{} {}.\n",
                        dry_run ? message("Do usunięcia:", "To remove:") : message("Usunięto", "Removed"),
                        counted(summary.removed, kReportNoun));
  }
  if (!summary.spared.empty()) {
    text += message("Nie usunięto niczego spod: {} (nie ma tam raportów).\n",
                    "Nothing was removed from: {} (there are no reports there).\n",
                    fmt::join(summary.spared, ", "));
  }
  for (const bool loss : {true, false}) {
    bool first = true;
    for (const auto& [cause, found] : summary.problems) {
      if (is_loss(cause) != loss) continue;
      if (std::exchange(first, false))
        text += loss ? message("Pominięto:\n", "Left out:\n") : message("Uwagi:\n", "Notes:\n");
      text += fmt::format("  {} ({}): {}{}\n", cause_name(cause), found.count,
                          fmt::join(found.examples, ", "), found.count > found.examples.size() ? ", …" : "");
    }
  }
  if (summary.passed_over > 0) {
    text += message("W katalogach {} innego rodzaju niż .txt, .md i .jsonl.\n",
                    "In directories {} of other kinds than .txt, .md and .jsonl.\n",
                    counted(summary.passed_over, kFileNoun));
  }
  return text;
}

}  // namespace kwerenda
