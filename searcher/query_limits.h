// What a query may ask for at most.
#pragma once

#include <cstddef>

namespace kwerenda {

struct QueryLimits {
  std::size_t max_bytes = 4096;  // of the query text; of plain text, of the words that are taken from it
  std::size_t max_plain_bytes = 1 << 20;  // of plain text
  std::size_t max_words = 64;     // those in phrases included; an OR of 256 costs four times as much as of 64
  std::size_t max_depth = 32;     // brackets within brackets
  std::size_t max_wildcards = 4;  // words with an asterisk: each may stand for many
  std::size_t max_endings = 2;    // of these, with it in front: each walks through all forms, up to .25 s
  std::size_t min_wildcard_letters = 3;  // letters and digits beside the asterisk, and in a fuzzy word
};

inline constexpr int kMaxNearDistance = 100;
inline constexpr int kDefaultNearDistance = 10;  // NEAR without a number
inline constexpr int kMaxPhraseGap = 50;

}  // namespace kwerenda
