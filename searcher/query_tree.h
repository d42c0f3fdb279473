// What a query asks for, as a tree of plain values: no index, lexicon or Xapian in it.
//
//   schron* OR "obrona cywilna"~2 data:2024   is   (words (or schron* (phrase~2 obrona cywilna)) (must (date
//   20240101 20241231)))
//
// One struct with a kind, and not a class per kind: everybody who reads the tree walks all of it (search,
// highlighting, explanations), and one switch over `kind` with `children` in one place keeps these walks to a
// few lines. Values all: copies are independent, and const access is safe from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "searcher/query_date.h"

namespace kwerenda {

// Half-open range in bytes of the query text (UTF-8), always on code-point edges.
struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

inline ByteRange byte_range(std::size_t begin, std::size_t end) {
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

enum class NodeKind : std::uint8_t {
  // Leaves.
  word,        // `text`, `match`, for fuzzy words `number`
  date_range,  // `dates`: of the report
  file,        // `text`: a report's file name or a part of its path
  topic,  // `text`: a topic's name as written. No children until resolved (topics.h), then aspects, whose
          // scores sum up; one
          // aspect that matches is enough

  // Inner nodes.
  phrase,  // 2 or more words in this order; `number`: foreign words that may stand between them, all in all
  words,   // written side by side: ranked by all of them, most of them must be there; 2 or more children
  all_of,  // AND; 2 or more children
  any_of,  // OR; 2 or more children
  near,    // 2 or more children in any order, within (children - 1) * `number` + 1 words: two words next to
           // each other
           // are within NEAR/1
  same_sentence,  // 2 or more children
  same_passage,   // 2 or more children
  negation,       // NOT or a leading minus: its one child must not match
  must,    // its one child must match; only as a child of `words`. Filters and the stricter operators get it
           // unasked
           // when they stand among words: "gmina data:2024" means reports of 2024
  title,   // its one child is looked for in titles and headings
  place,   // its one child is looked for in the report's place
  aspect,  // a topic's aspect, named `text`: its children are synonyms of one another, counted as one word; 1
           // or more
};

enum class WordMatch : std::uint8_t {
  lemma,   // any inflected form
  exact,   // =forma: as written, but for case
  prefix,  // słow*
  suffix,  // *owisko
  fuzzy,   // słowo~: within `number` (1 or 2) edits
};

struct QueryNode {
  NodeKind kind = NodeKind::words;
  // Where it stands in the query, with its own operators, quotes, brackets and field name. What a topic
  // brings has the range of the topic's name; what no text stands for has an empty range.
  ByteRange range;
  // From kMinBoost to kMaxBoost; multiplies the scores of all that is below. 1 where there is no score:
  // date_range, file, negation, must; title and place leave it to their child.
  double boost = 1;
  WordMatch match = WordMatch::lemma;
  int number = 0;
  DateRange dates;
  std::string text;  // as typed, UTF-8, without backslashes and modifiers
  std::vector<QueryNode> children;

  friend bool operator==(const QueryNode&, const QueryNode&) = default;
};

inline constexpr double kMinBoost = 0.01;
inline constexpr double kMaxBoost = 100;

// The tree on one line, for tests and explanations: (words schron (must (title urząd))). Words carry their
// modifiers as typed
// (=forma, słow*, słowo~1), a boost other than 1 stands behind its node as ^2, values of files, topics and
// aspects are in quotes, an open end of a date range is "*".
std::string to_sexpr(const QueryNode& node);

// A query that parses to the same tree but for ranges and boosts rounded to six digits, in the canonical
// spelling: AND, OR, -, brackets round every group. The exception is an aspect, which no query can spell: a
// resolved topic prints as temat:"name".
std::string to_query_text(const QueryNode& node);

// The words of the tree that a match shows, in order: all below `node` but negated ones. The pointers live as
// long as `node` is neither changed nor moved.
std::vector<const QueryNode*> wanted_words(const QueryNode& node);

}  // namespace kwerenda
