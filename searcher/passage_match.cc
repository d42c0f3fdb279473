#include "searcher/passage_match.h"

#include <algorithm>

#include "analysis/fold.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

// Marks the tokens that make a run: one of the wanted keys of every place, in order, with at most `gap`
// tokens between them, all in all. `first`: by token, where its keys begin in `keys`; one more at the end.
void mark_phrase(LeafMask leaf, const std::vector<std::vector<std::uint32_t>>& places, std::uint32_t gap,
                 const std::vector<std::uint32_t>& keys, const std::vector<std::uint32_t>& first,
                 MatchedText& matched) {
  const std::size_t tokens = first.size() - 1;
  const auto stands_at = [&](const std::vector<std::uint32_t>& wanted, std::size_t token) {
    const auto begin = keys.begin() + first[token], end = keys.begin() + first[token + 1];
    return std::find_first_of(begin, end, wanted.begin(), wanted.end()) != end;
  };
  std::vector<std::size_t> run;
  for (std::size_t i = 0; i + places.size() <= tokens; ++i) {
    if (!stands_at(places.front(), i)) continue;
    // Every place takes its first token behind the one before: no choice leaves more of the gap.
    run.assign(1, i);
    for (std::size_t at = i + 1; run.size() < places.size() && at < tokens && at <= i + run.size() + gap;
         ++at) {
      if (stands_at(places[run.size()], at)) run.push_back(at);
    }
    if (run.size() < places.size()) continue;
    for (std::size_t token : run) matched.leaves[token] |= leaf;
    matched.seen |= leaf;
  }
}

bool wants_form(const LeafPattern& pattern, std::string_view form) {
  const auto is_form = [&](const std::string& wanted) { return form == wanted; };
  const auto begins = [&](const std::string& part) { return form.starts_with(part); };
  const auto ends = [&](const std::string& part) { return form.ends_with(part); };
  return std::any_of(pattern.exact_forms.begin(), pattern.exact_forms.end(), is_form) ||
         std::any_of(pattern.form_beginnings.begin(), pattern.form_beginnings.end(), begins) ||
         std::any_of(pattern.form_endings.begin(), pattern.form_endings.end(), ends);
}

}  // namespace

PassageMatcher::PassageMatcher(std::vector<LeafPattern> patterns, KeyTable& table)
    : patterns_(std::move(patterns)), table_(table) {
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const LeafMask bit = LeafMask{1} << i;
    for (const std::string& key : patterns_[i].keys) want(table_.intern(key), {.leaves = bit});
    for (const std::string& key : patterns_[i].relatives) want(table_.intern(key), {.relatives = bit});
    for (const std::string& key : patterns_[i].exact_keys) want(table_.intern(key), {.by_form = bit});
    for (const KeyRun& phrase : patterns_[i].phrases) {
      KeyPhrase& known = phrases_.emplace_back();
      known.leaf = bit;
      known.gap = phrase.gap;
      for (const auto& choice : phrase.places) {
        known.keys.emplace_back();
        known.hashes.emplace_back();
        for (const std::string& key : choice) {
          known.keys.back().push_back(table_.intern(key));
          known.hashes.back().push_back(short_key_hash(key));
        }
      }
    }
    if (patterns_[i].stem) {
      for (const std::string& key : patterns_[i].keys) {
        if (key.size() < kStemBytes) continue;
        const std::uint16_t hash = table_.stem_hash(table_.intern(key));
        wanted_stems_[hash / 64] |= std::uint64_t{1} << hash % 64;
        stems_.emplace_back(key, bit);
        has_stem_ |= bit;
      }
    }
    if (!patterns_[i].form.empty()) forms_ |= bit;
    if (patterns_[i].exact) exact_only_ |= bit;
  }
}

void PassageMatcher::want(KeyId key, const KeyMasks& masks) {
  masks_[key].leaves |= masks.leaves;
  masks_[key].relatives |= masks.relatives;
  masks_[key].by_form |= masks.by_form;
  if (key / 64 >= wanted_.size()) wanted_.resize(key / 64 + 1);
  wanted_[key / 64] |= std::uint64_t{1} << key % 64;
  const std::uint16_t hash = table_.short_hash(key);
  hash_masks_[hash].leaves |= masks.leaves | masks.by_form;
  hash_masks_[hash].relatives |= masks.relatives;
  wanted_hashes_[hash / 64] |= std::uint64_t{1} << hash % 64;
}

// Two keys are taken for one stem if they begin alike for kStemBytes and for half of the longer one.
LeafMask PassageMatcher::stems_of(KeyId key) const {
  const std::uint16_t hash = table_.stem_hash(key);
  if (!(wanted_stems_[hash / 64] >> hash % 64 & 1)) return 0;
  const std::string_view text = table_.text(key);
  LeafMask leaves = 0;
  for (const auto& [wanted, leaf] : stems_) {
    const auto same = static_cast<std::size_t>(
        std::mismatch(text.begin(), text.end(), wanted.begin(), wanted.end()).first - text.begin());
    if (same >= kStemBytes && 2 * same >= std::max(text.size(), wanted.size())) leaves |= leaf;
  }
  return leaves;
}

void PassageMatcher::begin(std::string_view text, MatchedText& matched) const {
  tokenize(text, matched.tokens);
  const std::size_t count = matched.tokens.size();
  matched.leaves.assign(count, 0);
  matched.exact.assign(count, 0);
  matched.relatives.assign(count, 0);
  matched.stems.assign(count, 0);
  matched.seen = matched.seen_exact = matched.seen_relatives = matched.seen_stems = 0;
}

void PassageMatcher::match_token(std::string_view text, std::size_t i, MatchedText& matched) {
  const Token& token = matched.tokens[i];
  const std::string_view surface = text.substr(token.begin, token.end - token.begin);
  KeyMasks masks;
  for (KeyId key : table_.keys_of(surface)) {
    matched.stems[i] |= stems_of(key);
    if (key / 64 >= wanted_.size() || !(wanted_[key / 64] >> key % 64 & 1)) continue;
    const KeyMasks& found = masks_.find(key)->second;
    masks.leaves |= found.leaves;
    masks.relatives |= found.relatives;
    masks.by_form |= found.by_form;
  }
  matched.seen_stems |= matched.stems[i];
  if (!(masks.leaves | masks.relatives | masks.by_form)) return;
  if (masks.by_form | (masks.leaves & forms_)) {
    folded_.clear();
    append_folded(surface, folded_);
  }
  for (LeafMask rest = masks.by_form; rest; rest &= rest - 1) {
    const LeafPattern& pattern = patterns_[static_cast<std::size_t>(__builtin_ctzll(rest))];
    if (wants_form(pattern, folded_)) masks.leaves |= rest & -rest;
  }
  for (LeafMask rest = masks.leaves & forms_; rest; rest &= rest - 1) {
    const auto leaf = static_cast<std::size_t>(__builtin_ctzll(rest));
    if (patterns_[leaf].form == folded_) matched.exact[i] |= LeafMask{1} << leaf;
  }
  masks.leaves &= ~exact_only_ | matched.exact[i];
  masks.relatives &= ~exact_only_ & ~masks.leaves;
  matched.leaves[i] = masks.leaves;
  matched.relatives[i] = masks.relatives;
  matched.seen |= masks.leaves;
  matched.seen_exact |= matched.exact[i];
  matched.seen_relatives |= masks.relatives;
}

void PassageMatcher::match_phrases(std::string_view text, MatchedText& matched) {
  if (phrases_.empty()) return;
  std::vector<std::uint32_t> keys, first;
  for (const Token& token : matched.tokens) {
    first.push_back(static_cast<std::uint32_t>(keys.size()));
    const auto found = table_.keys_of(text.substr(token.begin, token.end - token.begin));
    keys.insert(keys.end(), found.begin(), found.end());
  }
  first.push_back(static_cast<std::uint32_t>(keys.size()));
  for (const KeyPhrase& phrase : phrases_)
    mark_phrase(phrase.leaf, phrase.keys, phrase.gap, keys, first, matched);
}

void PassageMatcher::match(std::string_view text, MatchedText& matched) {
  begin(text, matched);
  for (std::size_t i = 0; i < matched.tokens.size(); ++i) match_token(text, i, matched);
  match_phrases(text, matched);
}

void PassageMatcher::match(std::string_view text, KeyStreamView stream, LeafMask elsewhere,
                           MatchedText& matched) {
  begin(text, matched);
  LeafMask seen = elsewhere;
  std::size_t tokens = 0;
  worth_a_look_.clear();
  for (const std::uint16_t key : stream) {
    tokens += !(key & kFurtherKey);
    const std::uint16_t hash = key & (kFurtherKey - 1);
    if (!(wanted_hashes_[hash / 64] >> hash % 64 & 1) || tokens == 0) continue;
    seen |= hash_masks_.find(hash)->second.leaves;
    if (worth_a_look_.empty() || worth_a_look_.back() != tokens - 1) worth_a_look_.push_back(tokens - 1);
  }
  if (tokens != matched.tokens.size() || has_stem_ & ~seen) {
    for (std::size_t i = 0; i < matched.tokens.size(); ++i) match_token(text, i, matched);
  } else {
    for (const std::size_t i : worth_a_look_) match_token(text, i, matched);
  }
  match_phrases(text, matched);
}

void PassageMatcher::match(KeyStreamView stream, MatchedText& matched) const {
  matched.tokens.clear();
  matched.exact.clear();
  matched.leaves.clear();
  matched.relatives.clear();
  matched.stems.clear();
  matched.seen = matched.seen_exact = matched.seen_relatives = matched.seen_stems = 0;
  for (std::uint16_t key : stream) {
    const std::uint16_t hash = key & (kFurtherKey - 1);
    if (!(key & kFurtherKey)) {
      matched.leaves.push_back(0);
      matched.relatives.push_back(0);
    }
    if (!(wanted_hashes_[hash / 64] >> hash % 64 & 1) || matched.leaves.empty()) continue;
    const KeyMasks& found = hash_masks_.find(hash)->second;
    matched.leaves.back() |= found.leaves;
    matched.relatives.back() |= found.relatives & ~exact_only_;
    matched.seen |= found.leaves;
    matched.seen_relatives |= found.relatives & ~exact_only_;
  }
  if (phrases_.empty()) return;
  std::vector<std::uint32_t> keys, first;
  for (std::uint16_t key : stream) {
    if (!(key & kFurtherKey)) first.push_back(static_cast<std::uint32_t>(keys.size()));
    keys.push_back(key & (kFurtherKey - 1u));
  }
  first.push_back(static_cast<std::uint32_t>(keys.size()));
  if (first.size() != matched.leaves.size() + 1)
    return;  // a stream that begins with a further key: not one of ours
  for (const KeyPhrase& phrase : phrases_)
    mark_phrase(phrase.leaf, phrase.hashes, phrase.gap, keys, first, matched);
}

}  // namespace kwerenda
