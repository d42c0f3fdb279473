// One word of a query in, what it is looked up by out, over the real lexicon and a table of what the index
// holds.
#include "searcher/query_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "memory_collection.h"

namespace kwerenda {
namespace {

class TableVocabulary : public Vocabulary {
 public:
  explicit TableVocabulary(std::map<std::string, std::uint32_t, std::less<>> counts)
      : counts_(std::move(counts)) {}
  std::uint32_t passages_with(std::string_view key) const override {
    const auto found = counts_.find(key);
    return found == counts_.end() ? 0 : found->second;
  }
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override {
    std::vector<SimilarKey> found;
    for (const auto& [other, passages] : counts_) {
      const int distance = edit_distance(without_marks(key), without_marks(other), edits);
      if (distance <= edits) found.push_back({other, passages, distance});
    }
    std::stable_sort(found.begin(), found.end(), [](const SimilarKey& a, const SimilarKey& b) {
      return a.edits != b.edits ? a.edits < b.edits : a.passages > b.passages;
    });
    if (found.size() > limit) found.resize(limit);
    return found;
  }
  std::vector<std::string> keys_beginning_with(std::string_view beginning) const override {
    std::vector<std::string> keys;
    for (const auto& [key, passages] : counts_) {
      if (key.starts_with(beginning)) keys.push_back(key);
    }
    return keys;
  }

 private:
  std::map<std::string, std::uint32_t, std::less<>> counts_;
};

const TableVocabulary& vocabulary() {
  static const TableVocabulary table({{"ochrona", 30},
                                      {"ludność", 20},
                                      {"łódź", 10},
                                      {"schron", 8},
                                      {"GIS", 7},
                                      {"geoportal", 5},
                                      {"sąd", 40},
                                      {"sad", 2},
                                      {"zarządzać", 9},
                                      {"kędzierzyn", 3},
                                      {"koźle", 3},
                                      {"miasto", 50},
                                      {"frombolit", 4},
                                      {"w", 100},
                                      {"kto", 12},
                                      {"prąd", 3},
                                      {"interoperacyjność", 4}});
  return table;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// keys, then what is unusual: a repaired form, the role, a capital.
std::string shown(const QueryTerm& term) {
  std::string out = joined(term.keys);
  if (!term.repaired.empty()) out += " > " + term.repaired;
  if (term.role == WordRole::stop) out += " stop";
  if (term.role == WordRole::question) out += " pytajne";
  if (term.capitalised) out += " Wielka";
  return out + " " + std::to_string(term.passages);
}

QueryTerm resolved(std::string_view surface, const ResolveSettings& settings = {}) {
  return resolve_word(surface, *real_keys(), real_word_lists().stop, real_word_lists().question, vocabulary(),
                      settings);
}

TEST(QueryWords, Table) {
  const struct {
    std::string_view surface, term;
  } rows[] = {
      // known words
      {"ochronie", "ochrona 30"},
      {"Ochrona", "ochrona Wielka 30"},
      {"ŁODZI", "łódź ŁODZI Wielka 10"},
      {"Mazowsze", "mazowsze Wielka 0"},  // a capital with a mark; known to the lexicon, so no repair
      {"parasolem", "parasol 0"},
      // acronyms
      {"GIS-em", "GIS Wielka 7"},
      {"gis", "gis GIS 7"},
      // roles
      {"w", "w stop 100"},
      {"kto", "kto pytajne 12"},
      {"Kto", "kto pytajne Wielka 12"},
      {"gdzie", "gdzie pytajne 0"},
      // without marks
      {"lodz", "łódź LODZ > łódź 10"},
      {"ludnosci", "ludność > ludności 20"},
      {"Kedzierzyn", "kędzierzyn > Kędzierzyn Wielka 3"},
      // one edit, two edits
      {"geoportla", "geoportal > geoportal 5"},
      {"geoprtal", "geoportal > geoportal 5"},
      {"geoprttal", "geoportal > geoportal 5"},
      {"interoperacyjnsc", "interoperacyjność > interoperacyjność 4"},
      {"fromboilt", "frombolit > frombolit 4"},  // only the index knows it
      {"fromblit", "frombolit > frombolit 4"},
      // too short, too far, or nothing alike
      {"shx", "shx SHX 0"},
      {"gepotl", "gepotl GEPOTL 0"},
      {"brzdękkkk", "brzdękkkk 0"},
      {"12345", "12345 0"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(resolved(row.surface)), row.term) << row.surface;
}

TEST(QueryWords, SwitchedOff) {
  ResolveSettings off;
  off.repair = false;
  for (std::string_view surface : {"ohcrona", "fromboilt"}) {
    const QueryTerm term = resolved(surface, off);
    EXPECT_EQ(term.repaired, "") << surface;
    EXPECT_EQ(term.form, surface) << surface;
    EXPECT_EQ(term.passages, 0U) << surface;
    EXPECT_FALSE(term.keys.empty()) << surface;
  }
  EXPECT_EQ(shown(resolved("lodz", off)),
            "łódź LODZ 10");  // the lexicon's guess, in texts as in queries: no repair
  off.marks = Marks::missing;
  EXPECT_EQ(shown(resolved("sadu", off)), "sad SADU SAD 2");
}

TEST(QueryWords, FormsToCompareWith) {
  const struct {
    std::string_view surface, form;
  } rows[] = {
      {"Ochronie", "ochronie"},
      {"GIS-u", "gis-u"},
      {"lodz", "łódź"},
      {"ohcrona", ""},
  };
  for (const auto& row : rows) EXPECT_EQ(resolved(row.surface).form, row.form) << row.surface;
}

// A query without any mark: a known word may stand for another one.
TEST(QueryWords, MissingMarks) {
  ResolveSettings settings;
  settings.marks = Marks::missing;
  const struct {
    std::string_view surface, term;
  } rows[] = {
      {"miasto", "miasto 50"},   {"ochrona", "ochrona 30"},    {"ludnosci", "ludność > ludności 20"},
      {"sadu", "sąd > sądu 40"}, {"geoportal", "geoportal 5"},
  };
  for (const auto& row : rows) EXPECT_EQ(shown(resolved(row.surface, settings)), row.term) << row.surface;
}

// One or two words without marks leave it open: a word much rarer than another one is read as both.
TEST(QueryWords, MarksUnsure) {
  ResolveSettings settings;
  settings.marks = Marks::unsure;
  const struct {
    std::string_view surface, term;
  } rows[] = {
      {"miasto", "miasto 50"},
      {"sadu", "sąd sad SADU SAD > sądu 42"},
      {"Lodzi", "łódź lodzia LODZI LODZIĆ > łodzi Wielka 10"},
      {"sad", "sąd sad SAD > sąd 42"},
      {"lat", "rok 0"},  // "łat" is rarer
  };
  for (const auto& row : rows) EXPECT_EQ(shown(resolved(row.surface, settings)), row.term) << row.surface;
}

TEST(QueryWords, MarksOf) {
  const struct {
    std::string_view query;
    Marks marks;
  } rows[] = {
      {"ochrona ludnosci gminach", Marks::missing},
      {"kto buduje schrony gminie", Marks::missing},
      {"ochrona ludności w gminach", Marks::present},
      {"ochrona gmin", Marks::unsure},  // too short to tell
      {"kto ma co", Marks::unsure},     // short words do not tell
      {"", Marks::unsure},
      {"Paulo jest metropolia swiata", Marks::missing},
      {"Sa\u0303o Paulo metro gmina", Marks::present},  // a mark of another language is a mark
  };
  for (const auto& row : rows) EXPECT_EQ(marks_of(row.query), row.marks) << row.query;
}

TEST(QueryWords, WhatTheyLookLike) {
  const struct {
    std::string_view surface;
    bool known, verb;
  } rows[] = {
      {"ochrony", true, false},   {"zarządzali", true, true},  {"pomogła", true, true},
      {"miłością", true, false},  {"frombolit", false, false},  // in the index alone
      {"geoportla", true, false},                               // repaired to a word of the lexicon
  };
  for (const auto& row : rows) {
    const QueryTerm term = resolved(row.surface);
    EXPECT_EQ(term.known, row.known) << row.surface;
    EXPECT_EQ(term.verb, row.verb) << row.surface;
  }
}

TEST(QueryWords, Relatives) {
  EXPECT_EQ(joined(resolved("zarządca").relatives), "zarządzać");  // only those that the index holds
  EXPECT_EQ(joined(resolved("parasol").relatives), "");
  ResolveSettings none;
  none.max_relatives = 0;
  EXPECT_EQ(joined(resolved("zarządca", none).relatives), "");
}

TEST(QueryWords, KeysOfOneStem) {
  const TableVocabulary index({{"ochrona", 1},
                               {"ochronny", 1},
                               {"ochronnoprawnościowy", 1},
                               {"ochotnik", 1},
                               {"działalność", 1},
                               {"dział", 1},
                               {"rad", 1},
                               {"rada", 1}});
  const struct {
    std::vector<std::string> keys;
    std::string_view stems;
  } rows[] = {
      {{"ochronka"}, "ochrona ochronny"},  // five bytes and half of the longer one
      {{"ochrona"}, "ochronny"},           // not itself
      {{"działać"}, "dział działalność"},
      {{"działalnościowy"}, "działalność"},
      {{"rada"}, ""},  // too short
      {{"ochronka", "działać"}, "ochrona ochronny dział działalność"},
      {{"ochronka", "ochronny"}, "ochrona ochrona"},
      {{"xyzxyz"}, ""},
      {{}, ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(joined(keys_of_one_stem(row.keys, index)), row.stems) << joined(row.keys);
}

}  // namespace
}  // namespace kwerenda
