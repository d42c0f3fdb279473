// An index read back by the indexer's own verbs (dump, check, backup, info of what would be done): its
// reports and their passages as they were stored, every checksum verified.
//
// It reads the generation that is current when it is opened and must not be overtaken by commits: whoever
// uses it for longer holds the index's lock (index_lock.h, shared).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/manifest.h"
#include "analysis/stored.h"

namespace kwerenda {

enum class Versions {
  current,   // only an index that `add` could continue
  readable,  // also older ones whose records are known: for dump
};

// One thread at a time. Every function throws Error{corrupt} for what fails its checksum or cannot be read,
// Error{io}, and Error{busy} if a writer came between after all.
class StoredIndex {
 public:
  // Throws Error: not_found, incompatible, corrupt, io.
  StoredIndex(const std::filesystem::path& index, Versions versions);
  ~StoredIndex();
  StoredIndex(const StoredIndex&) = delete;
  StoredIndex& operator=(const StoredIndex&) = delete;

  const Manifest& manifest() const;
  std::string extra_lexicon() const;  // its text; empty: none
  const std::filesystem::path& generation() const;

  std::optional<StoredReport> find(std::string_view report_id) const;
  // All reports, in the order of their keys (schema.h), which depends on nothing but their ids.
  void for_each_report(const std::function<void(const StoredReport&)>& visit) const;
  // The passages of a report, in the order of their ordinals: as many as the report says, from 1 on.
  std::vector<StoredPassage> passages_of(const StoredReport& report) const;

  // A compact copy of the database into a directory that does not exist; not synced.
  void copy_compact(const std::filesystem::path& target) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
