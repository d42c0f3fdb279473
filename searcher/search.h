// One search over one reader: candidates from the index, verified and ranked on their text, made into hits.
#pragma once

#include <span>
#include <string>
#include <string_view>

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

// The query's matches in reports that pass the options' filters: dates and place.
CandidateQuery filtered(CandidateQuery query, const SearchOptions& options, const IndexReader& reader,
                        const SearchContext& context);

// The citation of a passage: "id#p12", the id made printable.
std::string citation_of(std::string_view report_id, std::uint32_t ordinal);

}  // namespace kwerenda
