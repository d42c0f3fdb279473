// Passages as key streams: which are nearly the same, and that the sketches miss none that the whole
// comparison finds. The comparison and the filter before it are checked against the plain way to compare.
#include "searcher/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

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

// The plain way: the longest run that is in both by the whole table of the words of one and of the other, and
// the pieces by recursion.
class PlainComparison {
 public:
  PlainComparison(const KeyStream& a, const KeyStream& b) : a_(words_of(a)), b_(words_of(b)) {}

  bool is_near_copy() {
    const std::size_t shorter = std::min(a_.size(), b_.size());
    if (shorter < kLeastTokens) return false;
    compare(0, a_.size(), 0, b_.size());
    if (changed_ && shorter < kLeastChangedTokens) return false;
    return alike_ && static_cast<double>(shared_) >=
                         kLeastShared * static_cast<double>(a_.size() + b_.size() - shared_);
  }

 private:
  static std::vector<std::uint16_t> words_of(const KeyStream& stream) {
    std::vector<std::uint16_t> words;
    std::copy_if(stream.begin(), stream.end(), std::back_inserter(words),
                 [](std::uint16_t key) { return !(key & kFurtherKey); });
    return words;
  }

  void compare(std::size_t a, std::size_t a_end, std::size_t b, std::size_t b_end) {
    if (!alike_ || (a == a_end && b == b_end)) return;
    std::size_t length = 0, at_a = 0, at_b = 0;
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
    // By the word of b, how long a run ends at it and the present word of a.
    std::vector<std::uint32_t> ends_here(b_end - b + 1, 0);
    for (std::size_t i = a; i < a_end; ++i) {
      for (std::size_t j = b_end; j > b; --j) {
        std::uint32_t& run = ends_here[j - b];
        run = a_[i] == b_[j - 1] ? ends_here[j - b - 1] + 1 : 0;
        if (run > length) {
          length = run;
          at_a = i + 1 - run;
          at_b = j - run;
        }
      }
    }
  }

  std::vector<std::uint16_t> a_, b_;
  std::size_t shared_ = 0, pieces_ = 0;
  bool alike_ = true, changed_ = false;
};

// Pairs of passages, of few words or many, that are copies but for some changes.
class PairsOfPassages {
 public:
  explicit PairsOfPassages(std::uint32_t seed) : random_(seed) {}

  void next(KeyStream& a, KeyStream& b) {
    constexpr std::size_t kLengths[] = {21, 30, 60, 120, 400};
    constexpr std::uint16_t kWords[] = {1, 2, 3, 5, 20, 300, kFurtherKey};
    words_ = kWords[random_() % std::size(kWords)];
    a = words(random_() % kLengths[random_() % std::size(kLengths)]);
    if (below(4) == 0) repeat(a);
    b = a;
    for (std::size_t changes = below(5); changes > 0; --changes) change(below(8) == 0 ? a : b);
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }

  KeyStream words(std::size_t count) {
    KeyStream stream;
    while (count-- > 0) {
      stream.push_back(static_cast<std::uint16_t>(below(words_)));
      if (below(4) == 0) stream.push_back(static_cast<std::uint16_t>(below(words_) | kFurtherKey));
    }
    return stream;
  }

  void repeat(KeyStream& stream) {
    const std::size_t from = below(stream.size() + 1), to = from + below(stream.size() - from + 1);
    const KeyStream part(stream.begin() + static_cast<std::ptrdiff_t>(from),
                         stream.begin() + static_cast<std::ptrdiff_t>(to));
    stream.insert(stream.begin() + static_cast<std::ptrdiff_t>(below(stream.size() + 1)), part.begin(),
                  part.end());
  }

  void change(KeyStream& stream) {
    constexpr std::size_t kPieces[] = {1, 2, 3, 4, 5, 8, 15, 40};
    const std::size_t piece = kPieces[below(std::size(kPieces))];
    // At either end as often as between.
    std::size_t from = below(stream.size() + 1);
    if (below(4) == 0) from = 0;
    if (below(4) == 0) from = stream.size() - std::min(piece, stream.size());
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(piece, stream.size() - from));
    const KeyStream other = words(below(2) == 0 ? piece : 1 + below(10));
    switch (below(5)) {
      case 0:
        stream.insert(begin, other.begin(), other.end());
        break;
      case 1:
        stream.erase(begin, end);
        break;
      case 2:
        stream.insert(stream.erase(begin, end), other.begin(), other.end());
        break;
      case 3:
        std::rotate(stream.begin(), begin, end);
        break;
      case 4:
        repeat(stream);
        break;
    }
  }

  std::mt19937 random_;
  std::size_t words_ = 1;
};

TEST(NearDuplicates, AreThoseOfThePlainComparison) {
  PairsOfPassages pairs(20250301);
  PassageComparison comparison;
  KeyStream a, b;
  int copies = 0;
  for (int round = 0; round < 30000; ++round) {
    pairs.next(a, b);
    const bool copy = PlainComparison(a, b).is_near_copy();
    copies += copy;
    ASSERT_EQ(comparison.is_near_copy(a, b), copy) << round;
    RunFilter filter;
    filter.add(b);
    ASSERT_TRUE(!copy || filter.may_be_copy(a)) << round;
  }
  EXPECT_GT(copies, 3000);
  EXPECT_LT(copies, 20000);
}

// One word over and over, or a few.
TEST(NearDuplicates, OfLongDegenerateText) {
  std::mt19937 random(5);
  const KeyStream same(5000, 1), half(2500, 1);
  KeyStream two_words;
  while (two_words.size() < 5000) two_words.push_back(static_cast<std::uint16_t>(random() % 2));
  const std::pair<KeyStream, KeyStream> pairs[] = {
      {same, same},
      {same, half},
      {joined({count(10, 20), same, count(20, 30)}), joined({count(30, 40), same, count(40, 50)})},
      {joined({count(10, 20), half, {2}, half, {3}}), joined({{4}, half, {5}, half, count(40, 50)})},
      {joined({{2}, two_words, {2}}), joined({{3}, {two_words.rbegin(), two_words.rend()}, {3}})},
  };
  for (const auto& [a, b] : pairs) {
    EXPECT_EQ(is_near_copy(a, b), PlainComparison(a, b).is_near_copy()) << a.size() << ' ' << b.size();
  }
}

// A passage whose beginning and end are other than a copy's, as long as they may be.
TEST(NearDuplicates, FilterMissesNone) {
  std::mt19937 random(11);
  const auto key = [&] { return static_cast<std::uint16_t>(random() % kFurtherKey); };
  int copies = 0;
  for (std::size_t shared = kLeastTokens; shared < 150; ++shared) {
    KeyStream run;
    while (run.size() < shared) run.push_back(key());
    for (int round = 0; round < 200; ++round) {
      KeyStream a = run, b = run;
      for (KeyStream* stream : {&a, &b}) {
        for (std::size_t i = random() % (shared / 2); i > 0; --i) stream->insert(stream->begin(), key());
        for (std::size_t i = random() % (shared / 2); i > 0; --i) stream->push_back(key());
      }
      if (!is_near_copy(a, b)) continue;
      ++copies;
      RunFilter filter;
      filter.add(b);
      ASSERT_TRUE(filter.may_be_copy(a)) << shared;
    }
  }
  EXPECT_GT(copies, 1000);
}

TEST(NearDuplicates, FilterLetsFewOthersThrough) {
  std::mt19937 random(12);
  RunFilter filter;
  for (int i = 0; i < 10; ++i) filter.add(random_stream(100, random));
  int passed = 0;
  for (int i = 0; i < 1000; ++i) passed += filter.may_be_copy(random_stream(100, random));
  EXPECT_LT(passed, 80);
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
