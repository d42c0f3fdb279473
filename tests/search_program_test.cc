// Both programs as processes, over corpus/ and over small inputs: exit codes, streams, whole outputs against
// tests/data/expected/ (written anew with KWERENDA_WRITE_EXPECTED=1). indexer_program_test.cc has what is the
// indexer's alone.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "program_outcome.h"

namespace {

namespace fs = std::filesystem;

class SearchProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-programs-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
  }

  // A shell command in the test's directory; "$I" and "$S" are the programs, "$C" is corpus/.
  Outcome run(const std::string& command) {
    const std::string line =
        "cd '" + directory_.string() +
        "' && unset KWERENDA_INDEX KWERENDA_LEXICON NO_COLOR PAGER; export "
        "KWERENDA_LANG=pl KWERENDA_PAGER= XDG_CONFIG_HOME=\"$PWD/dom\" I='" KWERENDA_INDEX_PROGRAM
        "' S='" KWERENDA_SEARCH_PROGRAM "' C='" KWERENDA_SOURCE_DIR "/corpus' TERM=xterm; { " +
        command + "\n} >.out 2>.err";
    const int status = std::system(("bash -c '" + quoted(line) + "'").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(directory_ / ".out"),
            slurp(directory_ / ".err")};
  }

  // Three reports known by heart.
  void build_small() {
    write("r/a.txt",
          "Forum o schronach\n\nGmina buduje schron przy szkole i remontuje ukrycie w piwnicy ratusza, mówił "
          "wiceprezydent miasta.\n\n"
          "Budżet obywatelski będzie w tym roku większy niż dwa lata temu, o czym radni dowiedzieli się z "
          "gazety lokalnej.\n");
    write("r/b.md",
          "---\ntitle: Debata w Łodzi\ndate: 2024-05-14\nplace: Łódź\n---\n\n## Ukrycia\n\nSchrony są "
          "potrzebne, ale ukrycia buduje się "
          "szybciej; tak sądziła prelegentka z urzędu wojewódzkiego.\n");
    write("r/c.txt",
          "Hackathon\n\nDrużyny pisały program, który pokazuje na mapie wolne miejsca w żłobkach i "
          "przedszkolach całego miasta.\n");
    const Outcome built = run("$I add -q --index i r");
    ASSERT_EQ(built.code, 0) << built.err;
  }

  static void expect_file(const std::string& name, const std::string& output) {
    const std::string path = KWERENDA_SOURCE_DIR "/tests/data/expected/" + name;
    if (std::getenv("KWERENDA_WRITE_EXPECTED")) std::ofstream(path, std::ios::binary) << output;
    EXPECT_EQ(output, slurp(path)) << name;
  }

  fs::path directory_;

 private:
  static std::string quoted(const std::string& line) {
    std::string out;
    for (char c : line) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out;
  }
};

// Scores are the ranking's business and change with it: they become "#".
std::string without_scores(std::string text) {
  for (const std::string before : {" · ", "\"score\":", "\"score\": "}) {
    for (std::size_t at = 0; (at = text.find(before, at)) != std::string::npos;) {
      at += before.size();
      std::size_t end = at;
      const char point = before == " · " ? ',' : '.';
      while (end < text.size() && (std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == point))
        ++end;
      if (end > at && (end == text.size() || text[end] == '\n' || text[end] == ',' || text[end] == '\x1b'))
        text.replace(at, end - at, "#");
    }
  }
  return text;
}

TEST_F(SearchProgram, SmallOutputs) {
  build_small();
  const struct {
    const char *arguments, *file;
  } rows[] = {
      {"schron", "program-word.txt"},
      {"--color always schron", "program-word-color.txt"},
      {"--facets --sort report 'schron OR mapa'", "program-facets.txt"},
      {"--format json '\"remontuje ukrycie\"'", "program-phrase.json"},
      {"--format ndjson ukrycia", "program-word.ndjson"},
      {"--context 1 budżet", "program-context.txt"},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run("$S --index i " + std::string(row.arguments));
    EXPECT_EQ(outcome.code, 0) << row.arguments << "\n" << outcome.err;
    EXPECT_EQ(outcome.err, "") << row.arguments;
    expect_file(row.file, without_scores(outcome.out));
  }
}

TEST_F(SearchProgram, ExitCodes) {
  build_small();
  write("pytania", "1\tschron\n2\tparasol\n");
  write("puste", "1\tparasol\n");
  write("bom", "\xEF\xBB\xBFq1\tschron\n");
  write("id", "a b\tschron\n\tschron\nq3\tmapa\n");
  write("dziwne/a\tb.txt",
        "Parasol z nazwy\n\nParasole ochronne rozdawano na rynku w czasie deszczu, żeby nikt nie zmókł.\n");
  run("$I add -q --index d dziwne");
  write("t/a,b.toml", "label = \"a\"\n[[aspect]]\nname = \"b\"\nwords = [\"schron\"]\n");
  write("zle", "1\tschron\nbez tabulatora\n3\t(\n4\tmapa\n");
  const struct {
    const char* command;
    int code;
    const char *out, *err;  // parts
  } rows[] = {
      {"$S --index i schron", 0, "schron", ""},
      {"$S --index i parasol", 1, "Nic nie znaleziono.", ""},
      {"$S --index i --limit 0 schron", 0, "3 pasujące fragmenty", ""},
      {"$S --index i --limit 0 '\"schron mapa\"'", 1, "Nic nie znaleziono.", ""},
      {"$S --index i --offset 50 schron", 0, "3 pasujące fragmenty", ""},
      {"$S --index i '(schron AND'", 2, "", "kwerenda-search: "},
      {"$S --index i ''", 2, "", "kwerenda-search: brak zapytania"},
      {"$S --index i '  '", 2, "", "kwerenda-search: "},
      {"$S --index i '…'", 2, "", "w zapytaniu nie ma ani jednego słowa"},
      {"$S --index i $'a\\xff'", 2, "", "kwerenda-search: "},
      {"head -c 130000 /dev/zero | tr '\\0' a | xargs $S --index i || exit 2", 2, "", "4096"},
      {"$S --index brak schron", 2, "",
       "kwerenda-search: brak: nie ma takiego indeksu. Zbuduj go: kwerenda-index add --index brak "
       "RAPORTY…\n"},
      {"$S --index r schron", 2, "", "r: w katalogu nie ma indeksu"},
      {"$S --index r/a.txt schron", 2, "", "oczekiwano katalogu indeksu, znaleziono plik"},
      {"$S --limt 3 schron", 2, "", "nieznana opcja „--limt”; najbliższa to „--limit”"},
      {"$S --index i --topic schrony-i-kwiatki", 2, "", "nie ma tematu „schrony-i-kwiatki”"},
      {"$S --index i --lexicon r/a.txt schron", 2, "", "r/a.txt"},
      {"$S --index i --format json '('", 2, "{\"schema_version\":1,\"error\":{\"kind\":\"query\"",
       "kwerenda-search: "},
      {"$S --index i --similar r/a.txt#p1", 0, "", ""},
      {"$S --index i --similar r/a.txt#p9", 2, "", "„r/a.txt#p9”: nie ma takiego fragmentu; raport ma"},
      {"$S --index i --why-not r/c.txt#p1 schron", 0, "r/c.txt#p1: nie pasuje: nie ma w nim słów: schron.",
       ""},
      {"$S --index i --batch pytania", 0, "=== 1\tschron\n", ""},
      {"$S --index i --batch puste", 1, "=== 1\tparasol\nNic nie znaleziono.\n", ""},
      {"$S --index i --batch zle", 2, "=== 4\tmapa\n",
       "zle:2: oczekiwano wiersza „id TAB zapytanie”, nie ma tabulatora.\n"},
      {"$S --index i --batch bom --format trec", 0, "q1 Q0 r/", ""},
      {"$S --index i --batch id --format trec", 2, "q3 Q0 r/c.txt 1 ",
       "id:1: identyfikator „a b” ma odstęp, a w formacie trec oddziela on kolumny; usuń go.\n"
       "id:2: oczekiwano identyfikatora przed tabulatorem, a jest pusty.\n"},
      {"$S --index i --format trec --offset 1 schron", 0, " 2 ", ""},
      {"$S --index d --similar \"dziwne/a\\x09b.txt#p1\"", 1, "", ""},
      {"$S --index d --why-not \"dziwne/a\\x09b.txt#p1\" parasol", 0, "dziwne/a\\x09b.txt#p1: miejsce 1", ""},
      {"$S --index i --topics-dir t --topic-matrix", 0, ",\"a,b\",", ""},
      {"$S --index i --explain temat:gis schron", 0, "Zrozumiano: (words (must (topic \"gis\")) schron)\n",
       ""},
      {"$S --index i --batch brak", 2, "", "brak: nie można odczytać pliku zapytań"},
      {"$S --index i --batch r", 2, "", "r: nie można odczytać pliku zapytań"},
      {"$S --index i --batch - < pytania", 0, "=== 2\tparasol\n", ""},
      {"$S --index i --batch - <&-", 2, "", "-: nie można odczytać pliku zapytań"},
      {"$S --index i schron >&-", 2, "", "standardowe wyjście: nie można zapisać: strumień jest zamknięty"},
      {"KWERENDA_INDEX=i $S schron", 0, "schron", ""},
      {"$S --index i --batch zle --format ndjson", 2,
       "{\"schema_version\":1,\"query_id\":\"3\",\"error\":{\"kind\":\"query\"", "zle:3: "},
      {"$S --format json --limt 3 schron", 2, "{\"schema_version\":1,\"error\":{\"kind\":\"usage\"",
       "nieznana opcja „--limt”"},
      {"KWERENDA_FORMAT=json $S", 2, "{\"schema_version\":1,\"error\":{\"kind\":\"usage\"", "brak"},
      {"$S --index i --why-not r/c.txt#p1 --format json schron", 0, "\"why_not\":\"r/c.txt#p1: nie pasuje",
       ""},
      {"$S --index i -q lodz", 0, "1. Debata w Łodzi", ""},
      {"$S --index i -v schron", 0, "3 pasujące fragmenty", "Zrozumiano: schron\nTrwało: "},
      {"$S --index i --explain schron mapa", 0, "Zrozumiano: (words schron mapa)\n", ""},
      {"$S --index i --thesaurus brak schron", 2, "", "brak: nie można odczytać tezaurusa"},
      {"$S --index i --facets --format ndjson schron", 0, "\"facets\":{\"report\":[{\"value\":\"r/a.txt\"",
       ""},
      {"$S --index i --plain schron $(seq -f słowo%g 65)", 0, "pominięto 2 słowa.\n", ""},
      {"$S --index i --plain schron $(seq -f słowo%g 900)", 0, "pominięto 837 słów.\n", ""},
      {"$S --help", 0, "Przykłady:", ""},
      {"$S --version", 0, "kwerenda-search ", ""},
      {"$S --list-topics", 0, "ochrona-ludnosci\n", ""},
      {"$S --list-topics --format json", 0, "\"name\": \"gis\"", ""},
      {"$S --index i --topic-matrix", 0, "\"r/a.txt\",", ""},
      {"$S --index i schron > /dev/full", 2, "", "standardowe wyjście: nie można zapisać"},
      {"set -o pipefail; $S --index i schron | true", 0, "", ""},
      {"set -o pipefail; $S --index i --batch pytania --format ndjson | true", 0, "", ""},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run(row.command);
    EXPECT_EQ(outcome.code, row.code) << row.command << "\n" << outcome.err;
    EXPECT_TRUE(contains(outcome.out, row.out)) << row.command << "\n" << outcome.out;
    EXPECT_TRUE(contains(outcome.err, row.err)) << row.command << "\n" << outcome.err;
    if (!*row.err) {
      EXPECT_EQ(outcome.err, "") << row.command;
    }
  }
}

// Colour on a terminal only, and never against NO_COLOR; `script` is a terminal.
TEST_F(SearchProgram, Color) {
  build_small();
  const std::string escape = "\x1b[";
  const struct {
    const char* command;
    bool color;
  } rows[] = {
      {"$S --index i schron", false},
      {"$S --index i --color always schron", true},
      {"NO_COLOR=1 $S --index i --color always schron", true},
      {"script -qec \"$S --index i schron\" /dev/null </dev/null", true},
      {"NO_COLOR=1 script -qec \"$S --index i schron\" /dev/null </dev/null", false},
      {"NO_COLOR= script -qec \"$S --index i schron\" /dev/null </dev/null", true},
      {"TERM=dumb script -qec \"$S --index i schron\" /dev/null </dev/null", false},
      {"script -qec \"$S --index i --color never schron\" /dev/null </dev/null", false},
      {"$S --index i --color always --format json schron", false},
  };
  for (const auto& row : rows) {
    const Outcome outcome = run(row.command);
    EXPECT_EQ(outcome.code, 0) << row.command << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "schron")) << row.command;
    EXPECT_EQ(contains(outcome.out, escape), row.color) << row.command;
  }
}

// Project's file, user's file, variable, flag; from a directory below the project's too.
TEST_F(SearchProgram, Preferences) {
  build_small();
  write("kwerenda.toml", "index = \"i\"\nlimit = 2\n");
  write("dom/kwerenda/kwerenda.toml", "limit = 1\nformat = \"ndjson\"\n");
  write("pod/spodem/x", "");
  const auto lines = [&](const char* command) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.err, "") << command;
    return std::count(outcome.out.begin(), outcome.out.end(), '\n');
  };
  EXPECT_EQ(lines("$S schron"), 2);
  EXPECT_EQ(lines("cd pod/spodem; $S schron"), 2);
  EXPECT_EQ(lines("KWERENDA_LIMIT=3 $S schron"), 3);
  EXPECT_EQ(lines("KWERENDA_LIMIT=3 $S --limit 1 schron"), 1);
  EXPECT_EQ(lines("rm kwerenda.toml; $S --index i schron"), 1);
  write("kwerenda.toml", "indeks = \"i\"\n");
  const Outcome outcome = run("$S schron");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "kwerenda.toml:1: nieznane ustawienie „indeks”; czy chodziło o „index”?"))
      << outcome.err;
}

// Who has made a mistake in the file needs the help more than anybody.
TEST_F(SearchProgram, HelpInSpiteOfBadPreferences) {
  for (const char* mistake : {"indeks = 1\n", "limit = \"dużo\"\n", "= =\n", "sort = \"od tyłu\"\n"}) {
    write("kwerenda.toml", mistake);
    for (const char* command : {"$S --help", "$S -h", "$S --version", "$S -V", "$I --help", "$I help add",
                                "$I add -h", "$I --version", "$I -V"}) {
      const Outcome outcome = run(command);
      EXPECT_EQ(outcome.code, 0) << command << "\n" << outcome.err;
      EXPECT_TRUE(contains(outcome.out, "kwerenda")) << command;
    }
    EXPECT_EQ(run("$S --index i schron").code, 2);
  }
  write("kwerenda.toml", "format = \"json\"\n");
  EXPECT_TRUE(contains(run("$S --index brak schron").out, "{\"schema_version\":1,\"error\":"));
  EXPECT_TRUE(
      contains(run("$S --list-topics --format ndjson").out, "{\"schema_version\":1,\"name\":\"gis\""));
}

TEST_F(SearchProgram, PagerAndHyperlinks) {
  build_small();
  const std::string link = "\x1b]8;;file://";
  EXPECT_TRUE(contains(run("$S --index i --hyperlinks always schron").out, link));
  EXPECT_FALSE(contains(run("$S --index i schron").out, link));
  EXPECT_TRUE(contains(run("script -qec \"$S --index i schron\" /dev/null </dev/null").out, link));
  EXPECT_FALSE(contains(run("TERM=dumb script -qec \"$S --index i schron\" /dev/null </dev/null").out, link));
  Outcome outcome = run("KWERENDA_PAGER=\"cat >strony\" $S --index i --pager always schron");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(slurp(directory_ / "strony"), "3 pasujące fragmenty"));
  EXPECT_TRUE(contains(
      run("KWERENDA_PAGER=\"sed s/^/\\|/\" script -qec \"$S --index i schron\" /dev/null </dev/null").out,
      "|"));
  outcome = run("KWERENDA_PAGER=true $S --index i --pager always schron");  // leaves before it has read all
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  outcome = run("KWERENDA_PAGER=cat $S --index i --pager always parasol");
  EXPECT_EQ(outcome.code, 1);
}

// An answer is never lost to a pager that does not start, and nothing starts it when there is none to show.
TEST_F(SearchProgram, APagerThatDoesNotStart) {
  build_small();
  Outcome outcome = run("KWERENDA_PAGER=nie-ma-takiego $S --index i --pager always schron");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "3 pasujące fragmenty")) << outcome.out;
  EXPECT_TRUE(contains(outcome.err, "nie można uruchomić „nie-ma-takiego”")) << outcome.err;
  for (const char* query : {"parasol", "'(schron'", "--similar brak#p1", "--topic-matrix"}) {
    run("rm -f strony; KWERENDA_PAGER=\"cat >strony\" $S --index i --pager always " + std::string(query));
    EXPECT_FALSE(fs::exists(directory_ / "strony")) << query;
  }
  outcome = run("KWERENDA_PAGER=\"cat >strony\" $S --pager always --list-topics");
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(slurp(directory_ / "strony"), "ochrona-ludnosci"));
}

TEST_F(SearchProgram, Corpus) {
  ASSERT_EQ(run("$I add -q --index i $C").code, 0);
  Outcome outcome = run("$S --index i --batch '" KWERENDA_SOURCE_DIR
                        "/tests/quality/queries.tsv' --format trec --limit 10");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::string qid, q0, docid, tag;
  double score = 0, last_score = 0;
  int rank = 0, last_rank = 0, count = 0;
  std::string last_qid;
  while (lines >> qid >> q0 >> docid >> rank >> score >> tag) {
    EXPECT_EQ(q0, "Q0");
    EXPECT_EQ(tag, "kwerenda");
    if (qid == last_qid) {
      EXPECT_EQ(rank, last_rank + 1) << qid;
      EXPECT_LE(score, last_score) << qid;
    } else {
      EXPECT_EQ(rank, 1) << qid;
    }
    last_qid = qid;
    last_rank = rank;
    last_score = score;
    ++count;
  }
  EXPECT_TRUE(lines.eof());
  EXPECT_GT(count, 1000);
  // What the demonstration promises.
  EXPECT_TRUE(contains(run("$S --index i --limit 1 schrony").out, "chron"));
  EXPECT_TRUE(contains(run("$S --index i --limit 1 '\"sztuczna inteligencja\"'").out, "ztuczn"));
  EXPECT_EQ(run("$S --index i --limit 1 --topic 'ochrona ludności'").code, 0);
  EXPECT_TRUE(contains(run("$S --index i lodz").out, "Szukano: Łódź (wpisano: lodz)") ||
              contains(run("$S --index i lodz").out, "Szukano: łódź"));
}

// Input that is no report is named and skipped, the rest is indexed, and what was there stays.
TEST_F(SearchProgram, BadInput) {
  build_small();
  write("zle/nul.txt", std::string("Tekst z bajtem\0zerowym w środku.", 32));
  write("zle/pusty.txt", "");
  write("zle/utf8.txt", "Dobry pocz\xC4\x85tek, potem \xFF\xFE i koniec.");
  write("zle/dobry.txt",
        "Parasol\n\nParasole ochronne rozdawano na rynku w czasie deszczu, żeby nikt nie zmókł podczas "
        "koncertu.");
  Outcome outcome = run("$I add --index i zle");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  for (const char* name : {"zle/nul.txt", "zle/pusty.txt", "zle/utf8.txt: bajt "})
    EXPECT_TRUE(contains(outcome.err, name)) << name << "\n" << outcome.err;
  EXPECT_EQ(run("$S --index i parasol").code, 0);
  EXPECT_TRUE(contains(run("$S --index i schron").out, "3 pasujące fragmenty"));
  outcome = run("mkdir pusty; $I add --index i pusty");
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "pusty")) << outcome.err;
  EXPECT_EQ(run("$S --index i parasol").code, 0);
}

TEST_F(SearchProgram, AHundredMegabyteLine) {
  ASSERT_EQ(run("yes 'Schron stoi przy szkole.' | tr '\\n' ' ' | head -c 100000000 > linia.txt; $I add -q "
                "--index i linia.txt")
                .code,
            0);
  const auto start = std::chrono::steady_clock::now();
  const Outcome outcome = run("$S --index i --limit 3 'schron szkoła'");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LT(outcome.out.size(), 20000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(SearchProgram, TheIndexStaysWhenAddFails) {
  build_small();
  const std::string before = run("$S --index i --format ndjson schron").out;
  write(
      "s/a.txt",
      "Nowy raport o schronie, który nie powinien się znaleźć w indeksie, bo dodawanie go się nie powiodło.");
  write("s/b.txt", "zł\xFFy");
  EXPECT_EQ(run("$I add --strict --index i s").code, 2);
  // A file size limit stands for a full disk.
  run("ulimit -f 1; $I add --index i s/a.txt");
  EXPECT_EQ(run("$S --index i --format ndjson schron").out, before);
  EXPECT_EQ(run("$I add -q --index i s/a.txt").code, 0);
  EXPECT_NE(run("$S --index i --format ndjson schron").out, before);
}

}  // namespace
