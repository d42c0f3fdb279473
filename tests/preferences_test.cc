// Preference files in, values out; where files are looked for, and every error with its whole message.
#include "analysis/preferences.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string& text) {
  try {
    parse_preferences(text, "p/kwerenda.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(Preferences, Values) {
  Preferences preferences;
  preferences.files.push_back(parse_preferences(
      "index = \"indeks\"\nlimit = 20\ntopics-dir = [\"tematy\", \"/wspólne\"]\nlexicon = \"\"\n",
      "/p/kwerenda.toml"));
  preferences.files.push_back(
      parse_preferences("limit = 5\ncolor = \"never\"\ntopics-dir = \"t\"\n", "/u/kwerenda.toml"));
  EXPECT_EQ(preferences.find("index")->values, std::vector<std::string>{"/p/indeks"});
  EXPECT_EQ(preferences.find("limit")->values, std::vector<std::string>{"20"});
  EXPECT_EQ(preferences.find("limit")->where, "/p/kwerenda.toml: limit");
  EXPECT_EQ(preferences.find("color")->values, std::vector<std::string>{"never"});
  EXPECT_EQ(preferences.find("topics-dir")->values, (std::vector<std::string>{"/p/tematy", "/wspólne"}));
  EXPECT_EQ(preferences.find("lexicon")->values, std::vector<std::string>{""});
  EXPECT_FALSE(preferences.find("memory"));
}

TEST(Preferences, Refusals) {
  EXPECT_EQ(refusal("limit = \"dużo\""), "p/kwerenda.toml:1: „limit”: oczekiwano liczby całkowitej");
  EXPECT_EQ(refusal("\nindex = 5"), "p/kwerenda.toml:2: „index”: oczekiwano napisu");
  EXPECT_EQ(refusal("index = [\"a\"]"), "p/kwerenda.toml:1: „index”: oczekiwano napisu");
  EXPECT_EQ(refusal("topics-dir = 1"),
            "p/kwerenda.toml:1: „topics-dir”: oczekiwano napisu albo listy napisów");
  EXPECT_EQ(refusal("topics-dir = [1]"), "p/kwerenda.toml:1: „topics-dir”: oczekiwano napisu");
  EXPECT_EQ(refusal("limt = 5"), "p/kwerenda.toml:1: nieznane ustawienie „limt”; czy chodziło o „limit”?");
  EXPECT_TRUE(refusal("purge = \"vanished\"")
                  .starts_with("p/kwerenda.toml:1: nieznane ustawienie „purge”; są: color, context"));
  EXPECT_TRUE(refusal("limit 5").starts_with(
      "p/kwerenda.toml:1: oczekiwano pliku TOML, a w kolumnie 7 jest błąd składni (opis po angielsku: "));
}

TEST(Preferences, ProjectBeforeUser) {
  const fs::path root = fs::temp_directory_path() / ("kwerenda-preferences-" + std::to_string(::getpid()));
  fs::create_directories(root / "projekt/a/b");
  fs::create_directories(root / "dom/kwerenda");
  std::ofstream(root / "dom/kwerenda/kwerenda.toml") << "limit = 3\nsort = \"date\"\n";
  Preferences found = read_preferences(root / "projekt/./a/../a/b/.", root / "dom");
  ASSERT_EQ(found.files.size(), 1U);
  EXPECT_EQ(found.find("limit")->values.front(), "3");
  std::ofstream(root / "projekt/kwerenda.toml") << "limit = 7\nindex = \"i\"\n";
  found = read_preferences(root / "projekt/a/b", root / "dom");
  ASSERT_EQ(found.files.size(), 2U);
  EXPECT_EQ(found.find("limit")->values.front(), "7");
  EXPECT_EQ(found.find("index")->values.front(), (root / "projekt/i").string());
  EXPECT_EQ(found.find("sort")->values.front(), "date");
  EXPECT_TRUE(read_preferences(root, "").files.empty());
  std::ofstream(root / "projekt/kwerenda.toml") << std::string(kMaxPreferenceBytes + 1, '#');
  try {
    read_preferences(root / "projekt", "");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit);
    EXPECT_EQ(error.what(), (root / "projekt/kwerenda.toml").string() +
                                ": plik ustawień jest za długi: najwyżej może mieć 65536 bajtów");
  }
  fs::remove_all(root);
}

}  // namespace
}  // namespace kwerenda
