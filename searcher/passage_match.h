// A passage against the words of a query: which token matches which word. The one place that decides it, for
// ranking, for phrases and sentences, and for highlighting, so that what is marked is what was found.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/key_streams.h"
#include "analysis/key_table.h"
#include "analysis/token.h"

namespace kwerenda {

// Words of a query are numbered; a set of them is a bit mask.
using LeafMask = std::uint64_t;
inline constexpr std::size_t kMaxLeaves = 64;

// Tokens in this order with at most `gap` others between them, all in all; each place has a choice of keys.
struct KeyRun {
  std::vector<std::vector<std::string>> places;
  std::uint32_t gap = 0;

  friend bool operator==(const KeyRun&, const KeyRun&) = default;
};

// What a token must be to match a word of the query.
struct LeafPattern {
  std::vector<std::string> keys;  // the token has one of these keys
  std::vector<KeyRun> phrases;    // or it stands in one of these runs
  std::vector<std::string> exact_keys,
      exact_forms;  // or it has one of these keys and, folded, one of these forms
  std::vector<std::string> form_beginnings, form_endings;  // or a form that begins or ends so
  std::vector<std::string> relatives;                      // weaker: derived from the same base, or synonyms
  std::vector<std::string> stems;                          // a guess: keys of the same stem
  std::string form;    // folded, as written in the query; empty: none to compare with
  bool exact = false;  // only tokens whose folded form is `form` match
};

// A token that has to do with the query, and which words of it.
struct TokenMatch {
  std::uint32_t token = 0;  // its number in the text
  LeafMask leaves = 0;      // words that it matches
  LeafMask exact = 0;       // words whose very form it is
  LeafMask relatives = 0;   // words that it is a relative of
  LeafMask stems = 0;       // words of whose stem it seems to be: a guess, and no match. From texts only.

  friend bool operator==(const TokenMatch&, const TokenMatch&) = default;
};

// One text of a passage (its body, its headings, its title).
struct MatchedText {
  std::vector<Token> tokens;        // from texts only
  std::uint32_t token_count = 0;    // from key streams too
  std::vector<TokenMatch> matches;  // by increasing token; most tokens have none
  LeafMask seen = 0, seen_exact = 0, seen_relatives = 0, seen_stems = 0;  // over all of `matches`

  LeafMask leaves_of(std::uint32_t token) const;
};

// Values by short key hash, for the few hashes of a query among the many of a stream: most look-ups end at
// one byte.
template <typename Value>
class ByKeyHash {
 public:
  // The value of `hash`, made if there is none. Invalidates pointers to others.
  Value& operator[](std::uint16_t hash) {
    if (const auto known = place_of(hash); known < slots_.size() && slots_[known].used)
      return slots_[known].value;
    if (2 * (used_ + 1) > slots_.size()) grow();
    may_have_[hash % kKinds] = true;
    Slot& slot = slots_[place_of(hash)];
    slot.hash = hash;
    slot.used = true;
    ++used_;
    return slot.value;
  }
  // Null if there is none.
  const Value* find(std::uint16_t hash) const {
    if (!may_have_[hash % kKinds]) return nullptr;
    const Slot& slot = slots_[place_of(hash)];
    return slot.used ? &slot.value : nullptr;
  }

 private:
  struct Slot {
    std::uint16_t hash = 0;
    bool used = false;
    Value value{};
  };

  // Where the hash is, or would be.
  std::size_t place_of(std::uint16_t hash) const {
    if (slots_.empty()) return 0;
    std::size_t place = hash & (slots_.size() - 1);
    while (slots_[place].used && slots_[place].hash != hash) place = (place + 1) & (slots_.size() - 1);
    return place;
  }
  void grow() {
    std::vector<Slot> before(std::max<std::size_t>(16, 2 * slots_.size()));
    before.swap(slots_);
    for (Slot& slot : before) {
      if (slot.used) slots_[place_of(slot.hash)] = std::move(slot);
    }
  }

  static constexpr std::size_t kKinds = 4096;  // of hashes: those that end alike
  std::array<bool, kKinds> may_have_{};
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::size_t used_ = 0;
};

// Looks for words side by side in key streams: what PassageMatcher finds there and a phrase then asks for, in
// one pass without marking anything. (Baeza-Yates and Gonnet, "A New Approach to Text Searching", 1992: the
// places that a run could have reached are bits.)
class StreamPhrase {
 public:
  StreamPhrase() = default;  // of no words: it is nowhere
  // `words`: for each place the keys of which its token has one; 1 to kMaxLeaves places.
  explicit StreamPhrase(const std::vector<std::vector<std::string>>& words);

  bool empty() const { return last_ == 0; }
  // As generous as PassageMatcher::match() for streams.
  bool is_in(KeyStreamView stream) const;

 private:
  ByKeyHash<std::uint64_t> places_;
  std::uint64_t last_ = 0;
};

// One query; one thread at a time. `table` must outlive it.
class PassageMatcher {
 public:
  // At most kMaxLeaves patterns; the caller has checked it.
  PassageMatcher(std::vector<LeafPattern> patterns, KeyTable& table);
  PassageMatcher(const PassageMatcher&) = delete;
  PassageMatcher& operator=(const PassageMatcher&) = delete;

  // Overwrites `matched`. `text` is UTF-8.
  void match(std::string_view text, MatchedText& matched);

  // The same from a stored key stream, a hundred times faster and a little too generous: hashes of 15 bits
  // collide (one token in 3,000 for a query of ten keys), and exact forms count as matched by their keys.
  // Fills neither tokens nor what is exact nor stems.
  void match(KeyStreamView stream, MatchedText& matched) const;

  // The first again, for a text whose stored stream is at hand: the stream tells which tokens are worth a
  // look, so that most of them need no keys.
  void match(std::string_view text, KeyStreamView stream, MatchedText& matched);

  const std::vector<LeafPattern>& patterns() const { return patterns_; }

 private:
  struct KeyMasks {
    LeafMask leaves = 0, relatives = 0, stems = 0;
    LeafMask by_form = 0;  // if the token has a form that the pattern wants, too
  };

  // A run of keys of a pattern: a choice of key numbers, and of their short hashes, for each place.
  struct KeyPhrase {
    LeafMask leaf = 0;
    std::vector<std::vector<std::uint32_t>> keys, hashes;
    std::uint32_t gap = 0;
  };

  void want(KeyId key, const KeyMasks& masks);
  void begin(std::string_view text, MatchedText& matched) const;
  void match_token(std::string_view text, std::uint32_t token, MatchedText& matched);
  void match_phrases(std::string_view text, MatchedText& matched);
  // Marks all runs. `keys`, `first`: keys of the tokens, or hashes of them, as for mark_run(); `places` of a
  // phrase are the same kind. `phrases_that_begin(key)`: pointer to the numbers of phrases, or null.
  template <typename PhrasesThatBegin>
  void mark_runs(const std::vector<std::uint32_t>& keys, const std::vector<std::uint32_t>& first,
                 std::vector<std::vector<std::uint32_t>> KeyPhrase::*places,
                 PhrasesThatBegin phrases_that_begin, MatchedText& matched) const;

  std::vector<LeafPattern> patterns_;
  std::vector<KeyPhrase> phrases_;
  // Numbers of the phrases whose first place has the key: a topic has a hundred, and most tokens begin none.
  std::unordered_map<KeyId, std::vector<std::uint32_t>> begin_keys_;
  ByKeyHash<std::vector<std::uint32_t>> begin_hashes_;
  KeyTable& table_;
  std::unordered_map<KeyId, KeyMasks> masks_;
  std::vector<std::uint64_t> wanted_;  // a bit a key: most tokens match nothing and stop here
  LeafMask forms_ = 0;                 // words that have a form to compare with
  LeafMask exact_only_ = 0;
  ByKeyHash<KeyMasks> hash_masks_;
  std::string folded_;
  std::vector<std::uint32_t> worth_a_look_;  // tokens
};

}  // namespace kwerenda
