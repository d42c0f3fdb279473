#include "indexer/passage_terms.h"

#include "analysis/impact.h"
#include "analysis/schema.h"
#include "analysis/tokenizer.h"

namespace kwerenda {

// The keys of a text, and the stream of their hashes.
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
  touched_.clear();
  const auto count = [&](KeyId key, float Count::*field) {
    if (key >= counts_.size()) counts_.resize(table_.size() + table_.size() / 2 + 64);
    Count& slot = counts_[key];
    if (slot.text == 0 && slot.title == 0 && slot.heading == 0) touched_.push_back(key);
    slot.*field += 1;
  };
  keys_of_text(text, text_keys_, text_stream_);
  for (KeyId key : text_keys_) count(key, &Count::text);
  for (KeyId key : title_keys_) count(key, &Count::title);
  for (KeyId key : heading_keys_) count(key, &Count::heading);

  const auto tokens = static_cast<double>(tokens_.size());
  for (KeyId key : touched_) {
    const Count& slot = counts_[key];
    terms.push_back({kLemmaPrefix, key, impact(slot.text, slot.title, slot.heading, tokens)});
    if (slot.title > 0) terms.push_back({kTitlePrefix, key, 0});
    if (slot.heading > 0) terms.push_back({kHeadingPrefix, key, 0});
  }
  for (KeyId key : touched_) counts_[key] = {};
  return tokens_.size();
}

std::vector<PassageTerm> PassageTermMaker::place_terms_of(std::string_view place) {
  std::vector<KeyId> keys;
  KeyStream unused;
  keys_of_text(place, keys, unused);
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
