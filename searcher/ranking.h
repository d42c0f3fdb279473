// The second ranking stage: the best candidates of the index, scored again by everything their text says.
//
// The first stage (impacts × idf, see analysis/impact.h) only has to bring the right passage into the first
// `candidates`; this one decides the order. It reads the passage's tokens, so that the exact form, the order
// of words and their distance count at no cost to the index.
//
// The base is BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over lemmas, with
// the title as a second field; the rest are small additions, each of which measured better than without it on
// all of three collections (docs/ranking.md has the table).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "searcher/passage_match.h"
#include "searcher/query_words.h"

namespace kwerenda {

// Every setting of the ranking, in one place. Weights are in parts of a word's idf unless they say otherwise.
struct RankingSettings {
  // What the second stage looks at, by key streams: so many candidates for each word of the query, within
  // these bounds; and so many of the best again by their texts. One word leaves little to reorder, a question
  // much: among 150,000 passages poquad's questions (eight words) lose .0018 with 20 texts, among 2,400
  // nothing.
  std::uint32_t candidates_per_word = 25, least_candidates = 30, candidates = 200;
  std::uint32_t refined_per_word = 5, least_refined = 10, refined = 40;
  double k1 = 0.4, b = 0.75;  // saturation and length normalisation, against the collection's mean length
  // ... but not against less than this, in bytes: where catalogue entries of 200 bytes stand among paragraphs
  // of 900, their mean calls every paragraph long-winded (poquad's questions among 60,000 passages of all
  // kinds: .8226 without it, .8418 with it).
  double least_pivot_bytes = 500;
  double title = 4.0;  // an occurrence in the title counts as so many in the text
  double heading = 1.0;
  double exact = 0.15;    // the very form, on top of the lemma
  double relative = 0.5;  // a derived word, where the word itself is missing
  double stem = 0.5;      // a word that begins alike, where the word itself is missing
  // Importance of a word by what it is.
  double capitalised = 1.3;  // not at the query's beginning, where the capital is grammar
  double unknown = 1.4;      // not in the lexicon: a foreign name, a term of art; on top of the capital's
  double number = 1.5;       // holds a digit
  double stop = 0.5, question = 0.2;
  double asked_verb = 0.75;  // a verb in a question: what answers it rarely says it again
  // Neighbouring query words (the lighter one's weight), in order, decaying with the distance.
  double pair = 0.25;
  double pair_decay = 2.5;
  std::uint32_t pair_window = 8;  // tokens; beyond it the decay leaves nothing
  // Words that stand side by side in the query and in the text, all in the very same form: the text is
  // quoted. Per word, for two of them in a row and on top of that for three.
  double quoted_pair = 0.12, quoted_triple = 0.12;
  // A word within the passage's first `opening_tokens`, unless the query is a question: what is written like
  // a heading or a first sentence is found by it.
  double opening = 0.06;
  std::uint32_t opening_tokens = 8;
  // The heaviest set of query words within `window` tokens.
  double together = 0.08;
  std::uint32_t window = 15;
  // Part of the whole query's weight, for a title all of whose words the query names.
  double whole_title = 0.1;
  // A word that the passage lacks and another candidate of the same report has.
  double elsewhere = 0.4;
};

enum class QueryManner : std::uint8_t { statement, question };

// One word of the query as ranking sees it, by leaf number.
struct RankedWord {
  double idf = 0;
  double importance = 1;  // role, capital, boost
  bool content = true;    // neither a stop word nor a question word
};

struct PassageEvidence {
  const MatchedText* text = nullptr;
  const MatchedText* title = nullptr;
  const MatchedText* heading = nullptr;
  std::size_t bytes = 0;   // of the text
  LeafMask elsewhere = 0;  // words that other passages of the report have
};

// Words that the passage has, in its text or above it.
LeafMask seen_words(const PassageEvidence& evidence);

// Constant once made; safe from several threads at once.
class Ranking {
 public:
  // `mean_bytes`: of the collection's passages, above 0. Words stand in the query's order.
  Ranking(const RankingSettings& settings, std::vector<RankedWord> words, QueryManner manner,
          double mean_bytes);

  // The score of a passage; higher is better, 0 is no evidence. If `shares` is not empty it has one number a
  // word, which sum to the score.
  double score(const PassageEvidence& evidence, std::span<double> shares = {}) const;

  // What PassageEvidence::elsewhere adds to the score, for words that the passage lacks.
  double elsewhere(LeafMask words) const;

 private:
  double quoted(const MatchedText& text, std::span<double> shares) const;
  double opening(const MatchedText& text, std::span<double> shares) const;
  double pairs(const MatchedText& text, std::span<double> shares) const;
  double together(const MatchedText& text, std::span<double> shares) const;

  RankingSettings settings_;
  std::vector<RankedWord> words_;
  QueryManner manner_;
  std::vector<double> weights_;  // importance × idf
  std::vector<double> decay_;    // by distance in tokens
  double whole_weight_ = 0;
  double pivot_bytes_;
};

// Robertson's, kept above 0. `with_word` is at most `passages`.
double inverse_passage_frequency(double passages, double with_word);

}  // namespace kwerenda
