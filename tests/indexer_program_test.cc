// kwerenda-index as a process: exit codes, what goes to which stream, and what is left behind.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "program_outcome.h"

namespace {

namespace fs = std::filesystem;

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-program-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& bytes) {
    const fs::path path = directory_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  // Runs a shell command in the test's directory; "$K" is the program.
  Outcome run(const std::string& command) {
    const std::string line =
        "cd '" + directory_.string() +
        "' && export KWERENDA_LANG=pl XDG_CONFIG_HOME=/nonexistent K='" KWERENDA_INDEX_PROGRAM "' && { " +
        command + "; } >.out 2>.err";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(directory_ / ".out"),
            slurp(directory_ / ".err")};
  }

  fs::path directory_;
};

TEST_F(Program, HelpAndVersionGoToStandardOutput) {
  for (const char* command : {"$K --help", "$K add --help", "$K help tokens", "$K --version"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 0) << command;
    EXPECT_FALSE(outcome.out.empty()) << command;
    EXPECT_EQ(outcome.err, "") << command;
  }
}

TEST_F(Program, UsageErrorsAreTwo) {
  for (const char* command :
       {"$K", "$K zupa", "$K add", "$K add --index i", "$K add --index i --nie-ma x", "$K info"}) {
    const Outcome outcome = run(std::string("env -u KWERENDA_INDEX ") + command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_TRUE(outcome.err.starts_with("kwerenda-index: ")) << outcome.err;
    EXPECT_EQ(outcome.out, "") << command;
  }
}

// As from a script whose variable is not set: not the current directory.
TEST_F(Program, AnEmptyPathIsRefused) {
  write("r/a.txt", "Raport o schronach.");
  for (const char* command :
       {"$K add --index i ''", "$K add --index i r ''", "$K add --dry-run --index i ''"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_TRUE(contains(outcome.err, "oczekiwano ścieżki, jest pusty napis")) << outcome.err;
  }
  EXPECT_FALSE(fs::exists(directory_ / "i"));
}

TEST_F(Program, AddThenAgain) {
  write("r/a.txt", "Forum w Łodzi\n\nTreść o GIS-ie i o ochronie ludności.");
  write("r/b.md", "# Debata\n\nTreść o schronach.");
  Outcome outcome = run("$K add --index i r");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(outcome.err, "Dodano 2 raporty: 2 fragmenty")) << outcome.err;
  outcome = run("$K add --index i r");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.err, "Bez zmian: 2 raporty.")) << outcome.err;
  outcome = run("$K info --index i");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "reports\t2\npassages\t2\n")) << outcome.out;
  outcome = run("$K add -q --index i r");
  EXPECT_EQ(outcome.err, "");
}

// A commit on the way: 40,000 records take more than a quarter of the memory that is allowed.
TEST_F(Program, ManySmallRecordsInLittleMemory) {
  std::string records;
  for (int i = 0; i < 40000; ++i) {
    const std::string number = std::to_string(i);
    records += R"({"_id":"r)" + number + R"(","text":"Zebranie nr )" + number + R"( o drogach."})" + "\n";
  }
  write("r.jsonl", records);
  Outcome outcome = run("$K add --memory 64M --index i r.jsonl");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "Dodano 40\u00a0000 raportów: 40\u00a0000 fragmentów")) << outcome.err;
  EXPECT_EQ(run("ls -d i/gen-* | grep -v gen-000001").code, 0) << "committed once: the test shows nothing";
  EXPECT_EQ(run("$K check --index i").code, 0);
  outcome = run("$K add --memory 64M --index i r.jsonl");
  EXPECT_TRUE(contains(outcome.err, "Bez zmian: 40\u00a0000 raportów.")) << outcome.err;
}

// Two indexes whose segments have the same names: what is known of the files of one says nothing of the
// other.
TEST_F(Program, ACopyInPlaceOfAnIndexIsBroughtUpToDate) {
  write("r.jsonl", R"({"_id":"1","text":"Stary tekst o schronach."})"
                   "\n");
  ASSERT_EQ(run("$K add --index i r.jsonl").code, 0);
  ASSERT_EQ(run("$K backup --index i --to kopia").code, 0);
  write("r.jsonl", R"({"_id":"1","text":"Nowy tekst o drogach."})"
                   "\n");
  ASSERT_EQ(run("rm -r i && $K add --index i r.jsonl").code, 0);
  ASSERT_TRUE(contains(run("$K add --index i r.jsonl").err, "Bez zmian: 1 raport."));
  ASSERT_EQ(run("cmp kopia/XAPIANDB i/XAPIANDB && rm -r i/gen-* && cp -r kopia/gen-* i").code, 0);
  EXPECT_TRUE(contains(run("$K add --index i r.jsonl").err, "Dodano 1 raport"))
      << "the old text is in the copy";
}

// A file that got a new name, behind so many records that there are commits on the way: the text comes from
// segments that were merged away in the meantime.
TEST_F(Program, ARenamedFileBehindCommitsOnTheWay) {
  write("r/stary.txt", "Raport o schronach przy szkole, długi na tyle, żeby był fragmentem.");
  ASSERT_EQ(run("$K add --index i r").code, 0);
  std::string records;
  for (int i = 0; i < 100000; ++i)
    records += R"({"_id":"r)" + std::to_string(i) + R"(","text":"Zebranie."})" + "\n";
  write("r/a.jsonl", records);
  const Outcome outcome =
      run("mv r/stary.txt r/nowy.txt && $K add --memory 64M --purge vanished --index i r");
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "Usunięto 1 raport")) << outcome.err;
  EXPECT_EQ(run("$K check --index i").code, 0);
}

TEST_F(Program, PartlyDoneIsThreeAndNamesWhatWasSkipped) {
  write("r/a.txt", "Dobry raport.");
  write("r/b.txt", "zł\xFFy");
  Outcome outcome = run("$K add --index i r brak");
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(contains(outcome.err, "r/b.txt: bajt 3 nie jest poprawnym UTF-8")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "Dodano 1 raport")) << outcome.err;
  outcome = run("$K add --index j brak");
  EXPECT_EQ(outcome.code, 2);
}

TEST_F(Program, AFailedRunLeavesTheIndexAsItWas) {
  write("r/a.txt", "Dobry raport.");
  ASSERT_EQ(run("$K add --index i r").code, 0);
  write("s/a.txt", "Drugi.");
  write("s/b.txt", "zł\xFFy");
  EXPECT_EQ(run("$K add --strict --index i s").code, 2);
  EXPECT_TRUE(contains(run("$K info --index i").out, "reports\t1\n"));
}

// For programs every message is one JSON object a line.
TEST_F(Program, MessagesAreJsonWhenAskedFor) {
  write("r/dobry.txt", "Schron\n\nSchron przy szkole przechodzi remont, a mieszkańcy pytają o klucze.\n");
  write("r/pusty.txt", "");
  const Outcome outcome = run("$K add -v --index i --progress json r");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  std::istringstream lines(outcome.err);
  std::string types;
  for (std::string line; std::getline(lines, line);) {
    ASSERT_TRUE(line.starts_with("{\"schema_version\":1,\"type\":\"") && line.ends_with("}")) << line;
    const std::size_t begin = line.find("\"type\":\"") + 8;
    types += line.substr(begin, line.find('"', begin) - begin) + " ";
  }
  EXPECT_TRUE(contains(types, "added ")) << types;
  EXPECT_TRUE(contains(types, "problem ")) << types;
  EXPECT_TRUE(contains(types, "progress summary ")) << types;
  EXPECT_TRUE(contains(outcome.err, "\"cause\":\"empty\",\"lost\":true,\"where\":\"r/pusty.txt\""))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "\"problems\":{\"empty\":1},\"stopped\":false,\"dry_run\":false"))
      << outcome.err;
  const Outcome failed = run("$K add --index i --progress json --nie-ma r");
  EXPECT_EQ(failed.code, 2);
  EXPECT_TRUE(
      failed.err.starts_with("{\"schema_version\":1,\"type\":\"error\",\"kind\":\"usage\",\"message\":\""))
      << failed.err;
}

TEST_F(Program, DryRunWritesNothing) {
  write("r/a.txt", "Dobry raport.");
  const Outcome outcome = run("$K add --dry-run --index i r");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.err, "Do dodania: 1 raport")) << outcome.err;
  EXPECT_FALSE(fs::exists(directory_ / "i"));
}

TEST_F(Program, ListsAndStandardInput) {
  write("a b.txt", "Pierwszy raport.");
  write("c.txt", "Drugi raport.");
  EXPECT_EQ(run("find . -name '*.txt' -print0 | $K add --index i --files-from - -0").code, 0);
  EXPECT_EQ(run("echo 'Raport z potoku.' | $K add --index i -").code, 0);
  EXPECT_EQ(run("printf '{\"_id\":\"1\",\"text\":\"x\"}\\n' | $K add --index i --input-format jsonl -").code,
            0);
  EXPECT_TRUE(contains(run("$K info --index i").out, "reports\t4\n"));
}

TEST_F(Program, ForeignDirectoriesAreRefused) {
  write("i/notatki.txt", "x");
  write("r/a.txt", "Dobry raport.");
  Outcome outcome = run("$K add --index i r");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "katalog nie jest indeksem")) << outcome.err;
  outcome = run("$K info --index nie-ma");
  EXPECT_EQ(outcome.code, 2);
}

TEST_F(Program, ASecondWriterIsToldToComeBack) {
  write("r/a.txt", "Dobry raport.");
  ASSERT_EQ(run("$K add --index i r").code, 0);
  // The first one waits for the end of its standard input with the lock in its hands.
  const Outcome outcome =
      run("(sleep 2 | $K add -q --index i - 2>/dev/null) & sleep 0.5; $K add --index i --lock-timeout 0.2 r; "
          "code=$?; wait; exit $code");
  EXPECT_EQ(outcome.code, 75) << outcome.err;
}

TEST_F(Program, TokensAndAClosedPipe) {
  Outcome outcome = run("printf 'w Łodzi o\\nGIS-ie' | $K tokens");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.out, "2\t8\tŁodzi\t")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "11\t17\tGIS-ie\t")) << outcome.out;
  EXPECT_EQ(run("printf 'z\\377' | $K tokens").code, 2);
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "słowo ";
  write("t.txt", text);
  outcome = run("$K tokens t.txt | head -1");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(run("$K tokens --explain ochronie").code, 0);
}

TEST_F(Program, InterruptedItCommitsAndSaysHowToGoOn) {
  write("r/a.txt", "Dobry raport.");
  // More than a pipe holds: once it is written, the program is reading.
  const std::string reading = "rm -f f; mkfifo f; $K add --index i - r <f & pid=$!; exec 3>f; ";
  const Outcome outcome =
      run(reading +
          "yes 'Raport w drodze.' | head -c 200000 >&3; kill -INT $pid; wait $pid; c=$?; exec 3>&-; exit $c");
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_TRUE(
      contains(outcome.err, "Przerwano; to, co dodano, jest w indeksie. To samo polecenie dokończy pracę."))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "Dodano 0 raportów")) << "half a report is none: " << outcome.err;
  EXPECT_EQ(run("$K add --index i r").code, 0);
  EXPECT_TRUE(contains(run("$K info --index i").out, "reports\t1\n"));
  // The second one leaves at once, whatever the program is doing: here it cannot say what it did.
  std::string lines;
  for (int i = 0; i < 6000; ++i)
    lines += "{\"_id\":\"rekord-" + std::to_string(i) + "\",\"text\":\"Raport.\"}\n";
  write("r/z.jsonl", lines);
  const Outcome twice =
      run("rm -f e; mkfifo e; exec 4<>e; $K add -v --index i r 2>e & pid=$!; sleep 1; "
          "while kill -INT $pid 2>/dev/null; do sleep 0.05; done; wait $pid");
  EXPECT_EQ(twice.code, 130) << twice.err;
  EXPECT_TRUE(run("$K check --index i").out.starts_with("i: w porządku: 1 raport, "));
}

TEST_F(Program, ProgressAsJsonGoesToStandardError) {
  write("r/a.txt", "Dobry raport.");
  const Outcome outcome = run("$K add -q --progress=json --index i r");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(
      outcome.err.starts_with("{\"schema_version\":1,\"type\":\"progress\",\"reports\":1,"
                              "\"inputs_done\":1,\"inputs\":1,\"bytes_done\":13,\"bytes\":13,"
                              "\"committing\":true,\"seconds\":"))
      << outcome.err;
  EXPECT_EQ(run("$K add --index i r 2>&1 | grep -c zostało").out, "0\n") << "quiet in a pipe";
}

// Free space is no advice where there is no file at all.
TEST_F(Program, ClosedStandardOutput) {
  Outcome outcome = run("$K tokens --explain schron >&-");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "kwerenda-index: standardowe wyjście: strumień jest zamknięty\n");
  outcome = run("$K tokens --explain schron >/dev/full");
  EXPECT_EQ(outcome.err,
            "kwerenda-index: standardowe wyjście: brak miejsca na dysku; sprawdź wolne miejsce\n");
}

// The first file that is opened gets the number of a stream that is closed.
TEST_F(Program, NoFileTakesThePlaceOfAClosedStream) {
  write("r/a.txt", "Raport o schronach.");
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  for (const char* command :
       {"$K add --index i - <&-", "$K add --index j - <&-", "$K add --index i --files-from - <&-",
        "$K tokens <&-", "$K restore --index k <&-", "$K dump --index i >&-", "$K info --index i >&-"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_TRUE(contains(outcome.err, "strumień jest zamknięty")) << command << ": " << outcome.err;
  }
  EXPECT_EQ(run("$K add --index i r brak 2>&-").code, 3);
  EXPECT_EQ(run("$K add --index i r <&- >&- 2>&-").code, 0);
  EXPECT_EQ(run("$K add --index i --dry-run zły 2>&- >&-").code, 2);
  EXPECT_EQ(run("grep -qx '[0-9]*' i/lock && test $(wc -l <i/lock) -le 1").code, 0)
      << slurp(directory_ / "i/lock");
  EXPECT_TRUE(contains(run("$K info --index i").out, "reports\t1\n"));
  EXPECT_EQ(run("$K check --index i").code, 0);
}

}  // namespace
