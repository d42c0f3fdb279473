// The lexicon on real forms, and on damaged files.
#include "analysis/lexicon.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "analysis/error.h"

namespace kwerenda {
namespace {

const std::filesystem::path kLexicon = KWERENDA_BINARY_DIR "/share/kwerenda/pl.lex";

const Lexicon& lexicon() {
  static const std::shared_ptr<const Lexicon> opened = Lexicon::open(kLexicon);
  return *opened;
}

std::string first_lemma(const std::string& form) {
  std::vector<Reading> readings;
  if (!lexicon().lookup(form, readings)) return "?";
  return readings.front().lemma;
}

struct Row {
  const char* form;
  const char* lemma;
};

TEST(Lexicon, FirstLemma) {
  const Row rows[] = {
      {"domami", "dom"},
      {"Domami", "dom"},
      {"DOMAMI", "dom"},
      {"Warszawie", "Warszawa"},
      {"warszawie", "warszawa"},
      {"Łodzi", "Łódź"},
      {"ludzie", "człowiek"},
      {"największym", "duży"},
      {"lepszą", "dobry"},
      {"bardziej", "bardzo"},
      {"szli", "iść"},
      {"poszłyśmy", "pójść"},
      {"zrobionych", "zrobić"},
      {"niezrobionych", "zrobić"},
      {"jest", "być"},
      {"zarządzeniami", "zarządzenie"},
      {"w", "w"},
      {"lat", "rok"},
      {"dzieci", "dziecko"},
      {"xyzzy", "?"},
  };
  for (const Row& row : rows) EXPECT_EQ(first_lemma(row.form), row.lemma) << row.form;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What opening a file with these bytes says; empty if it opens.
std::string message_for(const std::string& bytes) {
  const auto path = std::filesystem::path(testing::TempDir()) / "damaged.lex";
  std::ofstream(path, std::ios::binary) << bytes;
  try {
    Lexicon::open(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Lexicon, Damage) {
  const std::string good = bytes_of(kLexicon);
  ASSERT_EQ(message_for(good), "");
  EXPECT_NE(message_for("").find("nie jest leksykon"), std::string::npos);
  EXPECT_NE(message_for("KwerLex").find("nie jest leksykon"), std::string::npos);
  for (const std::size_t size : {8u, 100u, 1000u, 100000u}) {
    EXPECT_NE(message_for(good.substr(0, size)), "") << size;
  }
  EXPECT_NE(message_for(good.substr(0, good.size() - 1)).find("powinien mieć"), std::string::npos);
  for (std::size_t at = 0; at < good.size(); at += 1 + at / 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_NE(message_for(bad), "") << at;
  }
  std::string other_version = good;
  other_version[8] = 99;
  EXPECT_NE(message_for(other_version).find("w wersji 99"), std::string::npos);
}

TEST(Lexicon, Missing) {
  try {
    Lexicon::open("/nie/ma/pl.lex");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_NE(std::string(error.what()).find("/nie/ma/pl.lex"), std::string::npos);
  }
}

}  // namespace
}  // namespace kwerenda
