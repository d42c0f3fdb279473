// Which language an environment asks for, and what a message is in it.
#include "analysis/language.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <map>
#include <string>
#include <thread>

#include "analysis/message.h"

namespace kwerenda {
namespace {

TEST(Language, OfAnEnvironment) {
  const struct {
    std::map<std::string, std::string> variables;
    Language language;
  } rows[] = {
      {{}, Language::polish},
      {{{"LANG", "pl_PL.UTF-8"}}, Language::polish},
      {{{"LANG", "C"}}, Language::polish},
      {{{"LANG", "C.UTF-8"}}, Language::polish},
      {{{"LANG", "POSIX"}}, Language::polish},
      {{{"LANG", "de_DE.UTF-8"}}, Language::polish},
      {{{"LANG", "en_GB.UTF-8"}}, Language::english},
      {{{"LANG", "en"}}, Language::english},
      {{{"LANG", "pl_PL.UTF-8"}, {"LC_MESSAGES", "en_US.UTF-8"}}, Language::english},
      {{{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", "pl_PL.UTF-8"}}, Language::polish},
      {{{"LANG", "en_US.UTF-8"}, {"LC_MESSAGES", ""}}, Language::english},
      {{{"LC_MESSAGES", "pl_PL.UTF-8"}, {"LC_ALL", "en_IE.UTF-8"}}, Language::english},
      {{{"LANG", "en_US.UTF-8"}, {"LC_ALL", "C"}}, Language::polish},
      {{{"LC_ALL", ""}, {"LC_MESSAGES", ""}, {"LANG", "en_US.UTF-8"}}, Language::english},
      {{{"LC_CTYPE", "en_US.UTF-8"}}, Language::polish},
      {{{"KWERENDA_LANG", "en"}}, Language::english},
      {{{"KWERENDA_LANG", "pl"}, {"LC_ALL", "en_US.UTF-8"}}, Language::polish},
      {{{"KWERENDA_LANG", "en"}, {"LC_ALL", "pl_PL.UTF-8"}}, Language::english},
      {{{"KWERENDA_LANG", ""}, {"LANG", "en_US.UTF-8"}}, Language::english},
      {{{"KWERENDA_LANG", "fr"}, {"LANG", "en_US.UTF-8"}}, Language::polish},
  };
  for (const auto& row : rows) {
    std::string shown;
    for (const auto& [name, value] : row.variables) shown += name + "=" + value + " ";
    const Language language = language_from([&](const char* name) {
      const auto found = row.variables.find(name);
      return found == row.variables.end() ? nullptr : found->second.c_str();
    });
    EXPECT_EQ(language, row.language) << shown;
  }
}

class Message : public ::testing::Test {
 protected:
  void TearDown() override { set_message_language(Language::polish); }
};

TEST_F(Message, IsPolishUntilSaidOtherwise) {
  EXPECT_EQ(message_language(), Language::polish);
  EXPECT_STREQ(message("brak", "none"), "brak");
  EXPECT_EQ(message("wiersz {}: {}", "line {}: {}", 3, "x"), "wiersz 3: x");
  set_message_language(Language::english);
  EXPECT_EQ(message_language(), Language::english);
  EXPECT_STREQ(message("brak", "none"), "none");
  EXPECT_EQ(message("wiersz {}: {}", "line {}: {}", 3, "x"), "line 3: x");
}

TEST_F(Message, MayTurnItsArgumentsRound) {
  EXPECT_EQ(message("{0} z {1}", "{1} has {0}", 2, 5), "2 z 5");
  set_message_language(Language::english);
  EXPECT_EQ(message("{0} z {1}", "{1} has {0}", 2, 5), "5 has 2");
}

// Messages say why a call has failed, and are made before errno is read.
TEST_F(Message, LeavesErrnoAloneAndBracesOfPlainTexts) {
  errno = ENOSPC;
  EXPECT_STREQ(message("{\"_id\": …} i {}", "{\"_id\": …} and {}"), "{\"_id\": …} i {}");
  EXPECT_EQ(errno, ENOSPC);
}

TEST_F(Message, IsWholeWhileTheLanguageChanges) {
  std::atomic<bool> done = false;
  std::thread other([&] {
    for (int i = 0; i < 20000; ++i) set_message_language(i % 2 ? Language::polish : Language::english);
    done = true;
  });
  while (!done) {
    const std::string text = message("wiersz {}", "line {}", 7);
    EXPECT_TRUE(text == "wiersz 7" || text == "line 7") << text;
  }
  other.join();
}

}  // namespace
}  // namespace kwerenda
