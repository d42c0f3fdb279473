// Why a passage is none of a query's matches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "searcher/search.h"

namespace kwerenda {

struct Refusal {
  bool matches_query = false;        // it is the filters, then
  std::vector<std::string> missing;  // words of the query, as typed, that the passage has not
  bool date = false, place = false;  // which of the options' filters leave it out
};

// As search_index(). Of the options the filters are read, and whether to repair. Throws Error{limit,
// corrupt}.
Refusal refusal_of(Xapian::docid id, IndexReader& reader, const QueryNode& root, std::string_view text,
                   const SearchOptions& options, const SearchContext& context);

// "nie ma w nim słów: zamek; raport jest z innego miejsca".
std::string describe(const Refusal& refusal);

}  // namespace kwerenda
