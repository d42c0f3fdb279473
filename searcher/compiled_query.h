// A query tree made ready for one index: its words resolved to keys, a query to the index that finds a
// superset of its matches, and the tree that decides on the passage's text what of the superset matches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/candidate_query.h"
#include "searcher/match_tree.h"
#include "searcher/passage_match.h"
#include "searcher/query_tree.h"
#include "searcher/query_words.h"
#include "searcher/ranking.h"
#include "searcher/word_expansion.h"

namespace kwerenda {

struct CompiledQuery {
  MatchNode root;
  std::vector<QueryTerm> terms;       // by leaf number
  std::vector<LeafPattern> patterns;  // by leaf number
  std::vector<RankedWord> words;      // by leaf number
  QueryManner manner = QueryManner::statement;
  CandidateQuery candidates;        // superset of the matches, weighted for the first stage
  bool needs_verification = false;  // candidates may hold passages that do not match
  bool needs_report = false;        // verification reads title, place or file name
  std::vector<std::string> notes;   // for people: repaired words, expanded wildcards
};

struct CompileSettings {
  RankingSettings ranking;
  bool repair = true;
  const Thesaurus* thesaurus = nullptr;  // null: none
  WordExpansion expansion;
};

struct WordLists {
  StopWords stop, question;
};

// `text` is the query text that ranges of `root` point into. Topics in the tree must have been resolved
// (topics.h). Throws Error{limit} if the words, expanded, exceed kMaxLeaves.
CompiledQuery compile_query(const QueryNode& root, std::string_view text, const KeyMaker& keys,
                            const WordLists& lists, const IndexVocabulary& vocabulary,
                            const CompileSettings& settings);

}  // namespace kwerenda
