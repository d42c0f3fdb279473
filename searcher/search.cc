#include "searcher/search.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/schema.h"
#include "analysis/sentences.h"
#include "analysis/tokenizer.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// Verifying reads texts, about 10 µs each: so many at most before the rest is only estimated.
constexpr std::uint32_t kMaxVerified = 20000;
constexpr std::uint32_t kVerifyBatch = 500;
constexpr std::uint32_t kMaxWindow = 10000;   // offset + limit

struct ReportTexts {
  StoredReport stored;
  MatchedText title, place;
  std::string folded_source;
};

struct Candidate {
  Xapian::docid id = 0;
  double score = 0;
  std::uint64_t report_key = 0;
  std::uint32_t ordinal = 0;
  std::uint64_t text_hash = 0;   // of the folded words, to fold passages of the same words into one
  std::uint32_t duplicates = 0;
};

class Search {
 public:
  Search(IndexReader& reader, const CompiledQuery& query, const SearchOptions& options, const SearchContext& context)
      : reader_(reader), query_(query), options_(options), context_(context), matcher_(query.patterns, reader.table()),
        ranking_(context.ranking, query.words, reader.mean_passage_bytes()), wants_sentences_(asks_for_sentences(query.root)) {}

  SearchResult run() {
    result_.notes = query_.notes;
    for (const QueryTerm& term : query_.terms) {
      result_.words.push_back({term.typed, term.repaired, term.keys, term.passages});
    }
    const std::uint32_t wanted = options_.offset + options_.limit;
    Xapian::Enquire enquire(reader_.database());
    enquire.set_query(filtered(query_.candidates));
    enquire.set_weighting_scheme(Xapian::TfIdfWeight("ntn"));
    if (options_.sort == SortOrder::date_newest || options_.sort == SortOrder::date_oldest) {
      enquire.set_sort_by_value_then_relevance(kDateSlot, options_.sort == SortOrder::date_newest);
    }
    std::vector<Candidate> candidates = collect(enquire, wanted);
    if (options_.facets) count_facets(enquire);
    order(candidates);
    pick(candidates, wanted);
    for (std::size_t i = options_.offset; i < candidates.size(); ++i) result_.hits.push_back(hit_of(candidates[i]));
    return std::move(result_);
  }

 private:
  Xapian::Query filtered(Xapian::Query query) const {
    std::vector<Xapian::Query> filters;
    if (options_.date_from || options_.date_to) {
      filters.push_back(date_query({static_cast<int>(options_.date_from), options_.date_to ? static_cast<int>(options_.date_to) : kOpenEnd}));
    }
    if (!options_.place.empty()) {
      std::vector<Token> tokens;
      tokenize(options_.place, tokens);
      std::vector<Key> keys;
      for (const Token& token : tokens) {
        context_.keys->query_keys_of(std::string_view(options_.place).substr(token.begin, token.end - token.begin), keys);
        std::vector<std::string> terms;
        for (const Key& key : keys) terms.push_back(kPlacePrefix + key.text);
        filters.emplace_back(Xapian::Query::OP_OR, terms.begin(), terms.end());
      }
    }
    for (const Xapian::Query& filter : filters) query = Xapian::Query(Xapian::Query::OP_FILTER, query, filter);
    return query;
  }

  // The best candidates of the first stage, verified where the query asks for it, with the scores of the second.
  std::vector<Candidate> collect(Xapian::Enquire& enquire, std::uint32_t wanted) {
    std::vector<Candidate> candidates;
    if (wanted == 0) {
      count_matches(enquire.get_mset(0, 0, reader_.database().get_doccount()));
      return candidates;
    }
    const std::uint32_t enough = std::max(context_.ranking.candidates, wanted);
    std::unordered_map<std::uint64_t, std::uint32_t> per_report;
    std::uint32_t useful = 0, seen = 0, passed = 0;
    for (std::uint32_t batch = enough;; batch = std::max(kVerifyBatch, batch)) {
      const Xapian::MSet found = enquire.get_mset(seen, batch);
      if (seen == 0) count_matches(found);
      for (auto it = found.begin(); it != found.end(); ++it) {
        std::optional<Candidate> candidate = judge(*it);
        if (!candidate) continue;
        ++passed;
        if (options_.per_report == 0 || ++per_report[candidate->report_key] <= options_.per_report) ++useful;
        candidates.push_back(*candidate);
      }
      seen += found.size();
      const bool exhausted = found.size() < batch;
      if (exhausted || useful >= enough || seen >= kMaxVerified) {
        if (query_.needs_verification) {
          // What was not looked at matches in the proportion of what was.
          result_.matches_exact = exhausted;
          result_.matches = exhausted ? passed : static_cast<std::uint64_t>(static_cast<double>(result_.matches) * passed / std::max(seen, 1u));
        }
        return candidates;
      }
    }
  }

  void count_matches(const Xapian::MSet& found) {
    result_.matches = found.get_matches_estimated();
    result_.matches_exact = found.get_matches_lower_bound() == found.get_matches_upper_bound() && !query_.needs_verification;
  }

  const ReportTexts& report(std::uint64_t key) {
    auto [known, is_new] = reports_.try_emplace(key);
    ReportTexts& texts = known->second;
    if (is_new) {
      texts.stored = reader_.report(key);
      matcher_.match(texts.stored.title, texts.title);
      if (query_.needs_report) {
        matcher_.match(texts.stored.place, texts.place);
        texts.folded_source = folded(texts.stored.source);
      }
    }
    return texts;
  }

  const MatchedText& heading(const std::string& text) {
    auto [known, is_new] = headings_.try_emplace(text);
    if (is_new) matcher_.match(text, known->second);
    return known->second;
  }

  // Fills texts_ for a passage.
  void read(const StoredPassage& passage, const ReportTexts& report) {
    matcher_.match(passage.text, texts_.body);
    texts_.title = report.title;
    texts_.heading = heading(passage.heading);
    if (query_.needs_report) {
      texts_.place = report.place;
      texts_.file = report.folded_source;
      texts_.date = report.stored.date;
    }
    if (wants_sentences_) sentences(passage.text, texts_.sentences);
  }

  PassageEvidence evidence(std::size_t bytes) const { return {&texts_.body, &texts_.title, &texts_.heading, bytes}; }

  std::optional<Candidate> judge(Xapian::docid id) {
    const StoredPassage passage = reader_.passage(id);
    const ReportTexts& texts = report(passage.report_key);
    read(passage, texts);
    if (query_.needs_verification && !matches(query_.root, texts_)) return std::nullopt;
    Candidate candidate{.id = id, .report_key = passage.report_key, .ordinal = passage.ordinal};
    candidate.score = ranking_.score(evidence(passage.text.size()));
    candidate.text_hash = XXH3_64bits(passage.text.data(), passage.text.size());
    return candidate;
  }

  void order(std::vector<Candidate>& candidates) {
    switch (options_.sort) {
      case SortOrder::relevance:
        std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
        return;
      case SortOrder::report:
        std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
          const std::string &x = report(a.report_key).stored.id, &y = report(b.report_key).stored.id;
          return x != y ? x < y : a.ordinal < b.ordinal;
        });
        return;
      case SortOrder::date_newest:
      case SortOrder::date_oldest:
        return;  // Xapian's order stands
    }
  }

  // Groups, folds and cuts to the page.
  void pick(std::vector<Candidate>& candidates, std::uint32_t wanted) {
    std::unordered_map<std::uint64_t, std::uint32_t> per_report;
    std::unordered_map<std::uint64_t, std::size_t> by_text;
    std::vector<Candidate> picked;
    for (const Candidate& candidate : candidates) {
      if (options_.fold_duplicates == FoldDuplicates::on) {
        if (const auto same = by_text.find(candidate.text_hash); same != by_text.end()) {
          ++picked[same->second].duplicates;
          continue;
        }
      }
      if (options_.per_report && per_report[candidate.report_key] == options_.per_report) continue;
      if (picked.size() == wanted) continue;
      ++per_report[candidate.report_key];
      by_text.emplace(candidate.text_hash, picked.size());
      picked.push_back(candidate);
    }
    candidates.swap(picked);
  }

  Hit hit_of(const Candidate& candidate) {
    const StoredPassage passage = reader_.passage(candidate.id);
    const ReportTexts& texts = report(candidate.report_key);
    read(passage, texts);
    Hit hit;
    hit.report_id = texts.stored.id;
    hit.source = texts.stored.source;
    hit.title = texts.stored.title;
    hit.place = texts.stored.place;
    hit.url = texts.stored.url;
    hit.date = texts.stored.date;
    hit.ordinal = passage.ordinal;
    hit.citation = citation_of(hit.report_id, hit.ordinal);
    hit.begin = passage.begin;
    hit.end = passage.begin + passage.text.size();
    hit.heading = passage.heading;
    hit.text = passage.text;
    hit.score = candidate.score;
    hit.duplicates = candidate.duplicates;
    add_highlights(hit);
    if (options_.context) add_neighbours(candidate, hit);
    if (options_.explain) explain(hit);
    return hit;
  }

  void add_highlights(Hit& hit) const {
    std::uint32_t at = 0, code_points = 0;
    const auto advance = [&](std::uint32_t to) {
      for (; at < to; ++at) code_points += (static_cast<unsigned char>(hit.text[at]) & 0xc0) != 0x80;
      return code_points;
    };
    for (const TokenSpan& span : highlighted_tokens(query_.root, texts_)) {
      Highlight highlight;
      highlight.begin = texts_.body.tokens[span.begin].begin;
      highlight.end = texts_.body.tokens[span.end - 1].end;
      highlight.begin_code_point = advance(highlight.begin);
      highlight.end_code_point = advance(highlight.end);
      hit.highlights.push_back(highlight);
    }
  }

  void explain(Hit& hit) const {
    std::vector<double> shares(query_.words.size());
    ranking_.score(evidence(hit.text.size()), shares);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      hit.explanation.push_back({query_.terms[i].typed, query_.terms[i].keys, shares[i]});
    }
  }

  // Passages of a report have increasing document numbers, but not always neighbouring ones.
  void add_neighbours(const Candidate& candidate, Hit& hit) const {
    const std::string term = kReportPrefix + encode_report_key(candidate.report_key);
    for (auto it = reader_.database().postlist_begin(term); it != reader_.database().postlist_end(term); ++it) {
      const StoredPassage other = reader_.passage(*it);
      if (other.ordinal == candidate.ordinal || other.ordinal + options_.context < candidate.ordinal ||
          other.ordinal > candidate.ordinal + options_.context) {
        continue;
      }
      std::string& side = other.ordinal < candidate.ordinal ? hit.before : hit.after;
      if (!side.empty()) side += "\n\n";
      side += other.text;
    }
  }

  void count_facets(Xapian::Enquire& enquire) {
    std::unordered_map<std::uint64_t, std::uint32_t> counts;
    if (query_.needs_verification) {
      const Xapian::MSet found = enquire.get_mset(0, kMaxVerified);
      for (auto it = found.begin(); it != found.end(); ++it) {
        if (const auto candidate = judge(*it)) ++counts[candidate->report_key];
      }
    } else {
      Xapian::ValueCountMatchSpy spy(kReportSlot);
      enquire.add_matchspy(&spy);
      enquire.get_mset(0, 0, reader_.database().get_doccount());
      enquire.clear_matchspies();
      for (auto it = spy.values_begin(); it != spy.values_end(); ++it) counts[decode_report_key(*it)] = it.get_termfreq();
    }
    std::map<std::string, std::uint32_t> reports, months, places;
    for (const auto& [key, passages] : counts) {
      const StoredReport stored = reader_.report(key);
      reports[stored.id] += passages;
      if (stored.date) months[fmt::format("{:04}-{:02}", stored.date / 10000, stored.date / 100 % 100)] += passages;
      if (!stored.place.empty()) places[stored.place] += passages;
    }
    result_.by_report = most_frequent(reports);
    result_.by_month = most_frequent(months);
    result_.by_place = most_frequent(places);
  }

  static std::vector<FacetCount> most_frequent(const std::map<std::string, std::uint32_t>& counts) {
    std::vector<FacetCount> facets;
    for (const auto& [value, passages] : counts) facets.push_back({value, passages});
    std::stable_sort(facets.begin(), facets.end(), [](const FacetCount& a, const FacetCount& b) { return a.passages > b.passages; });
    return facets;
  }

  IndexReader& reader_;
  const CompiledQuery& query_;
  const SearchOptions& options_;
  const SearchContext& context_;
  PassageMatcher matcher_;
  Ranking ranking_;
  bool wants_sentences_;
  PassageTexts texts_;
  std::unordered_map<std::uint64_t, ReportTexts> reports_;
  std::unordered_map<std::string, MatchedText> headings_;
  SearchResult result_;
};

}  // namespace

std::string citation_of(std::string_view report_id, std::uint32_t ordinal) { return fmt::format("{}#p{}", printable(report_id), ordinal); }

SearchResult search_index(IndexReader& reader, const QueryNode& root, std::string_view text, const SearchOptions& options,
                          const SearchContext& context) {
  if (std::uint64_t{options.offset} + options.limit > kMaxWindow) {
    throw Error(ErrorKind::limit, fmt::format("offset + limit = {}, a najwyżej może być {}. Zawęź zapytanie.",
                                              std::uint64_t{options.offset} + options.limit, kMaxWindow));
  }
  CompileSettings settings;
  settings.ranking = context.ranking;
  settings.repair = options.repair == Repair::on;
  const CompiledQuery query = compile_query(root, text, *context.keys, *context.lists, reader.vocabulary(), settings);
  return Search(reader, query, options, context).run();
}

}  // namespace kwerenda
