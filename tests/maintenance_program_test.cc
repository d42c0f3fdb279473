// The verbs that keep an index, as a process: exit codes, messages, what is left.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "program_outcome.h"

namespace {

namespace fs = std::filesystem;

class Maintenance : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-maintenance-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    write("r/a.txt", "Narada w Łodzi\n\nO ochronie ludności mówiono długo i o mapach gminy też.\n");
    write("r/pod/b.txt", "Szkolenie\n\nStrażacy ćwiczyli przy rzece, a urząd liczył worki z piaskiem.\n");
    write("r/zbior.jsonl",
          "{\"_id\":\"j1\",\"title\":\"Raport\",\"text\":\"Pierwszy rekord o budżecie miasta.\"}\n"
          "{\"_id\":\"j2\",\"title\":\"Raport\",\"text\":\"Drugi rekord o schronach w gminie.\"}\n");
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& bytes) {
    const fs::path path = directory_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  }

  // Runs a shell command in the test's directory; "$K" is the program.
  Outcome run(const std::string& command) {
    const std::string line = "cd '" + directory_.string() +
                             "' && export KWERENDA_LANG=pl K='" KWERENDA_INDEX_PROGRAM "' && { " + command +
                             "; } >.out 2>.err";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, slurp(directory_ / ".out"),
            slurp(directory_ / ".err")};
  }

  fs::path directory_;
};

TEST_F(Maintenance, EachVerbInTurn) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  EXPECT_EQ(run("$K check --index i").out, "i: w porządku: 4 raporty, 4 fragmenty\n");
  EXPECT_EQ(run("$K check --index i --sources").code, 0);
  EXPECT_EQ(
      run("$K dump --index i > zrzut && $K restore --index j zrzut && $K dump --index j | cmp - zrzut").code,
      0);
  EXPECT_EQ(run("$K dump --index i | $K restore --index l - && $K dump --index l | cmp - zrzut").code, 0);
  const Outcome backup =
      run("$K backup --index i --to kopie/k && $K check -q --index kopie/k && $K dump --index kopie/k | cmp "
          "- zrzut");
  EXPECT_EQ(backup.code, 0) << backup.err;
  EXPECT_TRUE(contains(backup.err, "Kopia: 4 raporty, 4 fragmenty, sprawdzona.")) << backup.err;
  const Outcome again = run("$K backup --index i --to kopie/k");
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(contains(again.err, "kopie/k: już istnieje")) << again.err;
  EXPECT_EQ(run("$K compact --index i && $K dump --index i | cmp - zrzut").code, 0);
  EXPECT_EQ(run("ls -A kopie").out, "k\n") << "nothing is left beside the copy";
}

TEST_F(Maintenance, RemovesByIdFileAndDirectory) {
  const struct {
    const char* arguments;
    int code;
    const char* says;
    const char* left;
  } rows[] = {
      {"j1", 0, "Usunięto 1 raport.", "j2 r/a.txt r/pod/b.txt"},
      {"r/zbior.jsonl", 0, "Usunięto 2 raporty.", "r/a.txt r/pod/b.txt"},
      {"./r//pod/", 0, "Usunięto 1 raport.", "j1 j2 r/a.txt"},
      {"r", 0, "Usunięto 4 raporty.", ""},
      {"r/a.txt nie-ma", 3, "nie-ma: nie ma takiego raportu", "j1 j2 r/pod/b.txt"},
      {"nie-ma", 2, "Usunięto 0 raportów.", "j1 j2 r/a.txt r/pod/b.txt"},
      {"--dry-run r", 0, "Do usunięcia: 4 raporty.", "j1 j2 r/a.txt r/pod/b.txt"},
  };
  for (const auto& row : rows) {
    fs::remove_all(directory_ / "i");
    ASSERT_EQ(run("$K add -q --index i r").code, 0);
    const Outcome outcome = run(std::string("$K remove --index i ") + row.arguments);
    EXPECT_EQ(outcome.code, row.code) << row.arguments << outcome.err;
    EXPECT_TRUE(contains(outcome.err, row.says)) << row.arguments << outcome.err;
    std::string left =
        run("$K dump --index i | grep -o '\"id\":\"[^\"]*' | cut -d'\"' -f4 | sort | xargs").out;
    while (left.ends_with('\n')) left.pop_back();
    EXPECT_EQ(left, row.left) << row.arguments;
    EXPECT_EQ(run("$K check -q --index i").code, 0) << row.arguments;
  }
}

TEST_F(Maintenance, PurgesOnlyWhatVanished) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  const auto ids = [&] { return run("$K dump --index i | grep -c '\"type\":\"report\"'").out; };
  ASSERT_EQ(run("mv r s").code, 0);
  const Outcome missing = run("$K add --purge vanished --index i r");
  EXPECT_EQ(missing.code, 2);
  EXPECT_TRUE(contains(missing.err, "Nie usunięto niczego spod: r (nie ma tam raportów).")) << missing.err;
  EXPECT_EQ(ids(), "4\n") << "a missing root purges nothing";
  ASSERT_EQ(run("mkdir r").code, 0);
  run("$K add --purge vanished --index i r");
  EXPECT_EQ(ids(), "4\n") << "an empty root purges nothing";
  ASSERT_EQ(run("rmdir r && mv s r && mv r/a.txt r/c.txt").code, 0);
  const Outcome dry = run("$K add --dry-run --purge vanished --index i r");
  EXPECT_TRUE(contains(dry.err, "Do usunięcia: 1 raport.")) << dry.err;
  EXPECT_TRUE(contains(dry.err, "Pod nową nazwą, bez czytania od nowa: 1 raport.")) << dry.err;
  EXPECT_EQ(ids(), "4\n");
  ASSERT_EQ(run("$K add --purge vanished --index i r").code, 0);
  EXPECT_EQ(run("$K dump --index i | grep -o '\"id\":\"r/[^\"]*' | cut -d'\"' -f4 | sort | xargs").out,
            "r/c.txt r/pod/b.txt\n");
  EXPECT_EQ(run("$K check --index i --sources").code, 0);
}

TEST_F(Maintenance, CheckFindsDamageAndComparesSources) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  write("r/a.txt", "Narada w Łodzi\n\nZupełnie inny tekst po zmianie.\n");
  fs::remove(directory_ / "r/pod/b.txt");
  const Outcome changed = run("$K check --index i --sources");
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_TRUE(contains(changed.err, "r/a.txt: zmienił się od zaindeksowania")) << changed.err;
  EXPECT_TRUE(contains(changed.err, "r/pod/b.txt: nie ma już tego pliku")) << changed.err;
  ASSERT_EQ(run("f=$(ls -d i/gen-*)/postlist.glass; truncate -s 100 $f").code, 0);
  const Outcome damaged = run("$K check --index i");
  EXPECT_EQ(damaged.code, 2);
  EXPECT_TRUE(contains(damaged.err, "uszkodzenie: ")) << damaged.err;
  EXPECT_TRUE(contains(damaged.err, "i: indeks jest uszkodzony. Przywróć go z kopii")) << damaged.err;
  EXPECT_EQ(run("$K backup --index i --to k").code, 2);
  EXPECT_FALSE(fs::exists(directory_ / "k"));
}

TEST_F(Maintenance, ALockedIndexExitsWith75AndNamesTheHolder) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  const int fd = ::open((directory_ / "i" / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  const std::string pid = std::to_string(::getpid()) + "\n";
  ASSERT_EQ(::ftruncate(fd, 0), 0);
  ASSERT_GT(::pwrite(fd, pid.data(), pid.size(), 0), 0);
  for (const char* verb : {"add --index i --lock-timeout 0.1 r", "remove --index i --lock-timeout 0.1 r",
                           "compact --index i --lock-timeout 0", "check --index i --lock-timeout 0",
                           "dump --index i --lock-timeout 0", "backup --index i --lock-timeout 0 --to k"}) {
    const Outcome outcome = run(std::string("$K ") + verb);
    EXPECT_EQ(outcome.code, 75) << verb << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "PID " + std::to_string(::getpid()))) << verb << outcome.err;
  }
  EXPECT_EQ(run("$K add -q --dry-run --index i r").code, 0) << "a dry run needs no lock";
  ::close(fd);
}

TEST_F(Maintenance, AFullDiskOrAFileLimitIsSaidPlainly) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  write("r/a.txt", "Narada w Łodzi\n\nNowy tekst.\n");
  const Outcome outcome = run("bash -c 'ulimit -f 1; exec $K add --index i r'");
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "Indeks pozostał bez zmian od zatwierdzenia 20")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "wolne ") && contains(outcome.err, " MB")) << outcome.err;
  EXPECT_EQ(run("$K check -q --index i && $K add -q --index i r && $K check -q --index i --sources").code, 0);
}

TEST_F(Maintenance, TheIndexIsNotReadAsAReport) {
  for (int round = 0; round < 3; ++round) {
    const Outcome outcome = run("$K add --input-format txt --index r/indeks r/pod r/indeks/.. ");
    EXPECT_FALSE(contains(outcome.err, "indeks/")) << outcome.err;
    write("r/pod/b.txt", "Szkolenie\n\nTekst numer " + std::to_string(round) + ".\n");
  }
}

TEST_F(Maintenance, WatchIndexesChangesUntilItIsStopped) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);  // kill(-1) is everybody
  if (child == 0) {
    if (::chdir(directory_.c_str()) != 0) ::_exit(9);
    const int err = ::open(".watch", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ::dup2(err, STDERR_FILENO);
    ::execl(KWERENDA_INDEX_PROGRAM, KWERENDA_INDEX_PROGRAM, "add", "--watch", "--purge", "vanished",
            "--index", "i", "r", nullptr);
    ::_exit(9);
  }
  const auto wait_for = [&](const std::string& what) {
    for (int i = 0; i < 100; ++i) {
      if (contains(run("$K dump --index i | grep -o '\"id\":\"[^\"]*' | cut -d'\"' -f4 | sort | xargs").out,
                   what))
        return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  };
  EXPECT_TRUE(wait_for("j1 j2 r/a.txt r/pod/b.txt"));
  write("r/nowy/c.txt", "Nowy\n\nPlik w katalogu, którego nie było.\n");
  EXPECT_TRUE(wait_for("j1 j2 r/a.txt r/nowy/c.txt r/pod/b.txt"));
  fs::remove(directory_ / "r/a.txt");
  EXPECT_TRUE(wait_for("j1 j2 r/nowy/c.txt r/pod/b.txt"));
  ::kill(child, SIGINT);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status << slurp(directory_ / ".watch");
  EXPECT_TRUE(contains(slurp(directory_ / ".watch"), "Czuwam nad zmianami")) << slurp(directory_ / ".watch");
}

}  // namespace
