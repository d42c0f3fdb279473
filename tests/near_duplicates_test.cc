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

KeyStream count(std::uint16_t from, std::uint16_t to) {
  KeyStream stream;
  for (std::uint16_t i = from; i < to; ++i) stream.push_back(i);
  return stream;
}

KeyStream joined(std::initializer_list<KeyStream> parts) {
  KeyStream all;
  for (const KeyStream& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

TEST(NearDuplicates, WhatIsACopy) {
  const KeyStream note = count(0, 50);
  const struct {
    const char* what;
    KeyStream other;
    bool copy;
  } rows[] = {
      {"the same", note, true},
      {"words by their best keys", joined({count(0, 9), {9, kFurtherKey | 700}, count(10, 50)}), true},
      {"a sentence more at the end", joined({note, count(100, 112)}), true},
      {"and one at the beginning", joined({count(200, 210), note, count(100, 110)}), true},
      {"a sentence left out", joined({count(0, 20), count(30, 50)}), true},
      {"a sentence changed", joined({count(0, 20), count(100, 110), count(30, 50)}), true},
      {"two sentences changed",
       joined({count(0, 10), count(100, 106), count(16, 30), count(200, 206), count(36, 50)}), true},
      {"three",
       joined({count(0, 6), count(100, 106), count(12, 20), count(200, 206), count(26, 34), count(300, 306),
               count(40, 50)}),
       false},
      {"a word changed", joined({count(0, 20), {100}, count(21, 50)}), false},
      {"a word at the beginning changed", joined({{100}, count(1, 50)}), false},
      {"a number more", joined({count(0, 20), {100}, count(20, 50)}), false},
      {"half of it", joined({count(0, 25), count(100, 125)}), false},
      {"the other way round", joined({count(25, 50), count(0, 25)}), false},
      {"something else", count(100, 150), false},
      {"nothing", {}, false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(is_near_copy(note, row.other), row.copy) << row.what;
    EXPECT_EQ(is_near_copy(row.other, note), row.copy) << row.what;
  }
  // A piece more or less is enough in a short passage, other words are not.
  EXPECT_TRUE(is_near_copy(count(0, 30), joined({count(0, 30), count(100, 106)})));
  EXPECT_FALSE(is_near_copy(count(0, 30), joined({count(0, 24), count(100, 106)})));
  EXPECT_FALSE(is_near_copy(count(0, kLeastTokens - 1), count(0, kLeastTokens - 1)));
  EXPECT_TRUE(is_near_copy(count(0, kLeastTokens), count(0, kLeastTokens)));
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

// A sentence of an eighth of the passage is another one: found, whatever the length.
TEST(NearDuplicates, SketchesMissFew) {
  std::mt19937 random(20240514);
  int alike = 0, missed = 0;
  for (int round = 0; round < 2000; ++round) {
    const KeyStream note = random_stream(60 + random() % 200, random);
    KeyStream changed = note;
    const std::size_t tokens = changed.size() / 8, at = random() % (changed.size() - tokens);
    for (std::size_t i = at; i < at + tokens; ++i)
      changed[i] = static_cast<std::uint16_t>((changed[i] & kFurtherKey) | random() % kFurtherKey);
    if (!is_near_copy(note, changed)) continue;
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
