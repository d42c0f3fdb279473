// Passages as a readable list: "[heading] text" each, and the properties that every text must keep.
#include "indexer/passages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "analysis/utf8.h"
#include "indexer/readers/markdown_reader.h"
#include "indexer/readers/text_reader.h"

namespace kwerenda {
namespace {

Report report_with(std::string text, TextFormat format = TextFormat::plain) {
  Report report;
  report.text = std::move(text);
  report.format = format;
  return report;
}

using Rows = std::vector<std::string>;

Rows rows_of(const Report& report, const PassageSettings& settings = {}) {
  Rows rows;
  for (const Passage& passage : passages_of(report, settings)) {
    rows.push_back("[" + passage.heading + "] " +
                   report.text.substr(passage.begin, passage.end - passage.begin));
  }
  return rows;
}

std::string sentence(int number) {
  return "To jest zdanie numer " + std::to_string(number) + " o ćwiczeniach w gminie i o łączności. ";
}

std::string paragraph(int sentences) {
  std::string text;
  for (int i = 0; i < sentences; ++i) text += sentence(i);
  return text.substr(0, text.size() - 1);
}

// Small enough for readable rows.
constexpr PassageSettings kSmall{.max_bytes = 400, .target_bytes = 200, .min_bytes = 40};

TEST(Passages, ParagraphsStayWhole) {
  const std::string one = paragraph(3), two = paragraph(2);
  EXPECT_EQ(rows_of(report_with(one + "\n\n" + two + "\n")), (Rows{"[] " + one, "[] " + two}));
  EXPECT_EQ(rows_of(report_with("\n\n  " + one + "\r\n \t\r\n" + two)), (Rows{"[] " + one, "[] " + two}));
  const std::string longest = paragraph(36);
  ASSERT_GT(longest.size(), 2300U);
  ASSERT_LE(longest.size(), 2500U);
  EXPECT_EQ(rows_of(report_with(longest)), (Rows{"[] " + longest}));
}

TEST(Passages, WrappedLinesBelongTogether) {
  const std::string text =
      "Pierwszy wiersz akapitu złamanego na marginesie\ndrugi wiersz tego akapitu, a potem koniec.";
  EXPECT_EQ(rows_of(report_with(text)), (Rows{"[] " + text}));
}

TEST(Passages, LongLinesAreParagraphs) {
  const std::string one = paragraph(5), two = paragraph(4);
  EXPECT_EQ(rows_of(report_with(one + "\n" + two + "\n")), (Rows{"[] " + one, "[] " + two}));
  EXPECT_EQ(rows_of(report_with(one + "\nWnioski z debaty\n" + two + "\n")),
            (Rows{"[] " + one, "[] Wnioski z debaty\n" + two}));
}

TEST(Passages, TinyOnesJoinANeighbour) {
  const std::string one = paragraph(3);
  EXPECT_EQ(rows_of(report_with("Szanowni Państwo!\n\n" + one)), (Rows{"[] Szanowni Państwo!\n\n" + one}));
  EXPECT_EQ(rows_of(report_with(one + "\n\nz poważaniem, wójt.")),
            (Rows{"[] " + one + "\n\nz poważaniem, wójt."}));
  EXPECT_EQ(rows_of(report_with("tylko tyle.")), (Rows{"[] tylko tyle."}));
}

TEST(Passages, LeadInsGoWithTheirList) {
  const std::string lead =
      "W czasie obrad, które trwały dwa dni i zgromadziły ponad trzystu uczestników, ustalono:";
  const std::string list =
      "- zakup agregatów dla szkół i szpitali powiatowych,\n- próbę syren w każdą pierwszą sobotę miesiąca.";
  EXPECT_EQ(rows_of(report_with(lead + "\n\n" + list)), (Rows{"[] " + lead + "\n\n" + list}));
}

TEST(Passages, HeadingsAreContext) {
  const std::string one = paragraph(2), two = paragraph(3);
  EXPECT_EQ(rows_of(report_with("Przebieg ćwiczeń\n\n" + one + "\n\n" + two)),
            (Rows{"[] Przebieg ćwiczeń\n\n" + one, "[Przebieg ćwiczeń] " + two}));
  EXPECT_EQ(rows_of(report_with("Przebieg ćwiczeń\n================\n\n" + one + "\n\n" + two)),
            (Rows{"[] Przebieg ćwiczeń\n================\n\n" + one, "[Przebieg ćwiczeń] " + two}));
  EXPECT_EQ(rows_of(report_with(one + "\n\nNagłówek na końcu")),
            (Rows{"[] " + one + "\n\nNagłówek na końcu"}));
}

TEST(Passages, MarkdownHeadingsNest) {
  const std::string one = paragraph(2), two = paragraph(3);
  const std::string text = "# Forum\n\n" + one + "\n\n## Dzień **drugi** ##\n\n" + one + "\n\n" + two +
                           "\n\nPodsumowanie\n---\n" + two + "\n\n" + one + "\n\n# Aneks\n" + one;
  EXPECT_EQ(rows_of(report_with(text, TextFormat::markdown)),
            (Rows{"[] # Forum\n\n" + one, "[Forum] ## Dzień **drugi** ##\n\n" + one,
                  "[Forum › Dzień **drugi**] " + two, "[Forum] Podsumowanie\n---\n" + two,
                  "[Forum › Podsumowanie] " + one, "[] # Aneks\n" + one}));
}

TEST(Passages, MarkdownFencesHideHeadings) {
  const std::string code =
      "```sh\n# to nie jest nagłówek, tylko komentarz w skrypcie, dość długi, żeby stał sam\n\nls -l "
      "/var/log/syslog | sort\n```";
  const std::string one = paragraph(2);
  EXPECT_EQ(rows_of(report_with(code + "\n" + one + "\n", TextFormat::markdown)),
            (Rows{"[] " + code, "[] " + one}));
}

TEST(Passages, LongParagraphsAreSplitAtSentences) {
  const Rows rows = rows_of(report_with(paragraph(12)), kSmall);
  ASSERT_EQ(rows.size(), 4U);
  for (const std::string& row : rows) {
    EXPECT_TRUE(row.starts_with("[] To jest zdanie numer")) << row;
    EXPECT_TRUE(row.ends_with("łączności.")) << row;
    EXPECT_NEAR(static_cast<double>(row.size()), 200, 40) << row;
  }
}

TEST(Passages, FieldsGoWithTheFirstParagraph) {
  const std::string one = paragraph(2), two = paragraph(3);
  const std::string fields =
      "Data: 05.04.2019, godz. 12:30. Miejsce: Lublin, ul. Długa 3. Jednostka: OSP Lublin. Sporządził: asp. "
      "Nowak.";
  EXPECT_EQ(rows_of(report_with(fields + "\n\n" + one + "\n\n" + two)),
            (Rows{"[] " + fields + "\n\n" + one, "[] " + two}));
}

TEST(Passages, OneLongWordIsCutOnCharacterEdges) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "ż";
  const Report report = report_with(text);
  for (const Passage& passage : passages_of(report, {})) {
    EXPECT_EQ(find_invalid_utf8(std::string_view(text).substr(passage.begin, passage.end - passage.begin)),
              std::string::npos);
  }
}

TEST(Passages, WhiteTextHasNone) {
  EXPECT_TRUE(rows_of(report_with("")).empty());
  EXPECT_TRUE(rows_of(report_with(" \r\n\t\u00A0\n")).empty());
}

// What every text must keep, whatever it is.
void check_properties(const Report& report, const PassageSettings& settings, const std::string& what) {
  const std::vector<Passage> passages = passages_of(report, settings);
  std::size_t at = report.body_begin;
  std::uint32_t ordinal = 1;
  const std::string_view text = report.text;
  for (const Passage& passage : passages) {
    ASSERT_EQ(passage.ordinal, ordinal++) << what;
    ASSERT_LT(passage.begin, passage.end) << what;
    ASSERT_LE(passage.end, text.size()) << what;
    ASSERT_GE(passage.begin, at) << what;
    ASSERT_EQ(skip_white(text, at), passage.begin) << what;  // nothing but white space between passages
    const std::string_view inside = text.substr(passage.begin, passage.end - passage.begin);
    ASSERT_EQ(trimmed(inside), inside) << what;
    ASSERT_EQ(find_invalid_utf8(inside), std::string::npos) << what;
    ASSERT_EQ(find_invalid_utf8(passage.heading), std::string::npos) << what;
    ASSERT_LE(inside.size(), settings.max_bytes + settings.max_bytes / 2) << what;
    at = passage.end;
  }
  ASSERT_EQ(skip_white(text, at), text.size()) << what;
}

TEST(Passages, PropertiesOfRandomTexts) {
  const std::string pieces[] = {"a ",           "Łódź ",  ". ",    "\n",    "\n\n",   "\r\n",
                                "# ",           "## T\n", "===\n", "---\n", "```\n",  "- x\n",
                                "\u00A0",       "„B” ",   "Ala ",  "1. C ", "**X**",  "Data: x\n",
                                "Nagłówek\n\n", ":\n\n",  "słowo", "   ",   "\u2003", "🙂"};
  const std::string filler = paragraph(4) + " ";
  std::random_device device;
  for (int round = 0; round < 3000; ++round) {
    const unsigned seed = device();
    std::mt19937 random(seed);
    std::string text;
    for (auto i = random() % 80; i > 0; --i)
      text += random() % 8 == 0 ? filler : pieces[random() % std::size(pieces)];
    const std::string what = "seed " + std::to_string(seed);
    const PassageSettings& settings = random() % 2 ? kSmall : PassageSettings{};
    check_properties(report_with(text), settings, what);
    check_properties(report_with(text, TextFormat::markdown), settings, what);
    check_properties(read_text(text, {}), settings, what);
    check_properties(read_markdown(text, {}), settings, what);
  }
}

TEST(Passages, PublishedReport) {
  std::ifstream file(KWERENDA_SOURCE_DIR "/../shared/seed/smart-city-forum.txt", std::ios::binary);
  if (!file) GTEST_SKIP() << "../shared is not here";
  std::stringstream text;
  text << file.rdbuf();
  const Report report = read_text(text.str(), {});
  check_properties(report, {}, "seed text");
  EXPECT_EQ(report.date, 20251118U);
  EXPECT_GE(passages_of(report, {}).size(), 9U);
}

}  // namespace
}  // namespace kwerenda
