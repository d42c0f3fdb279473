// Answers a candidate query from the posting lists of the segments (segment_query.h): the first ranking
// stage.
//
// Term at a time over windows of passages: a window's scores fit the first-level cache, and every posting
// costs one decoding and one addition. Where lemmas are only joined, what gets its first score is a match;
// elsewhere what matches is a set of bits, so that AND, OR and NOT are single instructions for 64 passages.
// (Turtle and Flood, "Query evaluation: strategies and optimizations", 1995, for the two orders of
// evaluation.) No list is left unread: counts are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "searcher/candidate_query.h"
#include "searcher/index_reader.h"

namespace kwerenda {

// So many candidates ahead their memory is fetched while others are looked at, and twice as far ahead where
// it is.
inline constexpr std::size_t kAnnouncedAhead = 6;

// Says which candidates are worth a place among the best. Asked in the order of ids within a segment.
class CandidateFilter {
 public:
  // It will soon be asked about: a chance to fetch memory.
  virtual void announce(Xapian::docid id) = 0;
  virtual bool accepts(Xapian::docid id) = 0;

 protected:
  ~CandidateFilter() = default;
};

struct FoundCandidates {
  std::vector<Xapian::docid> ids;  // the best first; of equal ones the lower id
  std::uint64_t matches = 0;       // of the query, of living passages; not only of those in `ids`
  // With a filter: how many it was asked about and accepted. What scores below the best found so far is not
  // asked about, but for a sample of it, spread over the collection: what scores high is accepted more often.
  std::uint64_t asked = 0, accepted = 0, sampled = 0, sampled_accepted = 0;

  // How many matches the filter would accept, as far as known; all of them if it was asked about all.
  std::uint64_t accepted_of_all() const;
};

// The best `wanted` passages for the query, of those that `filter` accepts (null: all); the passage
// `excluded` (0: none) does not match. Throws Error{corrupt}.
FoundCandidates scan_candidates(const IndexReader& reader, const CandidateQuery& query, std::size_t wanted,
                                CandidateFilter* filter = nullptr, Xapian::docid excluded = 0);

// Calls `visit` with every living passage that matches, segment by segment, in the order of ids within each.
// Throws Error{corrupt}, and what `visit` throws.
void for_each_candidate(const IndexReader& reader, const CandidateQuery& query,
                        const std::function<void(Xapian::docid)>& visit);

}  // namespace kwerenda
