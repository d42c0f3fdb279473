#include "searcher/search.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/tokenizer.h"
#include "searcher/candidate_scan.h"
#include "searcher/date_terms.h"
#include "searcher/facets.h"
#include "searcher/hit.h"
#include "searcher/passage_judge.h"
#include "searcher/place_vocabulary.h"
#include "searcher/result_list.h"

namespace kwerenda {
namespace {

// Verifying reads texts, about 10 µs each: so many at most before the rest is only estimated.
constexpr std::uint32_t kMaxVerified = 20000;
constexpr std::uint32_t kMaxWindow = 10000;  // offset + limit

class Search final : private CandidateFilter {
 public:
  Search(IndexReader& reader, const CompiledQuery& query, const SearchOptions& options,
         const SearchContext& context, Xapian::docid excluded)
      : reader_(reader),
        query_(query),
        options_(options),
        context_(context),
        excluded_(excluded),
        judge_(reader, query, context.ranking),
        list_(options.per_report, options.fold_duplicates) {}

  SearchResult run() {
    result_.notes = query_.notes;
    for (const QueryTerm& term : query_.terms) {
      result_.words.push_back({term.typed, term.repaired, term.keys, term.passages});
    }
    candidates_ = filtered(query_.candidates, options_, reader_, context_, result_.notes);
    collect(options_.offset + options_.limit);
    if (options_.facets) count_facets(reader_, all_matches(), context_, result_);
    for (std::size_t i = options_.offset; i < list_.passages().size(); ++i)
      result_.hits.push_back(make_hit(list_.passages()[i], query_, options_, reader_, judge_));
    return std::move(result_);
  }

 private:
  // The first `wanted` passages of the result list.
  //
  // The first stage's candidates are taken by the lot (RankingSettings::candidates), verified where the
  // query asks for it, and the second stage orders each of these lots by itself. So a page does not depend on
  // how many pages are asked for: a lot that is added for a later page stands behind those before.
  void collect(std::uint32_t wanted) {
    const bool only_counts = wanted == 0;
    const std::uint32_t lot_size = options_.sort == SortOrder::report ? kMaxVerified : candidates_wanted();
    const bool verifies_all = query_.needs_verification && (only_counts || options_.facets);
    std::uint32_t asked_for = verifies_all ? kMaxVerified : only_counts ? 0 : lot_size;
    const FoundCandidates& found = first_stage(asked_for);
    count_matches(found);
    // Where all are found they are counted, and each by its text.
    const bool all_found =
        found.asked + found.sampled == found.matches && found.accepted + found.sampled_accepted <= lot_size;
    texts_can_wait_ = judge_.streams_are_nearly_right() && options_.sort == SortOrder::relevance &&
                      !only_counts && !all_found;
    if (asked_for == 0) return;
    if (options_.sort == SortOrder::report && found.matches > kMaxVerified) note_bound();
    std::vector<Candidate> lot;
    std::uint32_t seen = 0, passed = 0;
    bool exhausted = false;
    for (std::size_t at = 0; only_counts || list_.passages().size() < wanted; ++at) {
      if (at == asked_for && asked_for < kMaxVerified) {
        // All the rest at once: asking by the lot would search again and again. It begins with what is known.
        asked_for = kMaxVerified;
        first_stage(asked_for);
        count_matches(found);
      }
      if (at >= found.ids.size()) {
        exhausted = at < asked_for;
        break;
      }
      for (; announced_places_ < std::min(found.ids.size(), at + 2 * kAnnouncedAhead); ++announced_places_)
        reader_.prefetch_place_of_keys(found.ids[announced_places_]);
      for (; announced_ < std::min(found.ids.size(), at + kAnnouncedAhead); ++announced_)
        reader_.prefetch_keys(found.ids[announced_]);
      ++seen;
      const std::optional<Candidate> candidate = judged(found.ids[at]);
      if (!candidate) continue;
      ++passed;
      lot.push_back(*candidate);
      if (lot.size() == lot_size) take(lot, wanted);
    }
    take(lot, wanted);
    if (exhausted || (all_found && seen == found.ids.size())) {
      result_.matches = passed - refuted_;
      result_.matches_exact = unsure_ == 0;
    } else if (query_.needs_verification) {
      // What was not looked at matches in the proportion of what was.
      result_.matches =
          static_cast<std::uint64_t>(static_cast<double>(result_.matches) * passed / std::max(seen, 1u));
    }
  }

  // The index's best `wanted`, of those that may match by their streams.
  const FoundCandidates& first_stage(std::uint32_t wanted) {
    if (found_of_ != wanted) found_ = best_of_index(wanted);
    found_of_ = wanted;
    return found_;
  }

  FoundCandidates best_of_index(std::uint32_t wanted) {
    switch (options_.sort) {
      case SortOrder::relevance:
      case SortOrder::report:
        return scan_candidates(reader_, candidates_, wanted,
                               query_.needs_verification && judge_.streams_can_reject() ? this : nullptr,
                               excluded_);
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
    FoundCandidates found = scan_candidates(reader_, candidates_, 0, nullptr, excluded_);
    const Xapian::MSet best = enquire.get_mset(0, excluded_ ? wanted + 1 : wanted);
    for (auto it = best.begin(); it != best.end() && found.ids.size() < wanted; ++it) {
      if (*it != excluded_) found.ids.push_back(*it);
    }
    return found;
  }

  void announce(Xapian::docid id) override { reader_.prefetch_keys(id); }

  // Streams match a little too much and never too little: what fails here needs no text.
  bool accepts(Xapian::docid id) override { return judge_.may_match(id); }

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

  void note_bound() {
    result_.notes.push_back(
        message("Pasujących fragmentów jest więcej niż {0}: uporządkowano {0} o najlepszym wyniku.",
                "More than {0} passages match: the best {0} were put in order.", kMaxVerified));
  }

  // Scored by the stored key streams; by the text, where it must decide whether the passage matches at all. A
  // phrase in the streams is one in the text but once in ten thousand times: among many they can wait for
  // their texts until they are about to be shown.
  std::optional<Candidate> judged(Xapian::docid id) {
    Candidate candidate{.id = id};
    candidate.decided = !query_.needs_verification || !texts_can_wait_;
    if (query_.needs_verification && candidate.decided) {
      if (!judge_.look_at_text(id)) return std::nullopt;
    } else {
      judge_.look_at_streams(id);
    }
    const PassageKeys& keys = judge_.keys();
    candidate.report_key = keys.report_key;
    candidate.ordinal = keys.ordinal;
    candidate.text_hash = XXH3_64bits_withSeed(keys.text.data(), keys.text.size_bytes(), keys.text_bytes);
    candidate.text = keys.text;
    candidate.score = judge_.score(0);
    candidate.seen = judge_.seen();
    return candidate;
  }

  // A report that has the whole answer is better than one that has a part of it, even where no single passage
  // has it all.
  void add_evidence_of_reports(std::vector<Candidate>& candidates) const {
    if (query_.words.size() < 2) return;
    std::vector<Candidate*> by_report;
    by_report.reserve(candidates.size());
    for (Candidate& candidate : candidates) by_report.push_back(&candidate);
    std::sort(by_report.begin(), by_report.end(),
              [](const Candidate* a, const Candidate* b) { return a->report_key < b->report_key; });
    for (auto first = by_report.begin(); first != by_report.end();) {
      LeafMask seen = 0;
      auto last = first;
      for (; last != by_report.end() && (*last)->report_key == (*first)->report_key; ++last)
        seen |= (*last)->seen;
      for (; first != last; ++first) {
        Candidate& candidate = **first;
        candidate.elsewhere = seen & ~candidate.seen;
        candidate.score += judge_.ranking().elsewhere(candidate.elsewhere);
      }
    }
  }

  void order(std::vector<Candidate>& candidates) {
    switch (options_.sort) {
      case SortOrder::relevance:
        add_evidence_of_reports(candidates);
        std::stable_sort(candidates.begin(), candidates.end(), scores_more);
        return;
      case SortOrder::report:
        std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
          const std::string &x = judge_.report(a.report_key).id, &y = judge_.report(b.report_key).id;
          return x != y ? x < y : a.ordinal < b.ordinal;
        });
        return;
      case SortOrder::date_newest:
      case SortOrder::date_oldest:
        return;  // Xapian's order stands
    }
  }

  static bool scores_more(const Candidate& a, const Candidate& b) { return a.score > b.score; }

  // Scores candidates again by their texts, which tell the exact forms, and leaves out those whose texts say
  // that they do not match.
  void refine(std::vector<Candidate>& candidates) {
    if (query_.needs_verification && !texts_can_wait_) return;  // their texts were read
    std::vector<Xapian::docid> ids;
    ids.reserve(candidates.size());
    for (const Candidate& candidate : candidates) ids.push_back(candidate.id);
    reader_.prefetch(ids);
    std::erase_if(candidates, [&](Candidate& candidate) {
      const bool matches = judge_.look_at_text(candidate.id);
      refuted_ += !matches;
      candidate.decided = true;
      candidate.score = judge_.score(candidate.elsewhere);
      return !matches;
    });
    if (options_.sort == SortOrder::relevance)
      std::stable_sort(candidates.begin(), candidates.end(), scores_more);
  }

  // Orders a lot, takes of it what grouping and folding leave, and empties it. It is refined a block at a
  // time, as far as passages are wanted, so that a later page changes nothing of an earlier one. A block is
  // chosen by the streams and ordered by the texts: one that follows may hold a passage of a higher score,
  // and shows it with the score of the one before it, so that scores tell the order.
  void take(std::vector<Candidate>& lot, std::uint32_t wanted) {
    order(lot);
    const auto block_size = static_cast<std::ptrdiff_t>(std::max(1u, refined_wanted()));
    for (auto begin = lot.begin(); begin != lot.end();) {
      const auto end = begin + std::min(block_size, lot.end() - begin);
      std::vector<Candidate> block(begin, end);
      begin = end;
      if (list_.passages().size() < wanted && (refined_wanted() > 0 || texts_can_wait_)) refine(block);
      for (Candidate& candidate : block) {
        if (list_.fold(candidate) || list_.passages().size() == wanted ||
            !list_.has_room_for_report(candidate.report_key)) {
          unsure_ += !candidate.decided;
          continue;
        }
        if (options_.sort == SortOrder::relevance) candidate.score = std::min(candidate.score, least_score_);
        least_score_ = candidate.score;
        list_.add(candidate);
      }
    }
    lot.clear();
  }

  // The query's matches: those of the index, or those of them whose texts bear it out.
  MatchSet all_matches() {
    MatchSet all{candidates_, query_.needs_verification, {}, excluded_};
    if (!query_.needs_verification) return all;
    const FoundCandidates& found = first_stage(kMaxVerified);
    for (const Xapian::docid id : found.ids) {
      if (judge_.look_at_text(id)) all.ids.push_back(id);
    }
    if (found.ids.size() < kMaxVerified) {
      result_.matches = all.ids.size();
      result_.matches_exact = true;
    } else {
      result_.notes.push_back(
          message("Pasujących fragmentów jest więcej niż {0}: zliczono {0} o najlepszym wyniku.",
                  "More than {0} passages match: the best {0} were counted.", kMaxVerified));
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
  PassageJudge judge_;
  ResultList list_;
  FoundCandidates found_;
  std::optional<std::uint32_t> found_of_;  // how many were wanted for found_
  bool texts_can_wait_ = false;
  std::uint32_t refuted_ = 0, unsure_ = 0;                        // of those whose texts waited
  double least_score_ = std::numeric_limits<double>::infinity();  // in the list
  // Candidates whose streams are on their way, and those of which it is known where they are.
  std::size_t announced_ = 0, announced_places_ = 0;
  SearchResult result_;
};

// Reports of the place that is named: all of its words, but for "w" and the like beside others.
CandidateQuery place_filter(const SearchOptions& options, const IndexReader& reader,
                            const SearchContext& context, std::vector<std::string>& notes) {
  std::vector<Token> tokens;
  tokenize(options.place, tokens);
  const PlaceVocabulary places(reader.vocabulary().place_keys());
  ResolveSettings resolve;
  resolve.repair = options.repair == Repair::on;
  std::vector<QueryTerm> words;
  for (const Token& token : tokens) {
    const std::string_view surface =
        std::string_view(options.place).substr(token.begin, token.end - token.begin);
    words.push_back(
        resolve_place(surface, *context.keys, context.lists->stop, context.lists->question, places, resolve));
  }
  if (std::any_of(words.begin(), words.end(),
                  [](const QueryTerm& word) { return word.role != WordRole::stop; }))
    std::erase_if(words, [](const QueryTerm& word) { return word.role == WordRole::stop; });
  if (words.empty()) return {};
  std::vector<CandidateQuery> parts;
  for (const QueryTerm& word : words) {
    if (const std::string note = repair_note(word); !note.empty()) notes.push_back(note);
    if (word.passages == 0)
      notes.push_back(
          message("Żaden raport nie jest z miejsca „{}”.", "No report is from the place “{}”.", word.typed));
    std::vector<std::string> terms;
    for (const std::string& key : word.keys) terms.push_back(kPlacePrefix + key);
    parts.push_back(CandidateQuery::of(std::move(terms), 0));
  }
  return CandidateQuery::all(std::move(parts));
}

}  // namespace

CandidateQuery filtered(CandidateQuery query, const SearchOptions& options, const IndexReader& reader,
                        const SearchContext& context, std::vector<std::string>& notes) {
  std::vector<CandidateQuery> parts{std::move(query)};
  if (options.date_from || options.date_to) {
    parts.push_back(date_query(
        {static_cast<int>(options.date_from), options.date_to ? static_cast<int>(options.date_to) : kOpenEnd},
        reader.vocabulary().years()));
  }
  if (!options.place.empty()) parts.push_back(place_filter(options, reader, context, notes));
  return CandidateQuery::all(std::move(parts));
}

CompiledQuery compiled_for(const IndexReader& reader, const QueryNode& root, std::string_view text,
                           const SearchOptions& options, const SearchContext& context) {
  CompileSettings settings;
  settings.ranking = context.ranking;
  settings.repair = options.repair == Repair::on;
  settings.thesaurus = context.thesaurus;
  return compile_query(root, text, *context.keys, *context.lists, reader.vocabulary(), settings);
}

SearchResult search_index(IndexReader& reader, const QueryNode& root, std::string_view text,
                          const SearchOptions& options, const SearchContext& context,
                          Xapian::docid excluded) {
  if (std::uint64_t{options.offset} + options.limit > kMaxWindow) {
    throw Error(ErrorKind::limit, message("offset + limit = {}, a najwyżej może być {}. Zawęź zapytanie.",
                                          "offset + limit is {}; at most {} is allowed. Narrow the query.",
                                          std::uint64_t{options.offset} + options.limit, kMaxWindow));
  }
  const CompiledQuery query = compiled_for(reader, root, text, options, context);
  return Search(reader, query, options, context, excluded).run();
}

}  // namespace kwerenda
