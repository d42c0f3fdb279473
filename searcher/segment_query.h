// A candidate query over one segment, a window of its passages at a time (candidate_scan.h).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "searcher/candidate_query.h"
#include "searcher/index_reader.h"
#include "searcher/posting_list.h"

namespace kwerenda {

// Passages of a window: their scores take 16 KB.
inline constexpr std::uint32_t kWindow = 4096;

using WindowScores = std::array<float, kWindow>;

// A set of the window's passages.
struct PassageSet {
  static constexpr std::size_t kWords = kWindow / 64;
  std::array<std::uint64_t, kWords> words{};

  // Not fill(): the compiler makes `rep stos` of it, which takes longer to begin than to write 512 bytes.
  void clear() { std::memset(words.data(), 0, sizeof words); }
  void add(std::uint32_t i) { words[i / 64] |= std::uint64_t{1} << i % 64; }
  void remove(std::uint32_t i) { words[i / 64] &= ~(std::uint64_t{1} << i % 64); }
  bool has(std::uint32_t i) const { return words[i / 64] >> i % 64 & 1; }
  bool empty() const {
    return std::all_of(words.begin(), words.end(), [](std::uint64_t word) { return word == 0; });
  }
  template <typename Visit>
  void each(Visit visit) const {
    for (std::uint32_t at = 0; at < kWords; ++at) {
      for (std::uint64_t word = words[at]; word; word &= word - 1)
        visit(at * 64 + static_cast<std::uint32_t>(std::countr_zero(word)));
    }
  }
};

// The window's passages that match, by number in the window, each once.
struct WindowMatches {
  std::array<std::uint16_t, 2 * std::size_t{kWindow}> passages;  // with room for what one list may add
  std::size_t count = 0;

  // Increasing.
  void take(const PassageSet& found) {
    count = 0;
    found.each([&](std::uint32_t i) { passages[count++] = static_cast<std::uint16_t>(i); });
  }
  void keep_those_with(const WindowScores& scores) {
    const auto end = passages.begin() + static_cast<std::ptrdiff_t>(count);
    const auto kept = std::remove_if(passages.begin(), end, [&](std::uint16_t i) { return scores[i] == 0; });
    count = static_cast<std::size_t>(kept - passages.begin());
  }
  std::span<const std::uint16_t> all() const { return {passages.data(), count}; }
};

struct Window {
  std::uint64_t begin = 0, end = 0;  // numbers of passages in the segment, end not included
};

// The query's terms as open lists. Windows are asked for from the first passage to the last. All functions
// but the trivial ones throw Error{corrupt}.
class SegmentQuery {
 public:
  SegmentQuery(const CandidateQuery& query, const IndexReader::Segment& segment);

  // No passage in [at, next(at)) matches.
  std::uint64_t next(std::uint64_t at) const;

  // Adds the window's matches to `found`, which must be empty unless the query only joins, and their scores
  // to `scores` (null: not wanted); both begin at `base`. Unless the query only joins, passages that do not
  // match may get a score too.
  void match(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores);

  // What match() does, where scores_tell(), for half the price: no sets, and what matches is what had no
  // score before. `scores` must be 0 where nothing of the window has matched yet. Matches come in no order.
  void score(Window window, std::uint64_t base, WindowMatches& matches, WindowScores& scores);

  // True if passages that match get a score, and no others.
  bool scores_tell() const;
  // True if only passages that match get a score.
  bool only_joins() const;

 private:
  struct Scratch {
    PassageSet passages, matches;
    WindowScores scores{};
  };

  void match_terms(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores);
  void match_terms_of(const PassageSet& some, Window window, std::uint64_t base, PassageSet& found,
                      WindowScores* scores);
  void join(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores);
  PassageSet& scratch_passages();

  CandidateQuery::Kind kind_;
  float weight_;
  bool has_impacts_;  // all terms are lemmas: those of fields, dates and places have none (analysis/schema.h)
  std::uint64_t passages_ = 0;  // that it matches, at most
  std::vector<PostingCursor> cursors_;
  std::vector<SegmentQuery> children_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace kwerenda
