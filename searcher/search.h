// One search over one reader: candidates from the index, verified and ranked on their text, made into hits.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/compiled_query.h"
#include "searcher/index_reader.h"
#include "searcher/query_tree.h"
#include "searcher/searcher.h"
#include "searcher/topics.h"

namespace kwerenda {

// What stays the same from search to search.
struct SearchContext {
  const KeyMaker* keys = nullptr;
  const WordLists* lists = nullptr;
  std::span<const Topic> topics;         // that facets count
  const Thesaurus* thesaurus = nullptr;  // null: none
  RankingSettings ranking;
};

// `root` is the query's tree with topics resolved, `text` the text its ranges point into; the passage
// `excluded` (0: none) is not found. Runs over the reader's present state; the caller wraps it into
// IndexReader::consistently(). Throws Error{limit}, Error{corrupt} and Xapian's errors.
SearchResult search_index(IndexReader& reader, const QueryNode& root, std::string_view text,
                          const SearchOptions& options, const SearchContext& context,
                          Xapian::docid excluded = 0);

// The query as search_index() reads it. Throws Error{limit}.
CompiledQuery compiled_for(const IndexReader& reader, const QueryNode& root, std::string_view text,
                           const SearchOptions& options, const SearchContext& context);

// The query's matches in reports that pass the options' filters: dates and place. Adds what is to be said of
// them to `notes`: a place's name that was repaired, or that no report has.
CandidateQuery filtered(CandidateQuery query, const SearchOptions& options, const IndexReader& reader,
                        const SearchContext& context, std::vector<std::string>& notes);

}  // namespace kwerenda
