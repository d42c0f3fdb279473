#include "indexer/maintenance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <set>
#include <system_error>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/message.h"
#include "analysis/quantity.h"
#include "analysis/schema.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "indexer/check.h"
#include "indexer/dump.h"
#include "indexer/durable_files.h"
#include "indexer/file_walk.h"
#include "indexer/index_lock.h"
#include "indexer/stored_index.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

std::chrono::milliseconds lock_timeout(const IndexerOptions& options) {
  return std::chrono::milliseconds(std::llround(options.lock_timeout_seconds * 1000));
}

std::string counted_reports(std::uint64_t count) { return counted(count, kReportNoun); }
std::string counted_passages(std::uint64_t count) { return counted(count, kPassageNoun); }

std::function<void(const std::string&)> waiting(const IndexerOptions& options, const MaintenanceOutput& out) {
  if (options.verbosity == Verbosity::quiet) return {};
  return [&options, say = out.say](const std::string& holder) { say(waiting_text(options, holder)); };
}

// Keeps writers away while one state is read. Before there is an index there is nothing to lock.
std::unique_ptr<IndexLock> read_lock(const IndexerOptions& options, const MaintenanceOutput& out) {
  if (!is_index(options.index)) current_segments(options.index);  // throws what is wrong
  return std::make_unique<IndexLock>(options.index, lock_timeout(options), LockMode::shared,
                                     waiting(options, out));
}

// How an argument means a report.
enum class Meant : std::uint8_t { no, by_spelling, by_source, exactly };

Meant meant(const std::string& argument, const StoredReport& report) {
  const std::string path = normal_path(argument);
  if (report.id == argument || report.id == path || is_below(report.id, path)) return Meant::exactly;
  const std::string spelled = printable(path);
  if (report.source != spelled && !is_below(report.source, spelled)) return Meant::no;
  // The file of records is known by its printable name alone.
  return report.source == printable(report.id) ? Meant::by_spelling : Meant::by_source;
}

// The printable name of a file whose name cannot be typed may be the exact one of another, which then counts
// alone.
std::vector<std::string> to_remove(const IndexerOptions& options, std::vector<bool>& met) {
  std::set<std::string> ids;
  std::vector<std::vector<std::string>> spelled(options.paths.size());
  std::vector<bool> exactly(options.paths.size());
  const StoredIndex index(options.index, Versions::current);
  index.for_each_report([&](const StoredReport& report) {
    for (std::size_t i = 0; i < options.paths.size(); ++i) {
      const Meant how = meant(options.paths[i], report);
      if (how == Meant::no) continue;
      met[i] = true;
      if (how == Meant::by_spelling) {
        spelled[i].push_back(report.id);
        continue;
      }
      if (how == Meant::exactly) exactly[i] = true;
      ids.insert(report.id);
    }
  });
  for (std::size_t i = 0; i < spelled.size(); ++i)
    if (!exactly[i]) ids.insert(spelled[i].begin(), spelled[i].end());
  return {ids.begin(), ids.end()};
}

void say_check(const CheckResult& result, const MaintenanceOutput& out) {
  for (const std::string& damage : result.damages)
    out.say(message("uszkodzenie: {}\n", "damage: {}\n", damage));
  for (const std::string& note : result.notes) out.say(message("uwaga: {}\n", "note: {}\n", note));
}

// A directory that is to become an index, locked; it goes unless kept.
class NewIndexDirectory {
 public:
  explicit NewIndexDirectory(const fs::path& target) : path_(aside_of(target)) {
    std::error_code ignored;
    if (fs::exists(path_, ignored)) {  // of a backup that was killed, or of one that runs
      const IndexLock lock(path_, std::chrono::milliseconds(0));
      fs::remove_all(path_, ignored);
    }
    make_directories(path_);
    lock_ = std::make_unique<IndexLock>(path_, std::chrono::milliseconds(0));
  }
  NewIndexDirectory(const NewIndexDirectory&) = delete;
  NewIndexDirectory& operator=(const NewIndexDirectory&) = delete;
  ~NewIndexDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  static fs::path aside_of(const fs::path& target) {
    const fs::path whole = target.has_filename() ? target : target.parent_path();
    return whole.parent_path() / fmt::format(".{}.backup", whole.filename().string());
  }

  fs::path path_;
  std::unique_ptr<IndexLock> lock_;
};

// Copies beside the target that other backups have not finished. They may still run: nothing is deleted.
void name_unfinished_copies(const fs::path& aside, const MaintenanceOutput& out) {
  const fs::path parent = aside.parent_path().empty() ? fs::path(".") : aside.parent_path();
  std::error_code failed;
  for (fs::directory_iterator entry(parent, failed), end; !failed && entry != end; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name == aside.filename() || !name.starts_with('.') || !name.ends_with(".backup") ||
        !fs::is_regular_file(entry->path() / kLockName, ignored)) {
      continue;
    }
    out.say(
        message("uwaga: {}: niedokończona kopia; jeśli nie robi jej teraz inne polecenie, usuń ten katalog\n",
                "note: {}: an unfinished backup; if no other command is making it now, remove this "
                "directory\n",
                printable(entry->path().string())));
  }
}

// What would make the last step of a backup fail, before the first.
void refuse_target(const fs::path& target) {
  const fs::path whole = target.has_filename() ? target : target.parent_path();
  const fs::path parent = whole.parent_path().empty() ? fs::path(".") : whole.parent_path();
  const std::string name = printable(target.string());
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(whole, failed);
  struct stat inner {
  }, outer{};
  if (fs::exists(status)) {
    if (!fs::is_directory(status) || !fs::is_empty(whole, failed)) {
      throw Error(ErrorKind::usage,
                  message("{}: już istnieje i nie jest pustym katalogiem. Wskaż nowy katalog.",
                          "{}: exists already and is not an empty directory. Name a new directory.", name));
    }
    if (::stat(whole.c_str(), &inner) == 0 && ::stat(parent.c_str(), &outer) == 0 &&
        (inner.st_dev != outer.st_dev || inner.st_ino == outer.st_ino)) {
      throw Error(ErrorKind::usage,
                  message("{}: to punkt montowania, którego nie można podmienić. Wskaż katalog wewnątrz: {}",
                          "{}: is a mount point, which cannot be replaced. Name a directory inside: {}", name,
                          printable((whole / "kwerenda").string())));
    }
  }
  fs::path present = parent;  // its nearest ancestor that is there, in which directories will be made
  while (!fs::exists(present, failed) && present.has_parent_path() && present != present.parent_path())
    present = present.parent_path();
  if (fs::exists(present, failed) && ::faccessat(AT_FDCWD, present.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    throw Error(ErrorKind::io,
                message("{}: kopia powstaje obok celu, a w tym katalogu nie można pisać: {}. Wskaż inny cel "
                        "albo zmień uprawnienia.",
                        "{}: the backup is made beside its target, and this directory cannot be written to: "
                        "{}. Name another target or change the permissions.",
                        printable(present.string()), system_reason(errno)));
  }
}

}  // namespace

std::string waiting_text(const IndexerOptions& options, const std::string& holder) {
  return message("{}: indeksu używa teraz {}; czekam, najwyżej {} s.\n",
                 "{}: the index is in use by {}; waiting, {} s at most.\n", printable(options.index), holder,
                 decimal(options.lock_timeout_seconds, 0));
}

Outcome run_remove(const IndexerOptions& options, const MaintenanceOutput& out) {
  IndexWriterSettings settings;  // without keys: what is removed needs no analysis
  settings.lock_timeout = lock_timeout(options);
  settings.waiting = waiting(options, out);
  std::unique_ptr<IndexWriter> writer;
  if (!options.dry_run) writer = IndexWriter::open(options.index, settings);
  std::vector<bool> met(options.paths.size());
  const std::vector<std::string> ids = to_remove(options, met);
  for (const std::string& id : ids) {
    if (writer) writer->remove(id);
    if (options.verbosity == Verbosity::verbose || options.dry_run)
      out.say(fmt::format("- {}\n", printable(id)));
  }
  if (writer && !ids.empty()) writer->commit();
  Outcome outcome = ids.empty() ? Outcome::failed : Outcome::done;
  for (std::size_t i = 0; i < met.size(); ++i) {
    if (met[i]) continue;
    out.say(message(
        "{}: nie ma takiego raportu ani pliku w indeksie; identyfikatory wypisuje kwerenda-index dump\n",
        "{}: there is no such report or file in the index; kwerenda-index dump lists the identifiers\n",
        printable(options.paths[i])));
    if (outcome == Outcome::done) outcome = Outcome::partly;
  }
  if (options.verbosity != Verbosity::quiet) {
    out.say(fmt::format(
        "{} {}.\n", options.dry_run ? message("Do usunięcia:", "To remove:") : message("Usunięto", "Removed"),
        counted_reports(ids.size())));
  }
  return outcome;
}

Outcome run_check(const IndexerOptions& options, const OpenKeys& keys, const MaintenanceOutput& out) {
  const auto lock = read_lock(options, out);
  const CheckResult result =
      check_index(options.index, {keys, options.sources ? CheckSources::yes : CheckSources::no, {}});
  say_check(result, out);
  if (!result.damages.empty()) {
    out.say(
        message("{}: indeks jest uszkodzony. Przywróć go z kopii (backup) albo zbuduj od nowa ze źródeł: "
                "kwerenda-index add --index NOWY RAPORTY…\n",
                "{}: the index is damaged. Restore it from a backup or build it anew from the sources: "
                "kwerenda-index add --index NEW REPORTS…\n",
                options.index));
    return Outcome::failed;
  }
  if (options.verbosity != Verbosity::quiet) {
    out.put(message("{}: w porządku: {}, {}\n", "{}: sound: {}, {}\n", printable(options.index),
                    counted_reports(result.reports), counted_passages(result.passages)));
  }
  return Outcome::done;
}

Outcome run_compact(const IndexerOptions& options, const MaintenanceOutput& out) {
  IndexWriterSettings settings;
  settings.lock_timeout = lock_timeout(options);
  settings.waiting = waiting(options, out);
  const auto writer = IndexWriter::open(options.index, settings);
  const std::uint64_t before = statistics_of(options.index).bytes_on_disk;
  const std::vector<fs::path> segments = current_segments(options.index);
  writer->compact();
  const std::uint64_t after = statistics_of(options.index).bytes_on_disk;
  if (options.verbosity != Verbosity::quiet && current_segments(options.index) == segments) {
    out.say(message("Nie ma czego scalać: indeks jest w jednym kawałku ({}).\n",
                    "Nothing to merge: the index is in one piece ({}).\n", readable_size(after)));
  } else if (options.verbosity != Verbosity::quiet) {
    out.say(message("Zapisano na nowo: {} zamiast {}.\n", "Written anew: {} instead of {}.\n",
                    readable_size(after), readable_size(before)));
  }
  return Outcome::done;
}

Outcome run_dump(const IndexerOptions& options, const MaintenanceOutput& out) {
  const auto lock = read_lock(options, out);
  in_child_process(options.index,
                   [&] { dump_index(StoredIndex(options.index, Versions::readable), out.put); });
  return Outcome::done;
}

Outcome run_restore(const IndexerOptions& options, IndexWriterSettings settings,
                    const MaintenanceOutput& out) {
  const DumpCounts counts = restore_index(options.index, std::move(settings), out.read_line);
  if (options.verbosity != Verbosity::quiet) {
    out.say(message("Odtworzono: {}, {}.\n", "Restored: {}, {}.\n", counted_reports(counts.reports),
                    counted_passages(counts.passages)));
  }
  return Outcome::done;
}

Outcome run_backup(const IndexerOptions& options, const OpenKeys& keys, const MaintenanceOutput& out) {
  const fs::path target = options.to;
  refuse_target(target);
  const auto lock = read_lock(options, out);
  if (out.stop && out.stop()) throw Stopped{};
  NewIndexDirectory aside(target);
  if (options.verbosity != Verbosity::quiet) name_unfinished_copies(aside.path(), out);
  const fs::path segment = aside.path() / "gen-000001";
  in_child_process(
      options.index, [&] { StoredIndex(options.index, Versions::current).copy_merged(segment); }, out.stop);
  fsync_directory(aside.path());
  replace_file(aside.path() / kStubName, stub_of({segment}));
  const CheckResult result = check_index(aside.path(), {keys, CheckSources::no, out.stop});
  if (!result.damages.empty()) {
    say_check(result, out);
    throw Error(ErrorKind::corrupt, message("{}: kopia nie przeszła sprawdzenia i nie powstała. Sprawdź "
                                            "indeks: kwerenda-index check --index {}",
                                            "{}: the backup did not pass the check and was not made. Check "
                                            "the index: kwerenda-index check --index {}",
                                            options.to, options.index));
  }
  rename_durably(aside.path(), target.has_filename() ? target : target.parent_path());
  aside.keep();
  if (options.verbosity != Verbosity::quiet) {
    out.say(message("Kopia: {}, {}, sprawdzona.\n", "Backup: {}, {}, checked.\n",
                    counted_reports(result.reports), counted_passages(result.passages)));
  }
  return Outcome::done;
}

}  // namespace kwerenda
