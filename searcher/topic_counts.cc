#include "searcher/topic_counts.h"

#include <algorithm>
#include <map>

#include "searcher/candidate_scan.h"
#include "searcher/compiled_query.h"

namespace kwerenda {
namespace {

// All the terms of a topic as one aspect: for counting it is all the same which of them is there.
CompiledQuery compiled(const std::vector<QueryNode>& terms, IndexReader& reader,
                       const SearchContext& context) {
  QueryNode aspect;
  aspect.kind = NodeKind::aspect;
  aspect.children = terms;
  QueryNode root;
  root.kind = NodeKind::topic;
  root.children.push_back(std::move(aspect));
  CompileSettings settings;
  settings.repair = false;
  return compile_query(root, "", *context.keys, *context.lists, reader.vocabulary(), settings);
}

class TopicMatches {
 public:
  TopicMatches(IndexReader& reader, const Topic& topic, const MatchSet& matches, const SearchContext& context)
      : reader_(reader), matches_(matches) {
    std::vector<QueryNode> all, words;
    for (const TopicAspect& aspect : topic.aspects) {
      for (const QueryNode& term : aspect.terms) {
        all.push_back(term);
        if (term.kind == NodeKind::word && term.match == WordMatch::lemma) words.push_back(term);
      }
    }
    whole_ = compiled(all, reader, context);
    if (words.empty()) return;
    words_ = compiled(words, reader, context);
    // "15/2024" is one word and a run of two all the same.
    has_words_ = words_.patterns.front().phrases.empty() && !words_.patterns.front().keys.empty();
  }

  // Calls `visit` with each match that holds one of the topic's single words, enough to count.
  template <typename Visit>
  void for_each_certain(Visit visit) const {
    if (!has_words_) return;
    for_each_candidate(reader_, both(matches_.query, words_.candidates), [&](Xapian::docid id) {
      if (matches_.holds(id)) visit(id);
    });
  }

  // The uncertain ones that are of the topic, by their key streams and then their texts; reads `budget` texts
  // at most and takes them off. `scale` is what their number is to be multiplied by for those not read.
  std::vector<Xapian::docid> decided(std::uint32_t& budget, double& scale) {
    std::vector<Xapian::docid> found;
    scale = 1;
    if (!whole_.needs_verification) return found;
    PassageMatcher matcher(whole_.patterns, reader_.table());
    PassageTexts texts;
    StoredPassage passage;
    std::map<std::uint64_t, MatchedText> titles;
    PassageKeys keys;
    std::uint32_t likely = 0, read = 0;
    for_each_candidate(reader_, uncertain_matches(), [&](Xapian::docid id) {
      if (!matches_.holds(id)) return;
      // Streams match a little too much and never too little: what fails here needs no text.
      reader_.read_keys(id, keys);
      matcher.match(keys.text, texts.body);
      matcher.match(keys.title, texts.title);
      matcher.match(keys.heading, texts.heading);
      if (!matches(whole_.root, texts)) return;
      ++likely;
      if (read == budget) return;
      ++read;
      reader_.read(id, passage);
      matcher.match(passage.text, keys.text, texts.body);
      matcher.match(passage.heading, texts.heading);
      const auto [title, is_new] = titles.try_emplace(passage.report_key);
      if (is_new) matcher.match(reader_.report(passage.report_key).title, title->second);
      texts.title = title->second;
      if (matches(whole_.root, texts)) found.push_back(id);
    });
    budget -= read;
    if (read > 0) scale = static_cast<double>(likely) / read;
    return found;
  }

 private:
  // Matches that may hold a phrase and hold no single word.
  CandidateQuery uncertain_matches() const {
    CandidateQuery query = both(matches_.query, whole_.candidates);
    return has_words_ ? CandidateQuery::except(std::move(query), words_.candidates) : query;
  }

  static CandidateQuery both(const CandidateQuery& a, const CandidateQuery& b) {
    return CandidateQuery::all({a, b});
  }

  IndexReader& reader_;
  const MatchSet& matches_;
  CompiledQuery whole_, words_;
  bool has_words_ = false;
};

}  // namespace

std::vector<std::uint32_t> count_topics(IndexReader& reader, const MatchSet& matches,
                                        std::span<const Topic> topics, const SearchContext& context) {
  std::vector<std::uint32_t> counts;
  std::uint32_t budget = kMostReadForTopics;
  for (const Topic& topic : topics) {
    TopicMatches of_topic(reader, topic, matches, context);
    std::uint32_t count = 0;
    of_topic.for_each_certain([&](Xapian::docid) { ++count; });
    double scale = 1;
    const std::size_t decided = of_topic.decided(budget, scale).size();
    counts.push_back(count + static_cast<std::uint32_t>(static_cast<double>(decided) * scale));
  }
  return counts;
}

std::unordered_map<std::uint64_t, std::uint32_t> count_reports_of_topic(IndexReader& reader,
                                                                        const Topic& topic,
                                                                        const MatchSet& matches,
                                                                        const SearchContext& context) {
  std::unordered_map<std::uint64_t, std::uint32_t> counts;
  TopicMatches of_topic(reader, topic, matches, context);
  of_topic.for_each_certain([&](Xapian::docid id) { ++counts[reader.report_of(id)]; });
  std::uint32_t budget = kMostReadForTopics;
  double scale = 1;
  for (const Xapian::docid id : of_topic.decided(budget, scale)) {
    ++counts[reader.report_of(id)];
  }
  return counts;
}

}  // namespace kwerenda
