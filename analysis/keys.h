// The Polish chain: a token's surface to its index keys. The one place where indexer and searcher must agree.
//
//   ochronie      ochrona                        GIS, GIS-u, GISem   GIS
//   Łodzi         łódź   (the city and the boat)  GIS-owskiego        GIS  gis-owski
//   mObywatelu    mobywatel                      PiS-ie, UOKiK       PIS, UOKIK
//   e-usług       e-usługa  usługa               COVID-19            COVID-19  COVID  covid  19
//   Kennedy'ego   kennedy                        OCHRONA             ochrona
//   21-letni      21-letni  21  letni            PAN                 pan  PAN
//   14.05.2024    2024-05-14  2024               XXI                 XXI
//
// An acronym's key is in capitals, so that AI is not ai; every other key is a folded lemma.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/lexicon.h"

namespace kwerenda {

// One key of a token: what goes into the index at the token's position.
struct Key {
  std::string text;  // 1 to kMaxKeyBytes bytes of UTF-8: a lemma in folded form ("łódź"), or an acronym in
                     // capitals ("AI")
  float probability = 0;  // as in Reading; of a compound's parts 1 each, since they all stand there
  ReadingSource source = ReadingSource::lexicon;

  friend bool operator==(const Key&, const Key&) = default;
};

// Longer keys are cut on a code-point edge and end in '#' and 16 hexadecimal digits of the whole key's hash.
// Glass takes terms of at most 245 bytes; the longest Polish lemmas have some 50.
inline constexpr std::size_t kMaxKeyBytes = 64;

class KeyMaker {
 public:
  explicit KeyMaker(std::shared_ptr<const Lexicon> lexicon);

  // Clears `keys` and fills it with the keys of one token, best first, never empty for a token of tokenize().
  // A pure function of the surface: callers may remember the answer per distinct surface. Safe from several
  // threads at once.
  void keys_of(std::string_view surface, std::vector<Key>& keys) const;

  // For words that people type: keys_of(), then the acronyms that a word in small letters may stand for. A
  // text says "GIS" and a query "gis" or "gisu"; in a text nothing tells such a word from an ordinary one, so
  // the indexer does not try. Added are, in capitals, the word itself, the word without an acronym's ending,
  // and the lemma (gisu: gis), if they have 2 to 6 letters and the word is not a common one: "gis" gets GIS,
  // "pan" does not get PAN. Such a key matches only where a text has the capitals.
  void query_keys_of(std::string_view surface, std::vector<Key>& keys) const;

  const Lexicon& lexicon() const { return *lexicon_; }

 private:
  std::shared_ptr<const Lexicon> lexicon_;
};

}  // namespace kwerenda
