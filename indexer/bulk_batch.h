// A batch of reports made into a segment (analysis/schema.h): the caller reads and cuts reports into
// passages, worker threads analyse them, each into a shard of the bulk builder (glass/bulk_builder.h).
//
// The first kDictionarySampleBytes of text wait until they are together: the dictionary of the segment's
// texts is trained on them, so that the same reports give the same segment however the threads were
// scheduled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/stored.h"
#include "indexer/passages.h"
#include "indexer/report.h"

namespace kwerenda {

struct BulkBatchSettings {
  std::shared_ptr<const KeyMaker> keys;
  std::uint64_t memory_bytes =
      512u << 20;        // of the inversion; the queue and the analysis take up to 100 MB beside it
  unsigned threads = 2;  // workers, 1 at least
};

// Called from one thread. After an Error the batch is spent.
class BulkBatch {
 public:
  // `target` must not exist; it appears by finish(). Throws Error{io}.
  BulkBatch(const std::filesystem::path& target, const BulkBatchSettings& settings);
  // Without finish() nothing of the batch stays.
  ~BulkBatch();

  // Takes a report; a later one of the same id takes the earlier one's place. Waits while the queue is full.
  // The caller has checked what the index can take. Throws what a worker threw.
  void add(Report report, std::vector<Passage> passages);
  // A report of the batch is not in it any more; false if it never was.
  bool remove(std::uint64_t key);
  std::optional<StoredReport> find(std::uint64_t key) const;
  std::uint64_t reports() const;
  // Bytes that are kept of each report until finish(), roughly: they grow with the reports and not with
  // memory_bytes.
  std::uint64_t kept_bytes() const;
  std::uint64_t passage_bytes() const;  // of the reports' passages together

  void set_metadata(std::string_view key, std::string_view value);

  // Waits for the workers and writes the segment, durably, without term lists. Throws Error{io, limit}.
  void finish();
  // Documents of reports that came again or were removed: they are in the segment all the same.
  const std::vector<std::uint32_t>& superseded() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
