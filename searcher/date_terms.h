// Days of reports as terms of the index: as few as possible, whole years, then whole months, then days.
#pragma once

#include <cstdint>
#include <span>

#include "searcher/candidate_query.h"
#include "searcher/query_tree.h"

namespace kwerenda {

// Reports of these days, both ends included, as a filter without weight. `years`: the years that reports are
// of, in order, as of IndexVocabulary::years(). A report without a date is in no range.
CandidateQuery date_query(const DateRange& dates, std::span<const std::uint32_t> years);

}  // namespace kwerenda
