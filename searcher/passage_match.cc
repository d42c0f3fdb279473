#include "searcher/passage_match.h"

#include <algorithm>
#include <limits>

#include "analysis/fold.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

bool is_before(const TokenMatch& match, std::uint32_t token) { return match.token < token; }

// The token's entry, made if there is none.
TokenMatch& match_of(MatchedText& matched, std::uint32_t token) {
  const auto place = std::lower_bound(matched.matches.begin(), matched.matches.end(), token, is_before);
  if (place != matched.matches.end() && place->token == token) return *place;
  return *matched.matches.insert(place, {.token = token});
}

void clear(MatchedText& matched) {
  matched.tokens.clear();
  matched.matches.clear();
  matched.token_count = 0;
  matched.seen = matched.seen_exact = matched.seen_relatives = matched.seen_stems = 0;
}

// Marks the tokens of a run that begins at token `begin`: one of the wanted keys of every place, in order,
// with at most `gap` tokens between them, all in all. `first`: by token, where its keys begin in `keys`; one
// more at the end.
void mark_run(LeafMask leaf, const std::vector<std::vector<std::uint32_t>>& places, std::uint32_t gap,
              std::size_t begin, const std::vector<std::uint32_t>& keys,
              const std::vector<std::uint32_t>& first, std::vector<std::size_t>& run, MatchedText& matched) {
  const std::size_t tokens = first.size() - 1;
  const auto stands_at = [&](const std::vector<std::uint32_t>& wanted, std::size_t token) {
    const auto from = keys.begin() + first[token], to = keys.begin() + first[token + 1];
    return std::find_first_of(from, to, wanted.begin(), wanted.end()) != to;
  };
  // Every place takes its first token behind the one before: no choice leaves more of the gap.
  run.assign(1, begin);
  for (std::size_t at = begin + 1;
       run.size() < places.size() && at < tokens && at <= begin + run.size() + gap; ++at) {
    if (stands_at(places[run.size()], at)) run.push_back(at);
  }
  if (run.size() < places.size()) return;
  for (std::size_t token : run) match_of(matched, static_cast<std::uint32_t>(token)).leaves |= leaf;
  matched.seen |= leaf;
}

// Calls visit(token, value) for each key of the stream that `values` has. Returns the number of its tokens.
template <typename Value, typename Visit>
std::uint32_t for_each_known(KeyStreamView stream, const ByKeyHash<Value>& values, Visit visit) {
  std::size_t further = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const std::uint16_t key = stream[i];
    further += key >> 15;
    const Value* const value = values.find(key & (kFurtherKey - 1));
    if (value && i >= further) visit(static_cast<std::uint32_t>(i - further), *value);
  }
  return static_cast<std::uint32_t>(stream.size() - further);
}

void add_once(std::uint32_t number, std::vector<std::uint32_t>& to) {
  if (to.empty() || to.back() != number) to.push_back(number);
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

LeafMask MatchedText::leaves_of(std::uint32_t token) const {
  const auto place = std::lower_bound(matches.begin(), matches.end(), token, is_before);
  return place != matches.end() && place->token == token ? place->leaves : 0;
}

StreamPhrase::StreamPhrase(const std::vector<std::vector<std::string>>& words)
    : last_(std::uint64_t{1} << (words.size() - 1)) {
  for (std::size_t place = 0; place < words.size(); ++place) {
    for (const std::string& key : words[place]) {
      const std::uint16_t hash = short_key_hash(key);
      places_[hash] |= std::uint64_t{1} << place;
    }
  }
}

bool StreamPhrase::is_in(KeyStreamView stream) const {
  std::uint64_t before = 0, here = 0;  // ends of runs: at the token before `token`; at it
  std::size_t token = std::numeric_limits<std::size_t>::max(), further = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    const std::uint16_t key = stream[i];
    further += key >> 15;
    const std::uint64_t* const places = places_.find(key & (kFurtherKey - 1));
    if (!places) continue;
    if (const std::size_t now = i - further; now != token) {
      before = now == token + 1 ? here : 0;
      here = 0;
      token = now;
    }
    here |= (before << 1 | 1) & *places;
    if (here & last_) return true;
  }
  return false;
}

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
      const auto number = static_cast<std::uint32_t>(phrases_.size() - 1);
      for (const std::uint32_t key : known.keys.front()) add_once(number, begin_keys_[key]);
      for (const std::uint32_t hash : known.hashes.front())
        add_once(number, begin_hashes_[static_cast<std::uint16_t>(hash)]);
    }
    for (const std::string& key : patterns_[i].stems) want(table_.intern(key), {.stems = bit});
    if (!patterns_[i].form.empty()) forms_ |= bit;
    if (patterns_[i].exact) exact_only_ |= bit;
  }
}

void PassageMatcher::want(KeyId key, const KeyMasks& masks) {
  masks_[key].leaves |= masks.leaves;
  masks_[key].relatives |= masks.relatives;
  masks_[key].stems |= masks.stems;
  masks_[key].by_form |= masks.by_form;
  if (key / 64 >= wanted_.size()) wanted_.resize(key / 64 + 1);
  wanted_[key / 64] |= std::uint64_t{1} << key % 64;
  const std::uint16_t hash = table_.short_hash(key);
  KeyMasks& by_hash = hash_masks_[hash];
  by_hash.leaves |= masks.leaves | masks.by_form;
  by_hash.relatives |= masks.relatives;
  by_hash.stems |= masks.stems;
}

void PassageMatcher::begin(std::string_view text, MatchedText& matched) const {
  clear(matched);
  tokenize(text, matched.tokens);
  matched.token_count = static_cast<std::uint32_t>(matched.tokens.size());
}

void PassageMatcher::match_token(std::string_view text, std::uint32_t i, MatchedText& matched) {
  const Token& token = matched.tokens[i];
  const std::string_view surface = text.substr(token.begin, token.end - token.begin);
  KeyMasks masks;
  TokenMatch match{.token = i};
  for (KeyId key : table_.keys_of(surface)) {
    if (key / 64 >= wanted_.size() || !(wanted_[key / 64] >> key % 64 & 1)) continue;
    const KeyMasks& found = masks_.find(key)->second;
    masks.leaves |= found.leaves;
    masks.relatives |= found.relatives;
    masks.by_form |= found.by_form;
    match.stems |= found.stems;
  }
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
    if (patterns_[leaf].form == folded_) match.exact |= LeafMask{1} << leaf;
  }
  match.leaves = masks.leaves & (~exact_only_ | match.exact);
  match.relatives = masks.relatives & ~exact_only_ & ~match.leaves;
  if (!(match.leaves | match.relatives | match.stems)) return;
  matched.matches.push_back(match);
  matched.seen |= match.leaves;
  matched.seen_exact |= match.exact;
  matched.seen_relatives |= match.relatives;
  matched.seen_stems |= match.stems;
}

template <typename PhrasesThatBegin>
void PassageMatcher::mark_runs(const std::vector<std::uint32_t>& keys,
                               const std::vector<std::uint32_t>& first,
                               std::vector<std::vector<std::uint32_t>> KeyPhrase::*places,
                               PhrasesThatBegin phrases_that_begin, MatchedText& matched) const {
  std::vector<std::size_t> run;
  for (std::size_t token = 0; token + 1 < first.size(); ++token) {
    for (std::uint32_t at = first[token]; at < first[token + 1]; ++at) {
      const std::vector<std::uint32_t>* const begun = phrases_that_begin(keys[at]);
      if (!begun) continue;
      for (const std::uint32_t number : *begun) {
        const KeyPhrase& phrase = phrases_[number];
        mark_run(phrase.leaf, phrase.*places, phrase.gap, token, keys, first, run, matched);
      }
    }
  }
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
  mark_runs(
      keys, first, &KeyPhrase::keys,
      [&](std::uint32_t key) {
        const auto begun = begin_keys_.find(key);
        return begun == begin_keys_.end() ? nullptr : &begun->second;
      },
      matched);
}

void PassageMatcher::match(std::string_view text, MatchedText& matched) {
  begin(text, matched);
  for (std::uint32_t i = 0; i < matched.token_count; ++i) match_token(text, i, matched);
  match_phrases(text, matched);
}

void PassageMatcher::match(std::string_view text, KeyStreamView stream, MatchedText& matched) {
  worth_a_look_.clear();
  const std::uint32_t tokens = for_each_known(stream, hash_masks_, [&](std::uint32_t token, const KeyMasks&) {
    if (worth_a_look_.empty() || worth_a_look_.back() != token) worth_a_look_.push_back(token);
  });
  matched.tokens.clear();
  matched.tokens.reserve(tokens);
  begin(text, matched);
  if (tokens != matched.token_count) {
    for (std::uint32_t i = 0; i < matched.token_count; ++i) match_token(text, i, matched);
  } else {
    for (const std::uint32_t i : worth_a_look_) match_token(text, i, matched);
  }
  match_phrases(text, matched);
}

void PassageMatcher::match(KeyStreamView stream, MatchedText& matched) const {
  clear(matched);
  matched.token_count = for_each_known(stream, hash_masks_, [&](std::uint32_t token, const KeyMasks& found) {
    if (!(found.leaves | found.relatives)) return;
    if (matched.matches.empty() || matched.matches.back().token != token)
      matched.matches.push_back({.token = token});
    TokenMatch& match = matched.matches.back();
    match.leaves |= found.leaves;
    match.relatives |= found.relatives & ~exact_only_;
    matched.seen |= match.leaves;
    matched.seen_relatives |= match.relatives;
  });
  if (phrases_.empty()) return;
  std::vector<std::uint32_t> keys, first;
  for (std::uint16_t key : stream) {
    if (!(key & kFurtherKey)) first.push_back(static_cast<std::uint32_t>(keys.size()));
    keys.push_back(key & (kFurtherKey - 1u));
  }
  first.push_back(static_cast<std::uint32_t>(keys.size()));
  if (first.size() != matched.token_count + std::size_t{1})
    return;  // a stream that begins with a further key: not one of ours
  mark_runs(
      keys, first, &KeyPhrase::hashes,
      [&](std::uint32_t hash) { return begin_hashes_.find(static_cast<std::uint16_t>(hash)); }, matched);
}

}  // namespace kwerenda
