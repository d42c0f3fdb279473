#include "searcher/refusal.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/message.h"
#include "searcher/candidate_scan.h"
#include "searcher/passage_judge.h"

namespace kwerenda {
namespace {

bool passes(Xapian::docid id, IndexReader& reader, const SearchOptions& filters,
            const SearchContext& context) {
  bool found = false;
  std::vector<std::string> notes;
  for_each_candidate(reader, filtered(CandidateQuery::everything(), filters, reader, context, notes),
                     [&](Xapian::docid other) { found = found || other == id; });
  return found;
}

// Words of the query whose presence speaks for a passage: not those that are excluded.
LeafMask wanted_words(const MatchNode& node) {
  if (node.kind == NodeKind::negation) return 0;
  LeafMask words = node.leaf;
  for (const MatchNode& child : node.children) words |= wanted_words(child);
  return words;
}

}  // namespace

Refusal refusal_of(Xapian::docid id, IndexReader& reader, const QueryNode& root, std::string_view text,
                   const SearchOptions& options, const SearchContext& context) {
  CompiledQuery query = compiled_for(reader, root, text, options, context);
  query.needs_verification = query.needs_report = true;  // so that the judge looks at everything
  PassageJudge judge(reader, query, context.ranking);
  Refusal refusal;
  refusal.matches_query = judge.look_at_text(id);
  const PassageTexts& texts = judge.texts();
  const LeafMask missing = wanted_words(query.root) & ~(judge.seen() | texts.place.seen);
  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    if (missing >> i & 1) refusal.missing.push_back(query.terms[i].typed);
  }
  SearchOptions dates, place;
  dates.date_from = options.date_from;
  dates.date_to = options.date_to;
  place.place = options.place;
  place.repair = options.repair;
  refusal.date = !passes(id, reader, dates, context);
  refusal.place = !passes(id, reader, place, context);
  return refusal;
}

std::string describe(const Refusal& refusal) {
  std::vector<std::string> reasons;
  if (!refusal.matches_query) {
    if (!refusal.missing.empty()) {
      reasons.push_back(
          message("nie ma w nim słów: {}", "it lacks the words: {}", fmt::join(refusal.missing, ", ")));
    } else {
      reasons.push_back(
          message("słowa są, ale nie tak, jak żądają operatory (fraza, NEAR, pole, wykluczenie)",
                  "its words are not as the operators demand (phrase, NEAR, field, exclusion)"));
    }
  }
  if (refusal.date)
    reasons.push_back(
        message("raport jest spoza żądanego zakresu dat", "its report is not of the dates asked for"));
  if (refusal.place)
    reasons.push_back(message("raport jest z innego miejsca", "its report is from another place"));
  return fmt::format("{}", fmt::join(reasons, "; "));
}

}  // namespace kwerenda
