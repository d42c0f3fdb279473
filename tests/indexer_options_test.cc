// Command lines to structs; every refusal with its whole message.
#include <gtest/gtest.h>

#include <map>

#include "analysis/error.h"
#include "indexer/help.h"
#include "indexer/options.h"

namespace kwerenda {
namespace {

using Words = std::vector<std::string>;

IndexerOptions parse(const Words& words, std::map<std::string, std::string> environment = {}) {
  return parse_options(words, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
}

std::string refusal(const Words& words, std::map<std::string, std::string> environment = {}) {
  try {
    parse(words, std::move(environment));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(Options, Add) {
  const IndexerOptions options = parse({"add",
                                        "--index",
                                        "i",
                                        "a",
                                        "--memory=512M",
                                        "-0",
                                        "--files-from",
                                        "-",
                                        "b c",
                                        "--input-format",
                                        "jsonl",
                                        "--threads",
                                        "2",
                                        "--dry-run",
                                        "--strict",
                                        "--purge",
                                        "vanished",
                                        "--lock-timeout",
                                        "2.5",
                                        "--progress",
                                        "json",
                                        "-v",
                                        "--lexicon",
                                        "l",
                                        "--lexicon-extra",
                                        "x",
                                        "--lexicon-extra",
                                        "y",
                                        "--",
                                        "-z"});
  EXPECT_EQ(options.verb, Verb::add);
  EXPECT_EQ(options.index, "i");
  EXPECT_EQ(options.paths, (Words{"a", "b c", "-z"}));
  EXPECT_EQ(options.memory_bytes, 512U << 20);
  EXPECT_TRUE(options.null_separated);
  EXPECT_EQ(options.files_from, "-");
  EXPECT_EQ(options.format, InputFormat::jsonl);
  EXPECT_EQ(options.threads, 2U);
  EXPECT_TRUE(options.dry_run);
  EXPECT_TRUE(options.strict);
  EXPECT_EQ(options.purge, Purge::vanished);
  EXPECT_EQ(options.lock_timeout_seconds, 2.5);
  EXPECT_EQ(options.progress, ProgressMode::json);
  EXPECT_EQ(options.verbosity, Verbosity::verbose);
  EXPECT_EQ(options.lexicon, "l");
  EXPECT_EQ(options.lexicon_extra, (Words{"x", "y"}));
}

TEST(Options, DefaultsAndStandardInput) {
  const IndexerOptions options = parse({"add", "--index=i", "-"});
  EXPECT_EQ(options.paths, Words{"-"});
  EXPECT_EQ(options.memory_bytes, 1U << 30);
  EXPECT_EQ(options.threads, 0U);
  EXPECT_EQ(options.format, InputFormat::by_name);
  EXPECT_EQ(options.purge, Purge::never);
  EXPECT_EQ(options.progress, ProgressMode::automatic);
  EXPECT_EQ(options.verbosity, Verbosity::normal);
  EXPECT_EQ(options.lock_timeout_seconds, 10);
}

TEST(Options, FlagsOverEnvironmentOverDefaults) {
  const std::map<std::string, std::string> environment = {
      {"KWERENDA_INDEX", "e"},          {"KWERENDA_MEMORY", "2G"},      {"KWERENDA_THREADS", "3"},
      {"KWERENDA_LOCK_TIMEOUT", "1"},   {"KWERENDA_PROGRESS", "never"}, {"KWERENDA_LEXICON", "l"},
      {"KWERENDA_LEXICON_EXTRA", "x:y"}};
  IndexerOptions options = parse({"add", "a"}, environment);
  EXPECT_EQ(options.index, "e");
  EXPECT_EQ(options.memory_bytes, std::uint64_t{2} << 30);
  EXPECT_EQ(options.threads, 3U);
  EXPECT_EQ(options.lock_timeout_seconds, 1);
  EXPECT_EQ(options.progress, ProgressMode::never);
  EXPECT_EQ(options.lexicon, "l");
  EXPECT_EQ(options.lexicon_extra, (Words{"x", "y"}));
  options = parse({"add", "a", "--index", "f", "--threads", "1"}, environment);
  EXPECT_EQ(options.index, "f");
  EXPECT_EQ(options.threads, 1U);
  EXPECT_EQ(parse({"info"}, environment).index, "e");
}

TEST(Options, OtherVerbs) {
  EXPECT_EQ(parse({"info", "--index", "i"}).verb, Verb::info);
  EXPECT_EQ(parse({"tokens"}).verb, Verb::tokens);
  EXPECT_EQ(parse({"tokens", "a", "-"}).paths, (Words{"a", "-"}));
  EXPECT_EQ(parse({"tokens", "--explain", "zamku"}).explain, "zamku");
  EXPECT_EQ(parse({"--version"}).verb, Verb::version);
  EXPECT_EQ(parse({"version"}).verb, Verb::version);
  EXPECT_EQ(parse({"-h"}).verb, Verb::help);
  EXPECT_EQ(parse({"help"}).help_about, std::nullopt);
  EXPECT_EQ(parse({"help", "add"}).help_about, Verb::add);
  EXPECT_EQ(parse({"add", "--nie-ma", "-h"}).help_about, Verb::add);
}

TEST(Options, Refusals) {
  const struct {
    Words words;
    const char* message;
  } rows[] = {
      {{}, "brak polecenia; oczekiwano add, info albo innego (zobacz kwerenda-index --help)"},
      {{"adds"}, "nieznane polecenie „adds”; czy chodziło o „add”? (zobacz kwerenda-index --help)"},
      {{"zupa"}, "nieznane polecenie „zupa” (zobacz kwerenda-index --help)"},
      {{"--index", "i"},
       "pierwsze jest polecenie, potem opcje; jest „--index” (zobacz kwerenda-index --help)"},
      {{"--hepl"},
       "pierwsze jest polecenie, potem opcje; jest „--hepl”; czy chodziło o „--help”? (zobacz kwerenda-index "
       "--help)"},
      {{"help", "ifno"}, "nieznane polecenie „ifno”; czy chodziło o „info”? (zobacz kwerenda-index --help)"},
      {{"add", "--index", "i", "a", "--memry", "1G"},
       "nieznana opcja „--memry”; czy chodziło o „--memory”? (zobacz kwerenda-index add --help)"},
      {{"add", "--index", "i", "a", "--mem", "1G"},
       "nieznana opcja „--mem”; czy chodziło o „--memory”? (zobacz kwerenda-index add --help)"},
      {{"add", "--index", "i", "a", "-x"}, "nieznana opcja „-x” (zobacz kwerenda-index add --help)"},
      {{"add", "a", "--index"}, "opcja „--index” wymaga wartości (zobacz kwerenda-index add --help)"},
      {{"add", "a", "--index", "i", "--strict=1"},
       "opcja „--strict” nie przyjmuje wartości (zobacz kwerenda-index add --help)"},
      {{"add", "a", "--index", "i", "--index", "j"},
       "opcja „--index” występuje więcej niż raz (zobacz kwerenda-index add --help)"},
      {{"add", "a"}, "brak --index KATALOG: gdzie ma być indeks? (zobacz kwerenda-index add --help)"},
      {{"check"}, "brak --index KATALOG: gdzie jest indeks? (zobacz kwerenda-index check --help)"},
      {{"add", "--index", "i"},
       "brak ścieżek: podaj pliki, katalogi, - albo --files-from (zobacz kwerenda-index add --help)"},
      {{"add", "--index", "i", "a", "--memory", "dużo"},
       "--memory: oczekiwano rozmiaru od 64M wzwyż, np. 512M albo 2G, jest „dużo”"},
      {{"add", "--index", "i", "a", "--memory", "1M"},
       "--memory: oczekiwano rozmiaru od 64M wzwyż, np. 512M albo 2G, jest „1M”"},
      {{"add", "--index", "i", "a", "--threads", "0"}, "--threads: oczekiwano liczby od 1 do 256, jest „0”"},
      {{"add", "--index", "i", "a", "--threads", "2x"},
       "--threads: oczekiwano liczby od 1 do 256, jest „2x”"},
      {{"add", "--index", "i", "a", "--lock-timeout", "-1"},
       "--lock-timeout: oczekiwano liczby sekund od 0 do 86400, jest „-1”"},
      {{"add", "--index", "i", "a", "--lock-timeout", "nan"},
       "--lock-timeout: oczekiwano liczby sekund od 0 do 86400, jest „nan”"},
      {{"add", "--index", "i", "a", "--input-format", "pdf"},
       "--input-format: oczekiwano auto, txt, md albo jsonl, jest „pdf”"},
      {{"add", "--index", "i", "a", "--progress", "tak"},
       "--progress: oczekiwano auto, json albo never, jest „tak”"},
      {{"add", "--index", "i", "a", "--purge", "all"}, "--purge: oczekiwano never albo vanished, jest „all”"},
      {{"add", "--index", "i", "a", "-q", "-v"}, "-q i -v wykluczają się"},
      {{"add", "--index", "i", "a", "-0"}, "-0 ma sens tylko z --files-from"},
      {{"add", "--index", "i", "-", "--files-from", "-"},
       "standardowe wejście może być listą plików albo raportem, nie oboma naraz"},
      {{"info", "--index", "i", "x"},
       "info nie przyjmuje ścieżek, jest „x”; indeks podaje się przez --index"},
      {{"tokens", "--explain", " "}, "--explain: oczekiwano wyrazu, jest pusty napis"},
      {{"tokens", "--explain", "a", "b"}, "--explain objaśnia jeden wyraz i nie przyjmuje plików"},
      {{"tokens", "--index", "i"}, "nieznana opcja „--index” (zobacz kwerenda-index tokens --help)"},
  };
  for (const auto& row : rows) EXPECT_EQ(refusal(row.words), row.message);
  EXPECT_EQ(refusal({"add", "--index", "i", "a"}, {{"KWERENDA_THREADS", "wiele"}}),
            "KWERENDA_THREADS: oczekiwano liczby od 1 do 256, jest „wiele”");
}

TEST(Options, Sizes) {
  EXPECT_EQ(parse_size("1000"), 1000U);
  EXPECT_EQ(parse_size("64k"), 65536U);
  EXPECT_EQ(parse_size("2MiB"), 2U << 20);
  EXPECT_EQ(parse_size("1GB"), 1U << 30);
  for (const char* bad : {"", "G", "-1", "1.5G", "1T", "99999999999999999999", "18446744073709551615G"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(Options, HelpStartsWithExamplesAndNamesEveryOption) {
  const std::string add = help_text(Verb::add);
  EXPECT_LT(add.find("Przykłady:"), add.find("--files-from PLIK"));
  for (const char* option : {"--index", "--files-from", "--null", "--input-format", "--lexicon", "--memory",
                             "--threads", "--dry-run", "--strict", "--quiet", "--verbose", "--progress",
                             "--lock-timeout", "--purge", "--help"}) {
    EXPECT_NE(add.find(option), std::string::npos) << option;
  }
  for (const Verb verb : {Verb::info, Verb::tokens})
    EXPECT_NE(help_text(verb).find("Przykłady:"), std::string::npos);
  EXPECT_NE(help_text(std::nullopt).find("Kody wyjścia"), std::string::npos);
}

// Flags over the environment over the files.
TEST(Options, Preferences) {
  Preferences preferences;
  preferences.files.push_back(
      parse_preferences("index = \"i\"\nmemory = \"512M\"\nthreads = 3\nlock-timeout = 5\nprogress = "
                        "\"json\"\n"
                        "lexicon-extra = [\"a\", \"b\"]\nlimit = 5\n",
                        "/p/k"));
  const auto parsed = [&](const Words& words, std::map<std::string, std::string> variables = {}) {
    const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    return parse_options(words, environment, preferences);
  };
  IndexerOptions options = parsed({"add", "x"});
  EXPECT_EQ(options.index, "/p/i");
  EXPECT_EQ(options.memory_bytes, std::uint64_t{512} << 20);
  EXPECT_EQ(options.threads, 3U);
  EXPECT_EQ(options.lock_timeout_seconds, 5);
  EXPECT_EQ(options.progress, ProgressMode::json);
  EXPECT_EQ(options.lexicon_extra, (Words{"/p/a", "/p/b"}));
  options = parsed({"add", "x", "--memory", "2G"}, {{"KWERENDA_THREADS", "7"}, {"KWERENDA_MEMORY", "1G"}});
  EXPECT_EQ(options.threads, 7U);
  EXPECT_EQ(options.memory_bytes, std::uint64_t{2} << 30);
  EXPECT_EQ(parsed({"check"}).index, "/p/i");
  preferences.files = {parse_preferences("threads = 0", "/p/k")};
  try {
    parsed({"add", "--index", "i", "x"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "/p/k: threads: oczekiwano liczby od 1 do 256, jest „0”");
  }
}

TEST(Options, AsksForJson) {
  const auto asks = [](const Words& words, const char* variable = "") {
    return asks_for_json(words, [&](const std::string&) { return std::optional<std::string>(variable); });
  };
  EXPECT_TRUE(asks({"add", "--progress", "json"}));
  EXPECT_TRUE(asks({"add", "--progress=json", "--nie-ma"}));
  EXPECT_TRUE(asks({"add", "x"}, "json"));
  EXPECT_FALSE(asks({"add", "--progress", "never"}, "json"));
  EXPECT_FALSE(asks({"add", "--", "--progress=json"}));
  EXPECT_FALSE(asks({"remove", "x"}, "json"));
  EXPECT_FALSE(asks({}));
}

}  // namespace
}  // namespace kwerenda
