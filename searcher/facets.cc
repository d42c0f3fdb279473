#include "searcher/facets.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "searcher/candidate_scan.h"

namespace kwerenda {
namespace {

std::vector<FacetCount> most_frequent(const std::map<std::string, std::uint32_t>& counts) {
  std::vector<FacetCount> facets;
  for (const auto& [value, passages] : counts) facets.push_back({value, passages});
  std::stable_sort(facets.begin(), facets.end(),
                   [](const FacetCount& a, const FacetCount& b) { return a.passages > b.passages; });
  return facets;
}

}  // namespace

void count_facets(IndexReader& reader, const MatchSet& matches, const SearchContext& context,
                  SearchResult& result) {
  std::unordered_map<std::uint64_t, std::uint32_t> counts;
  const auto count = [&](Xapian::docid id) { ++counts[reader.report_of(id)]; };
  if (matches.only_ids) {
    for (const Xapian::docid id : matches.ids) count(id);
  } else {
    for_each_candidate(reader, matches.query, [&](Xapian::docid id) {
      if (matches.holds(id)) count(id);
    });
  }
  std::map<std::string, std::uint32_t> reports, months, places, topics;
  for (const auto& [key, passages] : counts) {
    const StoredReport stored = reader.report(key);
    reports[stored.id] += passages;
    if (stored.date)
      months[fmt::format("{:04}-{:02}", stored.date / 10000, stored.date / 100 % 100)] += passages;
    if (!stored.place.empty()) places[stored.place] += passages;
  }
  const std::vector<std::uint32_t> of_topics = count_topics(reader, matches, context.topics, context);
  for (std::size_t i = 0; i < of_topics.size(); ++i) {
    if (of_topics[i]) topics[context.topics[i].name] = of_topics[i];
  }
  result.by_report = most_frequent(reports);
  result.by_month = most_frequent(months);
  result.by_place = most_frequent(places);
  result.by_topic = most_frequent(topics);
}

}  // namespace kwerenda
