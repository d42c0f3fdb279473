// What the index knows of the keys of places alone: "miejsce:Gdnia" is Gdynia and not "dnia".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "searcher/query_words.h"

namespace kwerenda {

// Constant once made; safe from several threads. Of passages it tells whether there are any: 1 or 0.
class PlaceVocabulary final : public Vocabulary {
 public:
  // `keys`: as of IndexVocabulary::place_keys().
  explicit PlaceVocabulary(std::vector<std::string> keys) : keys_(std::move(keys)) {}

  std::uint32_t passages_with(std::string_view key) const override;
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override;
  std::vector<std::string> keys_beginning_with(std::string_view beginning) const override;

 private:
  std::vector<std::string> keys_;  // in order
};

// A word of a place's name, as resolve_word() reads it; if repaired, with a capital.
QueryTerm resolve_place(std::string_view surface, const KeyMaker& keys, const StopWords& stop,
                        const StopWords& question, const PlaceVocabulary& places,
                        const ResolveSettings& settings);

}  // namespace kwerenda
