// Passages of nearly the same text: one press note in five reports, with a sentence changed in one of them.
//
// Two passages are alike if of the runs of three words that either has, so many are in both
// (kLeastShared). Comparing every candidate with every hit would be too much; so each passage gets a sketch,
// the least hash of its runs in each of kSketchBuckets parts of the hash space (Li, Owen and Zhang, "One
// Permutation Hashing", 2012). Two passages alike agree in most buckets, and only such are compared. Lemmas
// are compared, by their stored hashes: no text is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analysis/stored.h"

namespace kwerenda {

inline constexpr std::size_t kSketchBuckets = 16;
inline constexpr std::size_t kLeastTokens = 12;  // below it one other word is a quarter of the passage
inline constexpr double kLeastShared = 0.6;      // docs/ranking.md has what other values fold

using Sketch = std::array<std::uint32_t, kSketchBuckets>;  // kNoRun where a bucket is empty
inline constexpr std::uint32_t kNoRun = UINT32_MAX;

// All kNoRun for a passage of fewer than kLeastTokens.
Sketch sketch_of(const KeyStream& stream);

// The part of the runs of three words in either that is in both, 0 to 1.
double shared_runs(const KeyStream& a, const KeyStream& b);

// Passages by their sketches.
class SketchIndex {
 public:
  void add(const Sketch& sketch, std::uint32_t number);
  // Appends the numbers added whose sketches agree in so much that the passages may be alike, in no order,
  // each once.
  void similar_to(const Sketch& sketch, std::vector<std::uint32_t>& numbers) const;

 private:
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_bucket_;
};

}  // namespace kwerenda
