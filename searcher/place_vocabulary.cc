#include "searcher/place_vocabulary.h"

#include <algorithm>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/shape.h"

namespace kwerenda {

std::uint32_t PlaceVocabulary::passages_with(std::string_view key) const {
  return std::binary_search(keys_.begin(), keys_.end(), key);
}

std::vector<SimilarKey> PlaceVocabulary::similar_keys(std::string_view key, int edits,
                                                      std::size_t limit) const {
  const std::string bare = without_marks(folded(key));
  std::vector<SimilarKey> found;
  for (const std::string& other : keys_) {
    const int distance = edit_distance(bare, without_marks(folded(other)), edits);
    if (distance <= edits) found.push_back({other, 1, distance});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const SimilarKey& a, const SimilarKey& b) { return a.edits < b.edits; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<std::string> PlaceVocabulary::keys_beginning_with(std::string_view beginning) const {
  const auto first = std::lower_bound(keys_.begin(), keys_.end(), beginning);
  const auto last = std::find_if_not(first, keys_.end(),
                                     [&](const std::string& key) { return key.starts_with(beginning); });
  return {first, last};
}

QueryTerm resolve_place(std::string_view surface, const KeyMaker& keys, const StopWords& stop,
                        const StopWords& question, const PlaceVocabulary& places,
                        const ResolveSettings& settings) {
  QueryTerm term = resolve_word(surface, keys, stop, question, places, settings);
  if (!term.repaired.empty()) term.repaired = title_cased(term.repaired);
  return term;
}

}  // namespace kwerenda
