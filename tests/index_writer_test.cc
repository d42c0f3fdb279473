// The writer against a map: whatever is added, replaced and removed, in many segments, merged or in one go,
// the index holds the same: terms, values, texts, records. And what it refuses, with what words.
#include "indexer/index_writer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <xapian.h>
#include <xxhash.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/key_streams.h"
#include "analysis/lexicon.h"
#include "analysis/schema.h"
#include "indexer/check.h"
#include "indexer/dump.h"
#include "indexer/segments.h"
#include "indexer/stored_index.h"
#include "tests/program_outcome.h"
#include "tests/rewritten_segment.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

const std::shared_ptr<const KeyMaker>& keys() {
  static const auto kKeys = std::make_shared<const KeyMaker>(
      Lexicon::open(fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"));
  return kKeys;
}

IndexWriterSettings settings() {
  IndexWriterSettings settings;
  settings.keys = keys();
  settings.manifest.lexicon_hash = keys()->lexicon().hash();
  settings.manifest.passage_max_bytes = 2500;
  settings.manifest.passage_min_bytes = 80;
  settings.manifest.created = "2026-01-02T03:04:05Z";
  settings.lock_timeout = std::chrono::milliseconds(0);
  return settings;
}

struct Made {
  Report report;
  std::vector<Passage> passages;
};

// A report of that many passages whose text is a function of id and version.
Made make_report(const std::string& id, int version, int passages = 3) {
  static const char* const kWords[] = {"miasto", "gmina",  "ochrona", "ludności", "Łodzi",
                                       "GIS-u",  "powódź", "budżetu", "mapa",     "schrony"};
  std::mt19937 random(
      static_cast<unsigned>(std::hash<std::string>()(id) + static_cast<unsigned>(version) * 7919));
  Made made;
  made.report.id = id;
  made.report.source = id;
  made.report.title = fmt::format("Narada {} o mieście", version);
  made.report.place = version % 2 ? "Łódź" : "";
  made.report.date = version % 3 ? 20240101 + static_cast<std::uint32_t>(version % 28) : 0;
  made.report.size = 100 + static_cast<std::uint64_t>(version);
  made.report.mtime_ns = version * 1000 - 5000;
  made.report.content_hash = static_cast<std::uint64_t>(version) << 32 | random() % 1000;
  for (int i = 1; i <= passages; ++i) {
    const auto begin = static_cast<std::uint32_t>(made.report.text.size());
    std::string text = fmt::format("Fragment {} wersji {}:", i, version);
    for (auto words = 5 + random() % 20; words > 0; --words)
      text += std::string(" ") + kWords[random() % std::size(kWords)];
    made.report.text += text + ".\n\n";
    made.passages.push_back({begin, begin + static_cast<std::uint32_t>(text.size()) + 1,
                             static_cast<std::uint32_t>(i), i > 1 ? "Wnioski" : ""});
  }
  return made;
}

class Writer : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-writer-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    index_ = directory_ / "indeks";
  }
  void TearDown() override { fs::remove_all(directory_); }

  static void add(IndexWriter& writer, const std::string& id, int version, int passages = 3) {
    Made made = make_report(id, version, passages);
    EXPECT_EQ(writer.add(std::move(made.report), std::move(made.passages)), std::nullopt);
  }

  // Everything alive in an index, document numbers aside, one line each, sorted.
  static std::multiset<std::string> contents(const fs::path& index) {
    std::multiset<std::string> lines;
    for (const Segment& segment : open_segments(index)) {
      const Xapian::Database& database = segment.database;
      const KeyStreamFile streams(segment.path);
      TextDecompressor decompressor(database.get_metadata(kTextDictionaryKey));
      std::map<Xapian::docid, std::string> names;  // of the living
      for (auto id = database.postlist_begin(""); id != database.postlist_end(""); ++id) {
        StoredPassage passage;
        PassageKeys keys;
        EXPECT_TRUE(decode_passage(database.get_document(*id).get_data(), decompressor, passage));
        EXPECT_TRUE(streams.read(*id, keys));
        if (segment.dead_reports.contains(passage.report_key)) continue;
        names[*id] = fmt::format("{:016x}#{}", passage.report_key, passage.ordinal);
        const auto joined = [](KeyStreamView stream) { return fmt::format("{}", fmt::join(stream, ",")); };
        lines.insert(fmt::format("{} at {} „{}” „{}” length {} date {} keys {:016x} {} {} {} {} {}",
                                 names[*id], passage.begin, passage.heading, passage.text,
                                 database.get_doclength(*id), database.get_document(*id).get_value(kDateSlot),
                                 keys.report_key, keys.ordinal, keys.text_bytes, joined(keys.text),
                                 joined(keys.title), joined(keys.heading)));
      }
      for (auto term = database.allterms_begin(); term != database.allterms_end(); ++term) {
        for (auto posting = database.postlist_begin(*term); posting != database.postlist_end(*term);
             ++posting) {
          if (names.contains(*posting))
            lines.insert(fmt::format("term {} in {}: {}", *term, names[*posting], posting.get_wdf()));
        }
      }
      const std::string reports(1, kReportMetadataPrefix);
      for (auto name = database.metadata_keys_begin(reports); name != database.metadata_keys_end(reports);
           ++name) {
        if (!segment.dead_reports.contains(decode_report_key((*name).substr(1))))
          lines.insert("report " + database.get_metadata(*name));
      }
    }
    return lines;
  }

  static void expect_whole(const fs::path& index) {
    const CheckResult result = check_index(index, {keys, CheckSources::no});
    EXPECT_TRUE(result.damages.empty()) << result.damages.front();
  }

  std::string refusal(IndexWriterSettings with, ErrorKind kind) {
    try {
      IndexWriter::open(index_, std::move(with));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    return "no error";
  }

  fs::path directory_, index_;
};

TEST_F(Writer, NothingBeforeTheCommit) {
  {
    const auto writer = IndexWriter::open(index_, settings());
    add(*writer, "a", 1);
    EXPECT_TRUE(writer->find("a"));
    EXPECT_FALSE(writer->find("b"));
    EXPECT_FALSE(is_index(index_));
  }
  EXPECT_FALSE(is_index(index_));
  const auto writer = IndexWriter::open(index_, settings());
  EXPECT_FALSE(writer->find("a"));
  add(*writer, "b", 1);
  writer->commit();
  EXPECT_EQ(writer->report_ids(), std::vector<std::string>{"b"});
  expect_whole(index_);
}

// Random operations against a map. Each round the same operations go to an index that is committed at random,
// to one that is merged into one segment each time, and to one in which both come in turn; all must hold what
// one build from nothing of the model holds.
TEST_F(Writer, EveryWayLeadsToTheSameIndex) {
  const char* const given = std::getenv("KWERENDA_TEST_SEED");
  const auto seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  SCOPED_TRACE(fmt::format("KWERENDA_TEST_SEED={}", seed));
  std::mt19937 random(seed);
  const fs::path ways[] = {directory_ / "wiele", directory_ / "jeden", directory_ / "na-zmianę"};
  std::size_t most_segments = 0;
  std::map<std::string, std::pair<int, int>> model;  // id to version and number of passages
  int version = 0;
  for (int round = 0; round < 12; ++round) {
    struct Operation {
      std::string id;
      int version, passages;  // version 0 removes
    };
    std::vector<Operation> operations;
    for (auto i = 1 + random() % 8; i > 0; --i) {
      const std::string id = fmt::format("raport-{}", random() % 9);
      const bool removes = random() % 4 == 0;
      operations.push_back({id, removes ? 0 : ++version, static_cast<int>(random() % 5)});
    }
    for (std::size_t way = 0; way < std::size(ways); ++way) {
      const bool merged = way == 1 || (way == 2 && round % 2);
      const auto writer = IndexWriter::open(ways[way], settings());
      auto expected = model;
      for (const Operation& operation : operations) {
        const bool known = expected.contains(operation.id);
        EXPECT_EQ(writer->find(operation.id).has_value(), known);
        if (operation.version) {
          add(*writer, operation.id, operation.version, operation.passages);
          expected[operation.id] = {operation.version, operation.passages};
        } else {
          EXPECT_EQ(writer->remove(operation.id), known) << operation.id;
          expected.erase(operation.id);
        }
        if (random() % 4 == 0) writer->commit();
      }
      if (merged) {
        writer->compact();
      } else {
        writer->commit();
      }
      most_segments = std::max(most_segments, current_segments(ways[way]).size());
      std::vector<std::string> ids;
      for (const auto& [id, what] : expected) ids.push_back(id);
      EXPECT_EQ(writer->report_ids(), ids);
      if (way + 1 == std::size(ways)) model = expected;
    }
    fs::remove_all(directory_ / "od-zera");
    {
      const auto writer = IndexWriter::open(directory_ / "od-zera", settings());
      for (const auto& [id, what] : model) add(*writer, id, what.first, what.second);
      writer->commit();
    }
    const auto wanted = contents(directory_ / "od-zera");
    for (const fs::path& way : ways) {
      ASSERT_EQ(contents(way), wanted) << way << " in round " << round;
      expect_whole(way);
      EXPECT_EQ(statistics_of(way).reports, model.size());
    }
  }
  EXPECT_GT(most_segments, 1U);
}

// How many segments there are after each commit, by what is committed.
TEST_F(Writer, SegmentsStayFew) {
  const auto writer = IndexWriter::open(index_, settings());
  const auto segments = [&] { return current_segments(index_).size(); };
  for (int i = 0; i < 100; ++i) add(*writer, fmt::format("raport-{}", i), 1);
  writer->commit();
  EXPECT_EQ(segments(), 1U);
  add(*writer, "raport-7", 2);
  writer->commit();
  EXPECT_EQ(segments(), 2U) << "one changed report does not rewrite the others";
  for (int version = 3; version < 30; ++version) {
    add(*writer, fmt::format("raport-{}", version % 3), version);
    writer->commit();
    EXPECT_LE(segments(), 4U) << version;
  }
  EXPECT_EQ(writer->report_ids().size(), 100U);
  for (int i = 0; i < 60; ++i) writer->remove(fmt::format("raport-{}", i));
  writer->commit();
  EXPECT_EQ(segments(), 1U) << "half of it is dead";
  EXPECT_EQ(statistics_of(index_).passages, 120U);
  expect_whole(index_);
  for (int i = 60; i < 100; ++i) writer->remove(fmt::format("raport-{}", i));
  writer->commit();
  EXPECT_EQ(statistics_of(index_).passages, 0U);
  EXPECT_TRUE(writer->report_ids().empty());
  expect_whole(index_);
}

// Texts are compressed with a dictionary once there are enough of them; merging goes from one to the other.
TEST_F(Writer, DictionariesMeet) {
  const auto text_of = [](int i) {
    std::mt19937 random(static_cast<unsigned>(i));
    std::string text = fmt::format("Raport {}: ", i);
    for (int word = 0; word < 3000; ++word) text += fmt::format("słowo{} ", random() % 5000);
    return text;
  };
  const auto add_text = [&](IndexWriter& writer, int i) {
    Report report;
    report.id = report.source = fmt::format("r{}", i);
    report.text = text_of(i);
    const auto size = static_cast<std::uint32_t>(report.text.size());
    EXPECT_EQ(writer.add(std::move(report), {{0, size, 1, ""}}), std::nullopt);
  };
  const auto dictionary = [&] {
    return Xapian::Database(current_segments(index_).front().string()).get_metadata(kTextDictionaryKey);
  };
  const auto writer = IndexWriter::open(index_, settings());
  for (int i = 0; i < 30; ++i) add_text(*writer, i);
  writer->commit();
  EXPECT_TRUE(dictionary().empty());
  for (int i = 30; i < 55; ++i) add_text(*writer, i);
  writer->commit();  // 1.7 MB together: merged, and worth a dictionary
  EXPECT_EQ(current_segments(index_).size(), 1U);
  const std::string trained = dictionary();
  EXPECT_FALSE(trained.empty());
  for (int i = 55; i < 80; ++i) add_text(*writer, i);
  writer->compact();
  EXPECT_EQ(dictionary(), trained);
  expect_whole(index_);
  const StoredIndex stored(index_, Versions::current);
  for (int i = 0; i < 80; ++i)
    EXPECT_EQ(stored.passages_of(stored.find(fmt::format("r{}", i)).value()).front().text, text_of(i));
}

TEST_F(Writer, DamageIsNotMergedOn) {
  const auto writer = IndexWriter::open(index_, settings());
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h"}) add(*writer, id, 1);
  writer->commit();
  add(*writer, "a", 2);
  writer->commit();
  ASSERT_EQ(current_segments(index_).size(), 2U);
  const fs::path file = current_segments(index_).front() / "docdata.glass";
  damage_bytes(file, "wersji");
  try {
    writer->compact();
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(std::string(error.what()).find(file.string() + ": treść nie zgadza się z sumą kontrolną"), 0U)
        << error.what();
  }
  EXPECT_EQ(check_index(index_, {keys, CheckSources::no}).damages,
            std::vector<std::string>{file.string() + ": treść nie zgadza się z sumą kontrolną"});
}

TEST_F(Writer, ManyCommitsOfOneWriter) {
  const auto writer = IndexWriter::open(index_, settings());
  for (int version = 1; version <= 6; ++version) {
    add(*writer, "a", version);
    if (version > 2) writer->remove("b");
    if (version < 5) add(*writer, "b", version);
    writer->commit();
  }
  EXPECT_EQ(writer->report_ids(), std::vector<std::string>{"a"});
  EXPECT_EQ(writer->find("a")->content_hash, make_report("a", 6).report.content_hash);
  std::size_t segments = 0;
  for (const auto& entry : fs::directory_iterator(index_)) segments += entry.is_directory();
  const std::size_t current = current_segments(index_).size();
  EXPECT_GT(segments, current) << "for readers on their way those before stay";
  EXPECT_LE(segments, current + 3);
  expect_whole(index_);
}

// What is kept of each report grows with their number and not with their text.
TEST_F(Writer, WantsACommitBeforeManySmallReportsFillTheMemory) {
  IndexWriterSettings small = settings();
  small.memory_bytes = 1u << 20;
  const auto writer = IndexWriter::open(index_, small);
  EXPECT_FALSE(writer->wants_commit());
  int reports = 0;
  while (!writer->wants_commit() && reports < 2000) add(*writer, std::to_string(reports++), 1);
  EXPECT_GT(reports, 300);
  EXPECT_LT(reports, 1000);  // half a megabyte, some .7 KB each
  writer->commit();
  EXPECT_FALSE(writer->wants_commit());
  add(*writer, "0", 2);
  writer->commit();
  EXPECT_EQ(writer->report_ids().size(), static_cast<std::size_t>(reports));
  expect_whole(index_);
}

TEST_F(Writer, RemovesWhatKilledWritersLeft) {
  { IndexWriter::open(index_, settings())->commit(); }
  for (const char* name :
       {"gen-000007", ".batch-gen-000002", ".merged-gen-000002", "..batch-gen-000002.bulk-aB3xYz"}) {
    fs::create_directories(index_ / name);
    std::ofstream(index_ / name / "postlist.glass") << "x";
  }
  fs::create_directories(index_ / "notatki");  // not ours
  IndexWriter::open(index_, settings());
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(index_)) names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{"XAPIANDB", "lock", "gen-000001", "notatki"}));
}

TEST_F(Writer, GoesOnWhereAKilledFirstBuildStopped) {
  const struct {
    std::vector<const char*> directories;
    std::string stub, stub_aside;
  } rows[] = {
      {{}, "", stub_of({}).substr(0, 7)},
      {{".batch-gen-000001", "..batch-gen-000001.bulk-aB3xYz"}, stub_of({}), ""},
      {{"gen-000001", ".merged-gen-000001"}, stub_of({}), stub_of({"gen-000001"})},
  };
  for (const auto& row : rows) {
    fs::remove_all(index_);
    fs::create_directories(index_);
    for (const char* name : row.directories) fs::create_directories(index_ / name);
    std::ofstream(index_ / "lock") << "123\n";
    if (!row.stub.empty()) std::ofstream(index_ / "XAPIANDB") << row.stub;
    if (!row.stub_aside.empty()) std::ofstream(index_ / "XAPIANDB.tmp") << row.stub_aside;
    EXPECT_FALSE(is_index(index_));
    const auto writer = IndexWriter::open(index_, settings());
    add(*writer, "a", 1);
    writer->commit();
    expect_whole(index_);
  }
}

// What has no list is not ours to delete, whatever its names are.
TEST_F(Writer, LeavesForeignDirectoriesAlone) {
  for (const char* name : {"notatki.txt", "gen-000001", ".batch-gen-000001"}) {
    for (const bool locked : {false, true}) {
      fs::remove_all(index_);
      fs::create_directories(index_ / name);
      std::ofstream(index_ / name / "notatki.txt") << "x";
      if (locked) std::ofstream(index_ / "lock") << "1\n";
      const bool segment = std::string(name) == "gen-000001";
      const std::string told = refusal(settings(), segment ? ErrorKind::corrupt : ErrorKind::incompatible);
      EXPECT_NE(told.find(segment ? "brak pliku XAPIANDB, choć są części indeksu" : name), std::string::npos)
          << told;
      EXPECT_TRUE(fs::exists(index_ / name / "notatki.txt")) << name;
    }
  }
  fs::remove_all(index_);
  fs::create_directories(index_);
  std::ofstream(index_ / "XAPIANDB.tmp") << "glass gen-000001\nglass gen-000002\n";
  EXPECT_NE(refusal(settings(), ErrorKind::incompatible).find("XAPIANDB.tmp"), std::string::npos);
  fs::remove_all(index_);
  fs::create_directories(index_);
  std::ofstream(index_ / "iamglass") << "x";
  EXPECT_NE(refusal(settings(), ErrorKind::incompatible).find("innego programu"), std::string::npos);
  fs::remove_all(index_);
  std::ofstream(index_) << "plik";
  EXPECT_NE(refusal(settings(), ErrorKind::io).find("znaleziono plik"), std::string::npos);
}

TEST_F(Writer, WithoutTheListOfSegmentsNothingIsDeleted) {
  for (const char* id : {"a", "b"}) {
    const auto writer = IndexWriter::open(index_, settings());
    for (int i = 0; i < 5; ++i) add(*writer, fmt::format("{}{}", id, i), 1);
    writer->commit();
  }
  const std::string stub = slurp(index_ / "XAPIANDB");
  fs::remove(index_ / "XAPIANDB");
  const std::string told = refusal(settings(), ErrorKind::corrupt);
  EXPECT_NE(told.find("w innym katalogu"), std::string::npos) << told;
  try {
    check_index(index_, {keys, CheckSources::no});
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
  }
  std::ofstream(index_ / "XAPIANDB") << stub;
  EXPECT_EQ(IndexWriter::open(index_, settings())->report_ids().size(), 10U);
  expect_whole(index_);
}

// As versions before the checksum wrote it.
TEST_F(Writer, ReadsAListWithoutChecksumAndWritesItWithOne) {
  for (const char* id : {"a", "b"}) {
    const auto writer = IndexWriter::open(index_, settings());
    for (int i = 0; i < (*id == 'a' ? 9 : 1); ++i) add(*writer, fmt::format("{}{}", id, i), 1);
    writer->commit();
  }
  const std::string stub = slurp(index_ / "XAPIANDB");
  ASSERT_EQ(current_segments(index_).size(), 2U);
  const std::string earlier = stub.substr(0, stub.find('#'));
  std::ofstream(index_ / "XAPIANDB") << earlier;
  expect_whole(index_);
  EXPECT_EQ(slurp(index_ / "XAPIANDB"), earlier) << "who only reads writes nothing";
  EXPECT_EQ(IndexWriter::open(index_, settings())->report_ids().size(), 10U);
  EXPECT_EQ(slurp(index_ / "XAPIANDB"), stub);
}

TEST_F(Writer, ThroughALink) {
  fs::create_directories(directory_ / "prawdziwy");
  fs::create_directory_symlink(directory_ / "prawdziwy", index_);
  for (int version = 1; version < 4; ++version) {
    const auto writer = IndexWriter::open(index_, settings());
    add(*writer, "a", version);
    writer->commit();
  }
  EXPECT_TRUE(fs::is_symlink(index_));
  expect_whole(directory_ / "prawdziwy");
}

TEST_F(Writer, OneAtATime) {
  const auto first = IndexWriter::open(index_, settings());
  EXPECT_NE(refusal(settings(), ErrorKind::locked).find(fmt::format("PID {}", ::getpid())),
            std::string::npos);
}

TEST_F(Writer, RefusesOtherSettings) {
  IndexWriter::open(index_, settings())->commit();
  const struct {
    void (*change)(IndexWriterSettings&);
    const char* part;
  } rows[] = {
      {[](IndexWriterSettings& with) { with.manifest.lexicon_hash ^= 1; }, "innym leksykonem"},
      {[](IndexWriterSettings& with) { with.manifest.extra_lexicon_hash = 5; }, "--lexicon-extra"},
      {[](IndexWriterSettings& with) { with.manifest.passage_max_bytes = 1000; },
       "innym podziałem na fragmenty"},
      {[](IndexWriterSettings& with) { with.manifest.passage_min_bytes = 10; },
       "innym podziałem na fragmenty"},
  };
  for (const auto& row : rows) {
    IndexWriterSettings with = settings();
    row.change(with);
    EXPECT_NE(refusal(with, ErrorKind::incompatible).find(row.part), std::string::npos) << row.part;
  }
}

TEST_F(Writer, KeepsTheDateOfItsCreation) {
  IndexWriter::open(index_, settings())->commit();
  IndexWriterSettings later = settings();
  later.manifest.created = "2030-01-01T00:00:00Z";
  const auto writer = IndexWriter::open(index_, later);
  add(*writer, "a", 1);
  writer->commit();
  EXPECT_EQ(statistics_of(index_).manifest.created, "2026-01-02T03:04:05Z");
}

TEST_F(Writer, RefusesReportsThatAnIndexCannotTake) {
  const auto writer = IndexWriter::open(index_, settings());
  const struct {
    void (*change)(Made&);
    const char* part;
  } rows[] = {
      {[](Made& made) { made.report.id.clear(); }, "bez identyfikatora"},
      {[](Made& made) { made.report.title.assign(2 << 20, 'x'); }, "ponad 1 MB"},
      {[](Made& made) { made.report.text[3] = '\0'; }, "bajt NUL"},
      {[](Made& made) { made.report.title[2] = '\0'; }, "bajt NUL"},
      {[](Made& made) {
         made.report.text.assign(17 << 20, 'x');
         made.passages = {{0, 17 << 20, 1, ""}};
       },
       "ponad 16 MB"},
  };
  for (const auto& row : rows) {
    Made made = make_report("a", 1);
    row.change(made);
    const auto reason = writer->add(std::move(made.report), std::move(made.passages));
    ASSERT_TRUE(reason) << row.part;
    EXPECT_NE(reason->find(row.part), std::string::npos) << *reason;
  }
  add(*writer, "a", 1);
  writer->commit();
  EXPECT_EQ(writer->report_ids(), std::vector<std::string>{"a"});
}

// One key twice in a place was one term twice in a document, and nothing of the batch came into the index.
TEST_F(Writer, APlaceMaySayAWordTwice) {
  auto writer = IndexWriter::open(index_, settings());
  add(*writer, "inny", 1);
  Made made = make_report("raport", 2, 2);
  made.report.place = "Łódź, w Łodzi";
  EXPECT_EQ(writer->add(std::move(made.report), std::move(made.passages)), std::nullopt);
  writer->commit();
  EXPECT_EQ(writer->report_ids(), (std::vector<std::string>{"inny", "raport"}));
  expect_whole(index_);
}

TEST_F(Writer, WithoutKeysItRemovesAndCompacts) {
  EXPECT_NE(refusal({}, ErrorKind::not_found).find("nie ma takiego indeksu"), std::string::npos);
  EXPECT_FALSE(fs::exists(index_));
  {
    const auto writer = IndexWriter::open(index_, settings());
    for (const char* id : {"a", "b", "c"}) add(*writer, id, 1);
    writer->commit();
  }
  const auto writer = IndexWriter::open(index_, {});
  EXPECT_TRUE(writer->remove("b"));
  EXPECT_FALSE(writer->remove("b"));
  EXPECT_FALSE(writer->remove("nie-ma"));
  writer->commit();
  writer->compact();
  EXPECT_EQ(writer->report_ids(), (std::vector<std::string>{"a", "c"}));
  expect_whole(index_);
}

TEST_F(Writer, DumpAndRestoreAreInverse) {
  {
    const auto writer = IndexWriter::open(index_, settings());
    for (int i = 0; i < 20; ++i) add(*writer, fmt::format("katalog/raport {}.txt", i), i, i % 4);
    add(*writer, "nie-utf8-\xff\xfe.txt", 3);
    writer->commit();
  }
  const auto dump = [](const fs::path& index) {
    std::string lines;
    dump_index(StoredIndex(index, Versions::readable), [&](std::string_view line) {
      lines += line;
      return true;
    });
    return lines;
  };
  const auto restore = [&](const std::string& lines, const fs::path& index) {
    std::size_t at = 0;
    return restore_index(index, settings(), [&](std::string& line) {
      if (at >= lines.size()) return false;
      const std::size_t end = std::min(lines.find('\n', at), lines.size());
      line = lines.substr(at, end - at);
      at = end + 1;
      return true;
    });
  };
  const std::string lines = dump(index_);
  const DumpCounts counts = restore(lines, directory_ / "odtworzony");
  EXPECT_EQ(counts.reports, 21U);
  EXPECT_EQ(dump(directory_ / "odtworzony"), lines);
  EXPECT_EQ(contents(directory_ / "odtworzony"), contents(index_));
  expect_whole(directory_ / "odtworzony");

  // What is no whole dump leaves no index.
  const std::string first_line = lines.substr(0, lines.find('\n') + 1);
  std::string altered = lines;
  altered.replace(altered.find("Fragment 1"), 10, "Fragment 9");
  std::string newer = lines;
  newer.replace(newer.find("\"schema_version\":1"), 18, "\"schema_version\":9");
  const std::size_t report = lines.find("{\"type\":\"report\"");
  const std::string twice = lines.substr(0, lines.find('\n', report) + 1) + lines.substr(report);
  const struct {
    std::string lines;
    ErrorKind kind;
    const char* part;
  } rows[] = {
      {"", ErrorKind::corrupt, "brak pierwszego wiersza"},
      {"{\"a\":1}\n", ErrorKind::incompatible, "wiersz 1: oczekiwano wiersza {\"schema\""},
      {"nie json\n", ErrorKind::incompatible, "wiersz 1"},
      {newer, ErrorKind::incompatible, "zrzut ma wersję 9"},
      {first_line, ErrorKind::corrupt, "zrzut urywa się"},
      {lines.substr(0, lines.size() / 2), ErrorKind::corrupt, "nie jest poprawny wiersz"},
      {altered, ErrorKind::corrupt, "suma kontrolna"},
      {twice, ErrorKind::corrupt, "występuje drugi raz"},
      {first_line + "{\"type\":\"nowość\"}\n", ErrorKind::incompatible, "nieznany rodzaj „nowość”"},
      {first_line + "{\"type\":\"report\",\"id\":5}\n", ErrorKind::corrupt, "wiersz 2"},
  };
  for (const auto& row : rows) {
    try {
      restore(row.lines, directory_ / "zły");
      ADD_FAILURE() << row.part;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), row.kind) << error.what();
      EXPECT_NE(std::string(error.what()).find(row.part), std::string::npos) << error.what();
    }
    EXPECT_FALSE(is_index(directory_ / "zły"));
  }
  try {
    restore(lines, index_);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
  }
}

// An index of another analysis: add and search refuse it and name the way out, dump still reads it.
TEST_F(Writer, AnOlderIndexIsRebuiltFromItsOwnDump) {
  {
    const auto writer = IndexWriter::open(index_, settings());
    add(*writer, "a", 1);
    writer->commit();
  }
  {
    rewrite_segment(current_segments(index_).front(), [](Xapian::WritableDatabase& database) {
      Manifest older = manifest_from_json(database.get_metadata(kManifestKey), "");
      older.analysis_version = kAnalysisVersion - 1;
      database.set_metadata(kManifestKey, to_json(older));
    });
  }
  const std::string message = refusal(settings(), ErrorKind::incompatible);
  EXPECT_NE(message.find("kwerenda-index dump --index " + index_.string() +
                         " | kwerenda-index restore --index NOWY"),
            std::string::npos)
      << message;
  std::vector<std::string> lines;
  dump_index(StoredIndex(index_, Versions::readable), [&](std::string_view line) {
    lines.emplace_back(line.substr(0, line.size() - 1));
    return true;
  });
  std::size_t next = 0;
  restore_index(directory_ / "nowy", settings(), [&](std::string& line) {
    if (next == lines.size()) return false;
    line = lines[next++];
    return true;
  });
  EXPECT_EQ(statistics_of(directory_ / "nowy").manifest.analysis_version, kAnalysisVersion);
  expect_whole(directory_ / "nowy");
}

TEST_F(Writer, AManifestThatFailsItsChecksum) {
  IndexWriter::open(index_, settings())->commit();
  rewrite_segment(current_segments(index_).front(), [](Xapian::WritableDatabase& database) {
    std::string json = database.get_metadata(kManifestKey);
    json.replace(json.find("2500"), 4, "2600");
    database.set_metadata(kManifestKey, json);
  });
  EXPECT_NE(refusal(settings(), ErrorKind::corrupt).find("sumą kontrolną"), std::string::npos);
  EXPECT_FALSE(check_index(index_, {keys, CheckSources::no}).damages.empty());
}

// A text that is not its source's, though the source is as it was indexed.
TEST_F(Writer, CheckComparesTextsWithTheirSources) {
  const fs::path file = directory_ / "a.txt";
  const std::string bytes = "Narada\n\nMówiono o schronach.\n";
  std::ofstream(file) << bytes;
  Report report;
  report.id = report.source = file.string();
  report.title = "Narada";
  report.text = "Narada\n\nMówiono o wodociągu.\n";
  report.content_hash = XXH3_64bits(bytes.data(), bytes.size());
  const auto begin = static_cast<std::uint32_t>(report.text.find("Mówiono"));
  const auto end = static_cast<std::uint32_t>(report.text.size() - 1);
  {
    const auto writer = IndexWriter::open(index_, settings());
    ASSERT_EQ(writer->add(std::move(report), {{begin, end, 1, ""}}), std::nullopt);
    writer->commit();
  }
  expect_whole(index_);
  const CheckResult result = check_index(index_, {keys, CheckSources::yes});
  ASSERT_EQ(result.damages.size(), 1U);
  EXPECT_EQ(result.damages.front(), file.string() + "#p1: tekst w indeksie różni się od źródła");
}

// What check must see although every table is sound.
TEST_F(Writer, CheckSeesEachKindOfLie) {
  {
    const auto writer = IndexWriter::open(index_, settings());
    for (const char* id : {"a", "b", "c"}) add(*writer, id, 1);
    writer->commit();
  }
  const struct {
    const char* what;
    void (*lie)(Xapian::WritableDatabase&);
    const char* part;
  } rows[] = {
      {"a passage is gone", [](auto& database) { database.delete_document(1); },
       "ma mieć fragmenty od 1 do 3, znaleziono 2"},
      {"a passage twice", [](auto& database) { database.add_document(database.get_document(1)); },
       "znaleziono 4"},
      {"a text altered",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         std::string data = document.get_data();
         data.back() = '!';
         document.set_data(data);
         database.replace_document(2, document);
       },
       "fragment 2 nie zgadza się ze swoją sumą kontrolną"},
      {"a term too many",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         document.add_term("Znieprawda", 1);
         database.replace_document(2, document);
       },
       "fragment 2: długość"},
      {"another term",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         const std::string term = *document.termlist_begin();
         const Xapian::termcount wdf = document.termlist_begin().get_wdf();
         document.remove_term(term);
         document.add_term("Znieprawda", wdf);
         database.replace_document(2, document);
       },
       "klucze w indeksie nie zgadzają się z tekstem"},
      {"another weight",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         const std::string term = *document.termlist_begin();
         document.add_term(term, 1);
         database.replace_document(2, document);
       },
       "fragment 2: długość"},
      {"another date",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         document.add_value(kDateSlot, "19990101");
         database.replace_document(2, document);
       },
       "wartości w indeksie nie zgadzają się z raportami"},
      {"a report's record is gone",
       [](auto& database) { database.set_metadata(*database.metadata_keys_begin("r"), ""); },
       "którego nie ma"},
      {"a report's record altered",
       [](auto& database) {
         const std::string name = *database.metadata_keys_begin("r");
         std::string record = database.get_metadata(name);
         record.back() = static_cast<char>(record.back() + 1);
         database.set_metadata(name, record);
       },
       "nie zgadza się ze swoją sumą kontrolną"},
      {"metadata of nobody", [](auto& database) { database.set_metadata("obce", "x"); },
       "nieznany wpis metadanych „obce”"},
      {"positions",
       [](auto& database) {
         Xapian::Document document = database.get_document(2);
         document.add_posting("Zpozycja", 1);
         database.replace_document(2, document);
       },
       "pozycje"},
  };
  for (const auto& row : rows) {
    const fs::path lying = directory_ / "kłamie";
    fs::remove_all(lying);
    fs::copy(index_, lying, fs::copy_options::recursive);
    rewrite_segment(current_segments(lying).front(), row.lie);
    std::string all;
    for (const std::string& damage : check_index(lying, {keys, CheckSources::no}).damages)
      all += damage + "\n";
    EXPECT_NE(all.find(row.part), std::string::npos) << row.what << ": " << all;
  }
}

}  // namespace
}  // namespace kwerenda
