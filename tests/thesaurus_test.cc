// A thesaurus's text in, synonyms out; every error with its whole message.
#include "searcher/thesaurus.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "analysis/error.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWords =
    "UTF-8\n"
    "Schron|2\n"
    "-|bunkier|ukrycie (pot.)|schron|budowla (pojęcie nadrzędne)|miejsce schronienia\n"
    "(rzecz.)|azyl|bunkier\n"
    "\n"
    "żłobek|1\r\n"
    "-|ochronka\r\n"
    "puste|0\n"
    "ostatnie|1\n"
    "-|końcowe";

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

TEST(Thesaurus, Synonyms) {
  const Thesaurus thesaurus = Thesaurus::parse(kWords, "th.dat");
  EXPECT_EQ(joined(thesaurus.synonyms("schron")), "bunkier ukrycie azyl");
  EXPECT_EQ(joined(thesaurus.synonyms("żłobek")), "ochronka");
  EXPECT_EQ(joined(thesaurus.synonyms("puste")), "");
  EXPECT_EQ(joined(thesaurus.synonyms("ostatnie")), "końcowe");
  EXPECT_EQ(joined(thesaurus.synonyms("parasol")), "");
}

TEST(Thesaurus, Latin2) {
  const Thesaurus thesaurus =
      Thesaurus::parse("ISO8859-2\n\xbf\xb3obek|1\n-|dzieci\xea\xb6wi\xb1t\n", "th.dat");
  EXPECT_EQ(joined(thesaurus.synonyms("żłobek")), "dziecięświąt");
}

std::string message(const std::function<void()>& act, ErrorKind kind) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "no error";
}

TEST(Thesaurus, Errors) {
  const struct {
    const char *text, *message;
  } rows[] = {
      {"",
       "th.dat:1: oczekiwano tezaurusa MyThes z kodowaniem UTF-8 albo ISO8859-2 w pierwszym wierszu, jest "
       "„”"},
      {"KOI8-R\n",
       "th.dat:1: oczekiwano tezaurusa MyThes z kodowaniem UTF-8 albo ISO8859-2 w pierwszym wierszu, jest "
       "„koi8-r”"},
      {"UTF-8\nschron\n", "th.dat:2: oczekiwano hasła „słowo|liczba znaczeń”, jest „schron”"},
      {"UTF-8\na|1\n-|b\nc|x\n", "th.dat:4: oczekiwano hasła „słowo|liczba znaczeń”, jest „c|x”"},
      {"UTF-8\na|3\n-|b\n", "th.dat:3: oczekiwano dalszych znaczeń hasła, a plik się kończy"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(message([&] { Thesaurus::parse(row.text, "th.dat"); }, ErrorKind::incompatible), row.message)
        << row.text;
  }
  const std::string advice =
      ": nie można odczytać tezaurusa; sprawdź ścieżkę i uprawnienia. W Debianie jest w pakiecie mythes-pl: "
      "/usr/share/mythes/th_pl_PL_v2.dat";
  EXPECT_EQ(message([] { Thesaurus::open("nie-ma.dat"); }, ErrorKind::io), "nie-ma.dat" + advice);
  EXPECT_EQ(message([] { Thesaurus::open("/"); }, ErrorKind::io), "/" + advice);
  const fs::path long_file = fs::temp_directory_path() / ("kwerenda-thesaurus-" + std::to_string(::getpid()));
  std::ofstream(long_file).close();
  fs::resize_file(long_file, kMaxThesaurusBytes + 1);
  EXPECT_EQ(message([&] { Thesaurus::open(long_file); }, ErrorKind::limit),
            long_file.string() + ": tezaurus jest za długi: najwyżej może mieć 67108864 bajtów.");
  fs::remove(long_file);
}

}  // namespace
}  // namespace kwerenda
