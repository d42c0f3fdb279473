// Which segments are current, and what is refused with what words.
#include "analysis/index_directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

class IndexDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-directory-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path made(const std::string& stub, const std::vector<std::string>& directories) {
    const fs::path index = directory_ / "indeks";
    fs::remove_all(index);
    fs::create_directories(index);
    for (const std::string& name : directories) fs::create_directories(index / name);
    if (!stub.empty()) std::ofstream(index / "XAPIANDB") << stub;
    return index;
  }

  fs::path directory_;
};

TEST_F(IndexDirectory, NamesTheSegmentsInOrder) {
  const fs::path one = made(stub_of({"gen-000001"}), {"gen-000001", "gen-000002"});
  EXPECT_EQ(current_segments(one), std::vector<fs::path>{one / "gen-000001"});
  const fs::path two = made(stub_of({"gen-000007", "/a/gen-000003"}), {"gen-000003", "gen-000007"});
  EXPECT_EQ(current_segments(two), (std::vector<fs::path>{two / "gen-000007", two / "gen-000003"}));
  EXPECT_TRUE(is_index(two));
  fs::create_directory_symlink(two, directory_ / "link");
  EXPECT_EQ(current_segments(directory_ / "link").size(), 2U);
}

TEST_F(IndexDirectory, RefusesWithAReason) {
  const struct {
    const char* what;
    std::string stub;
    ErrorKind kind;
    std::string part;
  } rows[] = {
      {"no stub", "", ErrorKind::not_found, "brak pliku XAPIANDB"},
      {"empty stub", "\n", ErrorKind::incompatible, "znaleziono „”"},
      {"a command", "remote :touch x\n", ErrorKind::incompatible, "znaleziono „remote :touch x”"},
      {"another backend", "chert gen-000001\n", ErrorKind::incompatible,
       "oczekiwano wierszy „glass gen-NNNNNN”"},
      {"a path outside", "glass ../gen-000001\n", ErrorKind::incompatible, "To nie jest indeks Kwerendy"},
      {"an absolute path", "glass /etc\n", ErrorKind::incompatible, "To nie jest indeks Kwerendy"},
      {"a number that is none", "glass gen-00x\n", ErrorKind::incompatible, "To nie jest indeks Kwerendy"},
      {"number nought", "glass gen-000000\n", ErrorKind::incompatible, "To nie jest indeks Kwerendy"},
      {"a second line of another kind", "glass gen-000001\nremote x:1\n", ErrorKind::incompatible,
       "remote x:1"},
      {"a segment that is gone", stub_of({"gen-000009"}), ErrorKind::corrupt, "ale go nie ma"},
      {"no checksum, and a later segment", "glass gen-000001\n", ErrorKind::corrupt,
       "zrób nią zrzut (kwerenda-index dump)"},
      {"no stub, but segments", "", ErrorKind::corrupt, "brak pliku XAPIANDB, choć są części indeksu"},
      {"the checksum of other lines", "glass gen-000001\n" + stub_of({"gen-000001"}), ErrorKind::corrupt,
       "nie jest sumą kontrolną"},
      {"something behind the checksum", stub_of({"gen-000001"}) + "\n", ErrorKind::corrupt,
       "nie jest sumą kontrolną"},
      {"the checksum of nothing", stub_of({}), ErrorKind::not_found, "indeks jest dopiero budowany"},
  };
  for (const auto& row : rows) {
    const fs::path index = made(row.stub, std::string(row.what) == "no stub"
                                              ? std::vector<std::string>{}
                                              : std::vector<std::string>{"gen-000001", "gen-000002"});
    try {
      current_segments(index);
      ADD_FAILURE() << row.what;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), row.kind) << row.what;
      EXPECT_NE(std::string(error.what()).find(row.part), std::string::npos)
          << row.what << ": " << error.what();
      EXPECT_NE(std::string(error.what()).find(index.string()), std::string::npos)
          << row.what << ": " << error.what();
    }
  }
}

// Cut behind a line it names an older state, of which nobody must take it for the present one.
TEST_F(IndexDirectory, NoPartOfAStubIsAStub) {
  const std::vector<std::string> names{"gen-000001", "gen-000002", "gen-000003"};
  const std::string whole = stub_of({names.begin(), names.end()});
  EXPECT_EQ(current_segments(made(whole, names)).size(), 3U);
  EXPECT_EQ(current_segments(made(whole.substr(0, whole.size() - 1), names)).size(), 3U);  // all but its end
  for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
    const fs::path index = made(whole.substr(0, size), names);
    if (size == whole.find('#')) {  // an earlier version's, with all there is
      EXPECT_EQ(current_segments(index).size(), 3U);
    } else {
      EXPECT_THROW(current_segments(index), Error) << size;
    }
  }
}

TEST_F(IndexDirectory, AListWithoutChecksumIsReadUnlessItMayHaveBeenCut) {
  const struct {
    const char* stub;
    std::vector<std::string> directories;
    std::size_t segments;  // 0: refused
  } rows[] = {
      {"glass gen-000001\n", {"gen-000001"}, 1},
      {"glass gen-000001\nglass gen-000004\n", {"gen-000001", "gen-000003", "gen-000004"}, 2},
      {"glass gen-000001\nglass gen-000004\n", {"gen-000001", "gen-000004", "gen-000005"}, 0},
      {"glass gen-000001\nglass gen-000004", {"gen-000001", "gen-000004"}, 0},
      {"glass gen-000001\nglass gen-1000000\n", {"gen-000001", "gen-999999", "gen-1000000"}, 2},
      {"glass gen-000001\n#\n", {"gen-000001"}, 0},
      {"glass gen-000001\n# xxh3 0\n", {"gen-000001"}, 0},
  };
  for (const auto& row : rows) {
    const fs::path index = made(row.stub, row.directories);
    if (row.segments == 0) {
      EXPECT_THROW(current_segments(index), Error) << row.stub;
    } else {
      EXPECT_EQ(current_segments(index).size(), row.segments) << row.stub;
    }
  }
}

TEST_F(IndexDirectory, AnEmptyListIsABuildThatBegan) {
  const fs::path index = made(stub_of({}), {"gen-000001"});
  EXPECT_TRUE(is_begun(index));
  EXPECT_FALSE(is_index(index));
  const fs::path built = made(stub_of({"gen-000001"}), {"gen-000001"});
  EXPECT_FALSE(is_begun(built));
  EXPECT_TRUE(is_index(built));
}

TEST_F(IndexDirectory, ASegmentHoldsRegularFilesOnly) {
  const fs::path index = made(stub_of({"gen-000001"}), {"gen-000001"});
  std::ofstream(index / "gen-000001" / "postlist.glass") << "x";
  EXPECT_EQ(current_segments(index).size(), 1U);
  ASSERT_EQ(::mkfifo((index / "gen-000001" / "docdata.glass").c_str(), 0600), 0);
  try {
    current_segments(index);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.what(),
              (index / "gen-000001" / "docdata.glass").string() +
                  ": oczekiwano zwykłego pliku. Przywróć indeks z kopii albo zbuduj go od nowa.");
  }
}

TEST_F(IndexDirectory, RefusesWhatIsNoIndexAtAll) {
  std::ofstream(directory_ / "plik") << "x";
  fs::create_directories(directory_ / "xapian");
  std::ofstream(directory_ / "xapian" / "iamglass") << "x";
  std::ofstream(directory_ / "pusty-plik");
  fs::create_directories(directory_ / "pusty");
  std::ofstream(directory_ / "pusty" / "XAPIANDB");
  const struct {
    std::string name;
    ErrorKind kind;
    std::string part;
  } rows[] = {
      {"nie-ma", ErrorKind::not_found, "nie ma takiego indeksu"},
      {"plik", ErrorKind::incompatible, "oczekiwano katalogu indeksu"},
      {"xapian", ErrorKind::incompatible, "baza Xapiana innego programu"},
      {"pusty", ErrorKind::corrupt, "plik jest ucięty albo uszkodzony"},
  };
  for (const auto& row : rows) {
    try {
      current_segments(directory_ / row.name);
      ADD_FAILURE() << row.name;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), row.kind) << row.name;
      EXPECT_NE(std::string(error.what()).find(row.part), std::string::npos) << error.what();
    }
  }
}

TEST(SegmentNumber, Table) {
  const std::pair<const char*, unsigned> rows[] = {
      {"gen-000001", 1},        {"/a/b/gen-123456", 123456}, {"gen-", 0},         {"gen-1x", 0},
      {"gen-1000000", 1000000}, {"gen-0000001", 0},          {"gen-00001", 0},    {"gen--1", 0},
      {"Gen-000001", 0},        {"gen-000000", 0},           {".batch-gen-1", 0}, {"gen-99999999999", 0}};
  for (const auto& [name, number] : rows) EXPECT_EQ(segment_number(name), number) << name;
}

}  // namespace
}  // namespace kwerenda
