#include "searcher/passage_match.h"

#include "analysis/fold.h"
#include "analysis/tokenizer.h"

namespace kwerenda {

PassageMatcher::PassageMatcher(std::vector<LeafPattern> patterns, KeyTable& table)
    : patterns_(std::move(patterns)), table_(table) {
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const LeafMask bit = LeafMask{1} << i;
    for (const std::string& key : patterns_[i].keys) masks_[table_.intern(key)].leaves |= bit;
    for (const std::string& key : patterns_[i].relatives) masks_[table_.intern(key)].relatives |= bit;
    if (!patterns_[i].form.empty()) forms_ |= bit;
    if (patterns_[i].exact) exact_only_ |= bit;
  }
  for (const auto& [key, masks] : masks_) {
    if (key / 64 >= wanted_.size()) wanted_.resize(key / 64 + 1);
    wanted_[key / 64] |= std::uint64_t{1} << key % 64;
  }
}

PassageMatcher::~PassageMatcher() = default;

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
    }
    if (!(masks.leaves | masks.relatives)) continue;
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
}

}  // namespace kwerenda
