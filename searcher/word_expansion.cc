#include "searcher/word_expansion.h"

#include <algorithm>
#include <utility>

#include "analysis/fold.h"

namespace kwerenda {
namespace {

struct WeightedKey {
  std::uint32_t weight = 0;    // passages, or fewer
  std::uint32_t passages = 0;  // that hold the key
  std::string key;
};

class Wildcard {
 public:
  Wildcard(std::string_view part, FormEnd end, WildcardOver over, const Lexicon& lexicon,
           const IndexVocabulary& vocabulary, const WordExpansion& settings)
      : part_(part), end_(end), over_(over), lexicon_(lexicon), vocabulary_(vocabulary), settings_(settings) {
    if (over == WildcardOver::places) places_ = vocabulary.place_keys();
  }

  ExpandedWord expand() {
    take(keys_that_fit(), found_.keys);
    take(keys_of_forms_that_fit(), found_.keys_by_form);
    return std::move(found_);
  }

 private:
  std::size_t most() const { return std::size_t{10} * settings_.wildcard_keys; }

  bool fits(std::string_view key) const {
    return end_ == FormEnd::beginning ? key.starts_with(part_) : key.ends_with(part_);
  }

  std::uint32_t passages_with(const std::string& key) const {
    if (over_ == WildcardOver::texts) return vocabulary_.passages_with(key);
    return std::binary_search(places_.begin(), places_.end(), key);
  }

  std::vector<WeightedKey> keys_that_fit() {
    std::vector<WeightedKey> keys;
    if (over_ == WildcardOver::places) {
      for (const std::string& key : places_) {
        if (fits(folded(key))) keys.push_back({1, 1, key});
      }
      return keys;
    }
    for (std::string& key : end_ == FormEnd::beginning
                                ? vocabulary_.keys_with_prefix(part_, most(), found_.more)
                                : vocabulary_.keys_with_suffix(part_, most(), found_.more)) {
      const std::uint32_t passages = vocabulary_.passages_with(key);
      keys.push_back({passages, passages, std::move(key)});
    }
    return keys;
  }

  std::vector<WeightedKey> keys_of_forms_that_fit() {
    std::vector<LemmaOfForms> lemmas =
        lexicon_.lemmas_of_forms(part_, end_, settings_.wildcard_lemmas, found_.more);
    if (end_ == FormEnd::beginning) {
      for (std::string& key : unknown_keys_like_part()) lemmas.push_back({std::move(key), 0});
    }
    std::vector<WeightedKey> keys;
    for (LemmaOfForms& found : lemmas) {
      if (fits(found.lemma)) continue;
      // The lemma may be frequent in other forms.
      if (const std::uint32_t passages = passages_with(found.lemma))
        keys.push_back({std::min(passages, found.frequency), passages, std::move(found.lemma)});
    }
    return keys;
  }

  // What no dictionary has the indexer reads by likeness: "bublewskich" as "bublewski". So of the keys that
  // begin like the part but for an ending those are taken that the lexicon does not know.
  std::vector<std::string> unknown_keys_like_part() const {
    constexpr std::size_t kLeastLetters = 4, kEnding = 4;
    std::vector<std::size_t> letters;  // where each begins
    for (std::size_t i = 0; i < part_.size(); ++i) {
      if ((part_[i] & 0xc0) != 0x80) letters.push_back(i);
    }
    std::vector<std::string> found;
    if (letters.size() <= kLeastLetters) return found;
    const std::size_t kept = std::max(kLeastLetters, letters.size() - std::min(letters.size(), kEnding));
    bool unused = false;
    std::vector<Reading> readings;
    for (std::string& key : vocabulary_.keys_with_prefix(part_.substr(0, letters[kept]), most(), unused)) {
      readings.clear();
      if (!lexicon_.lookup(key, readings)) found.push_back(std::move(key));
    }
    return found;
  }

  // The most frequent.
  void take(std::vector<WeightedKey> keys, std::vector<std::string>& taken) {
    std::sort(keys.begin(), keys.end(), [](const WeightedKey& a, const WeightedKey& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.key < b.key;
    });
    std::uint64_t passages = 0;
    std::size_t kept = 0;
    for (; kept < keys.size() && kept < most(); ++kept) {
      passages += keys[kept].passages;
      if (kept >= settings_.wildcard_keys && passages > settings_.wildcard_passages) break;
      found_.passages += keys[kept].passages;
      taken.push_back(std::move(keys[kept].key));
    }
    found_.more = found_.more || kept < keys.size();
  }

  std::string_view part_;
  FormEnd end_;
  WildcardOver over_;
  const Lexicon& lexicon_;
  const IndexVocabulary& vocabulary_;
  const WordExpansion& settings_;
  std::vector<std::string> places_;  // sorted
  ExpandedWord found_;
};

}  // namespace

ExpandedWord expand_wildcard(std::string_view part, FormEnd end, WildcardOver over, const Lexicon& lexicon,
                             const IndexVocabulary& vocabulary, const WordExpansion& settings) {
  return Wildcard(part, end, over, lexicon, vocabulary, settings).expand();
}

std::vector<std::string> keys_within(std::string_view surface, int edits, const KeyMaker& maker,
                                     const IndexVocabulary& vocabulary, const WordExpansion& settings) {
  std::vector<std::string> found;
  std::vector<Key> keys;
  maker.query_keys_of(surface, keys);
  for (const Key& key : keys) found.push_back(key.text);
  const auto add = [&](const std::string& key) {
    if (found.size() < settings.wildcard_keys && vocabulary.passages_with(key) > 0 &&
        std::find(found.begin(), found.end(), key) == found.end()) {
      found.push_back(key);
    }
  };
  std::vector<SimilarForm> forms;
  maker.lexicon().find_within(folded(surface), edits, settings.wildcard_keys, forms);
  for (const SimilarForm& form : forms) {
    maker.keys_of(form.form, keys);
    for (const Key& key : keys) add(key.text);
  }
  for (const SimilarKey& similar : vocabulary.similar_keys(found.front(), edits, settings.wildcard_keys))
    add(similar.key);
  return found;
}

}  // namespace kwerenda
