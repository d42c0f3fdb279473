#include "searcher/passage_match.h"

#include <algorithm>

#include "analysis/fold.h"
#include "analysis/tokenizer.h"

namespace kwerenda {

PassageMatcher::PassageMatcher(std::vector<LeafPattern> patterns, KeyTable& table)
    : patterns_(std::move(patterns)), table_(table) {
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const LeafMask bit = LeafMask{1} << i;
    for (const std::string& key : patterns_[i].keys) masks_[table_.intern(key)].leaves |= bit;
    for (const std::string& key : patterns_[i].relatives) masks_[table_.intern(key)].relatives |= bit;
    for (const std::string& key : patterns_[i].exact_keys) masks_[table_.intern(key)].by_form |= bit;
    for (const KeyRun& phrase : patterns_[i].phrases) {
      phrases_.push_back({bit, {}, phrase.gap});
      for (const auto& keys : phrase.places) {
        phrases_.back().places.push_back({});
        for (const std::string& key : keys) phrases_.back().places.back().push_back(table_.intern(key));
      }
    }
    if (!patterns_[i].form.empty()) forms_ |= bit;
    if (patterns_[i].exact) exact_only_ |= bit;
  }
  for (const auto& [key, masks] : masks_) {
    if (key / 64 >= wanted_.size()) wanted_.resize(key / 64 + 1);
    wanted_[key / 64] |= std::uint64_t{1} << key % 64;
  }
}

void PassageMatcher::match(std::string_view text, MatchedText& matched) {
  tokenize(text, matched.tokens);
  const std::size_t count = matched.tokens.size();
  matched.leaves.assign(count, 0);
  matched.exact.assign(count, 0);
  matched.relatives.assign(count, 0);
  matched.seen = matched.seen_exact = matched.seen_relatives = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Token& token = matched.tokens[i];
    const std::string_view surface = text.substr(token.begin, token.end - token.begin);
    KeyMasks masks;
    for (KeyId key : table_.keys_of(surface)) {
      if (key / 64 >= wanted_.size() || !(wanted_[key / 64] >> key % 64 & 1)) continue;
      const KeyMasks& found = masks_.find(key)->second;
      masks.leaves |= found.leaves;
      masks.relatives |= found.relatives;
      masks.by_form |= found.by_form;
    }
    if (!(masks.leaves | masks.relatives | masks.by_form)) continue;
    for (LeafMask rest = masks.by_form; rest; rest &= rest - 1) {
      const std::vector<std::string>& forms = patterns_[static_cast<std::size_t>(__builtin_ctzll(rest))].exact_forms;
      if (std::find(forms.begin(), forms.end(), folded(surface)) != forms.end()) masks.leaves |= rest & -rest;
    }
    if (masks.leaves & forms_) {
      folded_.clear();
      append_folded(surface, folded_);
      for (LeafMask rest = masks.leaves & forms_; rest; rest &= rest - 1) {
        const auto leaf = static_cast<std::size_t>(__builtin_ctzll(rest));
        if (patterns_[leaf].form == folded_) matched.exact[i] |= LeafMask{1} << leaf;
      }
    }
    masks.leaves &= ~exact_only_ | matched.exact[i];
    masks.relatives &= ~exact_only_ & ~masks.leaves;
    matched.leaves[i] = masks.leaves;
    matched.relatives[i] = masks.relatives;
    matched.seen |= masks.leaves;
    matched.seen_exact |= matched.exact[i];
    matched.seen_relatives |= masks.relatives;
  }
  if (!phrases_.empty()) match_phrases(text, matched);
}

void PassageMatcher::match_phrases(std::string_view text, MatchedText& matched) {
  const std::size_t count = matched.tokens.size();
  token_keys_.clear();
  first_token_key_.clear();
  for (const Token& token : matched.tokens) {
    first_token_key_.push_back(static_cast<std::uint32_t>(token_keys_.size()));
    const auto keys = table_.keys_of(text.substr(token.begin, token.end - token.begin));
    token_keys_.insert(token_keys_.end(), keys.begin(), keys.end());
  }
  first_token_key_.push_back(static_cast<std::uint32_t>(token_keys_.size()));
  const auto stands_at = [&](const std::vector<KeyId>& wanted, std::size_t token) {
    return std::find_first_of(token_keys_.begin() + first_token_key_[token], token_keys_.begin() + first_token_key_[token + 1],
                              wanted.begin(), wanted.end()) != token_keys_.begin() + first_token_key_[token + 1];
  };
  for (const KeyPhrase& phrase : phrases_) {
    for (std::size_t first = 0; first < count; ++first) {
      if (!stands_at(phrase.places.front(), first)) continue;
      // Every place takes its first token behind the one before: no choice leaves more of the gap.
      run_.assign(1, first);
      for (std::size_t at = first + 1; run_.size() < phrase.places.size() && at < count && at <= first + run_.size() + phrase.gap; ++at) {
        if (stands_at(phrase.places[run_.size()], at)) run_.push_back(at);
      }
      if (run_.size() < phrase.places.size()) continue;
      for (std::size_t token : run_) matched.leaves[token] |= phrase.leaf;
      matched.seen |= phrase.leaf;
    }
  }
}

}  // namespace kwerenda
