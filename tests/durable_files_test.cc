// Files that survive: what is there afterwards, and what a failure says.
#include "indexer/durable_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

class DurableFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-durable-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  static std::string slurp(const fs::path& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }

  static std::string message(const std::function<void()>& work) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::io);
      return error.what();
    }
    return "no error";
  }

  fs::path directory_;
};

TEST_F(DurableFiles, ReplacesAFile) {
  const fs::path path = directory_ / "plik";
  for (const std::string& contents : {std::string("pierwszy"), std::string(), std::string(300000, 'x')}) {
    replace_file(path, contents);
    EXPECT_EQ(slurp(path), contents);
    EXPECT_FALSE(fs::exists(directory_ / "plik.tmp"));
  }
}

TEST_F(DurableFiles, AFailedReplacementLeavesTheOldFile) {
  const fs::path path = directory_ / "plik";
  replace_file(path, "stary");
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const struct rlimit small { 4096, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const std::string error = message([&] { replace_file(path, std::string(100000, 'x')); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_NE(error.find("ulimit -f"), std::string::npos) << error;
  EXPECT_NE(error.find(path.string()), std::string::npos) << error;
  EXPECT_NE(error.find("wolne "), std::string::npos) << error;
  EXPECT_NE(error.find(" MB)"), std::string::npos) << error;
  EXPECT_EQ(slurp(path), "stary");
  EXPECT_FALSE(fs::exists(directory_ / "plik.tmp"));
}

TEST_F(DurableFiles, MakesDirectoriesWithTheirParents) {
  make_directories(directory_ / "a" / "b" / "c");
  EXPECT_TRUE(fs::is_directory(directory_ / "a" / "b" / "c"));
  make_directories(directory_ / "a" / "b");
  make_directories(directory_ / "d" / "");
  EXPECT_TRUE(fs::is_directory(directory_ / "d"));
  fs::create_directory_symlink("a", directory_ / "link");
  make_directories(directory_ / "link");
  make_directories(directory_ / "link" / "e");
  EXPECT_TRUE(fs::is_directory(directory_ / "a" / "e"));
}

TEST_F(DurableFiles, EachFailureNamesThePathAndTheReason) {
  const fs::path none = directory_ / "nie-ma" / "plik";
  replace_file(directory_ / "plik", "x");
  fs::create_symlink("nie-ma", directory_ / "wiszące");
  const struct {
    const char* what;
    std::function<void()> work;
    std::string part;
  } rows[] = {
      {"replace in a missing directory", [&] { replace_file(none, "x"); }, "nie można utworzyć pliku"},
      {"sync a missing file", [&] { fsync_file(none); }, "nie można otworzyć pliku"},
      {"sync a file as a directory", [&] { fsync_directory(directory_ / "plik"); },
       "nie można otworzyć katalogu"},
      {"rename a missing file", [&] { rename_durably(none, directory_ / "y"); }, "nie można zmienić nazwy"},
      {"a file where a directory should be", [&] { make_directories(directory_ / "plik"); },
       "znaleziono plik"},
      {"a file on the way", [&] { make_directories(directory_ / "plik" / "x"); },
       "nie można otworzyć katalogu"},
      {"a dangling link", [&] { make_directories(directory_ / "wiszące" / "x"); },
       "nie można utworzyć katalogu"},
  };
  for (const auto& row : rows) {
    const std::string error = message(row.work);
    EXPECT_NE(error.find(row.part), std::string::npos) << row.what << ": " << error;
    EXPECT_NE(error.find(directory_.string()), std::string::npos) << row.what << ": " << error;
  }
}

TEST_F(DurableFiles, RoomLeft) {
  EXPECT_TRUE(room_left(directory_).starts_with("wolne "));
  EXPECT_TRUE(room_left(directory_ / "nie-ma" / "wcale").starts_with("wolne "));
}

}  // namespace
}  // namespace kwerenda
