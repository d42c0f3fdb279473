// An index read back by the indexer's own verbs (dump, check, backup, info of what would be done): its
// reports and their passages as they were stored, every checksum verified.
//
// It reads the state that is current when it is opened, whatever is committed meanwhile; whoever uses it past
// the second commit from then holds the index's lock (index_lock.h, shared), because files that nobody names
// any more are removed.
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
// and Error{io}.
class StoredIndex {
 public:
  // Throws Error: not_found, incompatible, corrupt, io.
  StoredIndex(const std::filesystem::path& index, Versions versions);
  ~StoredIndex();
  StoredIndex(const StoredIndex&) = delete;
  StoredIndex& operator=(const StoredIndex&) = delete;

  const Manifest& manifest() const;
  std::string extra_lexicon() const;  // its text; empty: none

  std::optional<StoredReport> find(std::string_view report_id) const;
  // All reports, in the order of their keys (schema.h), which depends on nothing but their ids. 40 bytes a
  // report are held meanwhile.
  void for_each_report(const std::function<void(const StoredReport&)>& visit) const;
  // The passages of a report, in the order of their ordinals: as many as the report says, from 1 on.
  std::vector<StoredPassage> passages_of(const StoredReport& report) const;

  // All of it as one segment, without the dead, into a directory that does not exist; durable but for the
  // directory's own entry.
  void copy_merged(const std::filesystem::path& target) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
