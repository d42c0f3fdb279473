// The verbs that keep an index, as a process: exit codes, messages, what is left.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

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

  // Starts the program; its standard error goes to ".err" or to `err`, and its standard input is `in`.
  pid_t start(const std::vector<std::string>& arguments, int in = -1, int err = -1) {
    fs::remove(directory_ / ".err");
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::chdir(directory_.c_str()) != 0) ::_exit(9);
    ::dup2(err >= 0 ? err : ::open(".err", O_WRONLY | O_CREAT | O_TRUNC, 0666), STDERR_FILENO);
    ::dup2(::open(".out", O_WRONLY | O_CREAT | O_TRUNC, 0666), STDOUT_FILENO);
    if (in >= 0) ::dup2(in, STDIN_FILENO);
    ::setenv("KWERENDA_LANG", "pl", 1);
    std::vector<char*> argv{const_cast<char*>("kwerenda-index")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(KWERENDA_INDEX_PROGRAM, argv.data());
    ::_exit(9);
  }
  // Its exit code, -1 if a signal ended it or it does not end within 10 s.
  static int end_of(pid_t child) {
    for (int i = 0; i < 500; ++i) {
      int status = 0;
      if (::waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return -1;
  }
  bool wait_for(const std::string& what) {
    for (int i = 0; i < 500 && !contains(slurp(directory_ / ".err"), what); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return contains(slurp(directory_ / ".err"), what);
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
  EXPECT_TRUE(contains(dry.err, "Pod nową nazwą, z tą samą treścią: 1 raport.")) << dry.err;
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

TEST_F(Maintenance, WhoWaitsForTheLockSaysSoAndCtrlCEndsIt) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  const int fd = ::open((directory_ / "i" / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  const std::string pid = std::to_string(::getpid()) + "\n";
  ASSERT_EQ(::ftruncate(fd, 0), 0);
  ASSERT_GT(::pwrite(fd, pid.data(), pid.size(), 0), 0);
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"add", "--index", "i", "--lock-timeout", "60", "r"},
        {"check", "--index", "i", "--lock-timeout", "60"},
        {"compact", "--index", "i", "--lock-timeout", "60"}}) {
    const pid_t child = start(command);
    EXPECT_TRUE(wait_for("i: indeksu używa teraz inny proces (PID " + std::to_string(::getpid()) +
                         "); czekam, najwyżej 60 s."))
        << command.front() << slurp(directory_ / ".err");
    ::kill(child, SIGINT);
    EXPECT_EQ(end_of(child), 130) << command.front();
    EXPECT_TRUE(
        contains(slurp(directory_ / ".err"), "przerwano. Indeks jest w ostatnim zatwierdzonym stanie."))
        << slurp(directory_ / ".err");
  }
  ::close(fd);
}

TEST_F(Maintenance, CtrlCWhileAPipeIsReadCommitsWhatCameWhole) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = start({"add", "-v", "--index", "i", "--input-format", "jsonl", "-"}, ends[0]);
  const std::string lines = "{\"_id\":\"1\",\"text\":\"Pierwszy.\"}\n{\"_id\":\"2\",\"te";
  ASSERT_EQ(::write(ends[1], lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
  EXPECT_TRUE(wait_for("+ 1")) << slurp(directory_ / ".err");
  ::kill(child, SIGINT);
  EXPECT_EQ(end_of(child), 3) << slurp(directory_ / ".err");
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(contains(run("$K dump --index i").out, "Pierwszy."));
}

TEST_F(Maintenance, CtrlCEndsARestoreAtOnceAndItCanBeRepeated) {
  ASSERT_EQ(run("$K add -q --index i r && $K dump --index i > zrzut").code, 0);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const std::string head = slurp(directory_ / "zrzut").substr(0, 900);
  const pid_t child = start({"restore", "--index", "j", "-"}, ends[0]);
  ASSERT_GT(::write(ends[1], head.data(), head.size()), 0);
  for (int i = 0; i < 500 && !fs::exists(directory_ / "j" / "XAPIANDB"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ::kill(child, SIGINT);
  EXPECT_EQ(end_of(child), 130) << slurp(directory_ / ".err");
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_TRUE(contains(run("$K check --index j").err, "przerwano jego budowę"));
  EXPECT_EQ(run("$K restore --index j zrzut && $K check --index j && $K dump --index j | cmp - zrzut").code,
            0);
}

TEST_F(Maintenance, CtrlCLeavesNoUnfinishedCopy) {
  std::string records;
  for (int i = 0; i < 30000; ++i)
    records += R"({"_id":"r)" + std::to_string(i) + R"(","text":"Zebranie o drogach i schronach."})" + "\n";
  write("r.jsonl", records);
  ASSERT_EQ(run("$K add -q --index i r.jsonl && mkdir kopie").code, 0);
  for (const int when : {0, 150, 300}) {  // in different parts of the work
    const pid_t child = start({"backup", "--index", "i", "--to", "kopie/k"});
    for (int i = 0; i < 5000 && !fs::exists(directory_ / "kopie/.k.backup"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(when));
    ::kill(child, SIGINT);
    const int code = end_of(child);
    if (when > 0 && code == 0) {  // a fast machine
      fs::remove_all(directory_ / "kopie/k");
      continue;
    }
    EXPECT_EQ(code, 130) << when;
    EXPECT_TRUE(contains(slurp(directory_ / ".err"), "przerwano.")) << slurp(directory_ / ".err");
    EXPECT_EQ(run("ls -A kopie").out, "") << when;
  }
  EXPECT_EQ(run("$K backup -q --index i --to kopie/k").code, 0);
}

// A child that reads the index for its parent has the lock, too, and must not outlive it.
TEST_F(Maintenance, AKilledCheckLeavesNoLockBehind) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  for (int round = 0; round < 5; ++round) {
    const pid_t child = start({"check", "--index", "i"});
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + 15 * round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(run("$K add -q --lock-timeout 1 --index i r").code, 0) << round;
  }
}

TEST_F(Maintenance, CheckAsAReaderWithoutPermissionToWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "to become somebody else takes root";
  ASSERT_EQ(run("$K add -q --index i r && chmod -R a+rX,go-w .").code, 0);
  const std::string as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups $K check --index i";
  const Outcome sound = run(as_nobody);
  EXPECT_EQ(sound.code, 0) << sound.err;
  EXPECT_TRUE(contains(sound.err, "pominięto budowę drzew")) << sound.err;
  EXPECT_EQ(sound.out, "i: w porządku: 4 raporty, 4 fragmenty\n");
  ASSERT_EQ(run("chmod 600 i/gen-000001/postlist.glass").code, 0);
  const Outcome unreadable = run(as_nobody);
  EXPECT_EQ(unreadable.code, 2);
  EXPECT_TRUE(contains(unreadable.err, "nie można otworzyć pliku: brak uprawnień")) << unreadable.err;
  EXPECT_FALSE(contains(unreadable.err, "uszkodz")) << unreadable.err;
}

TEST_F(Maintenance, FilesThatOnlyGotANewTimeAreReadOnce) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  ASSERT_EQ(run("touch r/a.txt r/zbior.jsonl && $K add -q --index i r && test -s i/files").code, 0);
  const std::string known = slurp(directory_ / "i" / "files");
  const Outcome unread = run("$K add --index i r");
  EXPECT_TRUE(contains(unread.err, "Bez zmian: 4 raporty.\n")) << unread.err;
  EXPECT_EQ(slurp(directory_ / "i" / "files"), known);
  // What is known of a file of records holds while all of its records are in the index.
  ASSERT_EQ(run("$K remove -q --index i j1").code, 0);
  const Outcome again = run("$K add --index i r");
  EXPECT_TRUE(contains(again.err, "Dodano 1 raport")) << "read again: " << again.err;
}

// Neither size nor time tells that the content is another one; only the time of the change of status does.
TEST_F(Maintenance, FilesOfOneSizeAndTimeAreReadWhereTheirStatusChanged) {
  ASSERT_EQ(run("touch -d '2024-01-02 03:04:05' r/a.txt r/zbior.jsonl && $K add -q --index i r").code, 0);
  ASSERT_EQ(run("for f in r/a.txt r/zbior.jsonl; do touch -r $f czas; sed s/r/R/ $f > nowy; cat nowy > $f; "
                "touch -r czas $f; done")
                .code,
            0);
  const Outcome outcome = run("$K add --index i r");
  EXPECT_TRUE(contains(outcome.err, "Dodano 3 raporty")) << outcome.err;
  EXPECT_EQ(run("$K check --index i --sources").err, "");
}

TEST_F(Maintenance, ARemovedRecordComesBack) {
  ASSERT_EQ(run("$K add -q --index i r && $K remove -q --index i j1").code, 0);
  EXPECT_TRUE(contains(run("$K add --index i r").err, "Dodano 1 raport"));
  EXPECT_EQ(run("$K check --index i --sources").code, 0);
}

TEST_F(Maintenance, RemovesNothingBesideWhatIsNamed) {
  write("a/b/c/x.txt", "Raport trzeci.\n");
  write("a/b/d/w.txt", "Raport czwarty.\n");
  write("a/z.txt", "Raport drugi.\n");
  ASSERT_EQ(run("cd a/b/c && $K add -q --index ../../../i ../d ../../z.txt ../../../r/a.txt").code, 0);
  const char* const ids = "$K dump --index i | grep -o '\"id\":\"[^\"]*' | cut -d'\"' -f4 | sort | xargs";
  EXPECT_EQ(run(ids).out, "../../../r/a.txt ../../z.txt ../d/w.txt\n");
  EXPECT_EQ(run("$K remove --dry-run --index i ..").err, "- ../d/w.txt\nDo usunięcia: 1 raport.\n");
  EXPECT_EQ(run("$K remove --dry-run --index i ../..").err, "- ../../z.txt\nDo usunięcia: 1 raport.\n");
  EXPECT_EQ(run("$K remove --index i ..").code, 0);
  EXPECT_EQ(run(ids).out, "../../../r/a.txt ../../z.txt\n");
}

// A byte that is no UTF-8 is spelled \\xB1, which may be the very name of another file.
TEST_F(Maintenance, AnExactNameWinsOverASpelling) {
  write("n/z\xB1.txt", "Raport z bajtem.\n");
  write("n/z\\xB1.txt", "Raport z napisem.\n");
  ASSERT_EQ(run("$K add -q --index i n").code, 0);
  EXPECT_TRUE(contains(run("$K remove --index i 'n/z\\xB1.txt'").err, "Usunięto 1 raport."));
  EXPECT_TRUE(contains(run("$K dump --index i").out, "Raport z bajtem."));
  EXPECT_FALSE(contains(run("$K dump --index i").out, "Raport z napisem."));
  EXPECT_TRUE(contains(run("$K remove --index i 'n/z\\xB1.txt'").err, "Usunięto 1 raport."))
      << "the spelling is enough where there is nothing of that name";
  write("n/z\\xB1.jsonl", "{\"_id\":\"n/z\\\\xB1.txt\",\"text\":\"Raport z rekordu.\"}\n");
  ASSERT_EQ(run("$K add -q --index i n").code, 0);
  EXPECT_TRUE(contains(run("$K remove --index i 'n/z\\xB1.txt'").err, "Usunięto 1 raport."));
  EXPECT_FALSE(contains(run("$K dump --index i").out, "Raport z rekordu."));
}

TEST_F(Maintenance, ADuplicateIdentifierSettles) {
  write("r/zbior.jsonl",
        "{\"_id\":\"j1\",\"text\":\"Pierwsza wersja.\"}\n{\"_id\":\"j1\",\"text\":\"Druga wersja.\"}\n");
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  const std::string state = slurp(directory_ / "i" / "XAPIANDB");
  ASSERT_EQ(run("touch r/zbior.jsonl").code, 0);
  const Outcome again = run("$K add --index i r");
  EXPECT_TRUE(contains(again.err, "Dodano 0 raportów")) << again.err;
  EXPECT_TRUE(contains(again.err, "„j1” wystąpił już w tym przebiegu")) << again.err;
  EXPECT_EQ(slurp(directory_ / "i" / "XAPIANDB"), state) << "no new segment";
  EXPECT_TRUE(contains(run("$K dump --index i").out, "Druga wersja."));
  EXPECT_EQ(run("$K check --index i --sources").err, "");
}

TEST_F(Maintenance, WhatFollowsTheEndOfADumpIsRefused) {
  ASSERT_EQ(run("$K add -q --index i r && $K dump --index i > zrzut").code, 0);
  for (const char* more : {"cat zrzut zrzut", "cat zrzut; echo x"}) {
    const Outcome outcome = run("{ " + std::string(more) + "; } | $K restore --index j -");
    EXPECT_EQ(outcome.code, 2) << more;
    EXPECT_TRUE(contains(outcome.err, "za wierszem „end” jest coś jeszcze")) << outcome.err;
  }
  EXPECT_TRUE(contains(run("$K restore --index j r").err, "r: to katalog, a nie zrzut"));
  EXPECT_TRUE(
      contains(run("$K restore --index j - < /dev/null").err, "zrzut, wiersz 1: brak pierwszego wiersza"));
  EXPECT_EQ(run("$K restore --index j zrzut").code, 0);
}

TEST_F(Maintenance, ABackupThatCannotBeKeptIsNotBegun) {
  ASSERT_EQ(run("$K add -q --index i r && touch plik && mkdir pusty").code, 0);
  EXPECT_TRUE(
      contains(run("$K backup --index i --to plik").err, "plik: już istnieje i nie jest pustym katalogiem"));
  EXPECT_EQ(run("$K backup --index i --to pusty && $K check -q --index pusty").code, 0);
  EXPECT_TRUE(contains(run("$K backup --index i --to /proc").err, "już istnieje"));
  if (::geteuid() == 0) {
    ASSERT_EQ(run("chmod -R a+rX,go-w . && mkdir zamknięty && chmod 755 zamknięty").code, 0);
    const Outcome outcome =
        run("setpriv --reuid=65534 --regid=65534 --clear-groups $K backup --index i --to zamknięty/k");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_TRUE(contains(outcome.err, "zamknięty: kopia powstaje obok celu")) << outcome.err;
  }
}

TEST_F(Maintenance, TheListOfFilesMayBeAnything) {
  ASSERT_EQ(run("$K add -q --index i r && rm -f i/files && mkdir i/files && touch i/files/x").code, 0);
  write("r/a.txt", "Narada w Łodzi\n\nNowy tekst.\n");
  for (int round = 0; round < 2; ++round) {
    const Outcome outcome = run("$K add --index i r");
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_FALSE(contains(outcome.err, "nieoczekiwany")) << outcome.err;
  }
  EXPECT_EQ(run("$K check -q --index i").code, 0);
}

TEST_F(Maintenance, NoPermissionIsNoMissingIndex) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs another user";
  ASSERT_EQ(run("$K add -q --index i r && mkdir nad kopie && cp -r i nad && chmod -R a+rX . && chmod 700 i "
                "nad && chmod 777 kopie")
                .code,
            0);
  const char* const commands[] = {"$K info --index %",
                                  "$K check --index %",
                                  "$K dump --index %",
                                  "$K remove --index % j1",
                                  "$K remove --dry-run --index % j1",
                                  "$K add --dry-run --index % r",
                                  "$K add --index % r",
                                  "$K backup --index % --to kopie/i"};
  for (std::string command : commands) {
    for (const char* index : {"i", "nad/i"}) {
      std::string line = command;
      line.replace(line.find('%'), 1, index);
      const Outcome outcome = run("setpriv --reuid=65534 --regid=65534 --clear-groups " + line);
      EXPECT_EQ(outcome.code, 2) << line;
      EXPECT_TRUE(contains(outcome.err, "brak uprawnień. Uzyskaj prawo odczytu"))
          << line << ": " << outcome.err;
    }
  }
}

TEST_F(Maintenance, CheckSaysWhichSourcesItCouldNotRead) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  write("r/zbior.jsonl",
        "{\"_id\":\"j1\",\"title\":\"Raport\",\"text\":\"Zmieniony rekord.\"}\n"
        "{\"_id\":\"j2\",\"title\":\"Raport\",\"text\":\"Drugi rekord o schronach w gminie.\"}\n");
  EXPECT_TRUE(contains(run("$K check --sources --index i").err, "uwaga: r/zbior.jsonl: j1: zmienił się"));
  if (::geteuid() != 0) GTEST_SKIP() << "the rest needs another user";
  ASSERT_EQ(run("chmod -R a+rX . && chmod 700 r/pod && chmod 600 r/a.txt r/zbior.jsonl").code, 0);
  const Outcome outcome =
      run("setpriv --reuid=65534 --regid=65534 --clear-groups $K check --sources --index i");
  EXPECT_TRUE(contains(outcome.err, "uwaga: r/pod/b.txt: nie można porównać: brak uprawnień")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "uwaga: r/a.txt: brak uprawnień do odczytu")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "uwaga: r/zbior.jsonl: brak uprawnień do odczytu")) << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "nie ma już")) << outcome.err;
}

TEST_F(Maintenance, DamageThatStopsAMergeIsNotPlayedDown) {
  ASSERT_EQ(run("$K add -q --index i r/a.txt").code, 0);
  ASSERT_EQ(
      run("for f in i/gen-*/keys.kw; do printf x | dd of=$f bs=1 seek=9 conv=notrunc status=none; done").code,
      0);
  const Outcome outcome = run("$K add --index i r/pod/b.txt");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(contains(outcome.err, "Zmiana jest zapisana, ale dopóki indeks ma uszkodzoną część"))
      << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "kwerenda-index check --index i;")) << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "nie przeszkadza")) << outcome.err;
  EXPECT_TRUE(contains(run("$K info --index i").out, "reports\t2\n"));
}

TEST_F(Maintenance, UnfinishedCopiesOfOtherNamesAreNamed) {
  ASSERT_EQ(
      run("$K add -q --index i r && mkdir kopie && cp -r i kopie/.pn.backup && mkdir kopie/.inny.backup")
          .code,
      0);
  const Outcome outcome = run("$K backup --index i --to kopie/wt");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(contains(outcome.err, "uwaga: kopie/.pn.backup: niedokończona kopia")) << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "inny")) << outcome.err;
  EXPECT_EQ(run("ls -A kopie | sort | xargs").out, ".inny.backup .pn.backup wt\n");
  EXPECT_EQ(run("$K backup -q --index i --to kopie/pn").err, "");
  EXPECT_EQ(run("ls -A kopie | sort | xargs").out, ".inny.backup pn wt\n");
}

TEST_F(Maintenance, CompactSaysIfThereWasNothingToDo) {
  ASSERT_EQ(run("$K add -q --index i r").code, 0);
  EXPECT_TRUE(contains(run("$K compact --index i").err, "Nie ma czego scalać"));
}

TEST_F(Maintenance, ALostListOfSegmentsCostsNothing) {
  ASSERT_EQ(run("$K add -q --index i r && mv i/XAPIANDB lista").code, 0);
  for (const char* command : {"$K add --index i r", "$K check --index i", "$K info --index i"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_TRUE(contains(outcome.err, "zbuduj indeks od nowa w innym katalogu")) << command << outcome.err;
  }
  EXPECT_EQ(run("mv lista i/XAPIANDB && $K check --index i").code, 0);
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

TEST_F(Maintenance, WatchTriesAgainWithoutAnyChange) {
  const pid_t child = start({"add", "--watch", "--lock-timeout", "0", "--index", "i", "r"});
  EXPECT_TRUE(wait_for("Czuwam")) << slurp(directory_ / ".err");
  const int fd = ::open((directory_ / "i" / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  write("r/c.txt", "Nowy\n\nPlik, który ma poczekać.\n");
  EXPECT_TRUE(wait_for("--lock-timeout SEKUNDY. Ponawiam co 5 s.\n")) << slurp(directory_ / ".err");
  ::close(fd);
  bool found = false;
  for (int i = 0; i < 100 && !found; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    found = contains(run("$K dump --index i").out, "Plik, który ma poczekać.");
  }
  EXPECT_TRUE(found);
  ::kill(child, SIGINT);
  EXPECT_EQ(end_of(child), 0);
}

TEST_F(Maintenance, WatchSaysWhatFailsOnceAndLeavesItUnfinished) {
  const pid_t child = start({"add", "--watch", "--strict", "--index", "i", "r"});
  EXPECT_TRUE(wait_for("Czuwam")) << slurp(directory_ / ".err");
  write("r/c.txt", "");
  EXPECT_TRUE(wait_for("plik jest pusty). Ponawiam co 5 s.\n")) << slurp(directory_ / ".err");
  write("r/d.txt", "");  // wakes it; c.txt comes first and fails as before
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  const std::string said = slurp(directory_ / ".err");
  EXPECT_EQ(said.find("Ponawiam"), said.rfind("Ponawiam")) << said;
  ::kill(child, SIGINT);
  EXPECT_EQ(end_of(child), 3) << slurp(directory_ / ".err");
}

TEST_F(Maintenance, WatchTellsAProblemOnce) {
  write("r/zepsuty.txt", "");
  const pid_t child = start({"add", "-v", "--watch", "--index", "i", "r"});
  EXPECT_TRUE(wait_for("Czuwam")) << slurp(directory_ / ".err");
  write("r/c.txt", "Nowy\n\nPlik.\n");
  EXPECT_TRUE(wait_for("+ r/c.txt")) << slurp(directory_ / ".err");
  write("r/inny.txt", "");
  EXPECT_TRUE(wait_for("r/inny.txt")) << slurp(directory_ / ".err");
  ::kill(child, SIGINT);
  EXPECT_EQ(end_of(child), 0);
  const std::string said = slurp(directory_ / ".err");
  const std::size_t watching = said.find("Czuwam");
  EXPECT_TRUE(contains(said.substr(0, watching), "r/zepsuty.txt: ")) << said;
  EXPECT_FALSE(contains(said.substr(watching), "r/zepsuty.txt: ")) << said;
}

TEST_F(Maintenance, WatchStoppedInItsFirstRunHasNotDoneAll) {
  std::string lines;
  for (int i = 0; i < 4000; ++i)
    lines += "{\"_id\":\"" + std::to_string(i) + std::string(60, 'x') + "\",\"text\":\"Tekst.\"}\n";
  write("r/wiele.jsonl", lines);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = start({"add", "-v", "--watch", "--index", "i", "r"}, -1, ends[1]);
  ::close(ends[1]);
  // Nobody reads yet, so it stands still in the middle, where the pipe is full.
  int waiting = 0;
  for (int i = 0; i < 500 && waiting < 60'000; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::ioctl(ends[0], FIONREAD, &waiting);
  }
  EXPECT_GE(waiting, 60'000);
  ::kill(child, SIGINT);
  std::string said(1 << 16, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got)) {
    if (said.size() - size < 4096) said.resize(said.size() * 2);
    got = std::max<ssize_t>(0, ::read(ends[0], said.data() + size, said.size() - size));
  }
  ::close(ends[0]);
  EXPECT_EQ(end_of(child), 3);
  EXPECT_TRUE(contains(said, "Przerwano; to, co dodano, jest w indeksie.")) << said.substr(size - 500, 500);
}

TEST_F(Maintenance, WatchTakesNoStandardInput) {
  for (const char* command : {"$K add --watch --index i r - < r/a.txt",
                              "echo - > lista && $K add --watch --index i --files-from lista < r/a.txt"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.code, 2) << command;
    EXPECT_TRUE(contains(outcome.err, "--watch: oczekiwano plików i katalogów, jest „-”")) << outcome.err;
    EXPECT_FALSE(fs::exists(directory_ / "i")) << command;
  }
}

}  // namespace
