#include "searcher/index_vocabulary.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/schema.h"
#include "analysis/shape.h"
#include "analysis/stored.h"
#include "searcher/posting_list.h"

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

// In code points. Keys are at most 245 bytes long, so that nothing is cut.
std::uint8_t length_of(std::string_view bare) {
  std::size_t length = 0;
  for (char c : bare) length += (c & 0xc0) != 0x80;
  return static_cast<std::uint8_t>(std::min<std::size_t>(length, 255));
}

// Sooner done than counting them: few are asked for.
bool more_bits_than(int most, std::uint64_t bits) {
  for (; most > 0 && bits; --most) bits &= bits - 1;
  return bits != 0;
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

std::vector<std::pair<std::string, std::uint32_t>> TermVocabulary::terms(std::string_view prefix) const {
  std::vector<std::pair<std::string, std::uint32_t>> found;
  for (const GlassTable* postlist : postlists_) {
    for_each_term(*postlist, prefix, [&](std::string_view term, std::uint32_t passages) {
      found.emplace_back(term.substr(prefix.size()), passages);
    });
  }
  if (postlists_.size() > 1) {
    std::sort(found.begin(), found.end());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (kept > 0 && found[kept - 1].first == found[i].first) {
        found[kept - 1].second += found[i].second;
      } else {
        std::swap(found[kept++], found[i]);
      }
    }
    found.resize(kept);
  }
  return found;
}

std::uint32_t TermVocabulary::passages_with(std::string_view key) const {
  std::uint32_t passages = 0;
  const std::string term = lemma_term(key);
  for (const GlassTable* postlist : postlists_) passages += passages_with_term(*postlist, term);
  return passages;
}

std::vector<std::uint32_t> TermVocabulary::years() const {
  std::vector<std::uint32_t> years;
  for (const auto& [text, passages] : terms({&kYearPrefix, 1})) {
    std::uint32_t year = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), year);
    if (error == std::errc() && end == text.data() + text.size()) years.push_back(year);
  }
  return years;
}

std::vector<std::string> TermVocabulary::place_keys() const {
  std::vector<std::string> keys;
  for (auto& [key, passages] : terms({&kPlacePrefix, 1})) keys.push_back(std::move(key));
  return keys;
}

std::string file_text_of(const StoredReport& report) {
  std::string text = folded(report.source);
  if (report.id != report.source) text += '\n' + folded(report.id);
  return text;
}

// Reads the records of all reports: 1 µs each.
std::vector<std::string> TermVocabulary::terms_of_reports(std::string_view part, std::size_t limit,
                                                          bool& more) const {
  std::vector<std::string> found;
  const std::string prefix = metadata_key({&kReportMetadataPrefix, 1});
  StoredReport report;
  std::string joined;
  for (const GlassTable* postlist : postlists_) {
    TablePlace place = postlist->lower_bound(prefix);
    TableItem item;
    while (postlist->next(place, item) && item.key.starts_with(prefix)) {
      if (!item.first) continue;
      postlist->join(place, item, joined);
      if (!decode_report(item.tag, report)) postlist->fail();
      if (file_text_of(report).find(part) == std::string::npos) continue;
      more = more || found.size() == limit;
      if (found.size() < limit) found.push_back(kReportPrefix + std::string(item.key.substr(prefix.size())));
    }
  }
  return found;
}

const TermVocabulary::Entries& TermVocabulary::entries() const {
  if (entries_.entries.empty()) {
    for (auto& [key, passages] : terms({&kLemmaPrefix, 1})) {
      Entry entry;
      entry.key = std::move(key);
      entry.bare = without_marks(folded(entry.key));
      entry.passages = passages;
      entries_.letters.push_back(letters_of(entry.bare));
      entries_.lengths.push_back(length_of(entry.bare));
      entries_.entries.push_back(std::move(entry));
    }
  }
  return entries_;
}

std::vector<SimilarKey> TermVocabulary::similar_keys(std::string_view key, int edits,
                                                     std::size_t limit) const {
  const std::string bare = without_marks(folded(key));
  const std::uint64_t letters = letters_of(bare);
  const int length = length_of(bare);
  const Entries& all = entries();
  std::vector<SimilarKey> found;
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    if (std::abs(all.lengths[i] - length) > edits || more_bits_than(2 * edits, all.letters[i] ^ letters))
      continue;
    const Entry& entry = all.entries[i];
    const int distance = edits == 0 ? (entry.bare == bare ? 0 : 1) : edit_distance(bare, entry.bare, edits);
    if (distance <= edits) found.push_back({entry.key, entry.passages, distance});
  }
  std::stable_sort(found.begin(), found.end(), [](const SimilarKey& a, const SimilarKey& b) {
    return a.edits != b.edits ? a.edits < b.edits : a.passages > b.passages;
  });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::vector<std::string> TermVocabulary::keys_beginning_with(std::string_view beginning) const {
  std::vector<std::string> keys;
  for (const auto& [rest, passages] : terms(lemma_term(beginning)))
    keys.push_back(std::string(beginning) + rest);
  return keys;
}

std::vector<std::string> TermVocabulary::keys_with_prefix(std::string_view part, std::size_t limit,
                                                          bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  // Acronyms are keys in capitals. Digits alone are the same in both.
  const std::string capitals = upper_cased(part);
  for (const std::string_view beginning : {part, std::string_view(capitals)}) {
    for (const auto& [rest, passages] : terms(lemma_term(beginning)))
      found.emplace_back(passages, std::string(beginning) + rest);
    if (capitals == part) break;
  }
  return most_frequent(found, limit, more);
}

std::vector<std::string> TermVocabulary::keys_with_suffix(std::string_view part, std::size_t limit,
                                                          bool& more) const {
  std::vector<std::pair<std::uint32_t, std::string>> found;
  const std::string capitals = upper_cased(part);
  for (const Entry& entry : entries().entries) {
    if (entry.key.ends_with(part) || entry.key.ends_with(capitals))
      found.emplace_back(entry.passages, entry.key);
  }
  return most_frequent(found, limit, more);
}

}  // namespace kwerenda
