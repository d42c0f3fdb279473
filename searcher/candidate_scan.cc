#include "searcher/candidate_scan.h"

#include <algorithm>
#include <span>
#include <vector>

#include "searcher/best_passages.h"
#include "searcher/segment_query.h"

namespace kwerenda {
namespace {

// Of what is not wanted one in sixteen is asked about all the same, to count. Not by the number itself: ids
// alternate between segments.
bool is_sampled(Xapian::docid id) { return static_cast<std::uint32_t>(id * 0x9e3779b1U) >> 28 == 0; }

// Goes through one segment window by window; `visit(base, matches)` gets each that has any match. Matches are
// living passages but the one of number `excluded` (0: none), in the order of ids unless there are scores.
template <typename Visit>
void for_each_window(const IndexReader::Segment& segment, const CandidateQuery& query, WindowScores* scores,
                     std::uint64_t excluded, Visit visit) {
  SegmentQuery root(query, segment);
  const bool only_joins = root.only_joins(), scores_tell = scores && root.scores_tell();
  const std::uint64_t behind_last = std::uint64_t{segment.keys->documents()} + 1;
  auto dead = segment.dead_passages.begin();
  PassageSet found;
  WindowMatches matches;
  for (std::uint64_t at = root.next(1); at < behind_last; at = root.next(at)) {
    const Window window{at, std::min<std::uint64_t>(at + kWindow, behind_last)};
    if (scores_tell) {
      matches.count = 0;
      root.score(window, at, matches, *scores);
    } else {
      found.clear();
      root.match(window, at, found, scores);
    }
    bool left_out = false;
    const auto leave_out = [&](std::uint64_t passage) {
      const auto i = static_cast<std::uint32_t>(passage - at);
      if (scores) (*scores)[i] = 0;
      if (!scores_tell) found.remove(i);
      left_out = true;
    };
    for (; dead != segment.dead_passages.end() && *dead < window.end; ++dead) {
      if (*dead >= at) leave_out(*dead);
    }
    if (at <= excluded && excluded < window.end) leave_out(excluded);
    if (!scores_tell) {
      matches.take(found);
    } else if (left_out) {
      matches.keep_those_with(*scores);
    }
    visit(at, matches.all());
    if (scores && !only_joins) scores->fill(0);
    at = window.end;
  }
}

// The number of a passage among those of all segments, which alternate (IndexReader::database()).
struct PassageIds {
  std::size_t segments, segment;
  Xapian::docid operator()(std::uint64_t number) const {
    return static_cast<Xapian::docid>((number - 1) * segments + segment + 1);
  }
  // In this segment; 0 if the passage is in another one.
  std::uint64_t number_of(Xapian::docid id) const {
    return id != 0 && (id - 1) % segments == segment ? (id - 1) / segments + 1 : 0;
  }
};

class Scan {
 public:
  Scan(std::size_t wanted, CandidateFilter* filter, Xapian::docid excluded)
      : filter_(filter), excluded_(excluded), best_(wanted) {}

  void segment(const PassageIds& ids, const IndexReader::Segment& segment, const CandidateQuery& query) {
    const std::uint64_t excluded = ids.number_of(excluded_);
    for_each_window(segment, query, &scores_, excluded,
                    [&](std::uint64_t base, std::span<const std::uint16_t> matches) {
                      found_.matches += matches.size();
                      filter_ ? take_accepted(ids, base, matches) : take(ids, base, matches);
                    });
  }

  FoundCandidates found() {
    found_.ids = best_.ids();
    return std::move(found_);
  }

 private:
  // Both take the scores of the matches, and leave 0.
  void take(const PassageIds& ids, std::uint64_t base, std::span<const std::uint16_t> matches) {
    float bound = best_.bound();
    for (const std::uint16_t i : matches) {
      const float score = scores_[i];
      scores_[i] = 0;
      if (score < bound) continue;
      const ScoredPassage scored(score, ids(base + i));
      if (!best_.wants(scored)) continue;
      best_.add(scored);
      bound = best_.bound();
    }
  }

  void take_accepted(const PassageIds& ids, std::uint64_t base, std::span<const std::uint16_t> matches) {
    waiting_.clear();
    for (const std::uint16_t i : matches) {
      const ScoredPassage scored(scores_[i], ids(base + i));
      scores_[i] = 0;
      if (best_.wants(scored) || is_sampled(scored.id())) waiting_.push_back(scored);
    }
    std::sort(waiting_.begin(), waiting_.end(),
              [](const ScoredPassage& a, const ScoredPassage& b) { return a.id() < b.id(); });
    best_.settle();
    std::size_t announced = 0;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      for (; announced < std::min(waiting_.size(), i + kAnnouncedAhead); ++announced)
        filter_->announce(waiting_[announced].id());
      const bool wanted = best_.wants(waiting_[i]);
      if (!wanted && !is_sampled(waiting_[i].id())) continue;
      const bool accepted = filter_->accepts(waiting_[i].id());
      ++(wanted ? found_.asked : found_.sampled);
      if (!accepted) continue;
      ++(wanted ? found_.accepted : found_.sampled_accepted);
      if (wanted) best_.add(waiting_[i]);
    }
  }

  CandidateFilter* filter_;
  Xapian::docid excluded_;
  BestPassages best_;
  WindowScores scores_{};
  std::vector<ScoredPassage> waiting_;  // matches of the window that the filter has to be asked about
  FoundCandidates found_;
};

}  // namespace

std::uint64_t FoundCandidates::accepted_of_all() const {
  const std::uint64_t others = matches - asked;
  if (sampled == 0) return asked == 0 ? matches : accepted + others * accepted / asked;
  return accepted + others * sampled_accepted / sampled;
}

FoundCandidates scan_candidates(const IndexReader& reader, const CandidateQuery& query, std::size_t wanted,
                                CandidateFilter* filter, Xapian::docid excluded) {
  Scan scan(wanted, filter, excluded);
  const auto& segments = reader.segments();
  for (std::size_t i = 0; i < segments.size(); ++i) scan.segment({segments.size(), i}, segments[i], query);
  return scan.found();
}

void for_each_candidate(const IndexReader& reader, const CandidateQuery& query,
                        const std::function<void(Xapian::docid)>& visit) {
  const auto& segments = reader.segments();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const PassageIds ids{segments.size(), i};
    for_each_window(segments[i], query, nullptr, 0,
                    [&](std::uint64_t base, std::span<const std::uint16_t> matches) {
                      for (const std::uint16_t passage : matches) visit(ids(base + passage));
                    });
  }
}

}  // namespace kwerenda
