// kwerenda-search's command lines to structs; every refusal with its whole message.
#include <gtest/gtest.h>

#include <cstring>

#include "searcher/help.h"
#include "searcher/options.h"

namespace kwerenda {
namespace {

using Words = std::vector<std::string>;

const char* nothing_set(const char*) { return nullptr; }

const char* all_set(const char* name) {
  if (std::strcmp(name, "KWERENDA_INDEX") == 0) return "ze-srodowiska";
  if (std::strcmp(name, "KWERENDA_LEXICON") == 0) return "slownik-srodowiska";
  return nullptr;
}

std::string refusal(const Words& words) {
  try {
    parse_search_options(words, nothing_set);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(SearchOptionsTest, Everything) {
  const SearchProgramOptions options = parse_search_options(
      {"--index",      "i",        "-n",       "5",         "--offset=10", "--per-report", "1",
       "--sort",       "date-asc", "--from",   "2024-05",   "--to",        "2025",         "--place",
       "Łódź",         "-t",       "gis",      "--topic",   "dane",        "--topics-dir", "a",
       "--topics-dir", "b",        "--facets", "--context", "2",           "--explain",    "--no-repair",
       "--plain",      "-f",       "json",     "--color",   "never",       "--lexicon",    "l",
       "schron",       "w gminie", "--",       "-x"},
      all_set);
  EXPECT_EQ(options.action, SearchAction::search);
  EXPECT_EQ(options.index, "i");
  EXPECT_EQ(options.query, "schron w gminie -x");
  EXPECT_EQ(options.format, OutputFormat::json);
  EXPECT_EQ(options.color, TerminalChoice::never);
  EXPECT_EQ(options.open.lexicon, "l");
  EXPECT_EQ(options.open.topics, (std::vector<std::filesystem::path>{"a", "b"}));
  EXPECT_EQ(options.search.limit, 5U);
  EXPECT_EQ(options.search.offset, 10U);
  EXPECT_EQ(options.search.per_report, 1U);
  EXPECT_EQ(options.search.sort, SortOrder::date_oldest);
  EXPECT_EQ(options.search.date_from, 20240501U);
  EXPECT_EQ(options.search.date_to, 20251231U);
  EXPECT_EQ(options.search.place, "Łódź");
  EXPECT_EQ(options.search.topics, (Words{"gis", "dane"}));
  EXPECT_EQ(options.search.context, 2U);
  EXPECT_TRUE(options.search.facets);
  EXPECT_TRUE(options.search.explain);
  EXPECT_EQ(options.search.repair, Repair::off);
  EXPECT_EQ(options.search.syntax, QuerySyntax::plain);
  EXPECT_EQ(options.search.fold_duplicates, FoldDuplicates::on);
}

TEST(SearchOptionsTest, DefaultsAndEnvironment) {
  const SearchProgramOptions options = parse_search_options({"schron"}, all_set);
  EXPECT_EQ(options.index, "ze-srodowiska");
  EXPECT_EQ(options.open.lexicon, "slownik-srodowiska");
  EXPECT_EQ(options.search.limit, 10U);
  EXPECT_EQ(options.search.offset, 0U);
  EXPECT_EQ(options.search.per_report, 0U);
  EXPECT_EQ(options.search.date_from, 0U);
  EXPECT_EQ(options.search.date_to, 0U);
  EXPECT_EQ(options.search.sort, SortOrder::relevance);
  EXPECT_EQ(options.search.syntax, QuerySyntax::language);
  EXPECT_EQ(options.search.repair, Repair::on);
  EXPECT_EQ(options.format, OutputFormat::text);
  EXPECT_EQ(options.color, TerminalChoice::automatic);
}

TEST(SearchOptionsTest, Dates) {
  const struct {
    const char* text;
    std::uint32_t from, to;
  } rows[] = {
      {"2024", 20240101, 20241231},       {"2024-02", 20240201, 20240229},    {"2023-02", 20230201, 20230228},
      {"2024-05-14", 20240514, 20240514}, {"14.05.2024", 20240514, 20240514}, {"05.2024", 20240501, 20240531},
  };
  for (const auto& row : rows) {
    const SearchProgramOptions options =
        parse_search_options({"-i", "i", "--from", row.text, "--to", row.text, "x"}, nothing_set);
    EXPECT_EQ(options.search.date_from, row.from) << row.text;
    EXPECT_EQ(options.search.date_to, row.to) << row.text;
  }
}

TEST(SearchOptionsTest, Actions) {
  const struct {
    Words words;
    SearchAction action;
  } rows[] = {
      {{"--help"}, SearchAction::help},
      {{"-h", "x"}, SearchAction::help},
      {{"--version"}, SearchAction::version},
      {{"-V", "-n", "dużo"}, SearchAction::version},
      {{"--list-topics"}, SearchAction::list_topics},
      {{"-i", "i", "--topic-matrix"}, SearchAction::topic_matrix},
      {{"-i", "i", "--batch", "-"}, SearchAction::batch},
      {{"-i", "i", "--similar", "a#p1"}, SearchAction::similar},
      {{"-i", "i", "--why-not", "a#p1", "x"}, SearchAction::why_not},
      {{"-i", "i", "--topic", "gis"}, SearchAction::search},
      {{"-i", "i", "--why-not", "a#p1", "--topic", "gis"}, SearchAction::why_not},
  };
  for (const auto& row : rows)
    EXPECT_EQ(parse_search_options(row.words, nothing_set).action, row.action) << row.words.back();
}

TEST(SearchOptionsTest, Refusals) {
  const std::string help = ". Pomoc: kwerenda-search --help";
  const struct {
    Words words;
    const char* message;
  } rows[] = {
      {{"x"}, "brak --index KATALOG"},
      {{"-i", "i"}, "brak zapytania"},
      {{"-i", "i", "--why-not", "a#p1"}, "--why-not wymaga zapytania"},
      {{"-i", "i", "--batch", "f", "x"}, "--batch czyta zapytania z pliku, a podano też zapytanie"},
      {{"-i", "i", "--similar", "a#p1", "x"}, "--similar szuka według fragmentu, a podano też zapytanie"},
      {{"-i", "i", "--topic-matrix", "x"}, "--topic-matrix liczy wszystkie tematy, a podano też zapytanie"},
      {{"-i", "i", "--limt", "5", "x"}, "nieznana opcja „--limt”; najbliższa to „--limit”"},
      {{"-i", "i", "--lim", "5", "x"}, "nieznana opcja „--lim”; najbliższa to „--limit”"},
      {{"-i", "i", "--similar", "a#p1", "--batch", "f"},
       "--batch, --similar, --why-not, --topic-matrix i --list-topics wykluczają się"},
      {{"-i", "i", "-q", "-v", "x"}, "-q i -v wykluczają się"},
      {{"-i", "i", "--duplicates", "hide", "x"},
       "--duplicates: oczekiwano jednego z: fold, show; podano „hide”"},
      {{"-i", "i", "--pager", "less", "x"},
       "--pager: oczekiwano jednego z: auto, always, never; podano „less”"},
      {{"-i", "i", "-x"},
       "nieznana opcja „-x”; zapytanie zaczynające się od „-” poprzedź dwiema kreskami: -- -x"},
      {{"-i", "i", "-schron"},
       "nieznana opcja „-schron”; zapytanie zaczynające się od „-” poprzedź dwiema kreskami: -- -schron"},
      {{"-i", "i", "x", "--limit"}, "opcja „--limit” wymaga wartości"},
      {{"-i", "i", "-n", "1", "-n", "2", "x"}, "opcja „--limit” występuje więcej niż raz"},
      {{"-i", "i", "--facets=tak", "x"}, "opcja „--facets” nie przyjmuje wartości"},
      {{"--idx", "c", "x"}, "nieznana opcja „--idx”; najbliższa to „--index”"},
      {{"--list-topics", "-f", "trec"},
       "--list-topics: oczekiwano formatu text, json albo ndjson, podano „trec”"},
      {{"-i", "i", "-n", "dużo", "x"}, "--limit: oczekiwano liczby od 0 do 10000, podano „dużo”"},
      {{"-i", "i", "-n", "-1", "x"}, "--limit: oczekiwano liczby od 0 do 10000, podano „-1”"},
      {{"-i", "i", "-n", "5x", "x"}, "--limit: oczekiwano liczby od 0 do 10000, podano „5x”"},
      {{"-i", "i", "-n", "", "x"}, "--limit: oczekiwano liczby od 0 do 10000, podano „”"},
      {{"-i", "i", "--offset", "10001", "x"}, "--offset: oczekiwano liczby od 0 do 10000, podano „10001”"},
      {{"-i", "i", "--per-report", "99999999999", "x"},
       "--per-report: oczekiwano liczby od 0 do 10000, podano „99999999999”"},
      {{"-i", "i", "--context", "6", "x"}, "--context: oczekiwano liczby od 0 do 5, podano „6”"},
      {{"-i", "i", "--sort", "data", "x"},
       "--sort: oczekiwano jednego z: relevance, date, date-asc, report; podano „data”"},
      {{"-i", "i", "--format", "xml", "x"},
       "--format: oczekiwano jednego z: text, json, ndjson, trec; podano „xml”"},
      {{"-i", "i", "--color", "tak", "x"},
       "--color: oczekiwano jednego z: auto, always, never; podano „tak”"},
      {{"-i", "i", "--from", "maj", "x"},
       "--from: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „maj”"},
      {{"-i", "i", "--from", "2023-02-29", "x"},
       "--from: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „2023-02-29”"},
      {{"-i", "i", "--from", " 202", "x"},
       "--from: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „ 202”"},
      {{"-i", "i", "--from", "-202", "x"},
       "--from: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „-202”"},
      {{"-i", "i", "--to", ">2024", "x"},
       "--to: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „>2024”"},
      {{"-i", "i", "--to", "2024..2025", "x"},
       "--to: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „2024..2025”"},
      {{"-i", "i", "--from", "2025", "--to", "2024", "x"}, "--from jest późniejsze niż --to"},
  };
  for (const auto& row : rows) EXPECT_EQ(refusal(row.words), row.message + help) << row.words.back();
}

// Flags over the environment over the project's file over the user's.
TEST(SearchOptionsTest, Precedence) {
  Preferences preferences;
  preferences.files.push_back(
      parse_preferences("index = \"projekt\"\nlimit = 3\ntopics-dir = [\"t\", \"u\"]\n", "/p/k"));
  preferences.files.push_back(
      parse_preferences("limit = 4\nper-report = 2\nsort = \"date\"\nduplicates = \"show\"\nthesaurus = "
                        "\"th.dat\"\ncolor = \"never\"\n"
                        "hyperlinks = \"always\"\npager = \"never\"\nformat = \"ndjson\"\ncontext = 1\n",
                        "/u/k"));
  SearchProgramOptions options = parse_search_options({"x"}, nothing_set, preferences);
  EXPECT_EQ(options.index, "/p/projekt");
  EXPECT_EQ(options.search.limit, 3U);
  EXPECT_EQ(options.search.per_report, 2U);
  EXPECT_EQ(options.search.context, 1U);
  EXPECT_EQ(options.search.sort, SortOrder::date_newest);
  EXPECT_EQ(options.search.fold_duplicates, FoldDuplicates::off);
  EXPECT_EQ(options.open.thesaurus, "/u/th.dat");
  EXPECT_EQ(options.open.topics, (std::vector<std::filesystem::path>{"/p/t", "/p/u"}));
  EXPECT_EQ(options.color, TerminalChoice::never);
  EXPECT_EQ(options.hyperlinks, TerminalChoice::always);
  EXPECT_EQ(options.pager, TerminalChoice::never);
  EXPECT_EQ(options.format, OutputFormat::ndjson);
  const auto environment = [](const char* name) -> const char* {
    if (std::strcmp(name, "KWERENDA_LIMIT") == 0) return "8";
    if (std::strcmp(name, "KWERENDA_PER_REPORT") == 0) return "5";
    return std::strcmp(name, "KWERENDA_TOPICS_DIR") == 0 ? "a::b" : nullptr;
  };
  options = parse_search_options({"--per-report", "1", "x"}, environment, preferences);
  EXPECT_EQ(options.search.limit, 8U);
  EXPECT_EQ(options.search.per_report, 1U);
  EXPECT_EQ(options.open.topics, (std::vector<std::filesystem::path>{"a", "b"}));
  const auto message = [](const char* (*variables)(const char*), const Preferences& files) -> std::string {
    try {
      parse_search_options({"-i", "i", "x"}, variables, files);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto bad = [](const char* name) -> const char* {
    return std::strcmp(name, "KWERENDA_CONTEXT") == 0 ? "dużo" : nullptr;
  };
  EXPECT_EQ(message(bad, {}),
            "KWERENDA_CONTEXT: oczekiwano liczby od 0 do 5, podano „dużo”. Pomoc: kwerenda-search --help");
  preferences.files = {parse_preferences("sort = \"od tyłu\"", "/p/k")};
  EXPECT_EQ(message(nothing_set, preferences),
            "/p/k: sort: oczekiwano jednego z: relevance, date, date-asc, report; podano „od tyłu”. Pomoc: "
            "kwerenda-search --help");
}

TEST(SearchOptionsTest, FormatOfErrors) {
  const auto of = [](const Words& words) { return requested_format(words, nothing_set); };
  EXPECT_EQ(of({"--limt", "5", "--format", "json"}), OutputFormat::json);
  EXPECT_EQ(of({"--format=ndjson", "--x"}), OutputFormat::ndjson);
  EXPECT_EQ(of({"-fjson"}), OutputFormat::json);
  EXPECT_EQ(of({"-f", "json", "-f", "text"}), OutputFormat::text);
  EXPECT_EQ(of({"--", "-f", "json"}), OutputFormat::text);
  EXPECT_EQ(of({"--format"}), OutputFormat::text);
  const auto json = [](const char*) -> const char* { return "json"; };
  EXPECT_EQ(requested_format({}, json), OutputFormat::json);
  Preferences preferences;
  preferences.files = {parse_preferences("format = \"ndjson\"", "/p/k")};
  EXPECT_EQ(requested_format({}, nothing_set, preferences), OutputFormat::ndjson);
  EXPECT_EQ(requested_format({}, json, preferences), OutputFormat::json);
  EXPECT_EQ(requested_format({"-f", "text"}, json, preferences), OutputFormat::text);
}

TEST(SearchOptionsTest, Help) {
  const std::string help = search_help();
  EXPECT_LT(help.find("Przykłady:"), help.find("Opcje:"));
  for (const char* option :
       {"--index",  "--limit",   "--offset",     "--per-report",  "--sort",       "--from",
        "--to",     "--place",   "--topic",      "--list-topics", "--topics-dir", "--topic-matrix",
        "--facets", "--context", "--similar",    "--why-not",     "--explain",    "--no-repair",
        "--plain",  "--batch",   "--format",     "--color",       "--hyperlinks", "--pager",
        "--quiet",  "--verbose", "--duplicates", "--thesaurus",   "--lexicon",    "--help",
        "--version"}) {
    EXPECT_NE(help.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace kwerenda
