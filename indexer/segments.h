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

// The segments of the published state, the oldest first, in each of which the files that Xapian reads to
// answer for reports were found whole: one damaged byte of a table crashed it in 8 of 1,231 runs of `info`
// and `remove`. A file is verified once in a process; that reads about a third of the text's size (1 GB of
// text: .35 GB). Throws Error: as current_segments(); corrupt if a file fails its checksum; and
// Xapian::Error.
std::vector<Segment> open_segments(const std::filesystem::path& index);

// Verifies all files of a segment, once in a process: before its stored texts are read through Xapian. Throws
// Error: corrupt, io.
void ensure_whole(const std::filesystem::path& segment);

}  // namespace kwerenda
