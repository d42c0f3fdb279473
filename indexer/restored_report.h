// A report made anew from what the index stored of it, for indexing it without its file: from a dump, or
// under a new name.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/stored.h"
#include "indexer/passages.h"
#include "indexer/report.h"

namespace kwerenda {

// Farther from the report's beginning no passage may end.
inline constexpr std::uint64_t kMaxTextBytes = std::uint64_t{1} << 30;

struct RestoredReport {
  Report report;  // its text is rebuilt around the passages: between them stood white space, fields, headings
  std::vector<Passage> passages;
};

// `passages` in the order of their ordinals. Throws std::out_of_range if they overlap, one is empty, or one
// ends beyond kMaxTextBytes.
RestoredReport restored_report(const StoredReport& stored, const std::vector<StoredPassage>& passages);

}  // namespace kwerenda
