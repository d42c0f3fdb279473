#include "searcher/segment_query.h"

#include "analysis/schema.h"

namespace kwerenda {
namespace {

using Kind = CandidateQuery::Kind;

// From the first to the last of `found`, which is not empty: elsewhere nobody asks.
Window around(const PassageSet& found, Window window, std::uint64_t base) {
  std::size_t first = 0, last = PassageSet::kWords - 1;
  while (found.words[first] == 0) ++first;
  while (found.words[last] == 0) --last;
  return {std::max(window.begin, base + 64 * first), std::min(window.end, base + 64 * (last + 1))};
}

}  // namespace

SegmentQuery::SegmentQuery(const CandidateQuery& query, const IndexReader::Segment& segment)
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
      for (const SegmentQuery& child : children_) passages_ += child.passages_;
      break;
    case Kind::all:  // the rarest tells where it is worth to look for the others
      std::stable_sort(children_.begin(), children_.end(), [](const SegmentQuery& a, const SegmentQuery& b) {
        return a.passages_ < b.passages_;
      });
      passages_ = children_.front().passages_;
      break;
    case Kind::except:
    case Kind::preferring:
      passages_ = children_.front().passages_;
      break;
  }
}

std::uint64_t SegmentQuery::next(std::uint64_t at) const {
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
      for (const SegmentQuery& child : children_) least = std::min(least, child.next(at));
      return least;
    }
    case Kind::all: {
      std::uint64_t greatest = at;
      for (const SegmentQuery& child : children_) greatest = std::max(greatest, child.next(at));
      return greatest;
    }
    case Kind::except:
    case Kind::preferring:
      return children_.front().next(at);
  }
  return at;
}

void SegmentQuery::match(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores) {
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
      for (SegmentQuery& child : children_) {
        child.join(window, base, found, scores);
      }
      return;
    case Kind::all: {
      children_.front().match(window, base, found, scores);
      for (auto child = children_.begin() + 1; child != children_.end() && !found.empty(); ++child) {
        PassageSet& others = scratch_passages();
        const Window here = around(found, window, base);
        if (child->kind_ == Kind::terms) {
          child->match_terms_of(found, here, base, others, scores);
        } else {
          child->match(here, base, others, scores);
        }
        for (std::size_t i = 0; i < PassageSet::kWords; ++i) found.words[i] &= others.words[i];
      }
      return;
    }
    case Kind::except: {
      children_.front().match(window, base, found, scores);
      if (found.empty()) return;
      PassageSet& unwanted = scratch_passages();
      children_.back().match(around(found, window, base), base, unwanted, nullptr);
      for (std::size_t i = 0; i < PassageSet::kWords; ++i) found.words[i] &= ~unwanted.words[i];
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

void SegmentQuery::match_terms(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores) {
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

// As match_terms(), of the passages in `some` alone, which are few: a look costs less than a mark.
void SegmentQuery::match_terms_of(const PassageSet& some, Window window, std::uint64_t base,
                                  PassageSet& found, WindowScores* scores) {
  const float weight = scores ? weight_ : 0;
  for (PostingCursor& cursor : cursors_) {
    cursor.skip_to(window.begin);
    cursor.each_below(window.end, [&](std::uint64_t docid, std::uint32_t impact) {
      const auto i = static_cast<std::uint32_t>(docid - base);
      if (!some.has(i)) return;
      if (weight != 0) (*scores)[i] += weight * static_cast<float>(impact);
      found.add(i);
    });
  }
}

// As match(), with whatever is in `found` before: a branch scores only where it matches as a whole.
void SegmentQuery::join(Window window, std::uint64_t base, PassageSet& found, WindowScores* scores) {
  if (only_joins()) return match(window, base, found, scores);
  if (!scratch_) scratch_ = std::make_unique<Scratch>();
  PassageSet& matches = scratch_->matches;
  matches.clear();
  if (scores) scratch_->scores.fill(0);
  match(window, base, matches, scores ? &scratch_->scores : nullptr);
  if (scores) matches.each([&](std::uint32_t i) { (*scores)[i] += scratch_->scores[i]; });
  for (std::size_t i = 0; i < PassageSet::kWords; ++i) found.words[i] |= matches.words[i];
}

bool SegmentQuery::scores_tell() const {
  return kind_ == Kind::nothing || (kind_ == Kind::terms && weight_ > 0 && has_impacts_) ||
         (kind_ == Kind::any && std::all_of(children_.begin(), children_.end(),
                                            [](const SegmentQuery& child) { return child.scores_tell(); }));
}

void SegmentQuery::score(Window window, std::uint64_t base, WindowMatches& matches, WindowScores& scores) {
  for (SegmentQuery& child : children_) child.score(window, base, matches, scores);
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

bool SegmentQuery::only_joins() const {
  return kind_ == Kind::nothing || kind_ == Kind::everything || kind_ == Kind::terms ||
         (kind_ == Kind::any && std::all_of(children_.begin(), children_.end(),
                                            [](const SegmentQuery& child) { return child.only_joins(); }));
}

PassageSet& SegmentQuery::scratch_passages() {
  if (!scratch_) scratch_ = std::make_unique<Scratch>();
  scratch_->passages.clear();
  return scratch_->passages;
}

}  // namespace kwerenda
