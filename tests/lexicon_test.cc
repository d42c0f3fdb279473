// The lexicon on real forms, and on damaged files.
#include "analysis/lexicon.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/lexicon_file.h"
#include "analysis/shape.h"

namespace kwerenda {
namespace {

const std::filesystem::path kLexicon = KWERENDA_BINARY_DIR "/share/kwerenda/pl.lex";

const Lexicon& lexicon() {
  static const std::shared_ptr<const Lexicon> opened = Lexicon::open(kLexicon);
  return *opened;
}

std::vector<Reading> readings_of(const std::string& form) {
  std::vector<Reading> readings;
  if (!lexicon().lookup(form, readings)) lexicon().guess(form, readings);
  return readings;
}

std::string first_lemma(const std::string& form) {
  const auto readings = readings_of(form);
  return readings.empty() ? "?" : readings.front().lemma;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Row {
  const char* form;
  const char* lemma;
};

TEST(Lexicon, TableOfLemmas) {
  std::ifstream table(KWERENDA_SOURCE_DIR "/tests/data/lemmas.tsv");
  std::size_t rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string form, lemma, mark;
    std::getline(fields, form, '\t');
    std::getline(fields, lemma, '\t');
    std::getline(fields, mark);
    ++rows;
    if (mark == "!") {
      EXPECT_NE(first_lemma(form), lemma) << form << ": right at last, take the mark away";
    } else {
      EXPECT_EQ(first_lemma(form), lemma) << form;
    }
  }
  EXPECT_GE(rows, 400u);
}

TEST(Lexicon, EveryCase) {
  const Row rows[] = {{"Domami", "dom"},         {"DOMAMI", "dom"},           {"warszawie", "Warszawa"},
                      {"WARSZAWIE", "Warszawa"}, {"kowalskiemu", "Kowalski"}, {"W", "w"},
                      {"OCHRONĄ", "ochrona"},    {"CIĘŻKĄ", "ciężki"},        {"KOŃMI", "koń"}};
  for (const Row& row : rows) EXPECT_EQ(first_lemma(row.form), row.lemma) << row.form;
}

// The readings of a form by way of its labels, a spelling at a time: slower than lookup(), and plainer.
bool look_up_by_labels(const LexiconFile& file, const std::string& form, std::vector<Reading>& readings) {
  Labels written, other;
  if (!file.encode(form, written)) return false;
  const std::uint8_t* const lower = file.to_lower();
  const std::uint8_t* const upper = file.to_upper();
  std::uint32_t record = 0;
  if (file.find(written, record))
    return file.read(file.readings, record, form, ReadingSource::lexicon, readings);
  const std::pair<const std::uint8_t*, const std::uint8_t*> cases[] = {
      {upper, lower}, {lower, lower}, {upper, upper}};
  for (const auto& [first, rest] : cases) {
    if (!file.mapped(written, first, rest, other) || !file.find(other, record)) continue;
    std::string spelling;
    file.append_text(other, spelling);
    return file.read(file.readings, record, spelling, ReadingSource::lexicon, readings);
  }
  return false;
}

TEST(Lexicon, LookupAgreesWithLabels) {
  LexiconFile file;
  file.open(kLexicon);
  std::set<std::string> forms = {"", "\xC5", "\xC5\x81\xC3", "\x81", "a\xE2\x80\x99", "-", "İ", "ß", "DŽ"};
  for (const auto& entry : std::filesystem::directory_iterator(KWERENDA_SOURCE_DIR "/corpus")) {
    std::istringstream words(bytes_of(entry.path()));
    for (std::string word; words >> word;) {
      const std::size_t end = word.find_last_not_of(".,:;!?()\"'”");
      forms.insert(word.substr(0, end == std::string::npos ? 0 : end + 1));
    }
  }
  const std::set<std::string> written = forms;
  std::mt19937 random(5);
  for (const std::string& form : written) {
    forms.insert(lower_cased(form));
    forms.insert(upper_cased(form));
    forms.insert(title_cased(form));
    if (form.empty()) continue;
    std::string damaged = form;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    forms.insert(normalized(damaged));
    forms.insert(normalized(form.substr(0, random() % form.size())));
  }
  EXPECT_GE(forms.size(), 20000u);
  std::size_t known = 0;
  for (const std::string& form : forms) {
    std::vector<Reading> found, expected;
    ASSERT_EQ(lexicon().lookup(form, found), look_up_by_labels(file, form, expected)) << form;
    ASSERT_EQ(found.size(), expected.size()) << form;
    known += found.empty() ? 0 : 1;
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(found[i].lemma, expected[i].lemma) << form;
      EXPECT_EQ(found[i].probability, expected[i].probability) << form;
      EXPECT_EQ(found[i].proper, expected[i].proper) << form;
    }
  }
  EXPECT_GE(known, 20000u);
}

TEST(Lexicon, ProbabilitiesAreOrdered) {
  for (const char* form : {"rad", "stali", "mam", "Rady", "zamek", "piły", "Polska"}) {
    const auto readings = readings_of(form);
    ASSERT_FALSE(readings.empty()) << form;
    float last = 1, sum = 0;
    std::set<std::string> keys;
    for (const Reading& reading : readings) {
      EXPECT_LE(reading.probability, last) << form;
      EXPECT_GT(reading.probability, 0) << form;
      EXPECT_TRUE(keys.insert(folded(reading.lemma)).second) << form << ": " << reading.lemma << " twice";
      last = reading.probability;
      sum += reading.probability;
    }
    EXPECT_LE(sum, 1.1f) << form;
  }
}

// Words that no dictionary has: all forms of a row share a class, or lead to a known lemma.
TEST(Lexicon, GuessedFormsMeet) {
  const char* rows[] = {"Cirilla Cirillę Cirillą Cirilli", "fentanyl fentanylu fentanylem",
                        "Minecraft Minecrafta Minecraftem Minecraftowi",
                        "lamiwudyna lamiwudyny lamiwudynę lamiwudyną",
                        "Paźniewski Paźniewskiego Paźniewskiemu Paźniewskim"};
  for (const char* row : rows) {
    std::istringstream forms(row);
    std::string form;
    forms >> form;
    const std::string expected = first_lemma(form);
    while (forms >> form) EXPECT_EQ(folded(first_lemma(form)), folded(expected)) << form;
  }
}

TEST(Lexicon, GuessesByPrefixAndMarks) {
  const Row rows[] = {
      {"nanokonstrukcjami", "nanokonstrukcja"}, {"szczegolnie", "szczególnie"}, {"zolwie", "żółw"}};
  for (const Row& row : rows) EXPECT_EQ(first_lemma(row.form), row.lemma) << row.form;
  for (const char* form : {"", "x", "ab", "漢字", "qqq", "\xff\xfe\xfd\xfc\xfb"}) {
    std::vector<Reading> readings;
    lexicon().guess(form, readings);
    for (const Reading& reading : readings) EXPECT_FALSE(reading.lemma.empty()) << form;
  }
}

std::string first_similar(const std::string& word, int edits) {
  std::vector<SimilarForm> found;
  if (edits == 0) {
    lexicon().find_accent_free(word, 1, found);
  } else {
    lexicon().find_within(word, edits, 1, found);
  }
  return found.empty() ? "?" : found.front().form;
}

TEST(Lexicon, AccentFree) {
  const Row rows[] = {
      {"lodz", "łódź"},     {"ludnosci", "ludności"}, {"zaklad", "zakład"}, {"Wroclawia", "wrocławia"},
      {"zrodlo", "źródło"}, {"miasto", "miasto"},     {"xyzzy", "?"}};
  for (const Row& row : rows) EXPECT_EQ(first_similar(row.form, 0), row.lemma) << row.form;
}

TEST(Lexicon, WithinEdits) {
  const Row rows[] = {
      {"gospdoarka", "gospodarka"}, {"bezpieczenstow", "bezpieczeństwo"}, {"miasot", "miasto"}};
  for (const Row& row : rows) EXPECT_EQ(first_similar(row.form, 1), row.lemma) << row.form;
  EXPECT_EQ(first_similar("adminstarcja", 2), "administracja");
  std::vector<SimilarForm> found;
  lexicon().find_within("ochrona", 2, 20, found);
  EXPECT_EQ(found.size(), 20u);
  for (std::size_t i = 1; i < found.size(); ++i) {
    EXPECT_LE(found[i - 1].edits, found[i].edits);
    if (found[i - 1].edits == found[i].edits) {
      EXPECT_GE(found[i - 1].frequency, found[i].frequency);
    }
  }
  found.clear();
  lexicon().find_within("ochrona", 0, 20, found);
  lexicon().find_within("ochrona", 2, 0, found);
  EXPECT_TRUE(found.empty());
}

// The forms of running words, with their marks taken off, lead back to forms among which they are.
TEST(Lexicon, AccentFreeFindsEveryKnownForm) {
  std::ifstream table(KWERENDA_SOURCE_DIR "/tests/data/lemmas.tsv");
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::string form = folded(line.substr(0, line.find('\t')));
    std::vector<Reading> readings;
    if (!lexicon().lookup(form, readings)) continue;
    std::vector<SimilarForm> found;
    lexicon().find_accent_free(without_marks(form), 50, found);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [&](const SimilarForm& s) { return s.form == form; }))
        << form;
  }
}

TEST(Lexicon, LemmasOfForms) {
  const auto found = [](std::string_view part, FormEnd end, std::size_t limit = 10000) {
    bool more = false;
    std::set<std::string> lemmas;
    for (const LemmaOfForms& lemma : lexicon().lemmas_of_forms(part, end, limit, more))
      lemmas.insert(lemma.lemma);
    return std::pair(lemmas, more);
  };
  const auto begins = found("schronac", FormEnd::beginning);
  EXPECT_TRUE(begins.first.contains("schron"));
  EXPECT_FALSE(begins.first.contains("schronisko"));
  EXPECT_FALSE(begins.second);
  EXPECT_TRUE(found("wrocławi", FormEnd::beginning).first.contains("wrocław"));  // capitals too
  const auto ends = found("onami", FormEnd::ending);
  EXPECT_TRUE(ends.first.contains("schron"));
  EXPECT_TRUE(ends.first.contains("balkon"));
  EXPECT_FALSE(ends.first.contains("dom"));
  EXPECT_TRUE(found("łodzi", FormEnd::ending).first.contains("łódź"));
  EXPECT_TRUE(found("qxz", FormEnd::ending).first.empty());
  EXPECT_TRUE(found("日本", FormEnd::ending).first.empty());
  EXPECT_TRUE(found("", FormEnd::beginning).first.empty());
  const auto some = found("ami", FormEnd::ending, 50);
  EXPECT_TRUE(some.second);
  EXPECT_LT(some.first.size(), 60U);
}

// Two ways to the same lemmas: the walk, and every form with that beginning looked up by itself.
TEST(Lexicon, LemmasOfFormsAreThoseOfLookup) {
  for (const char* form : {"schronami", "łodziach", "najlepszych", "szkoły", "Warszawie", "zrobionymi"}) {
    std::vector<Reading> readings;
    ASSERT_TRUE(lexicon().lookup(form, readings)) << form;
    bool more = false;
    for (const FormEnd end : {FormEnd::beginning, FormEnd::ending}) {
      const auto lemmas = lexicon().lemmas_of_forms(folded(form), end, 100000, more);
      for (const Reading& reading : readings) {
        EXPECT_TRUE(
            std::any_of(lemmas.begin(), lemmas.end(),
                        [&](const LemmaOfForms& lemma) { return lemma.lemma == folded(reading.lemma); }))
            << form << " " << reading.lemma;
      }
    }
  }
}

TEST(Lexicon, Relatives) {
  const Row rows[] = {
      {"zarządzać", "zarządca"},       {"wrocław", "wrocławski"},   {"polska", "polski"},
      {"samorząd", "samorządowy"},     {"szybki", "szybko"},        {"gdańsk", "gdański"},
      {"zamówić", "zamówienie"},       {"zamówić", "zamawiać"},     {"zamawiać", "zamówienie"},
      {"naruszyć", "naruszenie"},      {"naruszać", "naruszenie"},  {"wybrać", "wybór"},
      {"wybierać", "wybrać"},          {"szkolić", "szkolenie"},    {"szkolenie", "szkoleniowy"},
      {"zgłaszać", "zgłoszenie"},      {"kontrolować", "kontrola"}, {"budować", "budowa"},
      {"chronić", "ochrona"},          {"wnioskować", "wniosek"},   {"ćwiczyć", "ćwiczenie"},
      {"sprzedać", "sprzedawać"},      {"sprzedać", "sprzedawca"},  {"przyjąć", "przyjmować"},
      {"odebrać", "odbierać"},         {"kupić", "zakup"},          {"pracować", "pracownik"},
      {"nauczyciel", "nauczycielski"}, {"podatek", "podatkowy"},    {"produkować", "produkcja"}};
  for (const Row& row : rows) {
    const auto forth = lexicon().relatives(row.form), back = lexicon().relatives(row.lemma);
    EXPECT_TRUE(std::count(forth.begin(), forth.end(), row.lemma)) << row.form;
    EXPECT_TRUE(std::count(back.begin(), back.end(), row.form)) << row.lemma;
    EXPECT_FALSE(std::count(forth.begin(), forth.end(), row.form)) << row.form;
  }
  EXPECT_TRUE(lexicon().relatives("xyzzy").empty());
  // A gerund that is a form of its verb is no relative: nothing has it as a key.
  for (const char* verb : {"zarządzać", "budować"}) {
    for (const std::string& relative : lexicon().relatives(verb))
      EXPECT_FALSE(relative.ends_with("anie")) << verb;
  }
  // The nearest come first.
  EXPECT_EQ(lexicon().relatives("zgłosić").front(), "zgłoszenie");
}

TEST(Lexicon, Frequency) {
  EXPECT_GT(lexicon().frequency("w"), 10000u);
  EXPECT_GT(lexicon().frequency("miasto"), lexicon().frequency("miastu"));
  EXPECT_EQ(lexicon().frequency("xyzzyxyzzy"), 0u);
}

TEST(Lexicon, Headless) {
  EXPECT_NE(lexicon().hash(), 0u);
  EXPECT_EQ(lexicon().version(), 1u);
}

// What opening these bytes says; empty if they open.
std::string message_for(std::string bytes) {
  try {
    Lexicon::from_bytes(std::move(bytes), "zły.lex");
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("zły.lex"), 0u) << error.what();
    return error.what();
  }
  return "";
}

TEST(Lexicon, Damage) {
  const std::string good = bytes_of(kLexicon);
  ASSERT_EQ(message_for(good), "");
  EXPECT_NE(message_for("").find("nie jest leksykon"), std::string::npos);
  EXPECT_NE(message_for("KwerLex").find("nie jest leksykon"), std::string::npos);
  for (const std::size_t size : {8u, 100u, 1000u, 100000u})
    EXPECT_NE(message_for(good.substr(0, size)), "") << size;
  EXPECT_NE(message_for(good.substr(0, good.size() - 1)).find("powinien mieć"), std::string::npos);
  for (std::size_t at = 0; at < good.size(); at += 1 + at / 3) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    EXPECT_NE(message_for(bad), "") << at;
  }
  std::string other_version = good;
  other_version[8] = 99;
  EXPECT_NE(message_for(other_version).find("w wersji 99"), std::string::npos);
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 1);
  EXPECT_NE(message_for(flipped).find("suma kontrolna"), std::string::npos);
}

// Damage anywhere whose checksum is right again: an error or some answer, never more.
TEST(Lexicon, DamageBehindARightChecksum) {
  const std::string good = bytes_of(kLexicon);
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int run = 0; run < 60; ++run) {
    std::string bad = good;
    // Half of the runs hit the header and the tables behind it, where a byte matters most.
    const std::size_t reach = run % 2 == 0 ? bad.size() : 4096;
    for (int flips = 0; flips < 40; ++flips)
      bad[32 + random() % (reach - 32)] ^= static_cast<char>(1u << random() % 8);
    const std::uint64_t checksum = XXH3_64bits(bad.data() + 32, bad.size() - 32);
    std::memcpy(bad.data() + 24, &checksum, sizeof checksum);
    try {
      const auto opened = Lexicon::from_bytes(std::move(bad), "zły.lex");
      std::vector<Reading> readings;
      std::vector<SimilarForm> similar;
      for (const char* form : {"ochronie", "Łodzi", "cyberatakiem", "frobnikami", "ŻÓŁĆ", "w"}) {
        opened->lookup(form, readings);
        opened->guess(form, readings);
        opened->find_accent_free(form, 5, similar);
        opened->find_within(form, 1, 5, similar);
        opened->relatives(form);
        opened->frequency(form);
      }
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find("zły.lex"), 0u) << error.what();
    }
  }
}

TEST(Lexicon, MissingOrNotAFile) {
  try {
    Lexicon::open("/nie/ma/pl.lex");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_NE(std::string(error.what()).find("/nie/ma/pl.lex"), std::string::npos);
  }
  try {
    Lexicon::open(KWERENDA_BINARY_DIR);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::io);
  }
}

TEST(ExtraForms, OverlayTheLexicon) {
  ExtraForms extra;
  extra.add("# własne\nKwerendą\tKwerenda\nmiasta\tgród\nmiasta\tdziura\r\n\n", "a.tsv");
  extra.add("frobnikami\tfrobnik\n", "b.tsv");
  const auto opened = Lexicon::open(kLexicon, extra);
  std::vector<Reading> readings;
  ASSERT_TRUE(opened->lookup("Kwerendą", readings));
  ASSERT_EQ(readings.size(), 1u);
  EXPECT_EQ(readings[0].lemma, "Kwerenda");
  EXPECT_TRUE(readings[0].proper);
  EXPECT_EQ(readings[0].source, ReadingSource::extra);
  readings.clear();
  ASSERT_TRUE(opened->lookup("MIASTA", readings));
  ASSERT_EQ(readings.size(), 2u);
  EXPECT_EQ(readings[0].lemma, "gród");
  EXPECT_FLOAT_EQ(readings[0].probability, 0.5f);
  readings.clear();
  EXPECT_FALSE(lexicon().lookup("frobnikami", readings));
  std::vector<SimilarForm> found;
  opened->find_within("frobinkami", 1, 5, found);
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [](const SimilarForm& s) { return s.form == "frobnikami"; }));
  ExtraForms again;
  again.add(extra.text(), "");
  EXPECT_EQ(again.text(), extra.text());
  EXPECT_EQ(again.hash(), extra.hash());
  EXPECT_EQ(ExtraForms().hash(), 0u);
}

TEST(ExtraForms, SayWhatIsWrongAndWhere) {
  struct Bad {
    const char* text;
    const char* says;
  };
  const std::string too_long = std::string(65, 'a') + "\tb\n";
  const Bad rows[] = {{"a\tb\nbez tabulatora\n", "s.tsv:2: wiersz powinien mieć jeden tabulator"},
                      {"a\tb\tc\n", "s.tsv:1: wiersz powinien mieć jeden tabulator"},
                      {"\tb\n", "s.tsv:1: forma jest pusta"},
                      {"a\t\n", "s.tsv:1: nazwa lematu jest pusta"},
                      {"a b\tc\n", "s.tsv:1: forma zawiera odstęp"},
                      {"a\xff\tc\n", "s.tsv:1: forma nie jest poprawnym UTF-8"},
                      {too_long.c_str(), "s.tsv:1: forma ma ponad 64 bajty"}};
  for (const Bad& row : rows) {
    try {
      ExtraForms extra;
      extra.add(row.text, "s.tsv");
      ADD_FAILURE() << row.text;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find(row.says), 0u) << error.what();
    }
  }
}

}  // namespace
}  // namespace kwerenda
