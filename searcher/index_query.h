// What the index is asked for so that it finds all of a query's matches, and few others.
//
// The index holds no positions (analysis/schema.h). A phrase is asked for as all of its words, "=forma" as
// the keys of the form, NEAR and /z as AND; a negation whose child is not exact is left out. match_tree.h
// decides on the text what of these matches.
#pragma once

#include "searcher/candidate_query.h"
#include "searcher/ranking.h"

namespace kwerenda {

struct CompiledQuery;
class IndexVocabulary;

struct IndexQuery {
  CandidateQuery candidates;  // weighted for the first ranking stage
  bool exact = true;          // it finds the query's matches and nothing else
};

// Of `query` the tree and its leaves are read, which must be complete.
IndexQuery index_query_of(const CompiledQuery& query, const IndexVocabulary& vocabulary,
                          const RankingSettings& ranking);

}  // namespace kwerenda
