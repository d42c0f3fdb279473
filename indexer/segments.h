// The segments of an index (analysis/schema.h), open for reading by the indexer, and which of their reports
// are dead.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <filesystem>
#include <unordered_set>
#include <vector>

namespace kwerenda {

struct Segment {
  std::filesystem::path path;
  Xapian::Database database;
  std::uint32_t passages = 0;
  std::uint32_t dead = 0;                          // of them
  std::unordered_set<std::uint64_t> dead_reports;  // keys of its reports that later segments supersede
};

// The segments of the published state, the oldest first. Throws Error: as current_segments(); corrupt if a
// version file fails its checksum; and Xapian::Error.
std::vector<Segment> open_segments(const std::filesystem::path& index);

}  // namespace kwerenda
