#include "searcher/search.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/sentences.h"
#include "analysis/tokenizer.h"
#include "analysis/utf8.h"
#include "searcher/candidate_scan.h"
#include "searcher/date_terms.h"
#include "searcher/facets.h"
#include "searcher/near_duplicates.h"

namespace kwerenda {
namespace {

// Verifying reads texts, about 10 µs each: so many at most before the rest is only estimated.
constexpr std::uint32_t kMaxVerified = 20000;
constexpr std::uint32_t kMaxWindow = 10000;  // offset + limit
// Pairs of passages compared for likeness in one search, some 10 µs each.
constexpr std::uint32_t kMaxCompared = 2000;
constexpr std::size_t kMostKept = 256;  // texts that are kept for the hits

struct ReportTexts {
  StoredReport stored;
  bool matched = false;  // what follows is filled
  MatchedText title, place;
  std::string folded_source;
};

// A passage whose text the second stage has read.
struct ReadPassage {
  StoredPassage passage;
  MatchedText body;
};

struct Candidate {
  Xapian::docid id = 0;
  double score = 0;
  std::uint64_t report_key = 0;
  std::uint32_t ordinal = 0;
  LeafMask seen = 0;            // words of the query that it has
  LeafMask elsewhere = 0;       // words that it lacks and another candidate of its report has
  std::uint64_t text_hash = 0;  // to fold passages of the same text into one
  std::uint32_t sketch = 0;     // in the lot's sketches: and nearly the same
  std::uint32_t duplicates = 0;
  bool decided = true;  // false: its text has yet to say whether it matches
};

class Search final : private CandidateFilter {
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
        streams_can_reject_(!query.needs_report && !wants_sentences_ && is_monotone(query.root)),
        phrase_(phrase_of(query)) {}

  SearchResult run() {
    result_.notes = query_.notes;
    for (const QueryTerm& term : query_.terms) {
      result_.words.push_back({term.typed, term.repaired, term.keys, term.passages});
    }
    candidates_ = filtered(query_.candidates, options_, reader_, context_);
    const std::vector<Candidate> picked = collect(options_.offset + options_.limit);
    if (options_.facets) count_facets(reader_, all_matches(), context_, result_);
    for (std::size_t i = options_.offset; i < picked.size(); ++i) result_.hits.push_back(hit_of(picked[i]));
    return std::move(result_);
  }

 private:
  // Empty unless the query is a phrase of words that stand side by side.
  static StreamPhrase phrase_of(const CompiledQuery& query) {
    if (query.root.kind != NodeKind::phrase || query.root.number != 0) return {};
    std::vector<std::vector<std::string>> words;
    for (const MatchNode& child : query.root.children) {
      if (child.kind != NodeKind::word) return {};
      const LeafPattern& pattern = query.patterns[static_cast<std::size_t>(std::countr_zero(child.leaf))];
      if (!pattern.phrases.empty()) return {};
      words.push_back(pattern.keys);
      words.back().insert(words.back().end(), pattern.exact_keys.begin(), pattern.exact_keys.end());
    }
    return words.empty() || words.size() > kMaxLeaves ? StreamPhrase() : StreamPhrase(words);
  }

  // Streams say nothing of them.
  static bool wants_forms(const CompiledQuery& query) {
    return std::any_of(query.patterns.begin(), query.patterns.end(), [](const LeafPattern& pattern) {
      return pattern.exact || !pattern.exact_keys.empty();
    });
  }

  // The first `wanted` passages of the result list.
  //
  // The first stage's candidates are taken by the lot (RankingSettings::candidates), verified where the
  // query asks for it, and the second stage orders each of these lots by itself. So a page does not depend on
  // how many pages are asked for: a lot that is added for a later page stands behind those before.
  std::vector<Candidate> collect(std::uint32_t wanted) {
    const bool only_counts = wanted == 0;
    const std::uint32_t lot_size = options_.sort == SortOrder::report ? kMaxVerified : candidates_wanted();
    std::uint32_t asked_for = only_counts ? (query_.needs_verification ? kMaxVerified : 0) : lot_size;
    FoundCandidates found = first_stage(asked_for);
    count_matches(found);
    // Where all are found they are counted, and each by its text.
    const bool all_found =
        found.asked + found.sampled == found.matches && found.accepted + found.sampled_accepted <= lot_size;
    texts_can_wait_ = !phrase_.empty() && !wants_forms(query_) && options_.sort == SortOrder::relevance &&
                      !only_counts && !all_found;
    if (asked_for == 0) return {};
    std::vector<Candidate> lot;
    std::uint32_t seen = 0, passed = 0;
    bool exhausted = false;
    for (std::size_t at = 0; only_counts || picked_.size() < wanted; ++at) {
      if (at == asked_for && asked_for < kMaxVerified) {
        // All the rest at once: asking by the lot would search again and again. It begins with what is known.
        asked_for = kMaxVerified;
        found = first_stage(asked_for);
        count_matches(found);
      }
      if (at >= found.ids.size()) {
        exhausted = at < asked_for;
        break;
      }
      for (; announced_ < std::min(found.ids.size(), at + kAnnouncedAhead); ++announced_)
        reader_.prefetch_keys(found.ids[announced_]);
      ++seen;
      const std::optional<Candidate> candidate = judge(found.ids[at]);
      if (!candidate) continue;
      ++passed;
      lot.push_back(*candidate);
      if (lot.size() == lot_size) pick(lot, wanted);
    }
    pick(lot, wanted);
    if (exhausted || (all_found && seen == found.ids.size())) {
      result_.matches = passed - refuted_;
      result_.matches_exact = unsure_ == 0;
    } else if (query_.needs_verification) {
      // What was not looked at matches in the proportion of what was.
      result_.matches =
          static_cast<std::uint64_t>(static_cast<double>(result_.matches) * passed / std::max(seen, 1u));
    }
    return std::move(picked_);
  }

  // The index's best `wanted`, of those that may match by their streams.
  FoundCandidates first_stage(std::uint32_t wanted) {
    switch (options_.sort) {
      case SortOrder::relevance:
      case SortOrder::report:
        return scan_candidates(reader_, candidates_, wanted,
                               query_.needs_verification && streams_can_reject_ ? this : nullptr);
      case SortOrder::date_newest:
      case SortOrder::date_oldest:
        return by_date(wanted);
    }
    return {};
  }

  // Reports without a date come last in either order.
  FoundCandidates by_date(std::uint32_t wanted) {
    Xapian::Enquire enquire(reader_.database());
    enquire.set_query(reader_.of_the_living(xapian_query(candidates_)));
    enquire.set_weighting_scheme(impact_weighting());
    Xapian::MultiValueKeyMaker date;
    date.add_value(kDateSlot, options_.sort == SortOrder::date_newest,
                   options_.sort == SortOrder::date_newest ? "" : "99999999");
    enquire.set_sort_by_key_then_relevance(&date, false);
    const Xapian::MSet best = enquire.get_mset(0, wanted, reader_.database().get_doccount());
    FoundCandidates found;
    found.matches = best.get_matches_estimated();
    for (auto it = best.begin(); it != best.end(); ++it) found.ids.push_back(*it);
    return found;
  }

  void announce(Xapian::docid id) override { reader_.prefetch_keys(id); }

  // Streams match a little too much and never too little: what fails here needs no text.
  bool accepts(Xapian::docid id) override {
    reader_.read_keys(id, keys_);
    if (!phrase_.empty())
      return phrase_.is_in(keys_.text) || phrase_.is_in(keys_.title) || phrase_.is_in(keys_.heading);
    match_streams();
    return matches(query_.root, texts_);
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

  void count_matches(const FoundCandidates& found) {
    result_.matches = found.accepted_of_all();
    result_.matches_exact = !query_.needs_verification;
  }

  ReportTexts& report(std::uint64_t key) {
    auto [known, is_new] = reports_.try_emplace(key);
    if (is_new) known->second.stored = reader_.report(key);
    return known->second;
  }

  const ReportTexts& matched_report(std::uint64_t key) {
    ReportTexts& texts = report(key);
    if (!texts.matched) {
      matcher_.match(texts.stored.title, texts.title);
      if (query_.needs_report) {
        matcher_.match(texts.stored.place, texts.place);
        texts.folded_source = folded(texts.stored.source);
      }
      texts.matched = true;
    }
    return texts;
  }

  const MatchedText& heading(const std::string& text) {
    auto [known, is_new] = headings_.try_emplace(text);
    if (is_new) matcher_.match(text, known->second);
    return known->second;
  }

  // Fills the body of texts_, for the passage that keys_ is of.
  void match_body(const StoredPassage& passage) { matcher_.match(passage.text, keys_.text, texts_.body); }

  // Fills all but the body.
  void match_around(const StoredPassage& passage) {
    const ReportTexts& report = matched_report(passage.report_key);
    texts_.title = report.title;
    texts_.heading = heading(passage.heading);
    if (query_.needs_report) {
      texts_.place = report.place;
      texts_.file = report.folded_source;
      texts_.date = report.stored.date;
    }
    if (wants_sentences_) sentences(passage.text, texts_.sentences);
  }

  // Fills passage_ and texts_ for the passage that keys_ is of; whether it matches.
  bool read_and_match(Xapian::docid id) {
    reader_.read(id, passage_);
    match_body(passage_);
    match_around(passage_);
    return matches(query_.root, texts_);
  }

  // Whether its text says so too.
  bool is_borne_out(Xapian::docid id) {
    reader_.read_keys(id, keys_);
    if (!read_and_match(id)) return false;
    keep_read(id);
    return true;
  }

  // For hit_of(), which may want it again.
  void keep_read(Xapian::docid id) {
    if (read_.size() < kMostKept)
      read_.try_emplace(id, ReadPassage{std::move(passage_), std::move(texts_.body)});
  }

  PassageEvidence evidence(std::size_t bytes, LeafMask elsewhere) const {
    return {&texts_.body, &texts_.title, &texts_.heading, bytes, elsewhere};
  }

  void match_streams() {
    matcher_.match(keys_.text, texts_.body);
    matcher_.match(keys_.title, texts_.title);
    matcher_.match(keys_.heading, texts_.heading);
  }

  // Scored by the stored key streams; by the text, where it must decide whether the passage matches at all. A
  // phrase in the streams is one in the text but once in ten thousand times: among many they can wait for
  // their texts until they are about to be shown.
  std::optional<Candidate> judge(Xapian::docid id) {
    if (id == excluded_) return std::nullopt;
    reader_.read_keys(id, keys_);
    match_streams();
    Candidate candidate{.id = id, .report_key = keys_.report_key, .ordinal = keys_.ordinal};
    candidate.text_hash = XXH3_64bits_withSeed(keys_.text.data(), keys_.text.size_bytes(), keys_.text_bytes);
    candidate.decided = !query_.needs_verification || !texts_can_wait_;
    const bool reads = query_.needs_verification && candidate.decided;
    if (reads && !read_and_match(id)) return std::nullopt;
    if (folds_) {
      candidate.sketch = static_cast<std::uint32_t>(sketches_.size());
      sketches_.push_back(sketch_of(keys_.text));
    }
    const PassageEvidence found = evidence(keys_.text_bytes, 0);
    candidate.score = ranking_.score(found);
    candidate.seen = seen_words(found);
    if (reads) keep_read(id);
    return candidate;
  }

  // A report that has the whole answer is better than one that has a part of it, even where no single passage
  // has it all.
  void add_evidence_of_reports(std::vector<Candidate>& candidates) const {
    if (query_.words.size() < 2) return;
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
    if (query_.needs_verification && !texts_can_wait_) return;
    const auto end = candidates.begin() +
                     static_cast<std::ptrdiff_t>(std::min<std::size_t>(candidates.size(), refined_wanted()));
    const auto kept = std::remove_if(candidates.begin(), end,
                                     [&](Candidate& candidate) { return !read_and_score(candidate); });
    refuted_ += static_cast<std::uint32_t>(end - kept);
    std::stable_sort(candidates.begin(), kept,
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    candidates.erase(kept, end);
  }

  // False if its text says that it does not match.
  bool read_and_score(Candidate& candidate) {
    reader_.read_keys(candidate.id, keys_);
    if (candidate.decided) {
      reader_.read(candidate.id, passage_);
      matcher_.match(keys_.title, texts_.title);
      matcher_.match(keys_.heading, texts_.heading);
      match_body(passage_);
    } else if (!read_and_match(candidate.id)) {
      return false;
    }
    candidate.decided = true;
    candidate.score = ranking_.score(evidence(passage_.text.size(), candidate.elsewhere));
    keep_read(candidate.id);
    return true;
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
      if (is_folded(candidate) || picked_.size() == wanted ||
          (options_.per_report && per_report_[candidate.report_key] == options_.per_report)) {
        unsure_ += !candidate.decided;
        continue;
      }
      if (!candidate.decided && !is_borne_out(candidate.id)) {
        ++refuted_;
        continue;
      }
      ++per_report_[candidate.report_key];
      by_text_.emplace(candidate.text_hash, picked_.size());
      if (folds_) by_sketch_.add(sketches_[candidate.sketch], static_cast<std::uint32_t>(picked_.size()));
      picked_.push_back(candidate);
    }
    lot.clear();
    sketches_.clear();
  }

  // Counts it to one that is picked, if there is one like it.
  bool is_folded(const Candidate& candidate) {
    if (!folds_) return false;
    const auto same = picked_like(candidate);
    if (same) ++picked_[*same].duplicates;
    return same.has_value();
  }

  // The place of the passage picked that has the candidate's text, or nearly so. Nearly so only if it is of
  // another report: one report does not say the same thing twice unless it means two things, as provisions of
  // a statute do.
  std::optional<std::size_t> picked_like(const Candidate& candidate) {
    if (const auto same = by_text_.find(candidate.text_hash); same != by_text_.end()) return same->second;
    std::vector<std::uint32_t> similar;
    by_sketch_.similar_to(sketches_[candidate.sketch], similar);
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
    auto [known, is_new] = read_.try_emplace(candidate.id);
    StoredPassage& passage = known->second.passage;
    if (is_new) {
      reader_.read_keys(candidate.id, keys_);
      reader_.read(candidate.id, passage);
      match_body(passage);
    } else {
      texts_.body = std::move(known->second.body);
    }
    if (options_.explain || query_.needs_verification) match_around(passage);
    const ReportTexts& texts = report(candidate.report_key);
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
    hit.heading = std::move(passage.heading);
    hit.text = std::move(passage.text);
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
    if (here == ids.end()) reader_.throw_damaged(candidate.id);
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

  // The query's matches: those of the index, or those of them whose texts bear it out.
  MatchSet all_matches() {
    MatchSet all{candidates_, query_.needs_verification, {}};
    if (!query_.needs_verification) return all;
    texts_can_wait_ = folds_ = false;
    for (const Xapian::docid id : first_stage(kMaxVerified).ids) {
      if (judge(id)) all.ids.push_back(id);
    }
    std::sort(all.ids.begin(), all.ids.end());
    return all;
  }

  IndexReader& reader_;
  const CompiledQuery& query_;
  const SearchOptions& options_;
  const SearchContext& context_;
  Xapian::docid excluded_;
  CandidateQuery candidates_;
  PassageMatcher matcher_;
  Ranking ranking_;
  bool wants_sentences_;
  bool streams_can_reject_;
  StreamPhrase phrase_;  // if the query is nothing else
  bool folds_ = options_.fold_duplicates == FoldDuplicates::on;
  bool texts_can_wait_ = false;
  std::uint32_t refuted_ = 0, unsure_ = 0;  // of those whose texts waited
  PassageKeys keys_;
  StoredPassage passage_;
  PassageTexts texts_;
  std::unordered_map<Xapian::docid, ReadPassage> read_;
  std::unordered_map<std::uint64_t, ReportTexts> reports_;
  std::unordered_map<std::string, MatchedText> headings_;
  std::vector<Candidate> picked_;
  std::unordered_map<std::uint64_t, std::uint32_t> per_report_;  // picked, by report
  std::unordered_map<std::uint64_t, std::size_t> by_text_;       // the picked one, by text
  std::vector<Sketch> sketches_;                                 // of the lot
  SketchIndex by_sketch_;                                        // of the picked ones
  std::uint32_t compared_ = 0;
  std::size_t announced_ = 0;  // candidates whose streams are on their way
  SearchResult result_;
};

}  // namespace

std::string citation_of(std::string_view report_id, std::uint32_t ordinal) {
  return fmt::format("{}#p{}", printable(report_id), ordinal);
}

CandidateQuery filtered(CandidateQuery query, const SearchOptions& options, const IndexReader& reader,
                        const SearchContext& context) {
  std::vector<CandidateQuery> parts{std::move(query)};
  if (options.date_from || options.date_to) {
    parts.push_back(date_query(
        {static_cast<int>(options.date_from), options.date_to ? static_cast<int>(options.date_to) : kOpenEnd},
        reader.vocabulary().years()));
  }
  if (!options.place.empty()) {
    std::vector<Token> tokens;
    tokenize(options.place, tokens);
    if (tokens.empty()) return {};
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
      parts.push_back(CandidateQuery::of(std::move(terms), 0));
    }
  }
  return CandidateQuery::all(std::move(parts));
}

SearchResult search_index(IndexReader& reader, const QueryNode& root, std::string_view text,
                          const SearchOptions& options, const SearchContext& context,
                          Xapian::docid excluded) {
  if (std::uint64_t{options.offset} + options.limit > kMaxWindow) {
    throw Error(ErrorKind::limit, message("offset + limit = {}, a najwyżej może być {}. Zawęź zapytanie.",
                                          "offset + limit is {}; at most {} is allowed. Narrow the query.",
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
