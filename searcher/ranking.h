// The second ranking stage: the best candidates of the index, scored again by everything their text says.
//
// The first stage (impacts × idf, see analysis/impact.h) only has to bring the right passage into the first kCandidates; this one decides the
// order. It reads the passage's tokens, so that the exact form, the order of words and their distance count at no cost to the index.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "searcher/passage_match.h"
#include "searcher/query_words.h"

namespace kwerenda {

// Every setting of the ranking, in one place. docs/ranking.md has the measurements.
struct RankingSettings {
  std::uint32_t candidates = 200;
  double k1 = 0.8, b = 0.6;
  double title = 2.0, heading = 1.0;     // an occurrence there, in occurrences in the text
  double exact = 0.3;                    // the very form, on top of the lemma
  double relative = 0.25;
  double capitalised = 1.3;
  double stop = 0.3, question = 0.3;
  double pair = 0.2;                     // neighbouring query words in order within pair_window tokens
  std::uint32_t pair_window = 4;
};

// One word of the query as ranking sees it, by leaf number.
struct RankedWord {
  double idf = 0;
  double importance = 1;      // role, capital, boost
  bool content = true;        // neither a stop word nor a question word
};

struct PassageEvidence {
  const MatchedText* text = nullptr;
  const MatchedText* title = nullptr;
  const MatchedText* heading = nullptr;
};

class Ranking {
 public:
  // `mean_tokens`: of the collection's passages, for length normalisation.
  Ranking(const RankingSettings& settings, std::vector<RankedWord> words, double mean_tokens)
      : settings_(settings), words_(std::move(words)), mean_tokens_(mean_tokens) {}

  // The score of a passage; higher is better, 0 is no evidence. If `shares` is not empty it has one number a word, which sum to the score.
  double score(const PassageEvidence& evidence, std::span<double> shares = {}) const;

 private:
  RankingSettings settings_;
  std::vector<RankedWord> words_;
  double mean_tokens_;
};

double inverse_passage_frequency(double passages, double with_word);

}  // namespace kwerenda
