#include "searcher/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace kwerenda {
namespace {

template <typename Visit>
void for_each_leaf(LeafMask mask, Visit visit) {
  for (; mask; mask &= mask - 1) visit(static_cast<std::size_t>(std::countr_zero(mask)));
}

// Occurrences of a word in one text.
struct WordCounts {
  std::uint16_t leaves, exact, relatives, stems;  // not initialised: there are 64 of them three times over
};

// Of the query's words in one text; the rest is left as it is.
using FieldCounts = std::array<WordCounts, kMaxLeaves>;

void count_words(const MatchedText* matched, std::size_t words, FieldCounts& counts) {
  std::fill_n(counts.begin(), words, WordCounts{});
  if (!matched) return;
  for (const TokenMatch& match : matched->matches) {
    for_each_leaf(match.leaves, [&](std::size_t leaf) { ++counts[leaf].leaves; });
    for_each_leaf(match.exact, [&](std::size_t leaf) { ++counts[leaf].exact; });
    for_each_leaf(match.relatives, [&](std::size_t leaf) { ++counts[leaf].relatives; });
    for_each_leaf(match.stems, [&](std::size_t leaf) { ++counts[leaf].stems; });
  }
}

LeafMask seen_in(const MatchedText* matched) { return matched ? matched->seen : 0; }

bool all_match(const MatchedText& text) {
  return text.matches.size() == text.token_count &&
         std::all_of(text.matches.begin(), text.matches.end(),
                     [](const TokenMatch& match) { return match.leaves != 0; });
}

void give(std::span<double> shares, std::size_t leaf, double share) {
  if (!shares.empty()) shares[leaf] += share;
}

}  // namespace

LeafMask seen_words(const PassageEvidence& evidence) {
  return seen_in(evidence.text) | seen_in(evidence.title) | seen_in(evidence.heading);
}

double inverse_passage_frequency(double passages, double with_word) {
  return std::log(1 + (passages - with_word + 0.5) / (with_word + 0.5));
}

Ranking::Ranking(const RankingSettings& settings, std::vector<RankedWord> words, QueryManner manner,
                 double mean_bytes)
    : settings_(settings),
      words_(std::move(words)),
      manner_(manner),
      pivot_bytes_(std::max(mean_bytes, settings.least_pivot_bytes)) {
  for (const RankedWord& word : words_) {
    weights_.push_back(word.idf * word.importance);
    whole_weight_ += weights_.back();
  }
  decay_.resize(settings_.pair_window + 1);
  for (std::size_t distance = 1; distance < decay_.size(); ++distance) {
    decay_[distance] = std::pow(static_cast<double>(distance), -settings_.pair_decay);
  }
}

double Ranking::score(const PassageEvidence& evidence, std::span<double> shares) const {
  FieldCounts text, title, heading;
  count_words(evidence.text, words_.size(), text);
  count_words(evidence.title, words_.size(), title);
  count_words(evidence.heading, words_.size(), heading);
  const double normalisation =
      1 - settings_.b + settings_.b * static_cast<double>(evidence.bytes) / pivot_bytes_;
  const auto saturated = [&](double in_text, double in_title, double in_heading) {
    const double frequency =
        in_text / normalisation + settings_.title * in_title + settings_.heading * in_heading;
    return frequency * (settings_.k1 + 1) / (frequency + settings_.k1);
  };
  std::fill(shares.begin(), shares.end(), 0);
  double sum = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    double share = saturated(text[i].leaves, title[i].leaves, heading[i].leaves) +
                   settings_.exact * saturated(text[i].exact, 0, 0);
    if (share == 0) {
      share = std::max(
          settings_.relative * saturated(text[i].relatives, title[i].relatives, heading[i].relatives),
          settings_.stem * saturated(text[i].stems, 0, 0));
    }
    share *= weights_[i];
    give(shares, i, share);
    sum += share;
  }
  if (evidence.text && std::popcount(evidence.text->seen) > 1) {
    sum += pairs(*evidence.text, shares);
    sum += together(*evidence.text, shares);
    if (std::popcount(evidence.text->seen_exact) > 1) sum += quoted(*evidence.text, shares);
  }
  if (evidence.text && manner_ == QueryManner::statement) sum += opening(*evidence.text, shares);
  if (evidence.title && evidence.title->token_count > 0 && all_match(*evidence.title)) {
    const double reward = settings_.whole_title * whole_weight_;
    for_each_leaf(evidence.title->seen, [&](std::size_t leaf) {
      give(shares, leaf, reward / std::popcount(evidence.title->seen));
    });
    sum += reward;
  }
  const LeafMask elsewhere_only = evidence.elsewhere & ~seen_words(evidence);
  for_each_leaf(elsewhere_only,
                [&](std::size_t leaf) { give(shares, leaf, settings_.elsewhere * weights_[leaf]); });
  return sum + elsewhere(elsewhere_only);
}

double Ranking::elsewhere(LeafMask words) const {
  double sum = 0;
  for_each_leaf(words, [&](std::size_t leaf) { sum += settings_.elsewhere * weights_[leaf]; });
  return sum;
}

// A word belongs to a run of two or three if it does anywhere in the text.
double Ranking::quoted(const MatchedText& text, std::span<double> shares) const {
  LeafMask in_pair = 0, in_triple = 0;   // the last word of one
  LeafMask before = 0, pair_before = 0;  // the token's before: words whose form it is, pairs that it ends
  std::uint32_t next = 0;                // the token after that one
  for (const TokenMatch& match : text.matches) {
    if (match.token != next) before = pair_before = 0;
    const LeafMask pair = match.exact & before << 1, triple = pair & pair_before << 1;
    in_pair |= pair;
    in_triple |= triple;
    before = match.exact;
    pair_before = pair;
    next = match.token + 1;
  }
  double sum = 0;
  const auto reward = [&](LeafMask ends, std::size_t words, double part) {
    for_each_leaf(ends, [&](std::size_t leaf) {
      for (std::size_t i = leaf + 1 - words; i <= leaf; ++i) {
        give(shares, i, part * weights_[i]);
        sum += part * weights_[i];
      }
    });
  };
  reward(in_pair, 2, settings_.quoted_pair);
  reward(in_triple, 3, settings_.quoted_triple);
  return sum;
}

double Ranking::opening(const MatchedText& text, std::span<double> shares) const {
  LeafMask words = 0;
  for (const TokenMatch& match : text.matches) {
    if (match.token < settings_.opening_tokens) words |= match.leaves;
  }
  double sum = 0;
  for_each_leaf(words, [&](std::size_t leaf) {
    give(shares, leaf, settings_.opening * weights_[leaf]);
    sum += settings_.opening * weights_[leaf];
  });
  return sum;
}

// One pass over the tokens: how close behind each word the next word of the query ever comes.
double Ranking::pairs(const MatchedText& text, std::span<double> shares) const {
  std::array<std::uint32_t, kMaxLeaves> closest{}, last{};  // distance; position + 1; 0 is none
  for (const TokenMatch& match : text.matches) {
    const std::uint32_t now = match.token + 1;
    for_each_leaf(match.leaves, [&](std::size_t leaf) {
      if (leaf == 0 || last[leaf - 1] == 0) return;
      const std::uint32_t distance = now - last[leaf - 1];
      std::uint32_t& best = closest[leaf - 1];
      if (distance <= settings_.pair_window && (best == 0 || distance < best)) best = distance;
    });
    for_each_leaf(match.leaves, [&](std::size_t leaf) { last[leaf] = now; });
  }
  double sum = 0;
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    if (closest[i] == 0) continue;
    const double reward = std::min(weights_[i], weights_[i + 1]) * settings_.pair * decay_[closest[i]];
    give(shares, i, reward / 2);
    give(shares, i + 1, reward / 2);
    sum += reward;
  }
  return sum;
}

// A window slides over the tokens; the heaviest set of different words that it ever holds counts.
double Ranking::together(const MatchedText& text, std::span<double> shares) const {
  std::array<std::uint16_t, kMaxLeaves> held{};
  double weight = 0, best = 0;
  LeafMask set = 0, best_set = 0;
  auto oldest = text.matches.begin();
  for (const TokenMatch& match : text.matches) {
    for (; oldest->token + settings_.window <= match.token; ++oldest) {
      for_each_leaf(oldest->leaves, [&](std::size_t leaf) {
        if (--held[leaf] > 0) return;
        weight -= weights_[leaf];
        set &= ~(LeafMask{1} << leaf);
      });
    }
    for_each_leaf(match.leaves, [&](std::size_t leaf) {
      if (held[leaf]++ > 0) return;
      weight += weights_[leaf];
      set |= LeafMask{1} << leaf;
    });
    if (weight > best) {
      best = weight;
      best_set = set;
    }
  }
  for_each_leaf(best_set, [&](std::size_t leaf) { give(shares, leaf, settings_.together * weights_[leaf]); });
  return settings_.together * best;
}

}  // namespace kwerenda
