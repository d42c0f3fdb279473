// Trees on disk to lists of files, one readable row each.
#include "indexer/file_walk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace kwerenda {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::string>;

TEST(Paths, Normal) {
  const struct {
    const char* given;
    const char* normal;
  } rows[] = {{"./a//b/../c", "a/c"}, {"a/", "a"},   {"", "."},          {".", "."}, {"./", "."}, {"/", "/"},
              {"../a", "../a"},       {"a/..", "."}, {"/a/./b/", "/a/b"}};
  for (const auto& row : rows) EXPECT_EQ(normal_path(row.given), row.normal) << row.given;
}

TEST(Paths, SplitNames) {
  EXPECT_EQ(split_names("a\nb c\r\n\nd", '\n'), (Rows{"a", "b c", "d"}));
  EXPECT_EQ(split_names(std::string_view("a\nb\0c\0", 6), '\0'), (Rows{"a\nb", "c"}));
  EXPECT_EQ(split_names("", '\n'), Rows{});
}

class Walk : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("kwerenda-walk-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    before_ = fs::current_path();
    fs::current_path(directory_);
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  void write(const std::string& name, const std::string& bytes = "x") {
    fs::create_directories(fs::path(name).parent_path().empty() ? fs::path(".")
                                                                : fs::path(name).parent_path());
    std::ofstream(name, std::ios::binary) << bytes;
  }

  static Rows ids(const WalkResult& result) {
    Rows rows;
    for (const Input& input : result.inputs) rows.push_back(input.id);
    return rows;
  }
  static Rows problems(const WalkResult& result) {
    Rows rows;
    for (const Problem& problem : result.problems)
      rows.push_back(problem.where + ": " + cause_name(problem.cause));
    return rows;
  }

  fs::path directory_, before_;
};

TEST_F(Walk, ReadmeIsAboutTheFolder) {
  write("r/README.md");
  write("r/a/Readme.txt");
  write("r/readme-2024.md");
  write("r/b.txt");
  const WalkResult result = walk({"r"}, {});
  EXPECT_EQ(ids(result), (Rows{"r/b.txt", "r/readme-2024.md"}));
  EXPECT_EQ(result.passed_over, 0U);
  EXPECT_EQ(ids(walk({"r/README.md"}, {})), Rows{"r/README.md"});
}

TEST_F(Walk, DirectoriesAreSortedAndFiltered) {
  write("r/b.txt", "12345");
  write("r/a/z.md");
  write("r/a/y.jsonl");
  write("r/c.pdf");
  write("r/.ukryty.txt");
  write("r/.katalog/x.txt");
  write("r/Ł.txt");
  const WalkResult result = walk({"./r/"}, {});
  EXPECT_EQ(ids(result), (Rows{"r/a/y.jsonl", "r/a/z.md", "r/b.txt", "r/Ł.txt"}));
  EXPECT_EQ(problems(result), Rows{});
  EXPECT_EQ(result.passed_over, 1U);
  EXPECT_EQ(result.total_bytes, 8U);
  EXPECT_EQ(result.roots.size(), 1U);
  EXPECT_TRUE(result.roots[0].directory);
  EXPECT_EQ(result.inputs[2].size, 5U);
  EXPECT_GT(result.inputs[2].mtime_ns, 0);
  EXPECT_FALSE(result.inputs[2].named);
}

TEST_F(Walk, NothingTwice) {
  write("r/a.txt");
  write("r/b.txt");
  EXPECT_EQ(ids(walk({"r/b.txt", "r", "./r/a.txt", "."}, {})), (Rows{"r/b.txt", "r/a.txt"}));
}

TEST_F(Walk, ThreadsFindTheSame) {
  for (int i = 0; i < 30; ++i) {
    const std::string directory = "r/" + std::to_string(i);
    fs::create_directories("r");
    for (int file = 0; file < (i == 7 ? 300 : i % 5); ++file) {
      write(directory + "/" + std::to_string(file) + (file % 4 == 0 ? ".pdf" : ".txt"));
      if (file % 7 == 0) write(directory + "/in/ner/" + std::to_string(file) + ".md");
    }
    write("r/" + std::to_string(i) + "-x.txt", "12345");
    if (i % 6 == 0) fs::create_directory_symlink(".", directory + "-link");
  }
  const WalkResult expected = walk({"r", "r/7"}, {});
  EXPECT_EQ(expected.inputs.size(), 356U);
  for (const unsigned threads : {2U, 7U}) {
    for (const auto& paths : {std::vector<std::string>{"r"}, {"r", "r/7"}}) {
      WalkSettings settings;
      settings.threads = threads;
      const WalkResult result = walk(paths, settings);
      EXPECT_EQ(ids(result), ids(expected));
      EXPECT_EQ(problems(result), problems(expected));
      EXPECT_EQ(result.total_bytes, expected.total_bytes);
      EXPECT_EQ(result.passed_over, paths.size() == 1 ? walk({"r"}, {}).passed_over : expected.passed_over);
    }
  }
}

TEST_F(Walk, LinksAreNamedAndNotFollowed) {
  write("r/a.txt");
  write("poza/b.txt");
  fs::create_directory_symlink("../poza", "r/link");
  fs::create_directory_symlink(".", "r/petla");
  fs::create_symlink("../poza/b.txt", "r/l.txt");
  const WalkResult result = walk({"r"}, {});
  EXPECT_EQ(ids(result), Rows{"r/a.txt"});
  EXPECT_EQ(problems(result),
            (Rows{"r/l.txt: dowiązanie symboliczne (pominięte)", "r/link: dowiązanie symboliczne (pominięte)",
                  "r/petla: dowiązanie symboliczne (pominięte)"}));
  // Named on the command line, they are followed.
  EXPECT_EQ(ids(walk({"r/link", "r/l.txt"}, {})), (Rows{"r/link/b.txt", "r/l.txt"}));
}

TEST_F(Walk, WhatIsWrongIsNamed) {
  fs::create_directories("pusty");
  write("x.pdf");
  ASSERT_EQ(::mkfifo("potok.txt", 0600), 0);
  const WalkResult result = walk({"pusty", "brak", "x.pdf", "potok.txt", "/dev/null"}, {});
  EXPECT_EQ(ids(result), Rows{});
  EXPECT_EQ(problems(result), (Rows{"pusty: katalog bez raportów", "brak: brak pliku lub katalogu",
                                    "x.pdf: nieznany rodzaj pliku", "potok.txt: nie jest zwykłym plikiem",
                                    "/dev/null: nie jest zwykłym plikiem"}));
  EXPECT_EQ(result.roots[0].state, Root::State::empty);
  EXPECT_EQ(result.roots[1].state, Root::State::missing);
  if (::geteuid() != 0) {
    fs::create_directories("tajny");
    fs::permissions("tajny", fs::perms::none);
    EXPECT_EQ(problems(walk({"tajny"}, {})), Rows{"tajny: nie można odczytać"});
    fs::permissions("tajny", fs::perms::owner_all);
  }
}

TEST_F(Walk, AGivenFormatTakesEveryFile) {
  write("r/a.dat");
  write("r/b");
  WalkSettings settings;
  settings.format = InputFormat::jsonl;
  const WalkResult result = walk({"r", "-"}, settings);
  EXPECT_EQ(ids(result), (Rows{"r/a.dat", "r/b", "-"}));
  EXPECT_EQ(result.inputs[2].format, InputFormat::jsonl);
  EXPECT_EQ(walk({"-"}, {}).inputs[0].format, InputFormat::text);
}

TEST_F(Walk, NamesAreBytes) {
  write("r/zła\xFF\nnazwa.txt");
  const WalkResult result = walk({"r"}, {});
  ASSERT_EQ(result.inputs.size(), 1U);
  EXPECT_EQ(result.inputs[0].id, "r/zła\xFF\nnazwa.txt");
  EXPECT_EQ(result.inputs[0].source, "r/zła\\xFF\\x0Anazwa.txt");
}

TEST_F(Walk, DepthIsBounded) {
  std::string path = "r";
  for (int i = 0; i < 130; ++i) path += "/d";
  write(path + "/a.txt");
  write("r/a.txt");
  const WalkResult result = walk({"r"}, {});
  EXPECT_EQ(ids(result), Rows{"r/a.txt"});
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].cause, ProblemCause::too_large);
}

TEST(Paths, Below) {
  struct Row {
    const char *file, *directory;
    bool below;
  };
  const Row rows[] = {
      {"r/a.txt", "r", true},         {"r/s/a.txt", "r", true},       {"r", "r", false},
      {"ra/a.txt", "r", false},       {"../a.txt", "..", true},       {"../../a.txt", "..", false},
      {"../../a.txt", "../..", true}, {"../../../a", "../..", false}, {"/a.txt", "/", true},
      {"a.txt", "/", false},          {"r/..a/b.txt", "r/..a", true},
  };
  for (const Row& row : rows) EXPECT_EQ(is_below(row.file, row.directory), row.below) << row.file;
}

}  // namespace
}  // namespace kwerenda
