// The best passages of a scan, by score.
#pragma once

#include <xapian.h>

#include <algorithm>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace kwerenda {

// A passage and its score, which is 0 or more, as one number: the greater is the better, and of equal scores
// the lower id. Floats of one sign are in the order of their bits.
class ScoredPassage {
 public:
  ScoredPassage() = default;
  ScoredPassage(float score, Xapian::docid id)
      : rank_(std::uint64_t{std::bit_cast<std::uint32_t>(score)} << 32 | static_cast<std::uint32_t>(~id)) {}

  Xapian::docid id() const { return ~static_cast<std::uint32_t>(rank_); }
  float score() const { return std::bit_cast<float>(static_cast<std::uint32_t>(rank_ >> 32)); }
  friend auto operator<=>(const ScoredPassage&, const ScoredPassage&) = default;

 private:
  std::uint64_t rank_ = 0;
};

// The best `wanted` so far. Gathers twice as many, then drops the worse half: cheaper than a heap, as most
// passages fail the first comparison.
class BestPassages {
 public:
  explicit BestPassages(std::size_t wanted) : wanted_(wanted) {}

  // No passage of a lower score is wanted.
  float bound() const { return wanted_ == 0 ? std::numeric_limits<float>::infinity() : worst_.score(); }
  bool wants(const ScoredPassage& scored) const { return wanted_ > 0 && (!full_ || scored > worst_); }
  void add(const ScoredPassage& scored) {
    best_.push_back(scored);
    if (best_.size() >= std::max<std::size_t>(2 * wanted_, kLeastGathered)) drop_worse();
  }
  // Makes wants() tell as much as can be known.
  void settle() {
    if (best_.size() >= wanted_) drop_worse();
  }
  std::vector<Xapian::docid> ids() {
    settle();
    std::sort(best_.begin(), best_.end(), std::greater());
    std::vector<Xapian::docid> ids;
    ids.reserve(best_.size());
    for (const ScoredPassage& scored : best_) ids.push_back(scored.id());
    return ids;
  }

 private:
  static constexpr std::size_t kLeastGathered = 64;

  void drop_worse() {
    if (wanted_ == 0) return;
    const auto last = best_.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
    std::nth_element(best_.begin(), last, best_.end(), std::greater());
    best_.resize(wanted_);
    worst_ = best_.back();
    full_ = true;
  }

  std::size_t wanted_;
  std::vector<ScoredPassage> best_;
  ScoredPassage worst_;
  bool full_ = false;
};

}  // namespace kwerenda
