#include "searcher/hit.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

std::vector<Highlight> highlights_of(const MatchNode& root, const PassageTexts& texts,
                                     std::string_view text) {
  std::uint32_t at = 0, code_points = 0;
  const auto advance = [&](std::uint32_t to) {
    for (; at < to; ++at) code_points += (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    return code_points;
  };
  std::vector<Highlight> highlights;
  for (const TokenSpan& span : highlighted_tokens(root, texts)) {
    Highlight highlight;
    highlight.begin = texts.body.tokens[span.begin].begin;
    highlight.end = texts.body.tokens[span.end - 1].end;
    highlight.begin_code_point = advance(highlight.begin);
    highlight.end_code_point = advance(highlight.end);
    highlights.push_back(highlight);
  }
  return highlights;
}

// The shares are of the score that is shown, which may be less than its sum (Candidate::score).
std::vector<ScoreShare> explanation_of(const Candidate& candidate, const CompiledQuery& query,
                                       const PassageJudge& judge) {
  std::vector<double> shares(query.words.size());
  const double sum = judge.score(candidate.elsewhere, shares);
  std::vector<ScoreShare> explanation;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double share = sum > 0 ? shares[i] * candidate.score / sum : 0;
    explanation.push_back({query.terms[i].typed, query.terms[i].keys, share});
  }
  return explanation;
}

// Passages of a report have increasing document numbers, but not always neighbouring ones.
void add_neighbours(const Candidate& candidate, std::uint32_t context, IndexReader& reader, Hit& hit) {
  const std::vector<Xapian::docid> ids = reader.passages_of(candidate.report_key);
  const auto here = std::find(ids.begin(), ids.end(), candidate.id);
  if (here == ids.end()) reader.throw_damaged(candidate.id);
  StoredPassage passage;
  const auto add = [&](auto first, auto last, std::string& side) {
    for (; first != last; ++first) {
      if (!side.empty()) side += "\n\n";
      reader.read(*first, passage);
      side += passage.text;
    }
  };
  add(here - std::min<std::ptrdiff_t>(context, here - ids.begin()), here, hit.before);
  add(here + 1, here + 1 + std::min<std::ptrdiff_t>(context, ids.end() - here - 1), hit.after);
}

}  // namespace

std::string citation_of(std::string_view report_id, std::uint32_t ordinal) {
  return fmt::format("{}#p{}", printable(report_id), ordinal);
}

Hit make_hit(const Candidate& candidate, const CompiledQuery& query, const SearchOptions& options,
             IndexReader& reader, PassageJudge& judge) {
  judge.look_at_text(candidate.id);
  const StoredPassage& passage = judge.passage();
  const StoredReport& report = judge.report(candidate.report_key);
  Hit hit;
  hit.report_id = report.id;
  hit.source = report.source;
  hit.title = report.title;
  hit.place = report.place;
  hit.url = report.url;
  hit.date = report.date;
  hit.ordinal = passage.ordinal;
  hit.citation = citation_of(hit.report_id, hit.ordinal);
  hit.begin = passage.begin;
  hit.end = passage.begin + passage.text.size();
  hit.heading = passage.heading;
  hit.text = passage.text;
  hit.score = candidate.score;
  hit.duplicates = candidate.duplicates;
  hit.highlights = highlights_of(query.root, judge.texts(), hit.text);
  if (options.context) add_neighbours(candidate, options.context, reader, hit);
  if (options.explain) hit.explanation = explanation_of(candidate, query, judge);
  return hit;
}

}  // namespace kwerenda
