#include "indexer/glass/posting_collector.h"

namespace kwerenda::glass {

std::span<const Posting> PostingCollector::postings() {
  positions_.resize(occurrences_.size());
  std::uint32_t end = 0;
  for (Entry& entry : entries_) {
    entry.begin = end;
    end += entry.positions;
  }
  for (const Occurrence& occurrence : occurrences_)
    positions_[entries_[occurrence.entry].begin++] = occurrence.position;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    postings_[i].positions = {positions_.data() + (entry.begin - entry.positions), entry.positions};
  }
  return postings_;
}

void PostingCollector::clear() {
  postings_.clear();
  entries_.clear();
  occurrences_.clear();
  if (++document_ == 0) {  // after 2^32 documents the marks repeat
    places_.assign(places_.size(), {});
    document_ = 1;
  }
}

}  // namespace kwerenda::glass
