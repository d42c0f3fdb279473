#include "searcher/near_duplicates.h"

#include <algorithm>

namespace kwerenda {
namespace {

// A run's hash, 32 well mixed bits (the finaliser of MurmurHash3 over 45 bits of keys).
std::uint32_t run_hash(std::uint64_t run) {
  run ^= run >> 33;
  run *= 0xff51afd7ed558ccdULL;
  run ^= run >> 33;
  run *= 0xc4ceb9fe1a85ec53ULL;
  return static_cast<std::uint32_t>(run >> 32);
}

// Calls `each` with every three words in a row, a word being its best key.
template <typename Each>
std::size_t for_each_run(KeyStreamView stream, Each each) {
  std::uint64_t run = 0;
  std::size_t tokens = 0;
  for (const std::uint16_t key : stream) {
    if (key & kFurtherKey) continue;
    run = (run << 15 | key) & ((std::uint64_t{1} << 45) - 1);
    if (++tokens >= 3) each(run);
  }
  return tokens;
}

std::vector<std::uint16_t> words_of(KeyStreamView stream) {
  std::vector<std::uint16_t> words;
  for (const std::uint16_t key : stream) {
    if (!(key & kFurtherKey)) words.push_back(key);
  }
  return words;
}

// Takes two passages apart into what they share and the pieces between: the longest run that is in both, then
// what is left of it and what is right of it.
class Comparison {
 public:
  Comparison(KeyStreamView a, KeyStreamView b) : a_(words_of(a)), b_(words_of(b)) {}

  bool is_near_copy() {
    if (std::min(a_.size(), b_.size()) < kLeastTokens) return false;
    compare(0, a_.size(), 0, b_.size());
    if (changed_ && std::min(a_.size(), b_.size()) < kLeastChangedTokens) return false;
    return alike_ && static_cast<double>(shared_) >=
                         kLeastShared * static_cast<double>(a_.size() + b_.size() - shared_);
  }

 private:
  void compare(std::size_t a, std::size_t a_end, std::size_t b, std::size_t b_end) {
    if (!alike_ || (a == a_end && b == b_end)) return;
    std::size_t length = 0, at_a = 0, at_b = 0;
    // Most of a copy is its beginning and its end.
    while (a + length < a_end && b + length < b_end && a_[a + length] == b_[b + length]) ++length;
    if (length >= kLeastRun) {
      shared_ += length;
      return compare(a + length, a_end, b + length, b_end);
    }
    for (length = 0;
         a + length < a_end && b + length < b_end && a_[a_end - length - 1] == b_[b_end - length - 1];)
      ++length;
    if (length >= kLeastRun) {
      shared_ += length;
      return compare(a, a_end - length, b, b_end - length);
    }
    longest_run(a, a_end, b, b_end, length, at_a, at_b);
    if (length < kLeastRun) {
      changed_ = changed_ || (a < a_end && b < b_end);
      alike_ = ++pieces_ <= kMostPieces && std::max(a_end - a, b_end - b) >= kLeastPiece;
      return;
    }
    shared_ += length;
    compare(a, at_a, b, at_b);
    compare(at_a + length, a_end, at_b + length, b_end);
  }

  void longest_run(std::size_t a, std::size_t a_end, std::size_t b, std::size_t b_end, std::size_t& length,
                   std::size_t& at_a, std::size_t& at_b) {
    length = 0;
    ends_here_.assign(b_end - b + 1,
                      0);  // by the word of b, how long a run ends at it and the present word of a
    for (std::size_t i = a; i < a_end; ++i) {
      for (std::size_t j = b_end; j > b; --j) {
        std::uint32_t& run = ends_here_[j - b];
        run = a_[i] == b_[j - 1] ? ends_here_[j - b - 1] + 1 : 0;
        if (run > length) {
          length = run;
          at_a = i + 1 - run;
          at_b = j - run;
        }
      }
    }
  }

  std::vector<std::uint16_t> a_, b_;
  std::vector<std::uint32_t> ends_here_;
  std::size_t shared_ = 0, pieces_ = 0;
  bool alike_ = true, changed_ = false;
};

std::uint64_t bucket_key(std::size_t bucket, std::uint32_t least) {
  return static_cast<std::uint64_t>(bucket) << 32 | least;
}

}  // namespace

Sketch sketch_of(KeyStreamView stream) {
  Sketch sketch;
  sketch.fill(kNoRun);
  const std::size_t tokens = for_each_run(stream, [&](std::uint64_t run) {
    const std::uint32_t hash = run_hash(run);
    std::uint32_t& least = sketch[hash % kSketchBuckets];
    least = std::min(least, hash);
  });
  if (tokens < kLeastTokens) sketch.fill(kNoRun);
  return sketch;
}

bool is_near_copy(KeyStreamView a, KeyStreamView b) { return Comparison(a, b).is_near_copy(); }

void SketchIndex::add_to_buckets(const Added& added) {
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (added.sketch[i] != kNoRun) by_bucket_.emplace(bucket_key(i, added.sketch[i]), added.number);
  }
}

void SketchIndex::add(const Sketch& sketch, std::uint32_t number) {
  if (by_bucket_.empty() && few_.size() < kFew) {
    few_.push_back({sketch, number});
    return;
  }
  for (const Added& added : few_) add_to_buckets(added);
  few_.clear();
  add_to_buckets({sketch, number});
}

void SketchIndex::similar_to(const Sketch& sketch, std::vector<std::uint32_t>& numbers) const {
  const auto filled = static_cast<std::size_t>(
      std::count_if(sketch.begin(), sketch.end(), [](std::uint32_t least) { return least != kNoRun; }));
  if (filled == 0) return;
  // Of 16 buckets at a likeness of .6 fewer than 4 agree once in a thousand times.
  const auto enough = [&](std::size_t agreeing) { return agreeing > 0 && agreeing * 4 >= filled; };
  for (const Added& added : few_) {
    std::size_t agreeing = 0;
    for (std::size_t i = 0; i < kSketchBuckets; ++i)
      agreeing += added.sketch[i] == sketch[i] && sketch[i] != kNoRun;
    if (enough(agreeing)) numbers.push_back(added.number);
  }
  if (by_bucket_.empty()) return;
  std::vector<std::uint32_t> agreeing;  // a number for each bucket that agrees
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (sketch[i] == kNoRun) continue;
    const auto [first, last] = by_bucket_.equal_range(bucket_key(i, sketch[i]));
    for (auto it = first; it != last; ++it) agreeing.push_back(it->second);
  }
  std::sort(agreeing.begin(), agreeing.end());
  for (auto first = agreeing.begin(); first != agreeing.end();) {
    const auto last = std::upper_bound(first, agreeing.end(), *first);
    if (enough(static_cast<std::size_t>(last - first))) numbers.push_back(*first);
    first = last;
  }
}

}  // namespace kwerenda
