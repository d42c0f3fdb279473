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
#include "searcher/near_duplicates.h"
#include "searcher/topic_counts.h"

namespace kwerenda {
namespace {

// Verifying reads texts, about 10 µs each: so many at most before the rest is only estimated.
constexpr std::uint32_t kMaxVerified = 20000;
constexpr std::uint32_t kMaxWindow = 10000;  // offset + limit
// Pairs of passages compared for likeness in one search, some 10 µs each.
constexpr std::uint32_t kMaxCompared = 2000;

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
  LeafMask seen = 0;            // words of the query that it has
  LeafMask elsewhere = 0;       // words that it lacks and another candidate of its report has
  std::uint64_t text_hash = 0;  // to fold passages of the same text into one
  Sketch sketch{};              // and nearly the same
  std::uint32_t duplicates = 0;
};

class Search {
 public:
  Search(IndexReader& reader, const CompiledQuery& query, const SearchOptions& options,
         const SearchContext& context, Xapian::docid excluded)
      : reader_(reader),
        query_(query),
        options_(options),
        context_(context),
        excluded_(excluded),
        matcher_(query.patterns, reader.table()),
        ranking_(context.ranking, query.words, query.manner, reader.mean_passage_bytes()),
        wants_sentences_(asks_for_sentences(query.root)),
        streams_can_reject_(!query.needs_report && !wants_sentences_ && is_monotone(query.root)) {}

  SearchResult run() {
    result_.notes = query_.notes;
    for (const QueryTerm& term : query_.terms) {
      result_.words.push_back({term.typed, term.repaired, term.keys, term.passages});
    }
    const std::uint32_t wanted = options_.offset + options_.limit;
    Xapian::Enquire enquire(reader_.database());
    enquire.set_query(filtered(query_.candidates, options_, reader_, context_));
    enquire.set_weighting_scheme(Xapian::TfIdfWeight("ntn"));
    Xapian::MultiValueKeyMaker date;  // reports without a date come last in either order
    date.add_value(kDateSlot, options_.sort == SortOrder::date_newest,
                   options_.sort == SortOrder::date_newest ? "" : "99999999");
    if (options_.sort == SortOrder::date_newest || options_.sort == SortOrder::date_oldest) {
      enquire.set_sort_by_key_then_relevance(&date, false);
    }
    const std::vector<Candidate> picked = collect(enquire, wanted);
    if (options_.facets) count_facets(enquire);
    for (std::size_t i = options_.offset; i < picked.size(); ++i) result_.hits.push_back(hit_of(picked[i]));
    return std::move(result_);
  }

 private:
  // The first `wanted` passages of the result list.
  //
  // The first stage's candidates are taken by the lot (RankingSettings::candidates), verified where the
  // query asks for it, and the second stage orders each of these lots by itself. So a page does not depend on
  // how many pages are asked for: a lot that is added for a later page stands behind those before.
  std::vector<Candidate> collect(Xapian::Enquire& enquire, std::uint32_t wanted) {
    const bool only_counts = wanted == 0;
    if (only_counts && !query_.needs_verification) {
      count_matches(enquire.get_mset(0, 0, reader_.database().get_doccount()));
      return {};
    }
    const std::uint32_t lot_size = options_.sort == SortOrder::report ? kMaxVerified : candidates_wanted();
    std::vector<Candidate> lot;
    Xapian::MSet found = enquire.get_mset(0, lot_size);
    count_matches(found);
    std::uint32_t seen = 0, passed = 0;
    bool exhausted = false;
    std::vector<Xapian::docid> first_lot;  // sorted, once the rest is asked for
    for (std::uint32_t at = 0; only_counts || picked_.size() < wanted; ++at) {
      if (at == lot_size && first_lot.empty() && lot_size < kMaxVerified) {
        // All the rest at once: asking by the lot would search again and again. From the start on: sums of
        // weights are not the same to the last bit in a search for more, and of two equal ones either may
        // come first.
        for (auto known = found.begin(); known != found.end(); ++known) first_lot.push_back(*known);
        std::sort(first_lot.begin(), first_lot.end());
        found = enquire.get_mset(0, kMaxVerified);
        at = 0;
      }
      if (at == found.size()) {
        exhausted = at < kMaxVerified;
        break;
      }
      const Xapian::docid id = *found[at];
      if (std::binary_search(first_lot.begin(), first_lot.end(), id)) continue;
      ++seen;
      const std::optional<Candidate> candidate = judge(id);
      if (!candidate) continue;
      ++passed;
      lot.push_back(*candidate);
      if (lot.size() == lot_size) pick(lot, wanted);
    }
    pick(lot, wanted);
    if (exhausted) {
      result_.matches = passed;
      result_.matches_exact = true;
    } else if (query_.needs_verification) {
      // What was not looked at matches in the proportion of what was.
      result_.matches =
          static_cast<std::uint64_t>(static_cast<double>(result_.matches) * passed / std::max(seen, 1u));
    }
    return std::move(picked_);
  }

  std::uint32_t by_words(std::uint32_t per_word, std::uint32_t least, std::uint32_t most) const {
    return std::min(most, std::max(least, per_word * static_cast<std::uint32_t>(query_.words.size())));
  }
  std::uint32_t candidates_wanted() const {
    const RankingSettings& settings = context_.ranking;
    return std::max(1u,
                    by_words(settings.candidates_per_word, settings.least_candidates, settings.candidates));
  }
  std::uint32_t refined_wanted() const {
    const RankingSettings& settings = context_.ranking;
    return by_words(settings.refined_per_word, settings.least_refined, settings.refined);
  }

  void count_matches(const Xapian::MSet& found) {
    result_.matches = found.get_matches_estimated();
    result_.matches_exact =
        found.get_matches_lower_bound() == found.get_matches_upper_bound() && !query_.needs_verification;
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

  // Fills the body of texts_, for the passage that keys_ is of; title and heading are there.
  void match_body(const StoredPassage& passage) {
    matcher_.match(passage.text, keys_.text, texts_.title.seen | texts_.heading.seen, texts_.body);
  }

  // Fills texts_ for the passage that keys_ is of.
  void read(const StoredPassage& passage, const ReportTexts& report) {
    texts_.title = report.title;
    texts_.heading = heading(passage.heading);
    match_body(passage);
    if (query_.needs_report) {
      texts_.place = report.place;
      texts_.file = report.folded_source;
      texts_.date = report.stored.date;
    }
    if (wants_sentences_) sentences(passage.text, texts_.sentences);
  }

  PassageEvidence evidence(std::size_t bytes, LeafMask elsewhere) const {
    return {&texts_.body, &texts_.title, &texts_.heading, bytes, elsewhere};
  }

  // Scored by the stored key streams; by the text, where it must decide whether the passage matches at all.
  std::optional<Candidate> judge(Xapian::docid id) {
    if (id == excluded_) return std::nullopt;
    reader_.read_keys(id, keys_);
    matcher_.match(keys_.text, texts_.body);
    matcher_.match(keys_.title, texts_.title);
    matcher_.match(keys_.heading, texts_.heading);
    Candidate candidate{.id = id, .report_key = keys_.report_key, .ordinal = keys_.ordinal};
    candidate.text_hash = XXH3_64bits_withSeed(keys_.text.data(), keys_.text.size_bytes(), keys_.text_bytes);
    if (options_.fold_duplicates == FoldDuplicates::on) candidate.sketch = sketch_of(keys_.text);
    if (query_.needs_verification) {
      // Streams match a little too much and never too little: what fails here needs no text.
      if (streams_can_reject_ && !matches(query_.root, texts_)) return std::nullopt;
      if (!read(id)) return std::nullopt;
    }
    const PassageEvidence found = evidence(keys_.text_bytes, 0);
    candidate.score = ranking_.score(found);
    candidate.seen = seen_words(found);
    return candidate;
  }

  // Fills texts_ from the passage's text; whether it matches.
  bool read(Xapian::docid id) {
    reader_.read(id, passage_);
    read(passage_, report(passage_.report_key));
    return matches(query_.root, texts_);
  }

  // A report that has the whole answer is better than one that has a part of it, even where no single passage
  // has it all.
  void add_evidence_of_reports(std::vector<Candidate>& candidates) const {
    std::unordered_map<std::uint64_t, LeafMask> reports;
    for (const Candidate& candidate : candidates) reports[candidate.report_key] |= candidate.seen;
    for (Candidate& candidate : candidates) {
      candidate.elsewhere = reports[candidate.report_key] & ~candidate.seen;
      candidate.score += ranking_.elsewhere(candidate.elsewhere);
    }
  }

  // The best by the key streams are scored again by their texts, which tell the exact forms. Always the same
  // number, so that a later page does not change an earlier one.
  void refine(std::vector<Candidate>& candidates) {
    if (query_.needs_verification) return;
    const auto end = candidates.begin() +
                     static_cast<std::ptrdiff_t>(std::min<std::size_t>(candidates.size(), refined_wanted()));
    for (auto candidate = candidates.begin(); candidate != end; ++candidate) {
      reader_.read_keys(candidate->id, keys_);
      reader_.read(candidate->id, passage_);
      matcher_.match(keys_.title, texts_.title);
      matcher_.match(keys_.heading, texts_.heading);
      match_body(passage_);
      candidate->score = ranking_.score(evidence(passage_.text.size(), candidate->elsewhere));
    }
    std::stable_sort(candidates.begin(), end,
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  }

  void order(std::vector<Candidate>& candidates) {
    switch (options_.sort) {
      case SortOrder::relevance:
        add_evidence_of_reports(candidates);
        std::stable_sort(candidates.begin(), candidates.end(),
                         [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
        refine(candidates);
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

  // Orders a lot, takes of it what grouping and folding leave, and empties it.
  void pick(std::vector<Candidate>& lot, std::uint32_t wanted) {
    order(lot);
    for (const Candidate& candidate : lot) {
      if (options_.fold_duplicates == FoldDuplicates::on) {
        if (const auto same = picked_like(candidate)) {
          ++picked_[*same].duplicates;
          continue;
        }
      }
      if (options_.per_report && per_report_[candidate.report_key] == options_.per_report) continue;
      if (picked_.size() == wanted) continue;
      ++per_report_[candidate.report_key];
      by_text_.emplace(candidate.text_hash, picked_.size());
      by_sketch_.add(candidate.sketch, static_cast<std::uint32_t>(picked_.size()));
      picked_.push_back(candidate);
    }
    lot.clear();
  }

  // The place of the passage picked that has the candidate's text, or nearly so. Nearly so only if it is of
  // another report: one report does not say the same thing twice unless it means two things, as provisions of
  // a statute do.
  std::optional<std::size_t> picked_like(const Candidate& candidate) {
    if (const auto same = by_text_.find(candidate.text_hash); same != by_text_.end()) return same->second;
    std::vector<std::uint32_t> similar;
    by_sketch_.similar_to(candidate.sketch, similar);
    for (const std::uint32_t place : similar) {
      const Candidate& picked = picked_[place];
      if (picked.report_key == candidate.report_key || compared_ == kMaxCompared) continue;
      ++compared_;
      PassageKeys other;
      reader_.read_keys(picked.id, other);
      reader_.read_keys(candidate.id, keys_);
      if (is_near_copy(keys_.text, other.text)) return place;
    }
    return std::nullopt;
  }

  Hit hit_of(const Candidate& candidate) {
    StoredPassage passage;
    reader_.read(candidate.id, passage);
    reader_.read_keys(candidate.id, keys_);
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
    if (options_.explain) explain(candidate, hit);
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

  void explain(const Candidate& candidate, Hit& hit) const {
    std::vector<double> shares(query_.words.size());
    ranking_.score(evidence(hit.text.size(), candidate.elsewhere), shares);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      hit.explanation.push_back({query_.terms[i].typed, query_.terms[i].keys, shares[i]});
    }
  }

  // Passages of a report have increasing document numbers, but not always neighbouring ones.
  void add_neighbours(const Candidate& candidate, Hit& hit) {
    const std::vector<Xapian::docid> ids = reader_.passages_of(candidate.report_key);
    const auto here = std::find(ids.begin(), ids.end(), candidate.id);
    const auto add = [&](auto first, auto last, std::string& side) {
      for (; first != last; ++first) {
        if (!side.empty()) side += "\n\n";
        reader_.read(*first, passage_);
        side += passage_.text;
      }
    };
    add(here - std::min<std::ptrdiff_t>(options_.context, here - ids.begin()), here, hit.before);
    add(here + 1, here + 1 + std::min<std::ptrdiff_t>(options_.context, ids.end() - here - 1), hit.after);
  }

  void count_facets(Xapian::Enquire& enquire) {
    std::unordered_map<std::uint64_t, std::uint32_t> counts;
    MatchSet all{enquire.get_query(), query_.needs_verification, {}};
    if (query_.needs_verification) {
      const Xapian::MSet found = enquire.get_mset(0, kMaxVerified);
      for (auto it = found.begin(); it != found.end(); ++it) {
        if (const auto candidate = judge(*it)) {
          ++counts[candidate->report_key];
          all.ids.push_back(candidate->id);
        }
      }
      std::sort(all.ids.begin(), all.ids.end());
    } else {
      Xapian::ValueCountMatchSpy spy(kReportSlot);
      enquire.add_matchspy(&spy);
      enquire.get_mset(0, 0, reader_.database().get_doccount());
      enquire.clear_matchspies();
      for (auto it = spy.values_begin(); it != spy.values_end(); ++it)
        counts[decode_report_key(*it)] = it.get_termfreq();
    }
    std::map<std::string, std::uint32_t> reports, months, places;
    for (const auto& [key, passages] : counts) {
      const StoredReport stored = reader_.report(key);
      reports[stored.id] += passages;
      if (stored.date)
        months[fmt::format("{:04}-{:02}", stored.date / 10000, stored.date / 100 % 100)] += passages;
      if (!stored.place.empty()) places[stored.place] += passages;
    }
    result_.by_report = most_frequent(reports);
    result_.by_month = most_frequent(months);
    result_.by_place = most_frequent(places);
    std::map<std::string, std::uint32_t> topics;
    const std::vector<std::uint32_t> of_topics = count_topics(reader_, all, context_.topics, context_);
    for (std::size_t i = 0; i < of_topics.size(); ++i) {
      if (of_topics[i]) topics[context_.topics[i].name] = of_topics[i];
    }
    result_.by_topic = most_frequent(topics);
  }

  static std::vector<FacetCount> most_frequent(const std::map<std::string, std::uint32_t>& counts) {
    std::vector<FacetCount> facets;
    for (const auto& [value, passages] : counts) facets.push_back({value, passages});
    std::stable_sort(facets.begin(), facets.end(),
                     [](const FacetCount& a, const FacetCount& b) { return a.passages > b.passages; });
    return facets;
  }

  IndexReader& reader_;
  const CompiledQuery& query_;
  const SearchOptions& options_;
  const SearchContext& context_;
  Xapian::docid excluded_;
  PassageMatcher matcher_;
  Ranking ranking_;
  bool wants_sentences_;
  bool streams_can_reject_;
  PassageKeys keys_;
  StoredPassage passage_;
  PassageTexts texts_;
  std::unordered_map<std::uint64_t, ReportTexts> reports_;
  std::unordered_map<std::string, MatchedText> headings_;
  std::vector<Candidate> picked_;
  std::unordered_map<std::uint64_t, std::uint32_t> per_report_;  // picked, by report
  std::unordered_map<std::uint64_t, std::size_t> by_text_;       // the picked one, by text
  SketchIndex by_sketch_;                                        // the picked ones
  std::uint32_t compared_ = 0;
  SearchResult result_;
};

}  // namespace

std::string citation_of(std::string_view report_id, std::uint32_t ordinal) {
  return fmt::format("{}#p{}", printable(report_id), ordinal);
}

Xapian::Query filtered(Xapian::Query query, const SearchOptions& options, const IndexReader& reader,
                       const SearchContext& context) {
  std::vector<Xapian::Query> filters;
  if (options.date_from || options.date_to) {
    filters.push_back(date_query(
        {static_cast<int>(options.date_from), options.date_to ? static_cast<int>(options.date_to) : kOpenEnd},
        reader.vocabulary().years()));
  }
  if (!options.place.empty()) {
    std::vector<Token> tokens;
    tokenize(options.place, tokens);
    if (tokens.empty()) filters.push_back(Xapian::Query::MatchNothing);
    ResolveSettings resolve;
    resolve.repair = options.repair == Repair::on;
    for (const Token& token : tokens) {
      const std::string_view surface =
          std::string_view(options.place).substr(token.begin, token.end - token.begin);
      std::vector<std::string> terms;
      for (const std::string& key : resolve_word(surface, *context.keys, context.lists->stop,
                                                 context.lists->question, reader.vocabulary(), resolve)
                                        .keys) {
        terms.push_back(kPlacePrefix + key);
      }
      filters.emplace_back(Xapian::Query::OP_OR, terms.begin(), terms.end());
    }
  }
  for (const Xapian::Query& filter : filters) query = Xapian::Query(Xapian::Query::OP_FILTER, query, filter);
  return reader.of_the_living(query);
}

SearchResult search_index(IndexReader& reader, const QueryNode& root, std::string_view text,
                          const SearchOptions& options, const SearchContext& context,
                          Xapian::docid excluded) {
  if (std::uint64_t{options.offset} + options.limit > kMaxWindow) {
    throw Error(ErrorKind::limit, fmt::format("offset + limit = {}, a najwyżej może być {}. Zawęź zapytanie.",
                                              std::uint64_t{options.offset} + options.limit, kMaxWindow));
  }
  CompileSettings settings;
  settings.ranking = context.ranking;
  settings.repair = options.repair == Repair::on;
  settings.thesaurus = context.thesaurus;
  const CompiledQuery query =
      compile_query(root, text, *context.keys, *context.lists, reader.vocabulary(), settings);
  return Search(reader, query, options, context, excluded).run();
}

}  // namespace kwerenda
