// One setting of the ranking at a time, the others off: a passage as masks in, its score out. Shares of the
// words always sum to it.
#include "searcher/ranking.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {
namespace {

RankingSettings nothing() {
  RankingSettings settings;
  settings.title = settings.heading = settings.exact = settings.relative = settings.stem = 0;
  settings.pair = settings.quoted_pair = settings.quoted_triple = settings.opening = settings.together =
      settings.whole_title = settings.elsewhere = 0;
  settings.b = 0;
  settings.k1 = 1;
  return settings;
}

// A text, one character a token: "a" is the first word of the query, "A" its very form, "b" the second, …;
// "1" is of the first word's stem, "-" is another word.
MatchedText text_of(std::string_view tokens) {
  MatchedText text;
  for (char token : tokens) {
    const auto bit = [&](char first) { return LeafMask{1} << (token - first); };
    TokenMatch match{.token = text.token_count++};
    match.exact = token >= 'A' && token <= 'Z' ? bit('A') : 0;
    match.leaves = match.exact | (token >= 'a' && token <= 'z' ? bit('a') : 0);
    match.stems = token >= '1' && token <= '9' ? bit('1') : 0;
    if (match == TokenMatch{.token = match.token}) continue;
    text.matches.push_back(match);
    text.seen |= match.leaves;
    text.seen_exact |= match.exact;
    text.seen_stems |= match.stems;
  }
  return text;
}

struct Given {
  std::string_view text, title = "";
  LeafMask elsewhere = 0;
  QueryManner manner = QueryManner::statement;
};

// Three words of the weights 1, 2 and 4.
double score(const RankingSettings& settings, const Given& given) {
  const Ranking ranking(settings, {{1, 1, true}, {2, 1, true}, {2, 2, true}}, given.manner, 100);
  const MatchedText text = text_of(given.text), title = text_of(given.title);
  std::vector<double> shares(3);
  const double sum = ranking.score({&text, &title, nullptr, 100, given.elsewhere}, shares);
  EXPECT_NEAR(sum, shares[0] + shares[1] + shares[2], 1e-9) << given.text;
  return sum;
}

TEST(Ranking, OneSettingAtATime) {
  RankingSettings base = nothing(), exact = base, stem = base, pair = base, quoted = base, opening = base,
                  together = base, title = base, whole_title = base, elsewhere = base;
  exact.exact = 0.5;
  stem.stem = 0.5;
  pair.pair = 1;
  pair.pair_decay = 1;
  quoted.quoted_pair = 1;
  quoted.quoted_triple = 10;
  opening.opening = 1;
  opening.opening_tokens = 2;
  together.together = 1;
  together.window = 3;
  title.title = 1;
  whole_title.whole_title = 1;
  elsewhere.elsewhere = 1;
  const double third = 4.0 / 3;  // two occurrences: 2 × 2 / (2 + 1)
  const struct {
    const char* what;
    const RankingSettings& settings;
    Given given;
    double score;
  } rows[] = {
      {"nothing matches", base, {"---"}, 0},
      {"one word once", base, {"-b-"}, 2},
      {"saturation", base, {"bb"}, 2 * third},
      {"very form", exact, {"A"}, 1.5},
      {"other form", exact, {"a"}, 1},
      {"stem for a word", stem, {"1"}, 0.5},
      {"no stem beside the word", stem, {"1a"}, 1},
      {"pair, side by side", pair, {"ab"}, 3 + 1},
      {"pair, one between", pair, {"a-b"}, 3 + 0.5},
      {"pair, the closest counts", pair, {"a-bab"}, 3 * third + 1},
      {"pair, other order", pair, {"ba"}, 3},
      {"pair, too far", pair, {"a--------b"}, 3},
      {"quoted pair", quoted, {"AB"}, 3 + 3},
      {"quoted triple", quoted, {"-ABC-"}, 7 + 3 + 6 + 10 * 7},
      {"two quoted pairs are no triple", quoted, {"AB-BC"}, 1 + 2 * third + 4 + 3 + 6},
      {"other forms are not quoted", quoted, {"aB"}, 3},
      {"apart is not quoted", quoted, {"A-B"}, 3},
      {"opening", opening, {"a-b"}, 3 + 1},
      {"a question has none", opening, {"a-b", "", 0, QueryManner::question}, 3},
      {"window", together, {"a-b"}, 3 + 3},
      {"window, too far", together, {"a--b"}, 3 + 2},
      {"title", title, {"-", "b-"}, 2},
      {"whole title", whole_title, {"-", "b"}, 7},
      {"not the whole title", whole_title, {"-", "b-"}, 0},
      {"elsewhere in the report", elsewhere, {"a", "", 0b100}, 1 + 4},
      {"here and elsewhere", elsewhere, {"a", "", 0b001}, 1},
      {"in the title and elsewhere", elsewhere, {"-", "c", 0b100}, 0},
  };
  for (const auto& row : rows) EXPECT_NEAR(score(row.settings, row.given), row.score, 1e-9) << row.what;
}

TEST(Ranking, LengthCountsAgainstTheCollectionsMeanOrTheLeastPivot) {
  RankingSettings settings = nothing();
  settings.b = 1;
  const MatchedText text = text_of("a");
  const auto score = [&](double least_pivot, double mean, std::size_t bytes) {
    settings.least_pivot_bytes = least_pivot;
    return Ranking(settings, {{1, 1, true}}, QueryManner::statement, mean)
        .score({&text, nullptr, nullptr, bytes, 0});
  };
  EXPECT_NEAR(score(0, 100, 100), 1, 1e-9);
  EXPECT_NEAR(score(0, 100, 300), 0.5, 1e-9);    // 2 × 1/3 / (1/3 + 1)
  EXPECT_NEAR(score(300, 100, 300), 1, 1e-9);    // short entries all around: a paragraph is no longer long
  EXPECT_NEAR(score(300, 900, 300), 1.5, 1e-9);  // 2 × 3 / (3 + 1): the mean is above it and counts
}

TEST(Ranking, ElsewhereIsWhatTheScoreGains) {
  RankingSettings settings;
  const Ranking ranking(settings, {{1, 1, true}, {2, 1, true}}, QueryManner::question, 100);
  const MatchedText text = text_of("a");
  EXPECT_NEAR(ranking.score({&text, nullptr, nullptr, 100, 0b10}),
              ranking.score({&text, nullptr, nullptr, 100, 0}) + ranking.elsewhere(0b10), 1e-9);
  EXPECT_NEAR(ranking.elsewhere(0b11), settings.elsewhere * 3, 1e-9);
}

}  // namespace
}  // namespace kwerenda
