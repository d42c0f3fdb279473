// Words of a query with their signs: =schron, schron*, *ami, schron~1, schron^2. A sign inside a run goes
// with the word that it touches.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "searcher/query_limits.h"
#include "searcher/query_run.h"
#include "searcher/query_tree.h"

namespace kwerenda {

// The words of a run of `query`; empty if it has no letter or digit. `may_boost`: it may end in a weight, and
// then, as with an equals sign, its words are one phrase. Throws QueryError.
std::vector<QueryNode> words_of(std::string_view query, const QueryRun& run, bool may_boost,
                                const QueryLimits& limits);

// One word is itself. REQUIRES: !words.empty()
QueryNode phrase_of(std::vector<QueryNode> words);

// The weight that `number` says. `begin`, `end`: bytes of the sign and its number in `query`. Throws
// QueryError.
double checked_boost(std::string_view query, std::string_view number, std::size_t begin, std::size_t end);

// Throw QueryError, or say what it would: "schron^2^3" has no meaning that everybody would guess.
[[noreturn]] void fail_second_sign(std::string_view query, std::size_t begin, std::size_t end);
const char* one_sign_of_a_word();

}  // namespace kwerenda
