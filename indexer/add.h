// The work of `kwerenda-index add`, without a process around it: paths in, reports out to an index or to
// anything that can take them, and an account of what happened.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/stored.h"
#include "indexer/file_times.h"
#include "indexer/file_walk.h"
#include "indexer/passages.h"
#include "indexer/problem.h"
#include "indexer/report.h"
#include "indexer/restored_report.h"

namespace kwerenda {

enum class Purge : std::uint8_t { never, vanished };

struct AddSettings {
  WalkSettings walk;
  PassageSettings passages;
  bool strict = false;  // the first loss ends the run with an Error
  Purge purge = Purge::never;
};

// Where reports go. Functions, so that a dry run and a test need no index. Called from one thread.
struct AddTarget {
  // What is known of a report; nothing if it is new.
  std::function<std::optional<StoredReport>(std::string_view id)> find;
  // Takes a report and may keep it; otherwise says why not, in the language of messages.
  std::function<std::optional<std::string>(Report&& report, std::vector<Passage>&& passages)> add;
  std::function<void(std::string_view id)> remove;
  // If the last commit holds exactly this report (content and source), makes what was done with its
  // id in this run undone; false if it did not.
  std::function<bool(const Report& report)> take_back = [](const Report&) { return false; };
  // Of a file whose time is not that of its records (file_times.h); nothing if it is not known.
  std::function<std::optional<FileTime>(std::string_view path)> file_time = [](std::string_view) {
    return std::optional<FileTime>();
  };
  // Nothing instead of a time: forgets it.
  std::function<void(const Input& input, const std::optional<FileTime>& time)> set_file_time =
      [](const Input&, const std::optional<FileTime>&) {};
  // All reports as they were before this run, or at a commit on its way; asked when purging, and once if
  // there are new files in directories.
  std::function<void(const std::function<void(const StoredReport&)>& visit)> for_each_report;
  // What such a report held.
  std::function<RestoredReport(const StoredReport& report)> restore;
};

struct AddProgress {
  std::uint64_t inputs_done = 0, inputs = 0;
  std::uint64_t bytes_done = 0, bytes = 0;  // read and skipped as unchanged, of the files that there are
  std::uint64_t reports = 0;                // added
  bool committing = false;                  // all is read; what remains is to write the index
};

struct AddObserver {
  std::function<void(const Problem&)> problem = [](const Problem&) {};  // as they come
  std::function<void(std::string_view id)> added = [](std::string_view) {};
  std::function<void(std::string_view id)> removed = [](std::string_view) {};
  std::function<void(const AddProgress&)> progress = [](const AddProgress&) {
  };                                                  // often; the observer spaces them
  std::function<bool()> stop = [] { return false; };  // true: finish with what is done
};

struct CauseCount {
  std::uint64_t count = 0;
  std::vector<std::string> examples;  // the first few `where`
};

struct AddSummary {
  std::uint64_t reports = 0;    // added or replaced
  std::uint64_t renamed = 0;    // of those: known by another name
  std::uint64_t passages = 0;   // of those
  std::uint64_t bytes = 0;      // of text of those
  std::uint64_t unchanged = 0;  // reports, or files for those that one look at the disk told apart
  std::uint64_t removed = 0;
  std::uint64_t passed_over = 0;  // files of unknown kinds in directories
  bool stopped = false;
  std::vector<std::string> spared;  // printable roots below which nothing was purged: missing or empty
  std::map<ProblemCause, CauseCount> problems;

  // Whether something that was asked for is missing from the index.
  bool lossy() const;
};

// Reads everything under `paths` and hands it to `target`. A file with the size and the times (of content
// and of status: a rename or `touch` changes that one) that the index knows is not opened; a report with
// the content that the index knows is not added. Of several reports with one id the last counts, and the
// next run over the same files changes nothing. Throws what `target` throws; Error{io} at the first loss
// if strict.
//
// A new file in a directory is taken for a known one under a new name, and what is known of it from the
// index, if it has the content of a known file, and that is gone from its place. Only a file with the size
// and the time, to the nanosecond, of exactly one known file is looked at so; times of whole seconds do not
// count: archives are full of them. The old name leaves the index by purging, as any that vanished.
AddSummary add_paths(const std::vector<std::string>& paths, const AddSettings& settings,
                     const AddTarget& target, const AddObserver& observer);

// The account for people, several lines, each ended by a line break: what was added, then the causes.
std::string to_text(const AddSummary& summary, double seconds, bool dry_run);

}  // namespace kwerenda
