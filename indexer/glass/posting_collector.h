// Tokens in, postings out: groups the terms of one document. For each token a few memory accesses and no
// search, since terms are numbers.
//
//   PostingCollector collector;
//   for (…) collector.add(term, position);
//   shard.add(docid, collector.postings(), data);
//   collector.clear();
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "indexer/glass/bulk_builder.h"

namespace kwerenda::glass {

// Belongs to one shard, whose term numbers it sees. One thread at a time.
class PostingCollector {
 public:
  // An occurrence at a position. Positions of one term must not fall; the same one again counts in wdf alone.
  void add(TermId term, std::uint32_t position) {
    const std::uint32_t at = entry(term);
    ++postings_[at].wdf;
    if (entries_[at].positions > 0 && entries_[at].last == position) return;
    entries_[at].last = position;
    ++entries_[at].positions;
    occurrences_.push_back({at, position});
  }
  // `wdf` occurrences at no position.
  void add_without_position(TermId term, std::uint32_t wdf = 1) { postings_[entry(term)].wdf += wdf; }

  // What was added since clear(), in order of first occurrence. Good until the next call of anything but
  // this.
  std::span<const Posting> postings();

  void clear();

 private:
  struct Entry {
    std::uint32_t positions = 0;
    std::uint32_t last = 0;
    std::uint32_t begin = 0;
  };
  struct Occurrence {
    std::uint32_t entry;
    std::uint32_t position;
  };
  struct Place {
    std::uint32_t document = 0;
    std::uint32_t entry = 0;
  };

  std::uint32_t entry(TermId term) {
    if (term >= places_.size()) places_.resize(std::max<std::size_t>(1024, std::size_t{term} + term / 2 + 1));
    Place& place = places_[term];
    if (place.document != document_) {
      place = {document_, static_cast<std::uint32_t>(postings_.size())};
      postings_.push_back({term, 0, {}});
      entries_.emplace_back();
    }
    return place.entry;
  }

  std::uint32_t document_ = 1;
  std::vector<Place> places_;  // by term
  std::vector<Posting> postings_;
  std::vector<Entry> entries_;  // beside postings_
  std::vector<Occurrence> occurrences_;
  std::vector<std::uint32_t> positions_;
};

}  // namespace kwerenda::glass
