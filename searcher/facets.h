// Counts of a query's matches by report, month, place and topic.
#pragma once

#include "searcher/search.h"
#include "searcher/topic_counts.h"

namespace kwerenda {

// Fills by_report, by_month, by_place and by_topic of `result`, each with the most frequent first and in
// order of values among equals. A report without a date or place is in no month or place. Runs over the
// reader's present state. Throws Error{corrupt}.
void count_facets(IndexReader& reader, const MatchSet& matches, const SearchContext& context,
                  SearchResult& result);

}  // namespace kwerenda
