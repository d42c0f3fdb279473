// How many of a query's matches touch each topic: facets, and the matrix of reports and topics.
//
// A topic's single words are postings, which the index counts; its phrases have to be looked at. So a topic
// is taken apart: matches that hold one of its words are counted without reading anything. Of those that hold
// the words of a phrase and no single word the key streams are looked at, and where the phrase seems to be
// there, the texts. At most kMostReadForTopics texts are read in all; what is left beyond it counts in the
// proportion of what was read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "searcher/index_reader.h"
#include "searcher/search.h"
#include "searcher/topics.h"

namespace kwerenda {

inline constexpr std::uint32_t kMostReadForTopics = 20000;

// A query's matches: all that the index finds for it, or of these the ones in `ids`.
struct MatchSet {
  CandidateQuery query;
  bool only_ids = false;
  std::vector<Xapian::docid> ids;  // sorted
  Xapian::docid excluded = 0;      // that the index finds and that is none; 0: no such

  // Of what `query` finds.
  bool holds(Xapian::docid id) const {
    return id != excluded && (!only_ids || std::binary_search(ids.begin(), ids.end(), id));
  }
};

// By topic, in the topics' order. Runs over the reader's present state. Throws Error{corrupt}.
std::vector<std::uint32_t> count_topics(IndexReader& reader, const MatchSet& matches,
                                        std::span<const Topic> topics, const SearchContext& context);

// Passages of each report that match the topic, by report key.
std::unordered_map<std::uint64_t, std::uint32_t> count_reports_of_topic(IndexReader& reader,
                                                                        const Topic& topic,
                                                                        const MatchSet& matches,
                                                                        const SearchContext& context);

}  // namespace kwerenda
