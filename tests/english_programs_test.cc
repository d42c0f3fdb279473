// The programs for those who read English: KWERENDA_LANG=en and English locales. What they say in Polish is
// in the other programs' tests.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "program_outcome.h"

namespace {

namespace fs = std::filesystem;

class EnglishPrograms : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-english-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    write("r/a.txt", "Forum o schronach\n\nGmina buduje schron przy szkole i remontuje ukrycie w ratuszu.\n");
    write("r/b.md",
          "---\ntitle: Debata w Łodzi\ndate: 2024-05-14\nplace: Łódź\n---\n\nSchrony są potrzebne.\n");
    write("r/c.txt", "Hackathon\n\nDrużyny pisały program, który pokazuje na mapie miejsca w żłobkach.\n");
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
  }

  // A command of bash in the test's directory; "$I", "$S" and "$L" are the programs.
  Outcome run(const std::string& command) {
    write(".command",
          "unset KWERENDA_INDEX KWERENDA_LEXICON LC_ALL LC_MESSAGES LANG\n"
          "export KWERENDA_LANG=en KWERENDA_PAGER= XDG_CONFIG_HOME=/nonexistent TERM=xterm\n"
          "I='" KWERENDA_INDEX_PROGRAM "' S='" KWERENDA_SEARCH_PROGRAM "' L='" KWERENDA_LEXICON_PROGRAM
          "'\nexport I S L\n" +
              command + "\n");
    const int status =
        std::system(("cd '" + directory_.string() + "' && bash .command >.out 2>.err").c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(directory_ / ".out"),
            slurp(directory_ / ".err")};
  }

  void build() {
    const Outcome built = run("$I add -q --index i r");
    ASSERT_EQ(built.code, 0) << built.err;
  }

  struct Row {
    const char* command;
    int code;
    const char *out, *err;  // parts; an empty one of stderr: nothing is said there
  };
  void expect(const Row& row) {
    const Outcome outcome = run(row.command);
    EXPECT_EQ(outcome.code, row.code) << row.command << "\n" << outcome.err;
    EXPECT_TRUE(contains(outcome.out, row.out)) << row.command << "\n" << outcome.out;
    EXPECT_TRUE(contains(outcome.err, row.err)) << row.command << "\n" << outcome.err;
    if (!*row.err) {
      EXPECT_EQ(outcome.err, "") << row.command;
    }
  }

  fs::path directory_;
};

std::set<std::string> options_in(const std::string& help) {
  static const std::regex option("(?:^|[^-[:alnum:]])(--[a-z][a-z-]*)");
  std::set<std::string> found;
  for (std::sregex_iterator it(help.begin(), help.end(), option), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

TEST_F(EnglishPrograms, HelpSaysTheSameInBoth) {
  for (const char* program : {"$S", "$I", "$I add", "$I info", "$I remove", "$I tokens", "$I check",
                              "$I backup", "$I compact", "$I dump", "$I restore"}) {
    const std::string command = std::string(program) + " --help";
    const Outcome english = run(command), polish = run("KWERENDA_LANG=pl " + command);
    EXPECT_EQ(english.code, 0) << command;
    EXPECT_TRUE(contains(english.out, "\nExamples:\n")) << command;
    EXPECT_TRUE(contains(polish.out, "\nPrzykłady:\n")) << command;
    EXPECT_FALSE(contains(english.out, "domyślnie")) << command;
    EXPECT_EQ(options_in(english.out), options_in(polish.out)) << command;
    EXPECT_GE(options_in(english.out).size(), 2U) << command;
  }
  EXPECT_TRUE(contains(run("$I --version").out, "index format "));
  EXPECT_TRUE(contains(run("$S --version").out, "index format "));
}

TEST_F(EnglishPrograms, TheLocaleDecidesWhereNothingElseDoes) {
  const char* const english = "there is no query";
  const char* const polish = "brak zapytania";
  for (const char* variables : {"LANG=en_GB.UTF-8", "LANG=pl_PL.UTF-8 LC_MESSAGES=en_US.UTF-8",
                                "LANG=pl_PL.UTF-8 LC_ALL=en_US.UTF-8", "KWERENDA_LANG=en LC_ALL=pl_PL.UTF-8"})
    expect({("unset KWERENDA_LANG; export " + std::string(variables) + "; $S --index i").c_str(), 2, "",
            english});
  for (const char* variables : {"TERM=xterm", "LANG=C.UTF-8", "LC_ALL=POSIX", "LANG=pl_PL.UTF-8",
                                "KWERENDA_LANG=pl LC_ALL=en_US.UTF-8"})
    expect({("unset KWERENDA_LANG; export " + std::string(variables) + "; $S --index i").c_str(), 2, "",
            polish});
}

TEST_F(EnglishPrograms, ErrorsOfSearching) {
  build();
  const Row rows[] = {
      {"$S --limt 3 schron", 2, "",
       "kwerenda-search: unknown option “--limt”; the nearest is “--limit”. Help: kwerenda-search --help\n"},
      {"$S --index i --limit x schron", 2, "", "--limit: expected a number from 0 to 10000, found “x”"},
      {"$S --index i --limit", 2, "", "option “--limit” needs a value"},
      {"$S --index i schron AND", 2, "",
       "kwerenda-search: after “AND” expected a word, a phrase or a bracket, but the query ends\n"
       "  schron AND\n"
       "            ^\n"},
      {"$S --index i date:2024-13", 2, "", "there is no such month: 13; expected a number from 1 to 12"},
      {"$S --index i --topic gsi schron", 2, "", "there is no topic “gsi”: "},
      {"$S --index brak schron", 2, "",
       "brak: there is no such index. Build it: kwerenda-index add --index brak REPORTS…\n"},
      {"$S --index i --similar r/a.txt#p9", 2, "", "“r/a.txt#p9”: there is no such passage; the report has"},
      {"$S --index r/a.txt schron", 2, "", "r/a.txt: expected the directory of an index, found a file."},
      {"$S --index i --lexicon r/a.txt schron", 2, "", "r/a.txt: this is not a lexicon of Kwerenda"},
      {"$S --index i schron > /dev/full", 2, "", "standard output: cannot write: no space left on the disk."},
      {"$S --index i --limit 9000 --offset 9000 schron", 2, "",
       "offset + limit is 18000; at most 10000 is allowed."},
      {"printf 'schron\\n' | $S --index i --batch -", 2, "",
       "expected a line “id TAB query”, there is no tab."},
      {"printf 'indeks = 1' > kwerenda.toml; $S schron; code=$?; rm kwerenda.toml; exit $code", 2, "",
       "kwerenda.toml:1: unknown setting “indeks”; did you mean “index”?"},
      {"$S --index i --format json '('", 2,
       "\"error\":{\"kind\":\"query\",\"message\":\"the bracket opened here",
       "the bracket opened here is not closed"},
      {"truncate -s 50 i/gen-*/keys.kw; $S --index i schron", 2, "", "keys.kw: should have "},
  };
  for (const Row& row : rows) expect(row);
}

TEST_F(EnglishPrograms, ErrorsOfIndexing) {
  build();
  const Row rows[] = {
      {"$I", 2, "",
       "kwerenda-index: no command; expected add, info or another (see kwerenda-index --help)\n"},
      {"$I adds", 2, "", "unknown command “adds”; did you mean “add”?"},
      {"$I add --index i --thread 2 r", 2, "",
       "unknown option “--thread”; did you mean “--threads”? (see kwerenda-index add --help)\n"},
      {"$I add --index i --memory 1 r", 2, "",
       "--memory: expected a size of 64M or more, e.g. 512M or 2G, found “1”"},
      {"$I check --index brak", 2, "", "brak: there is no such index."},
      {"$I add --index r r", 2, "", "r: the directory is no index and not empty (it holds “"},
      {"printf 'x' | $I restore --index n", 2, "",
       "dump, line 1: expected a line {\"schema\":\"kwerenda-dump\",…}."},
      {"exec 9>i/$(cd i; ls -A | grep -m1 lock); flock 9; $I add --index i --lock-timeout 0 r", 75, "",
       "i: the index is in use by another process"},
      {"$I info --index i > /dev/full", 2, "",
       "standard output: no space left on the disk; check free space"},
      {"$I add --index i --strict brak", 2, "",
       "--strict: the first problem ends the run; fix the file and repeat"},
      {"$I add --progress json --index i --nie-ma r", 2, "",
       "{\"schema_version\":1,\"type\":\"error\",\"kind\":\"usage\",\"message\":\"unknown option"},
      {"truncate -s 50 i/gen-*/keys.kw; $I check --index i", 2, "",
       "damage: i/gen-000001/keys.kw: should have "},
  };
  for (const Row& row : rows) expect(row);
  expect({"$L", 2, "", "reads forms, one a line; writes: begin TAB end TAB form TAB key|key"});
  expect({"$L lookup --lexicon=brak", 2, "", "there is no lexicon file brak; build it"});
}

TEST_F(EnglishPrograms, ResultsAndNotes) {
  build();
  write("zle", "1\t(\n");
  const Row rows[] = {
      {"$S --index i schron", 0, "\n2 matching passages\n", ""},
      {"$S --index i hackathon", 0, "\n1 matching passage\n", ""},
      {"$S --index i parasol", 1, "Nothing found.\n", ""},
      {"$S --index i lodz", 0, "Searched for: łódź (typed: lodz)\n", ""},
      {"$S --index i tytl:schron", 0,
       "“tytl:” is not a field and was searched for as a word; did you mean “tytuł:”?", ""},
      {"$S --index i --format json lodz", 0, "\"notes\": [\n    \"Searched for: łódź (typed: lodz)\"\n  ]",
       ""},
      {"$S --index i --explain schron mapa", 0, "Understood: (words schron mapa)\n", ""},
      {"$S --index i -v schron", 0, "", "Understood: schron\nTook: "},
      {"$S --index i --facets schron", 0, "\nMonths:\n       1  2024-05\nPlaces:\n       1  Łódź\n", ""},
      {"$S --index i --why-not r/c.txt#p1 schron", 0, "r/c.txt#p1: no match: it lacks the words: schron.",
       ""},
      {"$S --index i --why-not r/a.txt#p1 schron", 0, "it is among those shown.\n", ""},
      {"$S --list-topics", 0, "\n    also: ", ""},
      {"$I check --index i", 0, "i: sound: 3 reports, 3 passages\n", ""},
      {"$I tokens --explain schronie", 0, "  the lexicon knows this form (in texts: ", ""},
      {"$I tokens --explain blablowie", 0, "guessed\n", ""},
      {"$I add --index i r", 0, "", "Unchanged: 3 reports.\n"},
      {"$I add --index j --dry-run r", 0, "", "To add: 3 reports: 3 passages, "},
      {"printf '' > r/pusty.txt; $I add --index j r", 3, "",
       "r/pusty.txt: the file is empty\nAdded 3 reports: 3 passages, "},
      {"$I backup --index i --to k", 0, "", "Backup: 3 reports, 3 passages, checked.\n"},
      {"$I dump --index i | $I restore --index l", 0, "", "Restored: 3 reports, 3 passages.\n"},
      {"$I remove --index i r/c.txt brak", 3, "",
       "brak: there is no such report or file in the index; kwerenda-index dump lists the identifiers\n"
       "Removed 1 report.\n"},
      {"$I compact --index i", 0, "", "Written anew: "},
  };
  for (const Row& row : rows) expect(row);
}

// Xapian's data and JSON know no language.
TEST_F(EnglishPrograms, DataAreTheSame) {
  ASSERT_EQ(run("KWERENDA_LANG=pl $I add -q --index p r; $I add -q --index e r").code, 0);
  EXPECT_EQ(run("for i in p e; do $I dump --index $i | grep '\"type\":\"report\"' > $i.dump; done; cmp "
                "p.dump e.dump")
                .code,
            0);
  EXPECT_NE(slurp(directory_ / "p.dump"), "");
  EXPECT_EQ(run("KWERENDA_LANG=pl $S --index p --format json --facets 'schron'").out,
            run("$S --index p --format json --facets 'schron'").out);
  EXPECT_EQ(run("KWERENDA_LANG=pl $S --index p --topic-matrix").out, run("$S --index p --topic-matrix").out);
  EXPECT_EQ(run("KWERENDA_LANG=pl $I info --index p").out, run("$I info --index p").out);
}

// On a terminal, which `script` is, from the first second on.
TEST_F(EnglishPrograms, Progress) {
  const Outcome outcome =
      run("mkfifo f; { yes 'Raport w drodze.' | head -c 200000; sleep 1.2; yes 'Raport w drodze.' | head -c "
          "200000; } >f & "
          "script -qec \"$I add --index i - <f\" /dev/null; wait");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "0 reports, ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "1 report, writing the index…")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "Added 1 report: ")) << outcome.out;
}

TEST_F(EnglishPrograms, AnInterruptedRunSaysHowToGoOn) {
  const Outcome outcome = run(
      "mkfifo f; $I add --index i - r <f & pid=$!; exec 3>f; yes 'Raport w drodze.' | head -c 200000 >&3; "
      "kill -INT $pid; exec 3>&-; wait $pid");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_TRUE(contains(outcome.err,
                       "Interrupted; what was added is in the index. The same command will finish the work."))
      << outcome.err;
}

}  // namespace
