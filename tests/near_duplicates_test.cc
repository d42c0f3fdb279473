// Passages as key streams: which are nearly the same, and that the sketches miss none that the whole
// comparison finds.
#include "searcher/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kwerenda {
namespace {

KeyStream random_stream(std::size_t tokens, std::mt19937& random) {
  KeyStream stream;
  for (std::size_t i = 0; i < tokens; ++i) {
    stream.push_back(static_cast<std::uint16_t>(random() % kFurtherKey));
    if (random() % 4 == 0) stream.push_back(static_cast<std::uint16_t>(random() % kFurtherKey | kFurtherKey));
  }
  return stream;
}

bool found(const KeyStream& a, const KeyStream& b) {
  SketchIndex index;
  index.add(sketch_of(a), 7);
  std::vector<std::uint32_t> numbers;
  index.similar_to(sketch_of(b), numbers);
  return numbers == std::vector<std::uint32_t>{7};
}

TEST(NearDuplicates, SharedRuns) {
  const KeyStream five = {1, 2, 3, 4, 5};
  EXPECT_EQ(shared_runs(five, five), 1.0);
  EXPECT_EQ(shared_runs(five, {1, 2, 3, 4, 9}), 0.5);                   // 123 234 of 123 234 345 349
  EXPECT_EQ(shared_runs(five, {1, 2, kFurtherKey | 8, 3, 4, 5}), 1.0);  // words by their best keys
  EXPECT_EQ(shared_runs(five, {5, 4, 3, 2, 1}), 0.0);
  EXPECT_EQ(shared_runs(five, {1, 2}), 0.0);
  EXPECT_EQ(shared_runs({}, {}), 0.0);
}

TEST(NearDuplicates, ShortPassagesHaveNoSketch) {
  std::mt19937 random(1);
  KeyStream stream;
  while (stream.size() < kLeastTokens - 1)
    stream.push_back(static_cast<std::uint16_t>(random() % kFurtherKey));
  EXPECT_FALSE(found(stream, stream));
  stream.push_back(5);
  EXPECT_TRUE(found(stream, stream));
}

// A sentence of a fifth of the passage is another one: found, whatever the length.
TEST(NearDuplicates, SketchesMissFew) {
  std::mt19937 random(20240514);
  int alike = 0, missed = 0;
  for (int round = 0; round < 2000; ++round) {
    const KeyStream note = random_stream(20 + random() % 200, random);
    KeyStream changed = note;
    const std::size_t tokens = changed.size() / 8, at = random() % (changed.size() - tokens);
    for (std::size_t i = at; i < at + tokens; ++i)
      changed[i] = static_cast<std::uint16_t>((changed[i] & kFurtherKey) | random() % kFurtherKey);
    if (shared_runs(note, changed) < kLeastShared) continue;
    ++alike;
    missed += !found(note, changed);
  }
  EXPECT_GT(alike, 1000);
  EXPECT_LT(missed, alike / 100) << alike;
}

TEST(NearDuplicates, OthersAreRarelyCompared) {
  std::mt19937 random(7);
  SketchIndex index;
  for (std::uint32_t i = 0; i < 1000; ++i) index.add(sketch_of(random_stream(100, random)), i);
  std::vector<std::uint32_t> numbers;
  for (int round = 0; round < 1000; ++round) index.similar_to(sketch_of(random_stream(100, random)), numbers);
  EXPECT_LT(numbers.size(), 5U);
}

}  // namespace
}  // namespace kwerenda
