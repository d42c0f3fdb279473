// Passages of nearly the same text: one press note in five reports, with a sentence changed in one of them.
//
// A changed note is the same words in the same order but for a whole piece or two. A form that is filled in
// anew (provisions of a statute, entries of a catalogue: "podlega karze od 2 do 15 lat") differs in single
// words at several places and says something else; however few the words, it is no copy. So it is pieces that
// decide, and not how many words are shared alone.
//
// Comparing every candidate with every hit would be too much. Most are told apart by three of their runs of
// three words (RunFilter). Of the others each gets a sketch, the least hash of its runs in each of
// kSketchBuckets parts of the hash space (Li, Owen and Zhang, "One Permutation Hashing", 2012); only passages
// whose sketches agree are compared. Words are compared by the stored hashes of their lemmas: no text is
// read.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analysis/key_streams.h"

namespace kwerenda {

inline constexpr std::size_t kSketchBuckets = 16;
inline constexpr std::size_t kLeastTokens =
    20;  // shorter passages are copies only if all their words are the same
inline constexpr std::size_t kLeastChangedTokens =
    50;                                        // where a piece is not only more or less but other words
inline constexpr double kLeastShared = 0.6;    // of the words of both
inline constexpr std::size_t kMostPieces = 2;  // that differ
inline constexpr std::size_t kLeastPiece = 4;  // words on one side of such a piece at least
inline constexpr std::size_t kLeastRun = 3;    // words in a row that count as shared

using Sketch = std::array<std::uint32_t, kSketchBuckets>;  // kNoRun where a bucket is empty
inline constexpr std::uint32_t kNoRun = UINT32_MAX;

// All kNoRun for a passage of fewer than kLeastTokens.
Sketch sketch_of(KeyStreamView stream);

// True if one is the other but for a piece or two, as above. About a microsecond; at worst, where few words
// are repeated over and over, it grows with the product of the two lengths: some 10 ms at 5,000 words.
bool is_near_copy(KeyStreamView a, KeyStreamView b);

// The same, for many pairs: keeps its memory.
class PassageComparison {
 public:
  bool is_near_copy(KeyStreamView a, KeyStreamView b);

 private:
  // A part of a_ and the part of b_ that stands in its place.
  struct Part {
    std::size_t a, a_end, b, b_end;

    std::size_t shorter() const;
    std::size_t longer() const;
  };
  struct SharedRun {
    std::size_t a = 0, b = 0, length = 0;
  };

  Part without_common_ends() const;
  void index_runs(std::size_t begin, std::size_t end);
  std::size_t bucket_of(std::uint64_t run) const;
  SharedRun longest_run(const Part& part, std::size_t least) const;
  bool shares_a_run(const Part& part) const;

  std::vector<std::uint16_t> a_, b_;
  // Where runs of kLeastRun words begin in b_, the last one of each bucket, and from each the one before it.
  std::vector<std::uint32_t> last_, before_;
  int shift_ = 0;  // a hash's bits above it number its bucket
};

// Which runs of three words the passages added have, begin and end with. A near copy of one of them begins as
// it does, or ends so, or all that it shares is one run of at least kLeastShared of its words, which holds
// its middle.
class RunFilter {
 public:
  void add(KeyStreamView stream);
  // False if it is a near copy of none that was added.
  bool may_be_copy(KeyStreamView stream) const;

 private:
  static constexpr int kBitsLog = 16;  // ten passages have a thousand runs

  static std::size_t bit_of(std::uint64_t run);

  std::bitset<std::size_t{1} << kBitsLog> runs_;
};

// Passages by their sketches.
class SketchIndex {
 public:
  void add(const Sketch& sketch, std::uint32_t number);
  // Appends the numbers added whose sketches agree in so much that the passages may be alike, in no order,
  // each once.
  void similar_to(const Sketch& sketch, std::vector<std::uint32_t>& numbers) const;

 private:
  struct Added {
    Sketch sketch;
    std::uint32_t number;
  };
  // Few are compared one by one, which is faster and costs no memory; of many each bucket is looked up.
  static constexpr std::size_t kFew = 64;

  void add_to_buckets(const Added& added);

  std::vector<Added> few_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_bucket_;  // all, once there are more than kFew
};

}  // namespace kwerenda
