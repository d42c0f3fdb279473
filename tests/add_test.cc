// The work of `add` against a map instead of an index: what is read again, replaced, removed, and how it is
// told.
#include "indexer/add.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/error.h"
#include "analysis/language.h"
#include "indexer/progress.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::string>;

class Add : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-add-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    before_ = fs::current_path();
    fs::current_path(directory_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  void write(const std::string& name, const std::string& bytes) {
    fs::create_directories(fs::path("./" + name).parent_path());
    std::ofstream(name, std::ios::binary) << bytes;
  }

  AddTarget target() {
    AddTarget target;
    target.find = [this](std::string_view id) {
      const auto found = stored_.find(std::string(id));
      return found == stored_.end() ? std::nullopt : std::optional<StoredReport>(found->second);
    };
    target.add = [this](const Report& report,
                        const std::vector<Passage>& passages) -> std::optional<std::string> {
      if (report.text.find("ODRZUĆ") != std::string::npos) return "odrzucony";
      added_.push_back(report.id);
      StoredReport& stored = stored_[report.id];
      stored.id = report.id;
      stored.source = report.source;
      stored.passages = static_cast<std::uint32_t>(passages.size());
      stored.passage_bytes = 0;
      for (const Passage& passage : passages) stored.passage_bytes += passage.end - passage.begin;
      stored.size = report.size;
      stored.mtime_ns = report.mtime_ns;
      stored.ctime_ns = report.ctime_ns;
      stored.content_hash = report.content_hash;
      stored.title = report.title;
      stored.date = report.date;
      texts_[report.id].clear();
      for (const Passage& passage : passages) {
        StoredPassage& text = texts_[report.id].emplace_back();
        text.begin = passage.begin;
        text.text = report.text.substr(passage.begin, passage.end - passage.begin);
        text.heading = passage.heading;
      }
      return std::nullopt;
    };
    target.remove = [this](std::string_view id) { stored_.erase(std::string(id)); };
    target.take_back = [this](const Report& report) {
      const auto known = committed_.find(report.id);
      if (known == committed_.end() || known->second.content_hash != report.content_hash ||
          known->second.source != report.source) {
        return false;
      }
      stored_[report.id] = known->second;
      return true;
    };
    target.file_time = [this](std::string_view path) {
      const auto found = times_.find(std::string(path));
      return found == times_.end() ? std::nullopt : std::optional<FileTime>(found->second);
    };
    target.set_file_time = [this](const Input& input, const std::optional<FileTime>& time) {
      times_.erase(input.id);
      if (time) times_[input.id] = *time;
    };
    target.for_each_report = [this](const std::function<void(const StoredReport&)>& visit) {
      for (const auto& [id, report] : stored_) visit(report);
    };
    target.restore = [this](const StoredReport& report) {
      restored_.push_back(report.id);
      return restored_report(report, texts_.at(report.id));
    };
    return target;
  }

  AddSummary add(const Rows& paths, const AddSettings& settings = {}) {
    added_.clear();
    restored_.clear();
    committed_ = stored_;
    return add_paths(paths, settings, target(), observer_);
  }

  fs::path directory_, before_;
  // Times as a person's files have them, to the nanosecond, and no two alike.
  void set_time(const std::string& name, std::int64_t nanoseconds) {
    const struct timespec times[2] = {
        {0, UTIME_OMIT}, {1'700'000'000 + nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000}};
    ASSERT_EQ(::utimensat(AT_FDCWD, name.c_str(), times, 0), 0);
  }

  std::map<std::string, StoredReport> stored_, committed_;
  std::map<std::string, FileTime> times_;
  std::map<std::string, std::vector<StoredPassage>> texts_;
  Rows added_, restored_;
  AddObserver observer_;
};

// Renamed over one another, or given an old time: the status changed, and the content may have.
TEST_F(Add, TheSameSizeAndTimeIsNotTheSameContent) {
  write("r/a.txt", "A\n\nschrony i ukrycia");
  write("r/b.txt", "B\n\nmapy zagrożenia..");
  ASSERT_EQ(fs::file_size("r/a.txt"), fs::file_size("r/b.txt") - 1);
  write("r/b.txt", "B\n\nmapy zagrożenia.");
  for (const char* name : {"r/a.txt", "r/b.txt"}) set_time(name, 5);
  EXPECT_EQ(add({"r"}).reports, 2u);
  EXPECT_EQ(add({"r"}).unchanged, 2u);

  fs::rename("r/a.txt", "r/t");
  fs::rename("r/b.txt", "r/a.txt");
  fs::rename("r/t", "r/b.txt");
  EXPECT_EQ(add({"r"}).reports, 2u);
  EXPECT_EQ(added_, (Rows{"r/a.txt", "r/b.txt"}));
  EXPECT_EQ(stored_.at("r/a.txt").title, "B");

  write("r/a.txt", "C\n\nmapy zagrożenia.");
  set_time("r/a.txt", 5);
  EXPECT_EQ(add({"r"}).reports, 1u);
  EXPECT_EQ(stored_.at("r/a.txt").title, "C");

  // Of a restored index it is not known.
  for (auto& [id, report] : stored_) report.ctime_ns = 0;
  fs::permissions("r/a.txt", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(add({"r"}).unchanged, 2u);
}

TEST_F(Add, PurgeRemovesAReportWhoseNameIsADirectorysNow) {
  write("r/a.txt", "A\n\ntreść");
  write("r/b.txt", "B\n\ntreść");
  add({"r"});
  fs::remove("r/b.txt");
  fs::create_directory("r/b.txt");
  AddSettings settings;
  settings.purge = Purge::vanished;
  EXPECT_EQ(add({"r"}, settings).removed, 1u);
  EXPECT_EQ(stored_.size(), 1u);
}

TEST_F(Add, UnchangedFilesAreNotReadAgain) {
  write("r/a.txt", "Pierwszy raport.");
  write("r/b.md", "# Drugi\n\nraport.");
  AddSummary summary = add({"r"});
  EXPECT_EQ(summary.reports, 2U);
  EXPECT_EQ(summary.passages, 2U);
  EXPECT_EQ(summary.unchanged, 0U);
  summary = add({"./r"});
  EXPECT_EQ(summary.reports, 0U);
  EXPECT_EQ(summary.unchanged, 2U);
  write("r/a.txt", "Pierwszy raport, zmieniony.");
  summary = add({"r"});
  EXPECT_EQ(added_, Rows{"r/a.txt"});
  EXPECT_EQ(summary.unchanged, 1U);
  // A new time alone changes nothing.
  fs::last_write_time("r/b.md", fs::file_time_type::clock::now() + std::chrono::hours(1));
  std::uint64_t bytes = 0;
  observer_.progress = [&](const AddProgress& progress) { bytes = progress.bytes_done; };
  EXPECT_EQ(add({"r"}).unchanged, 2U);
  EXPECT_EQ(times_.size(), 1U) << "of r/b.md, so that it is not read each time";
  EXPECT_GT(bytes, 0U);
  fs::permissions("r/b.md", fs::perms::none);
  if (::access("r/b.md", R_OK) != 0) {  // whoever may do everything reads it all the same
    EXPECT_EQ(add({"r"}).unchanged, 2U);
  }
  fs::permissions("r/b.md", fs::perms::owner_all);
  EXPECT_EQ(add({"r"}).unchanged, 2U);
  write("r/b.md", "# Trzeci\n\nraport.");  // of the same size: its time tells
  EXPECT_EQ(add({"r"}).reports, 1U);
}

TEST_F(Add, AnUnchangedFileOfRecordsIsNotReadAgain) {
  write("z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n{\"_id\":\"2\",\"text\":\"y\"}\n");
  EXPECT_EQ(add({"z.jsonl"}).reports, 2U);
  stored_.clear();  // by which a reading would be seen
  EXPECT_EQ(add({"z.jsonl"}).unchanged, 2U);
  EXPECT_EQ(added_, Rows{});
  times_.clear();
  EXPECT_EQ(add({"z.jsonl"}).reports, 2U);
  write("z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n{zepsuty\n");
  EXPECT_TRUE(add({"z.jsonl"}).lossy());
  EXPECT_TRUE(add({"z.jsonl"}).lossy()) << "what was lost is told each time";
}

TEST_F(Add, OfSeveralRecordsWithOneIdentifierTheLastCountsAndStays) {
  const std::string first = "{\"_id\":\"1\",\"text\":\"x\"}\n", last = "{\"_id\":\"1\",\"text\":\"y\"}\n";
  write("z.jsonl", first + last);
  const AddSummary once = add({"z.jsonl"});
  EXPECT_EQ(once.reports, 1U);
  EXPECT_EQ(once.passages, 1U);
  EXPECT_EQ(once.problems.at(ProblemCause::duplicate_id).count, 1U);
  const auto stored = stored_.at("1").content_hash;
  times_.clear();
  const AddSummary again = add({"z.jsonl"});
  EXPECT_EQ(again.reports, 0U);
  EXPECT_EQ(again.passages, 0U);
  EXPECT_EQ(again.unchanged, 1U);
  EXPECT_EQ(stored_.at("1").content_hash, stored);
  write("z.jsonl", last + first);
  EXPECT_EQ(add({"z.jsonl"}).reports, 1U);
  EXPECT_NE(stored_.at("1").content_hash, stored);
}

TEST_F(Add, TwoFilesWithOneIdentifierAreBothNamed) {
  Rows told;
  observer_.problem = [&](const Problem& problem) { told.push_back(to_line(problem)); };
  write("a.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n");
  write("b.jsonl", "{\"_id\":\"1\",\"text\":\"y\"}\n");
  add({"a.jsonl"});
  EXPECT_EQ(told, Rows{});
  const Rows both{
      "b.jsonl: identyfikator „1” ma też raport z a.jsonl; obowiązuje ten, który wczytano później"};
  add({"b.jsonl"});
  EXPECT_EQ(told, both);
  // In one run it is settled, whatever their order in it was.
  times_.clear();
  told.clear();
  const AddSummary again = add({"a.jsonl", "b.jsonl"});
  EXPECT_EQ(again.reports, 0U);
  EXPECT_EQ(stored_.at("1").source, "b.jsonl");
  EXPECT_EQ(told.back(), both.front());
  // A file that got another name is no second one.
  fs::rename("b.jsonl", "c.jsonl");
  fs::remove("a.jsonl");
  told.clear();
  add({"c.jsonl"});
  EXPECT_EQ(told, Rows{});
  // An identifier that is the path of a file.
  write("d.txt", "Raport.");
  write("e.jsonl", "{\"_id\":\"d.txt\",\"text\":\"x\"}\n");
  add({"d.txt", "e.jsonl"});
  EXPECT_EQ(add({"d.txt", "e.jsonl"}).reports, 0U);
}

TEST_F(Add, ARenamedFileIsNotReadAgain) {
  const std::string titled = "Narada w Łodzi\n\nData: 3.04.2024\n\nMówiono o schronach.\n\nI o wodzie.\n";
  AddSettings purge;
  purge.purge = Purge::vanished;
  struct Row {
    const char* what;
    std::string text;  // of r/a.txt
    std::function<void()> change;
    bool restored;
    std::int64_t time = 1'500'000'001;  // of r/a.txt, and of r/b.txt beside it if there is a twin
    bool twin = false;
  };
  const Row rows[] = {
      {"in its folder", titled, [] { fs::rename("r/a.txt", "r/nowy.txt"); }, true},
      {"into another folder", titled, [] { fs::rename("r/a.txt", "r/pod/nowy.txt"); }, true},
      {"into a new folder", titled,
       [] {
         fs::create_directories("r/pod/s");
         fs::rename("r/a.txt", "r/pod/s/a.txt");
       },
       true},
      {"the name was the title", "Bez tytułu, za to z kropką.", [] { fs::rename("r/a.txt", "r/nowy.txt"); },
       false},
      {"the name was the title and stays", "Bez tytułu, za to z kropką.",
       [] { fs::rename("r/a.txt", "r/pod/a.txt"); }, true},
      {"of another kind now", titled, [] { fs::rename("r/a.txt", "r/nowy.md"); }, false},
      {"a copy, not a new name", titled,
       [this] {
         fs::copy_file("r/a.txt", "r/nowy.txt");
         set_time("r/nowy.txt", 1'500'000'001);
       },
       false},
      {"changed as well", titled,
       [this] {
         fs::rename("r/a.txt", "r/nowy.txt");
         std::ofstream("r/nowy.txt", std::ios::app) << "Dopisek.\n";
         set_time("r/nowy.txt", 1'500'000'001);
       },
       false},
      {"another of this size and time", titled,
       [&] {
         fs::remove("r/a.txt");
         fs::remove("r/b.txt");
         write("r/nowy.txt", std::string(titled.size(), 'x'));
         set_time("r/nowy.txt", 1'500'000'001);
       },
       false, 1'500'000'001, true},
      {"another text of this size and time", titled,
       [&] {
         fs::remove("r/a.txt");
         write("r/nowy.txt", std::string(titled.size(), 'x'));
         set_time("r/nowy.txt", 1'500'000'001);
       },
       false},
      {"a time of whole seconds", titled, [] { fs::rename("r/a.txt", "r/nowy.txt"); }, false, 1'000'000'000},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    fs::remove_all("r");
    stored_.clear();
    write("r/a.txt", row.text);
    write("r/pod/c.txt", "Zostaje tu.");
    set_time("r/a.txt", row.time);
    if (row.twin) {
      write("r/b.txt", std::string(row.text.size(), 'b'));
      set_time("r/b.txt", row.time);
    }
    add({"r"});
    row.change();
    const AddSummary summary = add({"r"}, purge);
    ASSERT_EQ(added_.size(), 1U);
    EXPECT_EQ(restored_, row.restored ? Rows{"r/a.txt"} : Rows{});
    EXPECT_EQ(summary.renamed, row.restored ? 1U : 0U);
    EXPECT_EQ(stored_.contains("r/a.txt"), fs::exists("r/a.txt"));
    if (!row.restored) continue;
    EXPECT_NE(to_text(summary, 0.1, false).find("Pod nową nazwą, z tą samą treścią: 1 raport.\n"),
              std::string::npos);
    // As if it had been read.
    const StoredReport taken = stored_.at(added_[0]);
    const auto taken_texts = texts_.at(added_[0]);
    stored_.clear();
    add({"r"});
    const StoredReport& read = stored_.at(taken.id);
    EXPECT_EQ(taken.source, read.source);
    EXPECT_EQ(taken.title, read.title);
    EXPECT_EQ(taken.date, read.date);
    EXPECT_EQ(taken.content_hash, read.content_hash);
    ASSERT_EQ(taken_texts.size(), texts_.at(taken.id).size());
    for (std::size_t i = 0; i < taken_texts.size(); ++i) {
      EXPECT_EQ(taken_texts[i].text, texts_.at(taken.id)[i].text);
      EXPECT_EQ(taken_texts[i].begin, texts_.at(taken.id)[i].begin);
    }
  }
}

TEST_F(Add, OneBadFileStopsNothing) {
  write("r/a.txt", "Dobry.");
  write("r/b.txt", "zł\xFFy");
  write("r/c.jsonl",
        "{\"_id\":\"1\",\"text\":\"x\"}\n{\n{\"_id\":\"2\",\"text\":\"ODRZUĆ\"}\n{\"_id\":\"1\",\"text\":"
        "\"y\"}\n");
  Rows told;
  observer_.problem = [&](const Problem& problem) { told.push_back(to_line(problem)); };
  const AddSummary summary = add({"r", "brak"});
  EXPECT_EQ(added_, (Rows{"r/a.txt", "1", "1"}));
  EXPECT_EQ(summary.reports, 2U);
  EXPECT_TRUE(summary.lossy());
  EXPECT_EQ(told.size(), 5U);
  EXPECT_EQ(to_text(summary, 0.25, false),
            "Dodano 2 raporty: 2 fragmenty, 7 B tekstu, 0,2 s.\n"
            "Pominięto:\n"
            "  brak pliku lub katalogu (1): brak\n"
            "  nieznane kodowanie znaków (1): r/b.txt\n"
            "  niepoprawny JSON (1): r/c.jsonl:2\n"
            "  raport odrzucony przez indeks (1): 2\n"
            "Uwagi:\n"
            "  powtórzony identyfikator (obowiązuje ostatni) (1): r/c.jsonl\n");
}

TEST_F(Add, StrictEndsAtTheFirstProblem) {
  write("a.txt", "zł\xFFy");
  write("b.txt", "Dobry.");
  AddSettings settings;
  settings.strict = true;
  try {
    add({"a.txt", "b.txt"}, settings);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
    EXPECT_NE(std::string(error.what()).find("--strict: pierwszy problem kończy pracę"), std::string::npos)
        << error.what();
    EXPECT_NE(std::string(error.what()).find("a.txt: bajt 3 nie jest poprawnym UTF-8"), std::string::npos)
        << error.what();
  }
  EXPECT_EQ(added_, Rows{});
}

TEST_F(Add, PurgeRemovesWhatVanishedAndNothingElse) {
  write("r/a.txt", "A.");
  write("r/b.txt", "B.");
  write("s/c.txt", "C.");
  write("z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n{\"_id\":\"2\",\"text\":\"y\"}\n");
  add({"r", "s", "z.jsonl"});
  ASSERT_EQ(stored_.size(), 5U);
  AddSettings purge;
  purge.purge = Purge::vanished;

  fs::remove("r/a.txt");
  EXPECT_EQ(add({"r"}).removed, 0U);  // never by default
  fs::remove_all("s");
  write("z.jsonl", "{\"_id\":\"2\",\"text\":\"y\"}\n");
  const AddSummary summary = add({"r", "s", "z.jsonl"}, purge);
  EXPECT_EQ(summary.removed, 2U);
  EXPECT_FALSE(stored_.contains("r/a.txt"));
  EXPECT_FALSE(stored_.contains("1"));
  EXPECT_TRUE(stored_.contains("s/c.txt"));  // its root is missing
  EXPECT_EQ(summary.spared, Rows{"s"});
  fs::create_directories("s");
  const AddSummary empty = add({"s"}, purge);
  EXPECT_EQ(empty.removed, 0U);  // its root is empty
  EXPECT_NE(to_text(empty, 0.1, false).find("Nie usunięto niczego spod: s (nie ma tam raportów).\n"),
            std::string::npos);
  EXPECT_EQ(add({"s"}).spared, Rows{}) << "nothing to say when nothing was to be purged";
  // A file of records with a loss purges none of its records; a file that cannot be read now stays.
  write("z.jsonl", "{zepsuty\n");
  write("r/b.txt", "B\xFF.");
  EXPECT_EQ(add({"r", "z.jsonl"}, purge).removed, 0U);
  EXPECT_TRUE(stored_.contains("2"));
  EXPECT_TRUE(stored_.contains("r/b.txt"));
}

// The rule is about roots: one that is missing or empty purges nothing.
TEST_F(Add, NestedRootsPurgeNothingBelowOneThatIsGone) {
  AddSettings purge;
  purge.purge = Purge::vanished;
  for (const bool empty : {false, true}) {
    SCOPED_TRACE(empty);
    fs::remove_all("n");
    stored_.clear();
    write("n/a.txt", "A.");
    write("n/sub/b.txt", "B.");
    write("n/sub/z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n");
    write("n/inny/c.txt", "C.");
    add({"n", "n/sub"});
    ASSERT_EQ(stored_.size(), 4U);
    fs::remove_all("n/sub");
    fs::remove_all("n/inny");
    if (empty) fs::create_directories("n/sub");
    for (const Rows& roots : {Rows{"n", "n/sub"}, Rows{"n/sub", "n"}}) {
      const AddSummary summary = add(roots, purge);
      EXPECT_TRUE(stored_.contains("n/sub/b.txt"));
      EXPECT_TRUE(stored_.contains("1"));
      EXPECT_FALSE(stored_.contains("n/inny/c.txt")) << "no root, and so gone with its directory";
      EXPECT_EQ(summary.spared, Rows{"n/sub"});
    }
    EXPECT_EQ(add({"n"}, purge).removed, 2U) << "not named as a root";
  }
}

// A run without --purge has seen the shorter file.
TEST_F(Add, PurgeReadsAFileOfWhichMoreRecordsAreStored) {
  AddSettings purge;
  purge.purge = Purge::vanished;
  write("r/z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n{\"_id\":\"2\",\"text\":\"y\"}\n");
  add({"r"});
  write("r/z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n");
  add({"r"});
  ASSERT_TRUE(stored_.contains("2")) << "nobody asked for it to go";
  EXPECT_EQ(add({"r"}, purge).removed, 1U);
  EXPECT_FALSE(stored_.contains("2"));
  EXPECT_EQ(add({"r"}, purge).unchanged, 1U);
}

// Until a file of records was read to its end nothing is known of it, whatever is committed on the way.
TEST_F(Add, AFileOfRecordsIsNotKnownWhileItIsRead) {
  write("z.jsonl", "{\"_id\":\"1\",\"text\":\"x\"}\n");
  add({"z.jsonl"});
  write("z.jsonl", "{\"_id\":\"1\",\"text\":\"y\"}\n");
  AddTarget watching = target();
  bool known_while_added = false;
  const auto add_report = watching.add;
  watching.add = [&](Report&& report, std::vector<Passage>&& passages) {
    known_while_added = known_while_added || watching.file_time("z.jsonl");
    return add_report(std::move(report), std::move(passages));
  };
  add_paths({"z.jsonl"}, {}, watching, {});
  EXPECT_EQ(stored_.at("1").passages, 1U);
  EXPECT_FALSE(known_while_added);
  EXPECT_TRUE(watching.file_time("z.jsonl"));
}

TEST_F(Add, ARootAboveHoldsNothingBesideItself) {
  AddSettings purge;
  purge.purge = Purge::vanished;
  write("a/b/c/d.txt", "D.");
  write("mnt/x.txt", "X.");
  fs::current_path("a/b");
  add({"../../mnt", ".."});
  ASSERT_TRUE(stored_.contains("../../mnt/x.txt"));
  fs::rename("../../mnt", "../../mnt.off");
  EXPECT_EQ(add({".."}, purge).removed, 0U);
  EXPECT_TRUE(stored_.contains("../../mnt/x.txt"));
  fs::remove("c/d.txt");
  write("e.txt", "E.");
  EXPECT_EQ(add({".."}, purge).removed, 1U) << "what stood below it is gone";
}

// The index stores the source of a record as it is printed.
TEST_F(Add, PurgeKnowsFilesWithOddNames) {
  AddSettings purge;
  purge.purge = Purge::vanished;
  const Rows names{"r/a\nb.jsonl", "r/\xff.jsonl", "r/\\x41.jsonl", "r/\x1b[2J.txt"};
  for (std::size_t i = 0; i < names.size(); ++i)
    write(names[i], "{\"_id\":\"" + std::to_string(i) + "\",\"text\":\"x\"}\n");
  write("r/c.txt", "C.");
  add({"r"});
  ASSERT_EQ(stored_.size(), 5U);
  EXPECT_EQ(add({"r"}, purge).removed, 0U);
  write("r/a\nb.jsonl", "zepsuty\n");  // read with a loss: its record stays
  EXPECT_EQ(add({"r"}, purge).removed, 0U);
  for (const std::string& name : names) fs::remove(name);
  EXPECT_EQ(add({"r"}, purge).removed, 4U);
}

TEST_F(Add, StopFinishesWithWhatIsDone) {
  for (int i = 0; i < 10; ++i) write("r/" + std::to_string(i) + ".txt", "Raport.");
  observer_.stop = [this] { return added_.size() >= 3; };
  const AddSummary summary = add({"r"});
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.reports, 3U);
}

TEST(Messages, ProgressInEnglish) {
  set_message_language(Language::english);
  const AddProgress progress{
      .inputs_done = 1, .inputs = 4, .bytes_done = 25'000'000, .bytes = 100'000'000, .reports = 3};
  EXPECT_EQ(progress_line(progress, 2), "3 reports, 25%, 12.5 MB/s, 0:06 left");
  EXPECT_EQ(progress_line(progress, 2000), "3 reports, 25%, 0.0 MB/s, 1:40:00 left");
  set_message_language(Language::polish);
}

TEST(Messages, Progress) {
  using namespace std::chrono_literals;
  std::string written;
  const auto start = ProgressPrinter::Clock::now();
  AddProgress progress{
      .inputs_done = 1, .inputs = 4, .bytes_done = 25'000'000, .bytes = 100'000'000, .reports = 3};
  ProgressPrinter terminal(
      ProgressStyle::terminal, [&](std::string_view text) { written += text; }, start);
  terminal.update(progress, start + 500ms);
  EXPECT_EQ(written, "");
  terminal.update(progress, start + 2s);
  EXPECT_EQ(written, "\r3 raporty, 25 %, 12,5 MB/s, zostało 0:06\033[K");
  terminal.update(progress, start + 2050ms);
  terminal.clear();
  terminal.clear();
  EXPECT_EQ(written, "\r3 raporty, 25 %, 12,5 MB/s, zostało 0:06\033[K\r\033[K");
  written.clear();
  AddProgress all = progress;
  all.committing = true;
  terminal.update(all, start + 2060ms);
  EXPECT_EQ(written, "\r3 raporty, zapis indeksu…\033[K") << "said at once, it may take long";
  ProgressPrinter quick(
      ProgressStyle::terminal, [&](std::string_view text) { written += text; }, start);
  written.clear();
  quick.update(all, start + 900ms);
  EXPECT_EQ(written, "") << "nothing within the first second";
  written.clear();
  ProgressPrinter json(
      ProgressStyle::json, [&](std::string_view text) { written += text; }, start);
  json.finish(progress, start + 2s);
  EXPECT_EQ(written,
            "{\"schema_version\":1,\"type\":\"progress\",\"reports\":3,\"inputs_done\":1,\"inputs\":4,"
            "\"bytes_done\":25000000,"
            "\"bytes\":100000000,\"committing\":false,\"seconds\":2.000}\n");
}

// An error says its kind by the name that docs/output.md has for it.
TEST(Messages, KindsOfErrorsInJson) {
  const struct {
    ErrorKind kind;
    const char* name;
  } rows[] = {{ErrorKind::usage, "usage"},
              {ErrorKind::query, "query"},
              {ErrorKind::not_found, "not_found"},
              {ErrorKind::incompatible, "incompatible"},
              {ErrorKind::corrupt, "corrupt"},
              {ErrorKind::locked, "locked"},
              {ErrorKind::io, "io"},
              {ErrorKind::limit, "limit"}};
  for (const auto& row : rows) {
    EXPECT_EQ(error_json(row.kind, "m"), std::string("{\"schema_version\":1,\"type\":\"error\",\"kind\":\"") +
                                             row.name + "\",\"message\":\"m\"}");
  }
}

}  // namespace
}  // namespace kwerenda
