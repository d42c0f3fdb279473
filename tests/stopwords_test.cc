// The lists that ship, and the messages for bad ones.
#include "analysis/stopwords.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "analysis/error.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

const std::filesystem::path kLists =
    std::filesystem::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "stopwords";

// A file of its own for each test, removed at the end.
class Written {
 public:
  explicit Written(std::string_view content) {
    path = std::filesystem::temp_directory_path() /
           (std::string("kwerenda-stop-") + testing::UnitTest::GetInstance()->current_test_info()->name() +
            ".txt");
    std::ofstream(path, std::ios::binary) << content;
  }
  ~Written() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string message_of(const std::filesystem::path& path, ErrorKind kind) {
  try {
    StopWords::load(path);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "no error for " << path;
  return {};
}

TEST(StopWords, ShippedLists) {
  const StopWords stop = StopWords::load(kLists / "pl.txt");
  const StopWords questions = StopWords::load(kLists / "questions-pl.txt");
  for (const char* word : {"nie", "się", "który", "oraz", "jest", "będzie", "w", "ze", "m.in"})
    EXPECT_TRUE(stop.contains(word)) << word;
  for (const char* word : {"gmina", "miasto", "urząd", "kto", "mam", "W", "", "schron"})
    EXPECT_FALSE(stop.contains(word)) << word;
  for (const char* word : {"kto", "gdzie", "ile", "który"}) EXPECT_TRUE(questions.contains(word)) << word;
  EXPECT_GT(stop.size(), 250u);
  EXPECT_NE(stop.hash(), questions.hash());
}

// A word that the tokenizer would split could never be found.
TEST(StopWords, ShippedWordsAreSingleTokens) {
  for (const char* name : {"pl.txt", "questions-pl.txt"}) {
    std::ifstream file(kLists / name);
    std::vector<Token> tokens;
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      tokenize(line, tokens);
      ASSERT_EQ(tokens.size(), 1u) << line;
      EXPECT_EQ(tokens[0].end - tokens[0].begin, line.size()) << line;
    }
  }
}

TEST(StopWords, Format) {
  const Written file("# nagłówek\n  nie \t# uwaga\r\n\nsię\nnie");
  const StopWords list = StopWords::load(file.path);
  EXPECT_EQ(list.size(), 2u);
  EXPECT_TRUE(list.contains("nie"));
  EXPECT_TRUE(list.contains("się"));
  EXPECT_EQ(StopWords().hash(), 0u);
  EXPECT_FALSE(StopWords().contains("nie"));
}

TEST(StopWords, HashIsOfTheWordsAlone) {
  std::uint64_t hashes[2];
  {
    const Written file("# nagłówek\nnie\nsię\nnie");
    hashes[0] = StopWords::load(file.path).hash();
  }
  const Written file("się\nnie\n");
  hashes[1] = StopWords::load(file.path).hash();
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(StopWords, BadFiles) {
  const struct {
    std::string_view content, message;
  } rows[] = {
      {"nie\nsi\xEA\n", ":2: niepoprawny UTF-8; zapisz plik w UTF-8"},
      {"nie\n\nbyć może\n", ":3: „być może”: w wierszu może stać jedno słowo"},
      {"Nie\n", ":1: „Nie”: słowo ma być zapisane małymi literami, w NFC: „nie”"},
      {"s\u0301\n", ":1: „s\u0301”: słowo ma być zapisane małymi literami, w NFC: „ś”"},
  };
  for (const auto& row : rows) {
    const Written file(row.content);
    EXPECT_EQ(message_of(file.path, ErrorKind::corrupt), file.path.string() + std::string(row.message));
  }
  const auto missing = kLists / "nie-ma.txt";
  EXPECT_EQ(
      message_of(missing, ErrorKind::not_found),
      missing.string() + ": nie można otworzyć listy słów pomijanych: nie ma takiego pliku ani katalogu");
}

}  // namespace
}  // namespace kwerenda
