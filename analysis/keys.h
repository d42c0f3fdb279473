// The Polish chain: a token's surface to its index keys. The one place where indexer and searcher must agree.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/lexicon.h"

namespace kwerenda {

// One key of a token: what goes into the index at the token's position.
struct Key {
  std::string text;            // at most kMaxKeyBytes of UTF-8: a lemma in folded form ("łódź"), or an acronym in capitals ("AI")
  float probability = 0;       // as in Reading
  ReadingSource source = ReadingSource::lexicon;

  friend bool operator==(const Key&, const Key&) = default;
};

inline constexpr std::size_t kMaxKeyBytes = 64;  // longer ones are cut and hashed

class KeyMaker {
 public:
  explicit KeyMaker(std::shared_ptr<const Lexicon> lexicon);

  // Clears `keys` and fills it with the keys of one token, best first, never empty for a token of tokenize(). A pure function of the surface:
  // callers may remember the answer per distinct surface. Safe from several threads at once.
  void keys_of(std::string_view surface, std::vector<Key>& keys) const;

  const Lexicon& lexicon() const { return *lexicon_; }

 private:
  std::shared_ptr<const Lexicon> lexicon_;
};

}  // namespace kwerenda
