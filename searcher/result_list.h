// The passages of a result list, as they are taken: a report has no more than its share, and copies fold into
// one with a count.
#pragma once

#include <xapian.h>

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "analysis/key_streams.h"
#include "searcher/near_duplicates.h"
#include "searcher/passage_match.h"
#include "searcher/searcher.h"

namespace kwerenda {

struct Candidate {
  Xapian::docid id = 0;
  double score = 0;
  std::uint64_t report_key = 0;
  std::uint32_t ordinal = 0;
  LeafMask seen = 0;            // words of the query that it has
  LeafMask elsewhere = 0;       // words that it lacks and another candidate of its report has
  std::uint64_t text_hash = 0;  // to fold passages of the same text into one
  KeyStreamView text{};         // and of nearly the same; into the index, good until it is refreshed
  std::uint32_t duplicates = 0;
  bool decided = true;  // false: its text has yet to say whether it matches
};

class ResultList {
 public:
  // `per_report`: as of SearchOptions.
  ResultList(std::uint32_t per_report, FoldDuplicates fold)
      : per_report_(per_report), folds_(fold == FoldDuplicates::on) {}

  // True if it was a copy of a passage that is in the list, and is counted there.
  bool fold(const Candidate& candidate);
  bool has_room_for_report(std::uint64_t key) const;
  void add(const Candidate& candidate);

  const std::vector<Candidate>& passages() const { return passages_; }

 private:
  std::optional<std::size_t> like(const Candidate& candidate);

  std::uint32_t per_report_;
  bool folds_;
  std::vector<Candidate> passages_;
  std::unordered_map<std::uint64_t, std::uint32_t> of_report_;
  std::unordered_map<std::uint64_t, std::size_t> by_text_;  // number in passages_
  RunFilter runs_;
  SketchIndex by_sketch_;  // those before sketched_: the others once a candidate gets past runs_
  std::uint32_t sketched_ = 0;
  std::uint32_t compared_ = 0;
  PassageComparison comparison_;
  std::vector<std::uint32_t> similar_;
};

}  // namespace kwerenda
