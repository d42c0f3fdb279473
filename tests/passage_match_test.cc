// A text and the words of a query in, what each token matches out, over the small lexicon of fake_lexicon.cc.
#include "searcher/passage_match.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "random_seed.h"

namespace kwerenda {
namespace {

// One token a word of the answer: its surface, then by pattern number what it matches. "0" is the key, "0!"
// the very form, "~0" a relative, "^0" of its stem.
std::string shown(std::string_view text, const MatchedText& matched) {
  std::string out;
  auto next = matched.matches.begin();
  for (std::size_t i = 0; i < matched.tokens.size(); ++i) {
    TokenMatch match;
    if (next != matched.matches.end() && next->token == i) match = *next++;
    if (i > 0) out += ' ';
    out += text.substr(matched.tokens[i].begin, matched.tokens[i].end - matched.tokens[i].begin);
    std::string marks;
    for (std::size_t leaf = 0; leaf < kMaxLeaves; ++leaf) {
      const LeafMask bit = LeafMask{1} << leaf;
      const auto add = [&](const std::string& mark) { marks += (marks.empty() ? "" : ",") + mark; };
      if (match.leaves & bit)
        add(std::to_string(leaf) + (match.exact & bit ? "!" : ""));
      else if (match.exact & bit)
        add("?" + std::to_string(leaf));  // a form without its key: never
      if (match.relatives & bit) add("~" + std::to_string(leaf));
      if (match.stems & bit) add("^" + std::to_string(leaf));
    }
    if (!marks.empty()) out += "(" + marks + ")";
  }
  return out;
}

LeafPattern word(std::string key, std::string form = "") {
  LeafPattern pattern;
  pattern.keys = {std::move(key)};
  pattern.form = std::move(form);
  return pattern;
}

LeafPattern exactly(std::string key, std::string form) {
  LeafPattern pattern = word(std::move(key), std::move(form));
  pattern.exact = true;
  return pattern;
}

LeafPattern with_relatives(LeafPattern pattern, std::vector<std::string> relatives) {
  pattern.relatives = std::move(relatives);
  return pattern;
}

LeafPattern with_stems(LeafPattern pattern, std::vector<std::string> stems) {
  pattern.stems = std::move(stems);
  return pattern;
}

LeafPattern phrase(std::vector<std::string> keys, std::vector<std::vector<std::string>> places,
                   std::uint32_t gap = 0) {
  LeafPattern pattern;
  pattern.keys = std::move(keys);
  pattern.phrases = {{std::move(places), gap}};
  return pattern;
}

LeafPattern with_exact(LeafPattern pattern, std::vector<std::string> keys, std::vector<std::string> forms) {
  pattern.exact_keys = std::move(keys);
  pattern.exact_forms = std::move(forms);
  return pattern;
}

const std::shared_ptr<const KeyMaker>& maker() {
  static const auto made = std::make_shared<const KeyMaker>(Lexicon::open("fake"));
  return made;
}

TEST(PassageMatch, Table) {
  const struct {
    std::vector<LeafPattern> patterns;
    std::string_view text, matched;
  } rows[] = {
      // keys and forms
      {{word("miasto", "miasto")}, "Miasto w mieście.", "Miasto(0!) w mieście(0)"},
      {{word("miasto", "mieście")}, "miasto MIEŚCIE miast", "miasto(0) MIEŚCIE(0!) miast(0)"},
      {{word("miasto")}, "miasto, miast", "miasto(0) miast(0)"},  // repaired: no form to compare with
      {{word("GIS", "gis-u")}, "GIS-u i gis", "GIS-u(0!) i gis"},
      {{word("łódź", "łódź")}, "Łodzi, łodzi, ŁÓDŹ", "Łodzi(0) łodzi(0) ŁÓDŹ(0!)"},
      {{word("ochrona", "ochrona"), word("ludność", "ludności")},
       "ochrona ludności",
       "ochrona(0!) ludności(1!)"},
      {{word("rada"), word("rad")}, "rad", "rad(0,1)"},  // an ambiguous form is both of its lemmas
      // only the form
      {{exactly("miasto", "miast")}, "miasto Miast mieście", "miasto Miast(0!) mieście"},
      {{exactly("miasto", "miast"), word("miasto", "miasto")}, "miasto miast", "miasto(1!) miast(0!,1)"},
      {{exactly("ochrona", "miast")}, "ochrona miast", "ochrona miast"},  // the key must be there too
      // relatives
      {{with_relatives(word("ochrona", "ochrona"), {"miasto"})}, "miast ochronie", "miast(~0) ochronie(0)"},
      {{with_relatives(word("rada"), {"rad"})}, "rad", "rad(0)"},  // what matches is no relative of itself
      {{with_relatives(exactly("ochrona", "ochrona"), {"miasto"})}, "miast ochrona", "miast ochrona(0!)"},
      // stems: no match, and beside one
      {{with_stems(word("ochronka"), {"ochrona"})}, "ochronie", "ochronie(^0)"},
      {{with_stems(word("miastko"), {"miasto"}), with_stems(word("miasteczko"), {"miasto"})},
       "miasto",
       "miasto(^0,^1)"},
      {{with_stems(word("ochrona"), {"miasto"})}, "ochrona miasta", "ochrona(0) miasta"},
      {{with_stems(word("ochrona"), {"miasto"})}, "ochrona miast", "ochrona(0) miast(^0)"},
      {{with_stems(with_relatives(word("ochronka"), {"ochrona"}), {"ochrona"})},
       "ochronie",
       "ochronie(~0,^0)"},
      // runs of keys
      {{phrase({}, {{"ochrona"}, {"ludność"}})}, "ochronie ludności", "ochronie(0) ludności(0)"},
      {{phrase({}, {{"ochrona"}, {"ludność"}})}, "ludności, ochrona miast", "ludności ochrona miast"},
      {{phrase({}, {{"ochrona"}, {"ludność", "miasto"}})}, "ochrona miast", "ochrona(0) miast(0)"},
      {{phrase({"miasto"}, {{"ochrona"}, {"ludność"}})}, "miasto ochrona", "miasto(0) ochrona"},
      {{phrase({}, {{"pan"}, {"pan"}})}, "pan pan pan", "pan(0) pan(0) pan(0)"},
      {{phrase({}, {{"ochrona"}, {"ludność"}, {"miasto"}})},
       "ochrona ludności",
       "ochrona ludności"},  // the text ends first
      {{phrase({}, {{"brak-takiego"}, {"ludność"}})}, "ochrona ludności", "ochrona ludności"},
      // runs with a gap
      {{phrase({}, {{"ochrona"}, {"ludność"}}, 1)}, "ochrona tej ludności", "ochrona(0) tej ludności(0)"},
      {{phrase({}, {{"ochrona"}, {"ludność"}}, 1)},
       "ochrona tej naszej ludności",
       "ochrona tej naszej ludności"},
      {{phrase({}, {{"ochrona"}, {"ludność"}, {"miasto"}}, 2)},
       "ochrona tej ludności i miast",
       "ochrona(0) tej ludności(0) i miast(0)"},
      {{phrase({}, {{"ochrona"}, {"ludność"}, {"miasto"}}, 1)},
       "ochrona tej ludności i miast",
       "ochrona tej ludności i miast"},
      {{phrase({}, {{"ochrona"}, {"ludność"}}, 1)},
       "ochrona, ochrona: ludności",
       "ochrona(0) ochrona(0) ludności(0)"},
      // keys in one form only, beside keys in any
      {{with_exact(word("ochrona"), {"miasto"}, {"miast"})},
       "ochronie miast miasto MIAST",
       "ochronie(0) miast(0) miasto MIAST(0)"},
      {{with_exact({}, {"miasto"}, {"ochrona"})}, "ochrona miasto", "ochrona miasto"},
      // nothing to match
      {{word("miasto", "miasto")}, "", ""},
      {{word("miasto", "miasto")}, "… – !", ""},
      {{word("miasto", "miasto")}, "mia\xFFsto miasto", "mia sto miasto(0!)"},
      {{word("brak-takiego", "brak")}, "ochrona brak", "ochrona brak"},
      {{}, "ochrona", "ochrona"},
      {{LeafPattern{}}, "ochrona", "ochrona"},
  };
  KeyTable table(maker());  // one for all rows: what one query put in must not show in the next
  for (const auto& row : rows) {
    PassageMatcher matcher(row.patterns, table);
    MatchedText matched;
    matcher.match("ochrona miasto pan ludności rad GIS", matched);  // nothing of the text before may stay
    matcher.match(row.text, matched);
    EXPECT_EQ(shown(row.text, matched), row.matched) << row.text;
    LeafMask leaves = 0, exact = 0, relatives = 0, stems = 0;
    for (const TokenMatch& match : matched.matches) {
      leaves |= match.leaves;
      exact |= match.exact;
      relatives |= match.relatives;
      stems |= match.stems;
    }
    EXPECT_EQ(matched.token_count, matched.tokens.size()) << row.text;
    EXPECT_EQ(matched.seen, leaves) << row.text;
    EXPECT_EQ(matched.seen_stems, stems) << row.text;
    EXPECT_EQ(matched.seen_exact, exact) << row.text;
    EXPECT_EQ(matched.seen_relatives, relatives) << row.text;
  }
}

TEST(PassageMatch, AllSixtyFourWords) {
  std::vector<LeafPattern> patterns;
  for (std::size_t i = 0; i < kMaxLeaves; ++i) patterns.push_back(word("miasto", "miast"));
  KeyTable table(maker());
  PassageMatcher matcher(patterns, table);
  MatchedText matched;
  matcher.match("miast miasto", matched);
  constexpr LeafMask kAll = ~LeafMask{0};
  EXPECT_EQ(matched.matches, (std::vector<TokenMatch>{{0, kAll, kAll, 0, 0}, {1, kAll, 0, 0, 0}}));
}

// Words side by side in streams of few keys, against a look at every place.
TEST(StreamPhrase, FindsRunsAndNothingElse) {
  std::mt19937_64 random(seed());
  const std::vector<std::string> keys{"gmina", "plan", "schron", "most", "rada", "forum", "droga"};
  int found = 0;
  const int all = rounds(20000);
  for (int round = 0; round < all; ++round) {
    std::vector<std::vector<std::string>> words(1 + random() % 4);
    for (auto& choice : words) {
      for (std::size_t i = 0, count = 1 + random() % 2; i < count; ++i)
        choice.push_back(keys[random() % keys.size()]);
    }
    KeyStream stream;
    std::vector<std::vector<std::string>> tokens(random() % 12);
    for (auto& token : tokens) {
      for (std::size_t i = 0, count = 1 + random() % 3; i < count; ++i) {
        token.push_back(keys[random() % keys.size()]);
        stream.push_back(static_cast<std::uint16_t>(short_key_hash(token.back()) | (i ? kFurtherKey : 0)));
      }
    }
    const auto stands_at = [&](std::size_t begin) {
      for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& token = tokens[begin + i];
        if (std::find_first_of(token.begin(), token.end(), words[i].begin(), words[i].end()) == token.end())
          return false;
      }
      return true;
    };
    bool expected = false;
    for (std::size_t begin = 0; begin + words.size() <= tokens.size(); ++begin)
      expected = expected || stands_at(begin);
    ASSERT_EQ(StreamPhrase(words).is_in(stream), expected) << "seed " << seed() << ", round " << round;
    found += expected;
  }
  EXPECT_GT(found, all / 10);
  EXPECT_LT(found, all * 9 / 10);
}

}  // namespace
}  // namespace kwerenda
