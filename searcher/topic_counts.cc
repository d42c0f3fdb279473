#include "searcher/topic_counts.h"

#include <algorithm>
#include <map>

#include "analysis/schema.h"
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

  // Each match that holds one of the topic's single words, or enough of them to count.
  Xapian::Query certain() const {
    return has_words_ ? both(matches_.query, words_.candidates) : Xapian::Query::MatchNothing;
  }
  // Matches that may hold a phrase and hold no single word.
  Xapian::Query uncertain() const {
    const Xapian::Query query = both(matches_.query, whole_.candidates);
    return has_words_ ? Xapian::Query(Xapian::Query::OP_AND_NOT, query, words_.candidates) : query;
  }

  bool is_wanted(Xapian::docid id) const {
    return !matches_.only_ids || std::binary_search(matches_.ids.begin(), matches_.ids.end(), id);
  }

  // The uncertain ones that are of the topic, by their texts; reads `budget` at most and takes them off.
  // `scale` is what their number is to be multiplied by for those not read.
  std::vector<Xapian::docid> decided(std::uint32_t& budget, double& scale) {
    std::vector<Xapian::docid> found;
    scale = 1;
    if (!whole_.needs_verification) return found;
    PassageMatcher matcher(whole_.patterns, reader_.table());
    PassageTexts texts;
    StoredPassage passage;
    std::map<std::uint64_t, MatchedText> titles;
    Xapian::Enquire enquire = unranked(uncertain());
    const Xapian::MSet candidates = enquire.get_mset(0, budget, reader_.database().get_doccount());
    std::uint32_t read = 0;
    for (auto it = candidates.begin(); it != candidates.end(); ++it) {
      if (!is_wanted(*it)) continue;
      ++read;
      reader_.read(*it, passage);
      matcher.match(passage.text, texts.body);
      matcher.match(passage.heading, texts.heading);
      const auto [title, is_new] = titles.try_emplace(passage.report_key);
      if (is_new) matcher.match(reader_.report(passage.report_key).title, title->second);
      texts.title = title->second;
      if (matches(whole_.root, texts)) found.push_back(*it);
    }
    budget -= std::min(budget, read);
    if (candidates.size() > 0 && candidates.get_matches_estimated() > candidates.size()) {
      scale = static_cast<double>(candidates.get_matches_estimated()) / candidates.size();
    }
    return found;
  }

  Xapian::Enquire unranked(const Xapian::Query& query) const {
    Xapian::Enquire enquire(reader_.database());
    enquire.set_query(query);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    return enquire;
  }

 private:
  static Xapian::Query both(const Xapian::Query& a, const Xapian::Query& b) {
    return Xapian::Query(Xapian::Query::OP_FILTER, a, b);
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
    Xapian::Enquire enquire = of_topic.unranked(of_topic.certain());
    std::uint32_t count = 0;
    if (!matches.only_ids) {
      count = enquire.get_mset(0, 0, reader.database().get_doccount()).get_matches_estimated();
    } else {
      const Xapian::MSet found = enquire.get_mset(0, reader.database().get_doccount());
      for (auto it = found.begin(); it != found.end(); ++it) count += of_topic.is_wanted(*it);
    }
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
  Xapian::ValueCountMatchSpy spy(kReportSlot);
  Xapian::Enquire enquire = of_topic.unranked(of_topic.certain());
  enquire.add_matchspy(&spy);
  enquire.get_mset(0, 0, reader.database().get_doccount());
  for (auto it = spy.values_begin(); it != spy.values_end(); ++it)
    counts[decode_report_key(*it)] = it.get_termfreq();
  std::uint32_t budget = kMostReadForTopics;
  double scale = 1;
  for (const Xapian::docid id : of_topic.decided(budget, scale)) {
    PassageKeys keys;
    reader.read_keys(id, keys);
    ++counts[keys.report_key];
  }
  return counts;
}

}  // namespace kwerenda
