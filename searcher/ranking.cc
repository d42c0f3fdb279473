#include "searcher/ranking.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kwerenda {
namespace {

struct Counts {
  std::array<std::uint16_t, kMaxLeaves> leaves{}, exact{}, relatives{};
};

void count(const std::vector<LeafMask>& masks, std::array<std::uint16_t, kMaxLeaves>& counts) {
  for (LeafMask mask : masks) {
    for (; mask; mask &= mask - 1) ++counts[static_cast<std::size_t>(__builtin_ctzll(mask))];
  }
}

Counts count(const MatchedText* matched) {
  Counts counts;
  if (!matched) return counts;
  if (matched->seen) count(matched->leaves, counts.leaves);
  if (matched->seen_exact) count(matched->exact, counts.exact);
  if (matched->seen_relatives) count(matched->relatives, counts.relatives);
  return counts;
}

// The closest that `second` follows `first`, in tokens; 0 if never within `window`.
std::uint32_t closest_in_order(const std::vector<LeafMask>& leaves, LeafMask first, LeafMask second, std::uint32_t window) {
  std::uint32_t best = 0;
  std::size_t last = leaves.size();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (last != leaves.size() && (leaves[i] & second)) {
      const auto distance = static_cast<std::uint32_t>(i - last);
      if (distance <= window && (best == 0 || distance < best)) best = distance;
    }
    if (leaves[i] & first) last = i;
  }
  return best;
}

}  // namespace

double inverse_passage_frequency(double passages, double with_word) {
  return std::log(1 + (passages - with_word + 0.5) / (with_word + 0.5));
}

double Ranking::score(const PassageEvidence& evidence, std::span<double> shares) const {
  const Counts text = count(evidence.text), title = count(evidence.title), heading = count(evidence.heading);
  const double length = evidence.text ? static_cast<double>(evidence.text->tokens.size()) : 0;
  const double normalisation = 1 - settings_.b + settings_.b * length / mean_tokens_;
  const auto saturated = [&](double in_text, double in_title, double in_heading) {
    const double frequency = in_text / normalisation + settings_.title * in_title + settings_.heading * in_heading;
    return frequency * (settings_.k1 + 1) / (frequency + settings_.k1);
  };
  double sum = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const RankedWord& word = words_[i];
    double share = saturated(text.leaves[i], title.leaves[i], heading.leaves[i]) +
                   settings_.exact * saturated(text.exact[i], title.exact[i], heading.exact[i]);
    if (share == 0) share = settings_.relative * saturated(text.relatives[i], title.relatives[i], heading.relatives[i]);
    share *= word.idf * word.importance;
    if (!shares.empty()) shares[i] = share;
    sum += share;
  }
  if (!evidence.text) return sum;
  const auto reward_pair = [&](std::size_t i, std::size_t j) {
    const LeafMask first = LeafMask{1} << i, second = LeafMask{1} << j;
    if (!(evidence.text->seen & first) || !(evidence.text->seen & second)) return;
    const std::uint32_t distance = closest_in_order(evidence.text->leaves, first, second, settings_.pair_window);
    if (!distance) return;
    const double reward = settings_.pair * std::min(words_[i].idf * words_[i].importance, words_[j].idf * words_[j].importance) *
                          2 / (1 + distance);
    if (!shares.empty()) {
      shares[i] += reward / 2;
      shares[j] += reward / 2;
    }
    sum += reward;
  };
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) reward_pair(i, i + 1);
  return sum;
}

}  // namespace kwerenda
