// Reports into the index: what a change is, when it becomes visible, and what survives a failure.
//
// Changes wait until commit(). They become a segment (analysis/schema.h) that is written aside, synced, and
// published by replacing the file that names the segments: until then readers see the state before. A commit
// is acknowledged after the fsync of the directories.
//
// Segments stay few: once the ones behind a segment hold a third of its passages together, they are merged
// with it, and so is one half of whose passages are dead. A passage is thus written anew about as often as
// the index quadruples, and an index of a million passages that is updated every hour has two or three
// segments.
//
// Segments that are no longer named stay for one publication more: a reader may have read the names and not
// yet opened what they name. One that is overtaken even so reads them again.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/manifest.h"
#include "analysis/stored.h"
#include "indexer/file_times.h"
#include "indexer/passages.h"
#include "indexer/report.h"

namespace kwerenda {

struct IndexWriterSettings {
  std::shared_ptr<const KeyMaker>
      keys;                   // null: only remove() and compact(), whatever lexicon the index was built with
  Manifest manifest;          // what a new index records, and what an existing one must agree with
  std::string extra_lexicon;  // its text, kept in the index; empty: none
  std::chrono::milliseconds lock_timeout{1000};
  std::function<void(const std::string& holder)> waiting;  // for the lock, as IndexLock says
  std::uint64_t memory_bytes = 512u << 20;  // of the inversion; queue and analysis take up to 100 MB beside
  unsigned threads = 2;                     // of the analysis
};

// One thread at a time. After an Error the writer is spent: the last committed state stands, and the same
// work may be begun anew.
class IndexWriter {
 public:
  // Makes the directory if need be, takes its lock and removes what killed writers left. Throws Error:
  // locked, incompatible (an existing index was built with another lexicon, analysis or passage settings; a
  // directory with other things in it), corrupt, io; not_found if there is no index and settings.keys is
  // null.
  static std::unique_ptr<IndexWriter> open(const std::filesystem::path& index, IndexWriterSettings settings);
  // Gives up what is not committed.
  ~IndexWriter();

  // What the index holds of a report, by id; nothing if it is not there. Sees what this writer has added.
  std::optional<StoredReport> find(std::string_view report_id) const;
  // The ids of all reports in the committed state, sorted. Throws Error{corrupt}.
  std::vector<std::string> report_ids() const;

  // Adds a report or replaces the one of the same id. Why the index cannot take it (a passage over 16 MB), in
  // the language of messages, or nothing; its predecessor, if any, then stays in place. Throws Error{io,
  // corrupt}.
  std::optional<std::string> add(Report report, std::vector<Passage> passages);
  // Removes a report; false if there is none. Throws as add().
  bool remove(std::string_view report_id);
  // If the committed state has a report of this id, content and source, makes what was added or removed under
  // that id since undone; false if it has not. Throws as add().
  bool take_back(const Report& report);
  // True if what is kept of each added report until commit() takes so much of memory_bytes that it is time to
  // commit: of reports of one line there may be a million before their text fills it.
  bool wants_commit() const;

  // Of files whose time is not that of their records (file_times.h). What is set is kept by commit(); what is
  // added or removed here makes times of its file, if they are of records, void.
  std::optional<FileTime> file_time(std::string_view path) const;
  void set_file_time(std::string_view path, std::string_view source, const std::optional<FileTime>& time);

  // Keeps the times that were set, if nothing else has changed since the last commit. Never fails: what is
  // not kept is read once more.
  void save_times();

  // Makes everything so far visible to readers and durable, and merges segments where that is due. Throws
  // Error{io}: then nothing since the last commit is in; or all of it, if only what followed the publication
  // failed, and the message says so. Throws Error{corrupt} if a segment that was to be merged is damaged.
  void commit();

  // Commits, then merges all segments into one without dead passages, and publishes that. Throws as commit().
  void compact();

 private:
  struct Impl;
  explicit IndexWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Counts of an index for `info`. Throws as current_segments() and manifest_from_json(), and
// Error{corrupt}.
struct IndexStatistics {
  Manifest manifest;
  std::uint64_t reports = 0, passages = 0, terms = 0, bytes_on_disk = 0;
  std::vector<std::filesystem::path> segments;
};
IndexStatistics statistics_of(const std::filesystem::path& index);

}  // namespace kwerenda
