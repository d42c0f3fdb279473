// Words of a query that stand for many of the index: "zarządz*", "*owanie", "Kowlaski~".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/lexicon.h"
#include "searcher/query_words.h"

namespace kwerenda {

// What the compiler needs to know of the index. As Vocabulary, and the expansion of wildcards.
class IndexVocabulary : public Vocabulary {
 public:
  virtual double passages() const = 0;
  // The years that reports are of, in order.
  virtual std::vector<std::uint32_t> years() const = 0;
  // Index terms of the reports whose file or own name, folded, holds `part`; `limit` at most; `more` tells
  // that there were others.
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

struct WordExpansion {
  // A wildcard stands for its most frequent keys: so many in any case, and further ones, up to ten times as
  // many, while they are in no more than `wildcard_passages` together.
  std::uint32_t wildcard_keys = 100;
  std::uint32_t wildcard_passages = 20'000;
  std::size_t wildcard_lemmas = 200'000;  // of forms that a wildcard fits, looked for in the index
};

// A token fits a wildcard by its form as written or by its lemma. The index knows lemmas alone.
struct ExpandedWord {
  std::vector<std::string> keys;  // that fit themselves: tokens that have one need no look at the text
  std::vector<std::string> keys_by_form;  // of which forms fit: those tokens do; none is in `keys`
  std::uint32_t passages = 0;             // that hold any of them, each key counted by itself
  bool more = false;                      // there were others
};

enum class WildcardOver : std::uint8_t { texts, places };

// `part`, folded, at one end of a word; the most frequent keys first.
ExpandedWord expand_wildcard(std::string_view part, FormEnd end, WildcardOver over, const Lexicon& lexicon,
                             const IndexVocabulary& vocabulary, const WordExpansion& settings);

// Keys of the word itself, then of words within `edits` edits of it that the index has.
std::vector<std::string> keys_within(std::string_view surface, int edits, const KeyMaker& keys,
                                     const IndexVocabulary& vocabulary, const WordExpansion& settings);

}  // namespace kwerenda
