// Reports into the index: what a change is, when it becomes visible, and what survives a failure.
//
// A first build is made in a directory of its own and published whole (schema.h: generations). Later changes go through Xapian's writable
// database in transactions: replacing a report removes its old passages and adds the new ones in one of them, so no reader ever sees
// half a report. A commit is acknowledged only after the fsync of the index directory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/manifest.h"
#include "analysis/stored.h"
#include "indexer/passages.h"
#include "indexer/report.h"

namespace kwerenda {

struct IndexWriterSettings {
  std::shared_ptr<const KeyMaker> keys;
  Manifest manifest;                               // what a new index records, and what an existing one must agree with
  std::string extra_lexicon;                       // its text, kept in the index; empty: none
  std::chrono::milliseconds lock_timeout{1000};
  std::uint64_t batch_bytes = 64u << 20;           // of text between commits: memory against work lost at a crash
};

struct RejectedReport {
  std::string id;
  std::string reason;
};

struct IndexWriterSummary {
  std::uint64_t reports = 0, passages = 0, bytes = 0;  // added in this session and committed or about to be
  std::uint64_t removed = 0;                           // reports
  std::vector<RejectedReport> rejected;                // refused by the index; the others of their batch are in
};

// One thread at a time. After an Error the writer is spent: the last committed state stands, and the same work may be begun anew.
class IndexWriter {
 public:
  // Makes the directory if need be and takes its lock. Throws Error: locked, incompatible (an existing index was built with another lexicon,
  // analysis or passage settings), corrupt, io.
  static std::unique_ptr<IndexWriter> open(const std::filesystem::path& index, IndexWriterSettings settings);
  // Gives up what is not committed.
  ~IndexWriter();

  // What the index holds of a report, by id; nothing if it is not there. Sees what this writer has added.
  std::optional<StoredReport> find(std::string_view report_id) const;
  // The ids of all reports in the committed state, sorted.
  std::vector<std::string> report_ids() const;

  // Adds a report or replaces the one of the same id. A report that the index cannot take (a passage over 16 MB) is listed in
  // the summary and leaves its predecessor, if any, in place. Throws Error{io, corrupt}.
  void add(const Report& report, const std::vector<Passage>& passages);
  // Removes a report; false if there is none. Throws as add().
  bool remove(std::string_view report_id);

  // Makes everything so far visible to readers and durable. Throws Error{io}: then nothing since the last commit is in.
  void commit();

  const IndexWriterSummary& summary() const;

 private:
  struct Impl;
  explicit IndexWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Counts of an index for `info`. Throws as current_generations() and manifest_from_json(), and Error{corrupt}.
struct IndexStatistics {
  Manifest manifest;
  std::uint64_t reports = 0, passages = 0, terms = 0, bytes_on_disk = 0;
  std::vector<std::filesystem::path> generations;
};
IndexStatistics statistics_of(const std::filesystem::path& index);

}  // namespace kwerenda
