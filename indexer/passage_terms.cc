#include "indexer/passage_terms.h"

#include <algorithm>
#include <array>

#include "analysis/impact.h"
#include "analysis/schema.h"
#include "analysis/tokenizer.h"

namespace kwerenda {

// The keys of a text, and the stream of their hashes. Loading what the lexicon has of all new surfaces of a
// passage at once was tried, too: what the look-ups gained, finding out which surfaces are new cost again.
void PassageTermMaker::keys_of_text(std::string_view text, std::vector<KeyId>& keys, KeyStream& stream) {
  keys.clear();
  stream.clear();
  tokenize(text, tokens_);
  const auto surface = [&](const Token& token) { return text.substr(token.begin, token.end - token.begin); };
  expected_.clear();
  for (const Token& token : tokens_) expected_.push_back(table_.expect(surface(token)));
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    std::uint16_t further = 0;
    for (KeyId key : table_.keys_of(surface(tokens_[i]), expected_[i])) {
      keys.push_back(key);
      stream.push_back(table_.short_hash(key) | further);
      further = kFurtherKey;
    }
  }
}

void PassageTermMaker::set_title(std::string_view title) {
  if (title == title_) return;
  title_ = title;
  keys_of_text(title_, title_keys_, title_stream_);
}

void PassageTermMaker::set_heading(std::string_view heading) {
  if (heading == heading_) return;
  heading_ = heading;
  keys_of_text(heading_, heading_keys_, heading_stream_);
}

std::size_t PassageTermMaker::terms_of(std::string_view text, std::vector<PassageTerm>& terms) {
  terms.clear();
  keys_of_text(text, text_keys_, text_stream_);
  if (counts_.size() < table_.size()) counts_.resize(table_.size() + table_.size() / 2 + 64);
  touched_.resize(text_keys_.size() + title_keys_.size() + heading_keys_.size());
  std::size_t touched = 0;
  // Whether a key is new to the passage cannot be foretold, so nothing branches on it.
  const auto count = [&](const std::vector<KeyId>& keys, std::uint32_t Count::*field) {
    for (const KeyId key : keys) {
      Count& slot = counts_[key];
      touched_[touched] = key;
      touched += (slot.text | slot.title | slot.heading) == 0;
      ++(slot.*field);
    }
  };
  count(text_keys_, &Count::text);
  count(title_keys_, &Count::title);
  count(heading_keys_, &Count::heading);

  const auto tokens = static_cast<double>(tokens_.size());
  // Most keys are in the text alone, and once or twice: impacts by that number, 0 is not known yet.
  std::array<std::uint32_t, 8> of_text{};
  for (std::size_t i = 0; i < touched; ++i) {
    const KeyId key = touched_[i];
    Count& slot = counts_[key];
    std::uint32_t wdf = 0;
    const bool text_alone = (slot.title | slot.heading) == 0 && slot.text < of_text.size();
    if (text_alone) wdf = of_text[slot.text];
    if (wdf == 0) wdf = impact(slot.text, slot.title, slot.heading, tokens);
    if (text_alone) of_text[slot.text] = wdf;
    terms.push_back({kLemmaPrefix, key, wdf});
    if (slot.title > 0) terms.push_back({kTitlePrefix, key, 0});
    if (slot.heading > 0) terms.push_back({kHeadingPrefix, key, 0});
    slot = {};
  }
  return tokens_.size();
}

std::vector<PassageTerm> PassageTermMaker::place_terms_of(std::string_view place) {
  std::vector<KeyId> keys;
  KeyStream unused;
  keys_of_text(place, keys, unused);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<PassageTerm> terms;
  for (KeyId key : keys) terms.push_back({kPlacePrefix, key, 0});
  return terms;
}

std::string term_text(const PassageTerm& term, const KeyTable& table) {
  std::string text(1, term.prefix);
  text += table.text(term.key);
  return text;
}

}  // namespace kwerenda
