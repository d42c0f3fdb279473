// Results in, printed forms out: each equals a file of tests/data/expected/. After an intended change,
// KWERENDA_WRITE_EXPECTED=1 writes the files anew; read the difference before committing it.
#include "searcher/output.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace kwerenda {
namespace {

void expect_file(const std::string& name, const std::string& output) {
  const std::string path = std::string(KWERENDA_SOURCE_DIR) + "/tests/data/expected/" + name;
  if (std::getenv("KWERENDA_WRITE_EXPECTED")) std::ofstream(path, std::ios::binary) << output;
  std::ostringstream expected;
  expected << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(output, expected.str()) << name;
}

// Two hits with everything that a hit can have, and some that a terminal must not see.
SearchResult result() {
  Hit full;
  full.report_id = "forum/a b.txt";
  full.source = "forum/a b.txt";
  full.title = "Forum „GIS”";
  full.place = "Łódź";
  full.url = "https://example.org/a?b=1&c=2";
  full.date = 20240514;
  full.ordinal = 3;
  full.citation = "forum/a b.txt#p3";
  full.begin = 120;
  full.heading = "Dane › Schrony";
  full.text = "Łódź ma schron.\n\tSchrony są\x1b[31m w szkołach.";
  full.end = full.begin + full.text.size();
  full.highlights = {{11, 17, 8, 14}, {20, 27, 17, 24}};
  full.score = 12.345678;
  full.duplicates = 3;
  full.before = "Przed nim.";
  full.after = "Po nim\nstoi to.";
  full.explanation = {{"schron", {"schron", "SCHRON"}, 10.25}, {"w", {"w"}, 2.095678}};
  Hit bare;
  bare.report_id = "z\xFF.txt";
  bare.source = "z\xFF.txt";
  bare.ordinal = 1;
  bare.citation = "z\\xFF.txt#p1";
  bare.text = "zły bajt \xFF i \"cudzysłów\"";
  bare.end = bare.text.size();
  bare.score = 0.5;
  SearchResult result;
  result.hits = {full, bare};
  result.matches = 22;
  result.matches_exact = false;
  result.words = {{"schron", "", {"schron", "SCHRON"}, 12}, {"lodz", "łódź", {"łódź"}, 7}};
  result.notes = {"Szukano: łódź (wpisano: lodz)", "uwaga\x07 z dzwonkiem"};
  result.by_report = {{"forum/a b.txt", 20}, {"z\xFF.txt", 2}};
  result.by_month = {{"2024-05", 20}};
  for (int i = 0; i < 12; ++i) result.by_place.push_back({"Miejsce " + std::to_string(i), 1});
  return result;
}

SearchOptions with_facets() {
  SearchOptions options;
  options.offset = 20;
  options.facets = true;
  return options;
}

TEST(Output, Text) {
  expect_file("hits.txt", to_text(result(), "schron lodz", with_facets(), {}));
  expect_file("hits-color.txt", to_text(result(), "schron lodz", with_facets(), {.color = true}));
}

TEST(Output, Machines) {
  expect_file("hits.json", to_json(result(), "schron \xFF lodz", with_facets()));
  expect_file("hits.ndjson", to_ndjson(result(), "q1", with_facets()));
  expect_file("hits-without-id.ndjson", to_ndjson(result(), "", {}));
  SearchOptions second_page;
  second_page.offset = 10;
  EXPECT_EQ(to_trec(result(), "q1", second_page).find(" 11 "), to_trec(result(), "q1", {}).find(" 1 "));
  EXPECT_NE(to_ndjson(result(), "", second_page).find("\"rank\":11,"), std::string::npos);
  expect_file("hits.trec", to_trec(result(), "q1", {}));
}

TEST(Output, Counts) {
  const struct {
    std::uint64_t matches;
    bool exact;
    const char* text;
  } rows[] = {
      {0, true, "Nic nie znaleziono.\n"},
      {1, true, "1 pasujący fragment\n"},
      {2, true, "2 pasujące fragmenty\n"},
      {5, true, "5 pasujących fragmentów\n"},
      {12, true, "12 pasujących fragmentów\n"},
      {22, true, "22 pasujące fragmenty\n"},
      {112, false, "około 112 pasujących fragmentów\n"},
      {1001, false, "około 1001 pasujących fragmentów\n"},
  };
  for (const auto& row : rows) {
    SearchResult counted;  // --limit 0, or a page behind the last
    counted.matches = row.matches;
    counted.matches_exact = row.exact;
    EXPECT_EQ(to_text(counted, "schron", {}, {}), row.text) << row.matches;
  }
}

TEST(Output, NothingFound) {
  SearchResult nothing;
  nothing.notes = {"Szukano: łódź (wpisano: lodz)"};
  EXPECT_EQ(to_text(nothing, "lodz", {}, {}), "Szukano: łódź (wpisano: lodz)\n\nNic nie znaleziono.\n");
  EXPECT_EQ(to_ndjson(nothing, "q1", {}), "");
  EXPECT_EQ(to_trec(nothing, "q1", {}), "");
  expect_file("nothing.json", to_json(nothing, "lodz", {}));
}

TEST(Output, Quiet) {
  SearchResult some = result();
  some.notes = {"Szukano: łódź (wpisano: lodz)"};
  const std::string quiet = to_text(some, "lodz", {}, {.quiet = true});
  EXPECT_EQ(quiet.find("Szukano"), std::string::npos);
  EXPECT_EQ(quiet.find("pasując"), std::string::npos);
  EXPECT_NE(quiet.find(some.hits.front().title), std::string::npos);
  EXPECT_EQ(to_text({}, "lodz", {}, {.quiet = true}), "");
}

TEST(Output, HowTheQueryWasUnderstood) {
  SearchResult nothing;
  nothing.understood = "(words schron lodz)";
  SearchOptions explain;
  EXPECT_EQ(to_text(nothing, "", explain, {}), "Nic nie znaleziono.\n");
  EXPECT_EQ(to_json(nothing, "", explain).find("understood"), std::string::npos);
  explain.explain = true;
  EXPECT_EQ(to_text(nothing, "", explain, {}), "Zrozumiano: (words schron lodz)\n\nNic nie znaleziono.\n");
  EXPECT_NE(to_json(nothing, "", explain).find("\"understood\": \"(words schron lodz)\""), std::string::npos);
}

TEST(Output, Hyperlinks) {
  SearchResult one;
  Hit hit;
  hit.citation = "a#p1";
  hit.title = "A";
  hit.source = KWERENDA_SOURCE_DIR "/README.md";
  one.hits = {hit};
  const auto line = [&] { return to_text(one, "", {}, {.hyperlinks = true}); };
  EXPECT_NE(line().find("\033]8;;file://" KWERENDA_SOURCE_DIR "/README.md\033\\a#p1\033]8;;\033\\"),
            std::string::npos);
  one.hits[0].url = "https://example.org/raport?id=7";
  EXPECT_NE(line().find("\033]8;;https://example.org/raport?id=7\033\\a#p1"), std::string::npos);
  one.hits[0].url = "https://example.org/\033]8;;";  // what would end the link by itself
  EXPECT_EQ(line().find("\033]8"), std::string::npos);
  one.hits[0].url = "javascript:alert(1)";
  EXPECT_NE(line().find("\033]8;;file://"), std::string::npos);
  one.hits[0].source = "nie-ma-takiego.txt";
  EXPECT_EQ(line().find("\033]8"), std::string::npos);
}

TEST(Output, WhyNot) {
  EXPECT_EQ(why_not_to_json("a#p1", "a#p1: nie pasuje"),
            "{\"schema_version\":1,\"citation\":\"a#p1\",\"why_not\":\"a#p1: nie pasuje\"}\n");
}

TEST(Output, Topics) {
  const std::vector<TopicInfo> topics = {
      {"gis", "GIS i mapy", "Dane \"przestrzenne\".", {"geoinformacja", "mapy"}},
      {"puste", "Bez opisu", "", {}}};
  expect_file("topics.txt", topics_to_text(topics));
  expect_file("topics.json", topics_to_json(topics));
}

TEST(Output, Errors) {
  const struct {
    ErrorKind kind;
    const char* name;
  } rows[] = {
      {ErrorKind::usage, "usage"},
      {ErrorKind::query, "query"},
      {ErrorKind::not_found, "not_found"},
      {ErrorKind::incompatible, "incompatible"},
      {ErrorKind::corrupt, "corrupt"},
      {ErrorKind::locked, "locked"},
      {ErrorKind::io, "io"},
      {ErrorKind::limit, "limit"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(error_to_json(Error(row.kind, "brak \"x\"\n  ^")),
              "{\"schema_version\":1,\"error\":{\"kind\":\"" + std::string(row.name) +
                  "\",\"message\":\"brak \\\"x\\\"\\n  ^\"}}\n");
  }
  EXPECT_EQ(error_to_json(Error(ErrorKind::query, "x"), "q7"),
            "{\"schema_version\":1,\"query_id\":\"q7\",\"error\":{\"kind\":\"query\",\"message\":\"x\"}}\n");
}

}  // namespace
}  // namespace kwerenda
