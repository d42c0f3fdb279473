// One word of a query: which keys it is looked up by, what it weighs, and what becomes of it when nobody
// knows it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/stopwords.h"
#include "searcher/thesaurus.h"

namespace kwerenda {

// A key of the index that is alike to a word.
struct SimilarKey {
  std::string key;
  std::uint32_t passages = 0;
  int edits = 0;  // a difference in marks alone counts 0
};

// What the index knows of keys. Implemented over Xapian (search.cc) and over a table (tests).
class Vocabulary {
 public:
  virtual ~Vocabulary() = default;
  // In how many passages the key occurs.
  virtual std::uint32_t passages_with(std::string_view key) const = 0;
  // Keys within `edits` (0 to 2) Damerau edits of `key` when marks are ignored, fewest edits first, then most
  // passages.
  virtual std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const = 0;
  // All keys that begin with `beginning`, byte for byte, in no order.
  virtual std::vector<std::string> keys_beginning_with(std::string_view beginning) const = 0;
};

enum class WordRole : std::uint8_t { content, stop, question };

struct QueryTerm {
  std::string typed;     // surface as in the query
  std::string repaired;  // the form taken instead; empty: as typed
  std::string form;      // folded form to compare with the text's; empty if several were taken for it
  std::vector<std::string> keys;       // best first, at least one
  std::vector<std::string> relatives;  // keys of derived words and synonyms that the index holds
  WordRole role = WordRole::content;
  bool capitalised = false;
  bool has_digit = false;
  bool known = true;           // to the lexicon, or repaired to a word that is
  bool verb = false;           // by the look of its lemma
  std::uint32_t passages = 0;  // sum over keys, an upper bound of the passages that hold any
};

// Whether a query as a whole is written with Polish marks: see marks_of().
enum class Marks : std::uint8_t { present, unsure, missing };

struct ResolveSettings {
  bool repair = true;
  Marks marks = Marks::present;
  std::size_t max_relatives = 6;
  const Thesaurus* thesaurus = nullptr;  // null: none
  std::size_t max_synonyms = 6;          // on top of the relatives
};

// Missing from a text of some length (three words of four letters and more) without any letter with a mark:
// its author does not type them, and a known word such as "sad" may stand for "sąd". A shorter one leaves it
// open.
Marks marks_of(std::string_view query);

// Keys of the index that seem to be of one stem with one of `keys` (działać: działalność): they begin alike
// for five bytes and for half of the longer one. A guess, and no match. None of `keys` itself.
std::vector<std::string> keys_of_one_stem(const std::vector<std::string>& keys, const Vocabulary& vocabulary);

QueryTerm resolve_word(std::string_view surface, const KeyMaker& keys, const StopWords& stop,
                       const StopWords& question, const Vocabulary& vocabulary,
                       const ResolveSettings& settings);

// "Szukano: Łódź (wpisano: lodz)"; empty if the word was taken as typed, but for its case.
std::string repair_note(const QueryTerm& term);

}  // namespace kwerenda
