// A query tree made ready for one index: its words resolved to keys, a query to the index that finds a
// superset of its matches, and the tree that decides on the passage's text what of the superset matches.
//
// Why a superset: the index holds no positions (schema.h). A phrase is searched for as all of its words,
// "=forma" as the keys of the form, NEAR and /z as AND; a negation whose child is not exact is left out.
// Whether the text bears it out, matches() decides.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/candidate_query.h"
#include "searcher/passage_match.h"
#include "searcher/query_tree.h"
#include "searcher/query_words.h"
#include "searcher/ranking.h"

namespace kwerenda {

// A node of the tree with its words replaced by leaf numbers.
struct MatchNode {
  NodeKind kind = NodeKind::words;
  LeafMask leaf = 0;        // of words and aspects: one bit
  bool only_ranks = false;  // a stop word beside others: does not decide whether a passage matches
  int number = 0;           // slop of a phrase, distance of NEAR
  DateRange dates;
  std::string text;  // of file: folded
  std::vector<MatchNode> children;
};

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
  // A wildcard stands for its most frequent keys: so many in any case, and further ones, up to ten times as
  // many, while they are in no more than `wildcard_passages` together.
  std::uint32_t wildcard_keys = 100;
  std::uint32_t wildcard_passages = 20'000;
  std::size_t wildcard_lemmas = 200'000;  // of forms that a wildcard fits, looked for in the index
};

// What the compiler needs to know of the index. As Vocabulary, and the expansion of wildcards.
class IndexVocabulary : public Vocabulary {
 public:
  virtual double passages() const = 0;
  // The years that reports are of, in order.
  virtual std::vector<std::uint32_t> years() const = 0;
  // Index terms of the reports whose source, folded, holds `part`; `limit` at most; `more` tells that there
  // were others.
  virtual std::vector<std::string> terms_of_reports(std::string_view part, std::size_t limit,
                                                    bool& more) const = 0;
  // The keys of all places of reports, in order.
  virtual std::vector<std::string> place_keys() const = 0;
  // Keys that begin or end with folded `part`, as it is or in capitals (acronyms), most passages first,
  // `limit` at most; `more` tells that there were others.
  virtual std::vector<std::string> keys_with_prefix(std::string_view part, std::size_t limit,
                                                    bool& more) const = 0;
  virtual std::vector<std::string> keys_with_suffix(std::string_view part, std::size_t limit,
                                                    bool& more) const = 0;
};

struct WordLists {
  StopWords stop, question;
};

// `text` is the query text that ranges of `root` point into. Topics in the tree must have been resolved
// (topics.h). Throws Error{limit} if the words, expanded, exceed kMaxLeaves.
CompiledQuery compile_query(const QueryNode& root, std::string_view text, const KeyMaker& keys,
                            const WordLists& lists, const IndexVocabulary& vocabulary,
                            const CompileSettings& settings);

// Reports of these days, as a boolean filter; `years` as of IndexVocabulary.
CandidateQuery date_query(const DateRange& dates, std::span<const std::uint32_t> years);

// The texts of one passage, matched against the patterns.
struct PassageTexts {
  MatchedText body, title, heading, place;
  std::vector<std::uint32_t>
      sentences;          // byte offsets at which the body's sentences begin; filled if asked for
  std::string_view file;  // the report's source, folded
  std::uint32_t date = 0;
};

// Half-open range of token numbers.
struct TokenSpan {
  std::uint32_t begin = 0, end = 0;
};

// True if the passage matches the tree.
bool matches(const MatchNode& root, const PassageTexts& texts);

// The tokens of the body that show why, in order, not overlapping.
std::vector<TokenSpan> highlighted_tokens(const MatchNode& root, const PassageTexts& texts);

// True if no more matching tokens can ever make a matching passage not match: the tree has neither a negation
// nor NEAR.
bool is_monotone(const MatchNode& root);

// True if deciding needs sentence boundaries.
bool asks_for_sentences(const MatchNode& root);

}  // namespace kwerenda
