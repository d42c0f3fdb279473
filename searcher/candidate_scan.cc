#include "searcher/candidate_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <span>

#include "analysis/schema.h"
#include "searcher/posting_list.h"

namespace kwerenda {
namespace {

using Kind = CandidateQuery::Kind;

// Passages of a window: their scores take 16 KB.
constexpr std::uint32_t kWindow = 4096;
constexpr std::size_t kWords = kWindow / 64;

// Of what is not wanted one in sixteen is asked about all the same, to count. Not by the number itself: ids
// alternate between segments.
bool is_sampled(Xapian::docid id) { return static_cast<std::uint32_t>(id * 0x9e3779b1U) >> 28 == 0; }

using Scores = std::array<float, kWindow>;

// A set of the window's passages.
struct Passages {
  std::array<std::uint64_t, kWords> words{};

  // Not fill(): the compiler makes `rep stos` of it, which takes longer to begin than to write 512 bytes.
  void clear() { std::memset(words.data(), 0, sizeof words); }
  void add(std::uint32_t i) { words[i / 64] |= std::uint64_t{1} << i % 64; }
  void remove(std::uint32_t i) { words[i / 64] &= ~(std::uint64_t{1} << i % 64); }
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
struct Matches {
  std::array<std::uint16_t, 2 * std::size_t{kWindow}> passages;  // with room for what one list may add
  std::size_t count = 0;

  // Increasing.
  void take(const Passages& found) {
    count = 0;
    found.each([&](std::uint32_t i) { passages[count++] = static_cast<std::uint16_t>(i); });
  }
  void keep_those_with(const Scores& scores) {
    const auto end = passages.begin() + static_cast<std::ptrdiff_t>(count);
    const auto kept = std::remove_if(passages.begin(), end, [&](std::uint16_t i) { return scores[i] == 0; });
    count = static_cast<std::size_t>(kept - passages.begin());
  }
  std::span<const std::uint16_t> all() const { return {passages.data(), count}; }
};

struct Window {
  std::uint64_t begin = 0, end = 0;  // numbers of passages in the segment, end not included
};

// A query over one segment: its terms as open lists.
class Node {
 public:
  Node(const CandidateQuery& query, const IndexReader::Segment& segment)
      : kind_(query.kind),
        weight_(static_cast<float>(query.weight)),
        has_impacts_(std::all_of(query.terms.begin(), query.terms.end(),
                                 [](const std::string& term) { return term.starts_with(kLemmaPrefix); })) {
    for (const std::string& term : query.terms) {
      PostingCursor& cursor = cursors_.emplace_back(*segment.postlist, term);
      passages_ += cursor.documents();
      if (cursor.docid() == PostingCursor::kEnd) cursors_.pop_back();
    }
    for (const CandidateQuery& child : query.children) children_.emplace_back(child, segment);
    switch (kind_) {
      case Kind::nothing:
      case Kind::terms:
        break;
      case Kind::everything:
        passages_ = segment.keys->documents();
        break;
      case Kind::any:
        for (const Node& child : children_) passages_ += child.passages_;
        break;
      case Kind::all:  // the rarest tells where it is worth to look for the others
        std::stable_sort(children_.begin(), children_.end(),
                         [](const Node& a, const Node& b) { return a.passages_ < b.passages_; });
        passages_ = children_.front().passages_;
        break;
      case Kind::except:
      case Kind::preferring:
        passages_ = children_.front().passages_;
        break;
    }
  }

  // No passage in [at, next(at)) matches.
  std::uint64_t next(std::uint64_t at) const {
    switch (kind_) {
      case Kind::nothing:
        return PostingCursor::kEnd;
      case Kind::everything:
        return at;
      case Kind::terms: {
        std::uint64_t least = PostingCursor::kEnd;
        for (const PostingCursor& cursor : cursors_) least = std::min(least, cursor.docid());
        return std::max(at, least);
      }
      case Kind::any: {
        std::uint64_t least = PostingCursor::kEnd;
        for (const Node& child : children_) least = std::min(least, child.next(at));
        return least;
      }
      case Kind::all: {
        std::uint64_t greatest = at;
        for (const Node& child : children_) greatest = std::max(greatest, child.next(at));
        return greatest;
      }
      case Kind::except:
      case Kind::preferring:
        return children_.front().next(at);
    }
    return at;
  }

  // Adds the window's matches to `found`, which must be empty unless the node only joins, and their scores to
  // `scores` (null: not wanted); both begin at `base`. Unless the node only joins, passages that do not match
  // may get a score too.
  void match(Window window, std::uint64_t base, Passages& found, Scores* scores) {
    switch (kind_) {
      case Kind::nothing:
        return;
      case Kind::everything:
        for (std::uint64_t i = window.begin; i < window.end; ++i)
          found.add(static_cast<std::uint32_t>(i - base));
        return;
      case Kind::terms:
        return match_terms(window, base, found, scores);
      case Kind::any:
        for (Node& child : children_) {
          child.join(window, base, found, scores);
        }
        return;
      case Kind::all: {
        children_.front().match(window, base, found, scores);
        for (auto child = children_.begin() + 1; child != children_.end() && !found.empty(); ++child) {
          Passages& others = scratch_passages();
          child->match(around(found, window, base), base, others, scores);
          for (std::size_t i = 0; i < kWords; ++i) found.words[i] &= others.words[i];
        }
        return;
      }
      case Kind::except: {
        children_.front().match(window, base, found, scores);
        if (found.empty()) return;
        Passages& unwanted = scratch_passages();
        children_.back().match(around(found, window, base), base, unwanted, nullptr);
        for (std::size_t i = 0; i < kWords; ++i) found.words[i] &= ~unwanted.words[i];
        return;
      }
      case Kind::preferring: {
        children_.front().match(window, base, found, scores);
        if (!scores || found.empty()) return;
        children_.back().join(around(found, window, base), base, scratch_passages(), scores);
        return;
      }
    }
  }

  // True if passages that match get a score, and no others.
  bool scores_tell() const {
    return kind_ == Kind::nothing || (kind_ == Kind::terms && weight_ > 0 && has_impacts_) ||
           (kind_ == Kind::any && std::all_of(children_.begin(), children_.end(),
                                              [](const Node& child) { return child.scores_tell(); }));
  }

  // What match() does, where scores_tell(), for half the price: no sets, and what matches is what had no
  // score before. `scores` must be 0 where nothing of the window has matched yet. Matches come in no order.
  void score(Window window, std::uint64_t base, Matches& matches, Scores& scores) {
    for (Node& child : children_) child.score(window, base, matches, scores);
    const float weight = weight_;
    std::size_t count = matches.count;
    for (PostingCursor& cursor : cursors_) {
      cursor.skip_to(window.begin);
      cursor.each_below(window.end, [&](std::uint64_t docid, std::uint32_t impact) {
        const std::uint64_t i = docid - base;
        const auto before = std::bit_cast<std::uint32_t>(scores[i]);
        scores[i] += weight * static_cast<float>(impact);
        // No branch: whether a passage has another of the words can't be foretold.
        matches.passages[count] = static_cast<std::uint16_t>(i);
        count += before == 0;
      });
      // More than there are: a damaged list without impacts.
      count = std::min<std::size_t>(count, kWindow);
    }
    matches.count = count;
  }

  // True if only passages that match get a score.
  bool only_joins() const {
    return kind_ == Kind::nothing || kind_ == Kind::everything || kind_ == Kind::terms ||
           (kind_ == Kind::any && std::all_of(children_.begin(), children_.end(),
                                              [](const Node& child) { return child.only_joins(); }));
  }

 private:
  struct Scratch {
    Passages passages, matches;
    Scores scores{};
  };

  void match_terms(Window window, std::uint64_t base, Passages& found, Scores* scores) {
    for (PostingCursor& cursor : cursors_) {
      cursor.skip_to(window.begin);
      if (scores && weight_ != 0) {
        cursor.each_below(window.end, [&](std::uint64_t docid, std::uint32_t impact) {
          const auto i = static_cast<std::uint32_t>(docid - base);
          (*scores)[i] += weight_ * static_cast<float>(impact);
          found.add(i);
        });
      } else {
        cursor.each_below(window.end, [&](std::uint64_t docid, std::uint32_t) {
          found.add(static_cast<std::uint32_t>(docid - base));
        });
      }
    }
  }

  // As match(), with whatever is in `found` before: a branch scores only where it matches as a whole.
  void join(Window window, std::uint64_t base, Passages& found, Scores* scores) {
    if (only_joins()) return match(window, base, found, scores);
    if (!scratch_) scratch_ = std::make_unique<Scratch>();
    Passages& matches = scratch_->matches;
    matches.clear();
    if (scores) scratch_->scores.fill(0);
    match(window, base, matches, scores ? &scratch_->scores : nullptr);
    if (scores) matches.each([&](std::uint32_t i) { (*scores)[i] += scratch_->scores[i]; });
    for (std::size_t i = 0; i < kWords; ++i) found.words[i] |= matches.words[i];
  }

  Passages& scratch_passages() {
    if (!scratch_) scratch_ = std::make_unique<Scratch>();
    scratch_->passages.clear();
    return scratch_->passages;
  }

  // From the first to the last of `found`, which is not empty: elsewhere nobody asks.
  static Window around(const Passages& found, Window window, std::uint64_t base) {
    std::size_t first = 0, last = kWords - 1;
    while (found.words[first] == 0) ++first;
    while (found.words[last] == 0) --last;
    return {std::max(window.begin, base + 64 * first), std::min(window.end, base + 64 * (last + 1))};
  }

  Kind kind_;
  float weight_;
  bool has_impacts_;  // all terms are lemmas: those of fields, dates and places have none (analysis/schema.h)
  std::uint64_t passages_ = 0;  // that it matches, at most
  std::vector<PostingCursor> cursors_;
  std::vector<Node> children_;
  std::unique_ptr<Scratch> scratch_;
};

// A passage and its score, which is 0 or more, as one number: the greater is the better, and of equal scores
// the lower id. Floats of one sign are in the order of their bits.
class Scored {
 public:
  Scored() = default;
  Scored(float score, Xapian::docid id)
      : rank_(std::uint64_t{std::bit_cast<std::uint32_t>(score)} << 32 | static_cast<std::uint32_t>(~id)) {}

  Xapian::docid id() const { return ~static_cast<std::uint32_t>(rank_); }
  float score() const { return std::bit_cast<float>(static_cast<std::uint32_t>(rank_ >> 32)); }
  friend auto operator<=>(const Scored&, const Scored&) = default;

 private:
  std::uint64_t rank_ = 0;
};

// The best `wanted` so far. Gathers twice as many, then drops the worse half: cheaper than a heap, as most
// passages fail the first comparison.
class Best {
 public:
  explicit Best(std::size_t wanted) : wanted_(wanted) {}

  // No passage of a lower score is wanted.
  float bound() const { return wanted_ == 0 ? std::numeric_limits<float>::infinity() : worst_.score(); }
  bool wants(const Scored& scored) const { return wanted_ > 0 && (!full_ || scored > worst_); }
  void add(const Scored& scored) {
    best_.push_back(scored);
    if (best_.size() >= std::max<std::size_t>(2 * wanted_, kLeastGathered)) drop_worse();
  }
  // Makes wants() tell as much as can be known.
  void settle() {
    if (best_.size() >= wanted_) drop_worse();
  }
  std::vector<Xapian::docid> ids() {
    settle();
    std::sort(best_.begin(), best_.end(), std::greater());
    std::vector<Xapian::docid> ids;
    ids.reserve(best_.size());
    for (const Scored& scored : best_) ids.push_back(scored.id());
    return ids;
  }

 private:
  static constexpr std::size_t kLeastGathered = 64;

  void drop_worse() {
    if (wanted_ == 0) return;
    const auto last = best_.begin() + static_cast<std::ptrdiff_t>(wanted_ - 1);
    std::nth_element(best_.begin(), last, best_.end(), std::greater());
    best_.resize(wanted_);
    worst_ = best_.back();
    full_ = true;
  }

  std::size_t wanted_;
  std::vector<Scored> best_;
  Scored worst_{};
  bool full_ = false;
};

// Goes through one segment window by window; `visit(base, matches)` gets each that has any match. Matches are
// living passages but the one of number `excluded` (0: none), in the order of ids unless there are scores.
template <typename Visit>
void for_each_window(const IndexReader::Segment& segment, const CandidateQuery& query, Scores* scores,
                     std::uint64_t excluded, Visit visit) {
  Node root(query, segment);
  const bool only_joins = root.only_joins(), scores_tell = scores && root.scores_tell();
  const std::uint64_t behind_last = std::uint64_t{segment.keys->documents()} + 1;
  auto dead = segment.dead_passages.begin();
  Passages found;
  Matches matches;
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
      const Scored scored(score, ids(base + i));
      if (!best_.wants(scored)) continue;
      best_.add(scored);
      bound = best_.bound();
    }
  }

  void take_accepted(const PassageIds& ids, std::uint64_t base, std::span<const std::uint16_t> matches) {
    waiting_.clear();
    for (const std::uint16_t i : matches) {
      const Scored scored(scores_[i], ids(base + i));
      scores_[i] = 0;
      if (best_.wants(scored) || is_sampled(scored.id())) waiting_.push_back(scored);
    }
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Scored& a, const Scored& b) { return a.id() < b.id(); });
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
  Best best_;
  Scores scores_{};
  std::vector<Scored> waiting_;  // matches of the window that the filter has to be asked about
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
