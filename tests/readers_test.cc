// Each format's reader: texts in, fields out, and every reason for which something is skipped.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/utf8.h"
#include "indexer/charset.h"
#include "indexer/dates.h"
#include "indexer/fields.h"
#include "indexer/readers/jsonl_reader.h"
#include "indexer/readers/markdown_reader.h"
#include "indexer/readers/reader.h"
#include "indexer/readers/text_reader.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

TEST(Dates, Table) {
  const struct {
    const char* text;
    std::uint32_t date;
  } rows[] = {
      {"14 maja 2024", 20240514},
      {"14.05.2024", 20240514},
      {"14. 05. 2024 r.", 20240514},
      {"5-04-2019", 20190405},
      {"2024-05-14T10:00:00Z", 20240514},
      {"18–19 listopada 2025 r. w hotelu", 20251118},
      {"18 i 19 listopada 2025", 20251118},
      {"30 maja – 2 czerwca 2024 r.", 20240530},
      {"w dniach 3-5 CZERWCA 2023", 20230603},
      {"14 V 2024", 20240514},
      {"dnia 1\u00A0września\u00A02023\u00A0r.", 20230901},
      {"2 paź 2023", 20231002},
      {"29 lutego 2024", 20240229},
      {"29 lutego 2023", 0},
      {"31.04.2024", 0},
      {"14 maja", 0},
      {"maj 2024", 0},
      {"tel. 123-456-789, nr 2019/04/000123", 0},
      {"wersja 1.2.3456.7", 0},
      {"art. 5 ust. 2, 300 osób, 14 maja 2024", 20240514},
      {"99.99.9999", 0},
      {"", 0},
      {"12345678901234567890", 0},
  };
  for (const auto& row : rows) EXPECT_EQ(find_date(row.text), row.date) << row.text;
  EXPECT_EQ(parse_date(" 2024-05-14"), 20240514U);
  EXPECT_EQ(parse_date("dnia 2024-05-14"), 0U);
}

TEST(Charsets, Table) {
  const std::string sentence = "Zażółć gęślą jaźń – „śnięty ŁOŚ”";
  const struct {
    const char* name;
    std::string bytes;
    Charset charset;
    std::string text;
  } rows[] = {
      {"plain", "Łódź", Charset::utf8, "Łódź"},
      {"mark", "\xEF\xBB\xBFŁódź", Charset::utf8, "Łódź"},
      {"little", std::string("\xFF\xFE\x41\x01\x64\x00", 6), Charset::utf16, "Łd"},
      {"big", std::string("\xFE\xFF\x01\x41\x00\x64", 6), Charset::utf16, "Łd"},
      {"1250", "za\xBF\xF3\xB3\xE6 g\xEA\x9Cl\xB9 ja\x9F\xF1", Charset::windows_1250, "zażółć gęślą jaźń"},
      {"8859", "za\xBF\xF3\xB3\xE6 g\xEA\xB6l\xB1 ja\xBC\xF1", Charset::iso_8859_2, "zażółć gęślą jaźń"},
      {"1250 marks", "M\xF3wi\xB3: \x84tak\x94 \x96 i koniec", Charset::windows_1250,
       "Mówił: „tak” – i koniec"},
      {"either", "\xA3\xF3\x64ka w porcie", Charset::windows_1250, "Łódka w porcie"},
      {"one letter", "Dzi\xEAki wszystkim zebranym", Charset::windows_1250, "Dzięki wszystkim zebranym"},
  };
  for (const auto& row : rows) {
    const Decoded decoded = decode(row.bytes);
    EXPECT_EQ(decoded.charset, row.charset) << row.name;
    EXPECT_EQ(decoded.text, row.text) << row.name;
  }
  // Damaged UTF-8 and other bytes are refused with the place.
  EXPECT_EQ(decode("Zażółć gęślą \xFF jaźń").charset, Charset::unknown);
  EXPECT_EQ(decode("Zażółć gęślą \xFF jaźń").bad_offset, 20U);
  EXPECT_EQ(decode("Ala ma kota \xC4").bad_offset, 12U);
  EXPECT_EQ(decode("\xEF\xBB\xBFtekst \xB3").charset, Charset::unknown);
  EXPECT_EQ(decode(std::string("\xFF\xFE\x00\xD8\x41\x00", 6)).charset, Charset::unknown);
  std::string noise;
  for (int i = 0; i < 1000; ++i) noise.push_back(static_cast<char>(1 + i * 7919 % 255));
  EXPECT_EQ(decode(noise).charset, Charset::unknown);
}

TEST(Fields, Table) {
  Fields fields;
  EXPECT_TRUE(read_fields(
      "Data: 05.04.2019, godz. 12:30. Miejsce: Lublin, ul. Długa 3. Jednostka: OSP Lublin.", fields));
  EXPECT_EQ(fields.date, 20190405U);
  EXPECT_EQ(fields.place, "Lublin");
  EXPECT_FALSE(read_fields("Była to data: ważna", fields));
  EXPECT_FALSE(read_fields("https://example.org/x", fields));
  fields = {};
  EXPECT_TRUE(read_fields("**Miejsce:** św. Katarzyna (gm. Bodzentyn)", fields));
  EXPECT_EQ(fields.place, "św. Katarzyna");
  EXPECT_TRUE(read_fields("Źródło: https://example.org/a?b=c.", fields));
  EXPECT_EQ(fields.url, "https://example.org/a?b=c");
}

Report text_report(const std::string& text) {
  Report report;
  report.title = "nazwa";
  return read_text(text, report);
}

TEST(TextReader, Table) {
  const struct {
    std::string text;
    const char* title;
    std::uint32_t date;
    const char* place;
    const char* url;
    const char* body;  // how it begins
  } rows[] = {
      {"Raport ze zdarzenia nr 2019/04/000123: pożaru\nData: 05.04.2019, godz. 12:30. Miejsce: Lublin, ul. "
       "Długa 3. Jednostka: OSP.\n\nTreść.",
       "Raport ze zdarzenia nr 2019/04/000123: pożaru", 20190405, "Lublin", "", "Data:"},
      {"Forum w Łodzi\n\nData: 14 maja 2024\nMiejsce: Łódź\nŹródło: https://example.org/f\n\nTreść.",
       "Forum w Łodzi", 20240514, "Łódź", "https://example.org/f", "\nData"},
      {"Forum\r\n=====\r\n\r\nTreść.", "Forum", 0, "", "", "\r\nTreść"},
      {"18–19 listopada 2025 r. w Warszawie odbyło się forum. Było długo.\n\nDalej.", "nazwa", 20251118, "",
       "", "18–19"},
      {"Zwykły akapit bez tytułu, z kropką.\n\nDrugi.", "nazwa", 0, "", "", "Zwykły"},
      {"Tylko tytuł", "nazwa", 0, "", "", "Tylko"},
      {"Tytuł: Debata o wodzie\nData: 2024-05-14\n\nTreść.", "Debata o wodzie", 20240514, "", "", "Tytuł"},
      {"\n\n  Wcięty tytuł  \n\nTreść z 3 maja 2020 r.", "Wcięty tytuł", 20200503, "", "", "\nTreść"},
      {"https://example.org/x\nTreść.", "nazwa", 0, "", "https://example.org/x", "https"},
      {"Data: brak\n\nTreść.", "nazwa", 0, "", "", "Data"},
  };
  for (const auto& row : rows) {
    const Report report = text_report(row.text);
    EXPECT_EQ(report.text, row.text);
    EXPECT_EQ(report.title, row.title) << row.text;
    EXPECT_EQ(report.date, row.date) << row.text;
    EXPECT_EQ(report.place, row.place) << row.text;
    EXPECT_EQ(report.url, row.url) << row.text;
    EXPECT_TRUE(report.text.substr(report.body_begin).starts_with(row.body))
        << report.text.substr(report.body_begin);
  }
}

TEST(MarkdownReader, Table) {
  const struct {
    std::string text;
    const char* title;
    std::uint32_t date;
    const char* place;
    const char* body;
  } rows[] = {
      {"---\ntytuł: \"Forum GIS\"\ndata: 2024-05-14\nmiejsce: Kraków\ntagi: [a, b]\n---\n\n# Forum "
       "GIS\n\nTreść.",
       "Forum GIS", 20240514, "Kraków", "\nTreść"},
      {"---\ntitle: Inny\n---\n# Forum\n\nTreść.", "Inny", 0, "", "# Forum"},
      {"# Forum **GIS**\n\n**Data:** 14 maja 2024\n\nTreść.", "Forum **GIS**", 20240514, "", "\n**Data"},
      {"Forum\n=====\nTreść.", "Forum", 0, "", "Treść"},
      {"Wstęp z 3.05.2020.\n\n# Tytuł\n\nTreść.", "Tytuł", 20200503, "", "Wstęp"},
      {"```\n# komentarz\n```\nTreść.", "nazwa", 0, "", "```"},
      {"---\nniezamknięte: tak\n\nTreść.", "nazwa", 0, "", "---"},
      {"# Tylko tytuł", "Tylko tytuł", 0, "", "# Tylko"},
  };
  for (const auto& row : rows) {
    Report report;
    report.title = "nazwa";
    report = read_markdown(row.text, report);
    EXPECT_EQ(report.text, row.text);
    EXPECT_EQ(report.title, row.title) << row.text;
    EXPECT_EQ(report.date, row.date) << row.text;
    EXPECT_EQ(report.place, row.place) << row.text;
    EXPECT_TRUE(report.text.substr(report.body_begin).starts_with(row.body))
        << report.text.substr(report.body_begin);
  }
}

// "id|title|date|place|text" or "cause: detail".
std::string json_row(const std::string& line) {
  const auto read = read_json_line(line);
  if (const auto* problem = std::get_if<Problem>(&read))
    return cause_name(problem->cause) + ": " + problem->detail;
  const Report& report = std::get<Report>(read);
  return report.id + "|" + report.title + "|" + std::to_string(report.date) + "|" + report.place + "|" +
         report.text;
}

TEST(JsonLines, Table) {
  const struct {
    std::string line;
    const char* expected;
  } rows[] = {
      {R"({"_id": "a1", "title": "Tytuł", "text": "Treść.", "date": "14 maja 2024", "place": "Łódź", "url": "https://x"})",
       "a1|Tytuł|20240514|Łódź|Treść."},
      {R"({"_id": 7, "text": "Treść."})", "7|7|0||Treść."},
      {R"({"_id": "a", "text": "x\ny", "title": " dwa\nwiersze ", "date": 20240514, "inne": [1, {"a": null}]})",
       "a|dwa wiersze|20240514||x\ny"},
      {R"({"_id": "a", "text": "x", "title": null, "date": null})", "a|a|0||x"},
      {R"({"_id": "a", "text": "\u0141\u00f3d\u017a"})", "a|a|0||Łódź"},
      {R"({"_id": "a", "text": "x)", "niepoprawny JSON: niepoprawny JSON przy bajcie 24 wiersza"},
      {R"([1])", "niepoprawny JSON: oczekiwano obiektu {\"_id\": …, \"title\": …, \"text\": …}"},
      {R"({"text": "x"})", "rekord bez wymaganych pól: brak pola \"_id\""},
      {R"({"_id": "", "text": "x"})", "rekord bez wymaganych pól: puste pole \"_id\""},
      {R"({"_id": 1.5, "text": "x"})",
       "rekord bez wymaganych pól: pole \"_id\" nie jest napisem ani liczbą całkowitą"},
      {R"({"_id": "a"})", "rekord bez wymaganych pól: brak pola \"text\""},
      {R"({"_id": "a", "text": 1})", "rekord bez wymaganych pól: pole \"text\" nie jest napisem"},
      {R"({"_id": "a", "text": "x", "title": 1})",
       "rekord bez wymaganych pól: pole \"title\" nie jest napisem"},
      {R"({"_id": "a", "text": "x", "place": []})",
       "rekord bez wymaganych pól: pole \"place\" nie jest napisem"},
      {R"({"_id": "a", "text": "x", "url": {}})", "rekord bez wymaganych pól: pole \"url\" nie jest napisem"},
      {R"({"_id": "a", "text": " \n"})", "brak tekstu: pole \"text\" jest puste"},
      {R"({"_id": "a", "text": "x\u0000y"})", "bajt NUL (plik binarny?): znak NUL (\\u0000) w polu rekordu"},
      {"{\"_id\": \"a\", \"text\": \"\xFF\"}",
       "nieznane kodowanie znaków: bajt 22 wiersza nie jest poprawnym UTF-8"},
      {R"({"_id": "a", "text": "\ud800"})", "niepoprawny JSON: niepoprawny JSON przy bajcie 29 wiersza"},
  };
  for (const auto& row : rows) EXPECT_EQ(json_row(row.line), row.expected) << row.line;
  EXPECT_TRUE(json_row(std::string(1'000'000, '[')).starts_with("niepoprawny JSON"));
}

struct Collected {
  std::vector<std::string> reports;   // ids
  std::vector<std::string> problems;  // "where: cause"
  std::vector<Report> full;

  ReaderOutput output() {
    return {
        [this](Report&& report) {
          reports.push_back(report.id);
          full.push_back(std::move(report));
        },
        [this](Problem&& problem) { problems.push_back(problem.where + ": " + cause_name(problem.cause)); }};
  }
};

TEST(JsonLines, StreamInPiecesOfAnySize) {
  const std::string bytes =
      "\xEF\xBB\xBF{\"_id\": \"a\", \"text\": \"x\"}\r\n\n{zepsuty\n{\"_id\": \"b\", \"text\": \"y\"}\n" +
      std::string(300, ' ') + "{\"_id\": \"za długi\", \"text\": \"z\"}\n{\"_id\": \"c\", \"text\": \"z\"}";
  Input input;
  input.source = "zbior.jsonl";
  ReadLimits limits;
  limits.max_line_bytes = 200;
  for (std::size_t piece = 1; piece <= bytes.size(); piece += piece < 10 ? 1 : 37) {
    Collected collected;
    const ReaderOutput output = collected.output();
    JsonLinesReader reader(input, limits, output);
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      reader.feed(std::string_view(bytes).substr(at, piece));
    reader.finish();
    EXPECT_EQ(collected.reports, (std::vector<std::string>{"a", "b", "c"})) << piece;
    EXPECT_EQ(collected.problems, (std::vector<std::string>{"zbior.jsonl:3: niepoprawny JSON",
                                                            "zbior.jsonl:5: przekroczony limit rozmiaru"}))
        << piece;
  }
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-readers-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
    return (directory_ / name).string();
  }

  Collected read(const std::string& path, ReadLimits limits = {}) {
    Input input;
    input.path = path;
    input.id = input.source = fs::path(path).filename().string();
    Collected collected;
    read_input(input, limits, collected.output());
    return collected;
  }

  fs::path directory_;
};

TEST_F(Files, ReadWhatIsGood) {
  Collected good = read(write("a.txt", "Tytuł\n\nTreść raportu."));
  ASSERT_EQ(good.full.size(), 1U);
  EXPECT_EQ(good.full[0].title, "Tytuł");
  EXPECT_EQ(good.full[0].size, 24U);
  EXPECT_GT(good.full[0].mtime_ns, 0);
  EXPECT_NE(good.full[0].content_hash, 0U);
  EXPECT_EQ(read(write("b.MD", "# Tytuł\n\nTreść.")).full[0].format, TextFormat::markdown);
  EXPECT_EQ(read(write("c.ndjson", "{\"_id\":\"q\",\"text\":\"x\"}\n")).full[0].source, "c.ndjson");
  const Collected old = read(write("d.txt", "Za\xBF\xF3\xB3\xE6 g\xEA\x9Cl\xB9."));
  EXPECT_EQ(old.full[0].text, "Zażółć gęślą.");
  EXPECT_EQ(old.problems, std::vector<std::string>{"d.txt: odczytano z innego kodowania niż UTF-8"});
}

TEST_F(Files, NameWhatIsBad) {
  using Rows = std::vector<std::string>;
  EXPECT_EQ(read(write("a.txt", "")).problems, Rows{"a.txt: brak tekstu"});
  EXPECT_EQ(read(write("b.txt", " \n")).problems, Rows{"b.txt: brak tekstu"});
  EXPECT_EQ(read(write("c.txt", std::string("ab\0c", 4))).problems, Rows{"c.txt: bajt NUL (plik binarny?)"});
  EXPECT_EQ(read(write("d.txt", "żółć \xFF")).problems, Rows{"d.txt: nieznane kodowanie znaków"});
  EXPECT_EQ(read(write("e.jsonl", "\n\n")).problems, Rows{"e.jsonl: brak tekstu"});
  EXPECT_EQ(read((directory_ / "f.txt").string()).problems, Rows{"f.txt: brak pliku lub katalogu"});
  EXPECT_EQ(read(directory_.string() + "/.").problems, Rows{".: nie jest zwykłym plikiem"});
  ReadLimits limits;
  limits.max_file_bytes = 4;
  EXPECT_EQ(read(write("g.txt", "za długi"), limits).problems, Rows{"g.txt: przekroczony limit rozmiaru"});
  ASSERT_EQ(::mkfifo((directory_ / "h.txt").c_str(), 0600), 0);
  EXPECT_EQ(read((directory_ / "h.txt").string()).problems, Rows{"h.txt: nie jest zwykłym plikiem"});
  fs::create_symlink(directory_ / "a.txt", directory_ / "i.txt");
  EXPECT_EQ(read((directory_ / "i.txt").string()).problems, Rows{"i.txt: nie jest zwykłym plikiem"});
  if (::geteuid() != 0) {
    const std::string secret = write("j.txt", "x");
    fs::permissions(secret, fs::perms::none);
    EXPECT_EQ(read(secret).problems, Rows{"j.txt: nie można odczytać"});
  }
}

TEST_F(Files, AHundredMegabyteLine) {
  std::string text;
  while (text.size() < 100'000'000) text += "Zdanie o ochronie ludności w gminie. ";
  const Collected collected = read(write("a.jsonl", "{\"_id\": \"a\", \"text\": \"" + text + "\"}\n"));
  ASSERT_EQ(collected.full.size(), 1U);
  EXPECT_EQ(collected.full[0].text.size(), text.size());
}

TEST(Names, Formats) {
  EXPECT_EQ(format_of_name("a/b.txt"), InputFormat::text);
  EXPECT_EQ(format_of_name("b.TXT"), InputFormat::text);
  EXPECT_EQ(format_of_name("b.markdown"), InputFormat::markdown);
  EXPECT_EQ(format_of_name("a.txt/b"), InputFormat::by_name);
  EXPECT_EQ(format_of_name("a/.txt"), InputFormat::by_name);
  EXPECT_EQ(format_of_name("a.pdf"), InputFormat::by_name);
  EXPECT_EQ(stem_of("a/raport.2024.txt"), "raport.2024");
  EXPECT_EQ(stem_of("a/\xFFx.txt"), "\\xFFx");
}

}  // namespace
}  // namespace kwerenda
