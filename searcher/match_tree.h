// The tree that decides on a passage's text whether it matches, and what of it shows why.
//
// The same tree decides, marks, and is asked about key streams (passage_match.h), which say a little too much
// and never too little.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/passage_match.h"
#include "searcher/query_tree.h"

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

// The number of a leaf, from its one bit.
inline std::size_t leaf_number(LeafMask leaf) { return static_cast<std::size_t>(std::countr_zero(leaf)); }

// The texts of one passage, matched against the patterns.
struct PassageTexts {
  MatchedText body, title, heading, place;
  std::vector<std::uint32_t>
      sentences;          // byte offsets at which the body's sentences begin; filled if asked for
  std::string_view file;  // as of file_text_of()
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
