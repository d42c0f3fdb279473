// Over the real lexicon: the forms of one word share a key, and words that look alike do not.
//
// A row that is known to be wrong is marked and fails once it turns right, so that the mark is taken away.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "analysis/fold.h"
#include "analysis/keys.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

enum class Known { right, wrong };

struct Row {
  std::string_view forms;  // with blanks between
  Known known = Known::right;
};

const KeyMaker& maker() {
  static const KeyMaker made(
      Lexicon::open(std::filesystem::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"));
  return made;
}

std::set<std::string> keys_of(const std::string& form) {
  std::vector<Token> tokens;
  tokenize(form, tokens);
  EXPECT_EQ(tokens.size(), 1u) << form;
  std::vector<Key> keys;
  if (!tokens.empty())
    maker().keys_of(std::string_view(form).substr(tokens[0].begin, tokens[0].end - tokens[0].begin), keys);
  std::set<std::string> texts;
  for (const Key& key : keys) texts.insert(key.text);
  return texts;
}

std::string shown(std::string_view forms) {
  std::istringstream in{std::string(forms)};
  std::string out;
  for (std::string form; in >> form;) {
    out += form + ":";
    for (const std::string& key : keys_of(form)) out += " " + key;
    out += "; ";
  }
  return out;
}

// The keys that all forms of a row share.
std::set<std::string> shared_keys(std::string_view forms) {
  std::istringstream in{std::string(forms)};
  std::string form;
  in >> form;
  std::set<std::string> shared = keys_of(form);
  while (in >> form) {
    const std::set<std::string> keys = keys_of(form);
    std::erase_if(shared, [&](const std::string& key) { return !keys.contains(key); });
  }
  return shared;
}

bool any_pair_meets(std::string_view forms) {
  std::istringstream in{std::string(forms)};
  std::vector<std::set<std::string>> all;
  for (std::string form; in >> form;) all.push_back(keys_of(form));
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a + 1; b < all.size(); ++b) {
      if (std::any_of(all[a].begin(), all[a].end(), [&](const auto& key) { return all[b].contains(key); }))
        return true;
    }
  }
  return false;
}

TEST(WordFamilies, Meet) {
  const Row rows[] = {
      // acronyms with endings
      {"GIS GIS-u GIS-em GIS-owi GIS-ie GISu GISem GISowi GIS\u2011u"},
      {"ZUS ZUS-u ZUS-owi ZUS-em ZUSu ZUSowi"},
      {"PKP PKP-u"},
      {"AI AI-owy AI-owej AI-owych"},
      {"GUGiK GUGiK-u GUGiK-iem GUGiKu GUGIK"},
      {"UOKiK UOKiK-u UOKiKowi"},
      {"MSWiA MSWIA MSWiA-u"},
      {"ePUAP ePUAP-u ePUAP-em EPUAP"},
      {"PiS PiS-u PiS-ie PIS"},
      {"SMS SMS-y SMS-ów SMS-ami SMSy SMSów"},
      {"PIT PIT-y PIT-ów PITu PIT-ach"},
      {"VAT VAT-u VAT-em VATu"},
      {"LOT LOT-u LOT-cie"},
      {"GOPR GOPR-u GOPR-ze"},
      {"ONZ ONZ-u ONZ-owski ONZ-owskiej"},
      {"NASK NASK-u NASK-iem"},
      {"RCB RCB-u"},
      {"ChatGPT ChatGPT-a ChatGPT-em ChatGPTem"},
      {"KPI KPIs KPI-ów"},
      {"BIM BIM-u BIM-em BIM-owy BIM-owych"},
      {"5G 5g"},
      {"COVID-19 Covid-19 covid-19"},
      {"SANEPID-u sanepid Sanepidu"},
      {"INTERREG Interreg Interregu INTERREG-u"},
      {"Unesco UNESCO"},
      {"AK-owiec AK-owca AK-owcy AK-owców"},
      // headings
      {"OCHRONA ochrona Ochronie ochronie"},
      {"LUDNOŚCI ludność ludnością"},
      {"BEZPIECZEŃSTWO bezpieczeństwa"},
      {"MIAST miasto mieście Miastami"},
      {"DROGI droga drogami"},
      {"WARSZAWA Warszawie"},
      {"KRAKÓW Krakowie Krakowem"},
      {"POLSKO-NIEMIECKI polsko-niemieckiego"},
      // names of places
      {"Łódź Łodzi Łodzią ŁÓDŹ"},
      {"Kędzierzyn-Koźle Kędzierzyna-Koźla Kędzierzynie-Koźlu"},
      {"Bielsko-Biała Bielsku-Białej Bielskiem-Białą"},
      {"Golub-Dobrzyń Golubia-Dobrzynia"},
      {"Busko-Zdrój Buska-Zdroju Busku-Zdroju"},
      {"Wrocław Wrocławia Wrocławiu Wrocławiem"},
      {"Gdańsk Gdańska Gdańsku"},
      {"Toruń Torunia Toruniu"},
      {"Rzeszów Rzeszowa Rzeszowie"},
      // compounds
      {"polsko-niemiecki polsko-niemieckiego polsko-niemieckich"},
      {"polsko-niemieckiego niemiecki"},
      {"polsko-niemieckiego polski"},
      {"społeczno-gospodarczy społeczno-gospodarczej gospodarczy"},
      {"społeczno-gospodarczej społeczny"},
      {"północno-wschodni północno-wschodniego wschodni"},
      {"e-usługa e-usług e-usługami usługa eUsługi"},
      {"e-doręczenia e-Doręczeniami e-Doręczeń eDoręczenia"},
      {"e-administracja e-administracji administracja"},
      {"smart-city Smart-City smart"},
      {"10-lecie 10-lecia 10-leciem 10lecie"},
      {"XX-lecie XX-lecia XX-leciu"},
      {"21-letni 21-letniego 21-letnia letni"},
      {"80-te 80-tych 80"},
      {"2025 2025r"},
      {"14.05.2024 14-05-2024 2024-05-14"},
      // mixed case
      {"mObywatel mObywatela mObywatelem mObywatelu"},
      // foreign names
      {"Kennedy Kennedy'ego Kennedy’emu"},
      {"Joyce Joyce'a Joyce’owi"},
      {"O'Neill O'Neill'a"},
      {"deepfake deepfake'ów deepfake’a"},
      {"McDonald McDonald's McDonald'sa", Known::wrong},  // two apostrophes' worth of endings
      {"iPhone iPhone'a iPhone’ów"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(shared_keys(row.forms).empty(), row.known == Known::wrong) << shown(row.forms);
  }
}

TEST(WordFamilies, StayApart) {
  const Row rows[] = {
      {"AI ai"},
      {"GIS gis"},
      {"IT it"},
      {"UE ue"},
      {"ZUS zły"},
      {"mObywatel obywatel"},
      {"e-usługa e-sport"},
      {"miasto miast1"},
      {"2024-05-14 2023-05-14"},
      {"10-lecie lato"},
      {"PIT-y pita"},
      {"ust usta"},
      {"Marca Marcel"},
      {"COVID-19 COVID-20", Known::wrong},  // both are also COVID
  };
  for (const Row& row : rows) {
    EXPECT_EQ(any_pair_meets(row.forms), row.known == Known::wrong) << shown(row.forms);
  }
}

// tests/data/families.tsv: 2,060 families of this field's new words, acronyms, towns, villages and surnames.
TEST(WordFamilies, TableOfFamilies) {
  std::ifstream table(KWERENDA_SOURCE_DIR "/tests/data/families.tsv");
  std::size_t families = 0, right = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string group, forms, mark;
    std::getline(fields, group, '\t');
    std::getline(fields, forms, '\t');
    std::getline(fields, mark);
    ++families;
    const bool meet = !shared_keys(forms).empty();
    right += meet ? 1 : 0;
    if (mark == "!") {
      EXPECT_FALSE(meet) << forms << ": right at last, take the mark away";
    } else {
      EXPECT_TRUE(meet) << shown(forms);
    }
  }
  EXPECT_GE(families, 500u);
  EXPECT_GE(right * 100, families * 95);
}

// A known word without its marks, looked up leniently (as it stands, and as whatever it may stand for): among
// the keys found are those of the word itself.
TEST(WordFamilies, KeysWithoutMarksHoldTheWordsOwn) {
  std::set<std::string> surfaces;
  for (const auto& entry : std::filesystem::directory_iterator(KWERENDA_SOURCE_DIR "/corpus")) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    std::vector<Token> tokens;
    const std::string report = text.str();
    tokenize(report, tokens);
    for (const Token& token : tokens) surfaces.insert(report.substr(token.begin, token.end - token.begin));
  }
  std::size_t known = 0;
  std::vector<Key> keys;
  for (const std::string& surface : surfaces) {
    const std::string form = normalized(surface);
    const Shape shape = shape_of(form);
    std::vector<Reading> readings;
    if (!shape.only_letters() || shape.upper > (shape.starts_upper ? 1u : 0u) ||
        !maker().lexicon().lookup(form, readings))
      continue;
    ++known;
    std::vector<SimilarForm> similar;
    maker().lexicon().find_accent_free(without_marks(folded(form)), 50, similar);
    similar.push_back({without_marks(folded(form))});
    std::set<std::string> found;
    for (const SimilarForm& one : similar) {
      maker().keys_of(with_case_of(one.form, form), keys);
      for (const Key& key : keys) found.insert(key.text);
    }
    maker().keys_of(surface, keys);
    for (const Key& key : keys) EXPECT_TRUE(found.contains(key.text)) << surface << ": " << key.text;
  }
  EXPECT_GE(known, 5000u);
}

// Words that no dictionary has.
TEST(WordFamilies, GuessedWordsMeet) {
  std::vector<Reading> readings;
  ASSERT_TRUE(maker().lexicon().guess("geoportalem", readings)) << "this lexicon has no guesser";
  const Row rows[] = {
      {"geoportal geoportalu geoportalem geoportale GEOPORTAL"},
      {"mobywatel mobywatela mobywatelem mObywatelu"},
      {"startup startupu startupów startupami"},
      {"cyfryzator cyfryzatora cyfryzatorami"},
      {"SmartCity SmartCity"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(shared_keys(row.forms).empty(), row.known == Known::wrong) << shown(row.forms);
  }
}

TEST(WordFamilies, QueriesInSmallLettersFindAcronyms) {
  const struct {
    const char *typed, *key;
  } rows[] = {{"gis", "GIS"}, {"gisu", "GIS"}, {"gis-u", "GIS"},  {"gisem", "GIS"},     {"ai", "AI"},
              {"Ai", "AI"},   {"zus", "ZUS"},  {"zusowi", "ZUS"}, {"zus-owski", "ZUS"}, {"it", "IT"},
              {"ue", "UE"},   {"bim", "BIM"},  {"nask", "NASK"},  {"epuap", "EPUAP"},   {"gugik", "GUGIK"},
              {"pkp", "PKP"}, {"usa", "USA"},  {"rcb", "RCB"},    {"5g", "5G"},         {"covid", "COVID"}};
  for (const auto& row : rows) {
    std::vector<Key> keys;
    maker().query_keys_of(row.typed, keys);
    EXPECT_TRUE(std::any_of(keys.begin(), keys.end(), [&](const Key& key) { return key.text == row.key; }))
        << row.typed;
  }
  for (const char* typed : {"pan", "miasto", "na", "do", "rok"}) {
    std::vector<Key> keys, plain;
    maker().query_keys_of(typed, keys);
    maker().keys_of(typed, plain);
    EXPECT_EQ(keys, plain) << typed;
  }
}

}  // namespace
}  // namespace kwerenda
