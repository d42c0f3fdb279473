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
std::size_t for_each_run(const KeyStream& stream, Each each) {
  std::uint64_t run = 0;
  std::size_t tokens = 0;
  for (const std::uint16_t key : stream) {
    if (key & kFurtherKey) continue;
    run = (run << 15 | key) & ((std::uint64_t{1} << 45) - 1);
    if (++tokens >= 3) each(run);
  }
  return tokens;
}

std::vector<std::uint64_t> runs_of(const KeyStream& stream) {
  std::vector<std::uint64_t> runs;
  for_each_run(stream, [&](std::uint64_t run) { runs.push_back(run); });
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

std::uint64_t bucket_key(std::size_t bucket, std::uint32_t least) {
  return static_cast<std::uint64_t>(bucket) << 32 | least;
}

}  // namespace

Sketch sketch_of(const KeyStream& stream) {
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

double shared_runs(const KeyStream& a, const KeyStream& b) {
  const std::vector<std::uint64_t> x = runs_of(a), y = runs_of(b);
  if (x.empty() || y.empty()) return 0;
  std::vector<std::uint64_t> both;
  std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(x.size() + y.size() - both.size());
}

void SketchIndex::add(const Sketch& sketch, std::uint32_t number) {
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (sketch[i] != kNoRun) by_bucket_.emplace(bucket_key(i, sketch[i]), number);
  }
}

void SketchIndex::similar_to(const Sketch& sketch, std::vector<std::uint32_t>& numbers) const {
  if (by_bucket_.empty()) return;
  std::vector<std::uint32_t> agreeing;  // a number for each bucket that agrees
  std::size_t filled = 0;
  for (std::size_t i = 0; i < kSketchBuckets; ++i) {
    if (sketch[i] == kNoRun) continue;
    ++filled;
    const auto [first, last] = by_bucket_.equal_range(bucket_key(i, sketch[i]));
    for (auto it = first; it != last; ++it) agreeing.push_back(it->second);
  }
  if (agreeing.empty()) return;
  std::sort(agreeing.begin(), agreeing.end());
  // Of 16 buckets at a likeness of .6 fewer than 4 agree once in a thousand times.
  for (auto first = agreeing.begin(); first != agreeing.end();) {
    const auto last = std::upper_bound(first, agreeing.end(), *first);
    if (static_cast<std::size_t>(last - first) * 4 >= filled) numbers.push_back(*first);
    first = last;
  }
}

}  // namespace kwerenda
