// Several segments made into one, without their dead passages. What is alive keeps its bytes; documents are
// numbered anew, the segments' one behind the other.
//
// Xapian's compact() could join the tables but not drop a document; here postings are read through Xapian and
// written by the bulk builder's table writers, in key order, each table once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <unordered_set>
#include <vector>

namespace kwerenda {

struct MergeInput {
  std::filesystem::path segment;
  std::unordered_set<std::uint64_t> dead_reports;  // report keys
  std::unordered_set<std::uint32_t> dead_documents;
};

enum class OlderSegments {
  none,  // what the inputs replace in older segments is forgotten
  some,  // it is kept
};

// Writes the merged segment into `target`, a directory that must not exist, durably but for the directory's
// own entry. Inputs in the order of the index, at least one. Verifies the checksums of every file that it
// reads: damage is never carried over. Throws Error{corrupt}, Error{io}; then there may be a part of
// `target`.
void merge_segments(const std::vector<MergeInput>& inputs, OlderSegments older,
                    const std::filesystem::path& target);

}  // namespace kwerenda
