#include "searcher/index_vocabulary.h"

#include <algorithm>
#include <bit>
#include <charconv>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/schema.h"
#include "analysis/shape.h"

namespace kwerenda {
namespace {

std::string lemma_term(std::string_view key) {
  std::string term(1, kLemmaPrefix);
  term += key;
  return term;
}

// One bit a letter, digits and the rest share some: a word k edits away differs in at most 2k bits.
std::uint64_t letters_of(std::string_view bare) {
  std::uint64_t letters = 0;
  for (char c : bare) letters |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63);
  return letters;
}

std::vector<std::string> most_frequent(std::vector<std::pair<std::uint32_t, std::string>>& found,
                                       std::size_t limit, bool& more) {
  more = found.size() > limit;
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (more) found.resize(limit);
  std::vector<std::string> keys;
  for (auto& [passages, key] : found) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

std::uint32_t XapianVocabulary::passages_with(std::string_view key) const {
  return database_.get_termfreq(lemma_term(key));
}

std::vector<std::uint32_t> XapianVocabulary::years() const {
  std::vector<std::uint32_t> years;
  const std::string prefix(1, kYearPrefix);
  for (auto it = database_.allterms_begin(prefix); it != database_.allterms_end(prefix); ++it) {
    const std::string text = (*it).substr(1);
    std::uint32_t year = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
    if (error == std::errc() && end == text.data() + text.size()) years.push_back(year);
  }
  return years;
}

std::vector<std::string> XapianVocabulary::place_keys() const {
  std::vector<std::string> keys;
  const std::string prefix(1, kPlacePrefix);
  for (auto it = database_.allterms_begin(prefix); it != database_.allterms_end(prefix); ++it)
    keys.push_back((*it).substr(1));
  return keys;
}

const std::vector<XapianVocabulary::Entry>& XapianVocabulary::entries() const {
  if (entries_.empty()) {
    const std::string prefix(1, kLemmaPrefix);
    for (auto it = database_.allterms_begin(prefix); it != database_.allterms_end(prefix); ++it) {
      Entry entry;
      entry.key = (*it).substr(1);
      entry.bare = without_marks(folded(entry.key));
      entry.letters = letters_of(entry.bare);
      entry.passages = it.get_termfreq();
      entries_.push_back(std::move(entry));
    }
  }
  return entries_;
}

std::vector<SimilarKey> XapianVocabulary::similar_keys(std::string_view key, int edits,
                                                       std::size_t limit) const {
  const std::string bare = without_marks(folded(key));
  const std::uint64_t letters = letters_of(bare);
  std::vector<SimilarKey> found;
  for (const Entry& entry : entries()) {
    if (std::popcount(entry.letters ^ letters) > 2 * edits) continue;
    if (entry.bare.size() > bare.size() + 4 * static_cast<std::size_t>(edits) ||
        bare.size() > entry.bare.size() + 4 * static_cast<std::size_t>(edits)) {
      continue;
    }
    const int distance = edits == 0 ? (entry.bare == bare ? 0 : 1) : edit_distance(bare, entry.bare, edits);
    if (distance <= edits) found.push_back({entry.key, entry.passages, distance});
  }
  std::stable_sort(found.begin(), found.end(), [](const SimilarKey& a, const SimilarKey& b) {
    return a.edits != b.edits ? a.edits < b.edits : a.passages > b.passages;
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<std::string> XapianVocabulary::keys_with_prefix(std::string_view part, std::size_t limit,
                                                            bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  // Acronyms are keys in capitals. Digits alone are the same in both.
  const std::string capitals = upper_cased(part);
  for (const std::string& prefix : {lemma_term(part), lemma_term(capitals)}) {
    for (auto it = database_.allterms_begin(prefix); it != database_.allterms_end(prefix); ++it) {
      found.emplace_back(it.get_termfreq(), (*it).substr(1));
    }
    if (capitals == part) break;
  }
  return most_frequent(found, limit, more);
}

std::vector<std::string> XapianVocabulary::keys_with_suffix(std::string_view part, std::size_t limit,
                                                            bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  const std::string capitals = upper_cased(part);
  for (const Entry& entry : entries()) {
    if (entry.key.ends_with(part) || entry.key.ends_with(capitals))
      found.emplace_back(entry.passages, entry.key);
  }
  return most_frequent(found, limit, more);
}

}  // namespace kwerenda
