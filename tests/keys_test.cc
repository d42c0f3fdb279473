// Form in, keys out, over the small lexicon of fake_lexicon.cc: the rules of the chain, apart from any
// dictionary.
#include "analysis/keys.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "analysis/tokenizer.h"

namespace kwerenda {
namespace {

const KeyMaker& maker() {
  static const KeyMaker made(Lexicon::open("fake"));
  return made;
}

std::string shown(const std::vector<Key>& keys) {
  std::string out;
  for (const Key& key : keys) {
    if (!out.empty()) out += " ";
    out += key.text;
  }
  return out;
}

std::string keys_of(std::string_view surface) {
  std::vector<Key> keys;
  maker().keys_of(surface, keys);
  return shown(keys);
}

TEST(Keys, Table) {
  const struct {
    std::string_view surface, keys;
  } rows[] = {
      // the lexicon
      {"miasto", "miasto"},
      {"Mieście", "miasto"},
      {"Łodzi", "łódź"},
      {"łodzi", "łódź"},
      {"rad", "rada rad"},
      // headings
      {"OCHRONA", "ochrona"},
      {"LUDNOŚCI", "ludność"},
      {"WARSZAWIE", "warszawa"},
      {"MIAST", "miasto MIAST"},
      {"GEOPORTALEM", "GEOPORTALEM geoportal"},
      // acronyms
      {"GIS", "GIS"},
      {"AI", "AI"},
      {"ai", "ai"},
      {"PAN", "pan PAN"},
      {"DO", "do DO"},
      {"KOC", "KOC"},
      {"PKP", "PKP"},
      {"pkp", "PKP"},
      {"NATO", "NATO"},
      {"UE", "UE"},
      {"ue", "ue"},
      {"GUGiK", "GUGIK"},
      {"PiS", "PIS"},
      {"ePUAP", "EPUAP"},
      {"COVID", "COVID covid"},
      {"5G", "5G"},
      {"5g", "5G"},
      {"CO2", "CO2"},
      {"XXI", "XXI"},
      {"XVIII", "XVIII"},
      {"S.A", "SA"},
      // with endings
      {"GIS-u", "GIS"},
      {"GIS-em", "GIS"},
      {"GIS\u2011em", "GIS"},
      {"GIS-owi", "GIS"},
      {"GISu", "GIS"},
      {"GISem", "GIS"},
      {"ZUS-owi", "ZUS"},
      {"ZUSowi", "ZUS"},
      {"PKP-u", "PKP"},
      {"LOT-cie", "LOT"},
      {"UM-ie", "UM"},
      {"SMS-ów", "SMS"},
      {"KPIs", "KPI"},
      {"GUGiK-u", "GUGIK"},
      {"GUGiKu", "GUGIK"},
      {"PiS-em", "PIS"},
      {"ChatGPT", "CHATGPT"},
      {"ChatGPT-em", "CHATGPT"},
      {"ChatGPTem", "CHATGPT"},
      {"ForSa", "fors"},  // by the small lexicon's guesser; not FORS
      {"ePUAP-u", "EPUAP"},
      {"AI-owy", "AI ai-owy"},
      {"AI-owych", "AI ai-owy"},
      {"GIS-owskiego", "GIS gis-owski"},
      {"ZUSowskie", "ZUS zus-owski"},
      {"AK-owca", "AK ak-owiec"},
      {"II-go", "II"},
      // mixed case
      {"mObywatel", "mobywatel"},
      {"mObywatela", "mobywatel"},
      {"mObywatelem", "mobywatel"},
      {"mObywatelu", "mobywatel"},
      {"mobywatelu", "mobywatel"},
      {"SmartCity", "smartcity smart city"},
      {"LinkedIn", "linkedin"},
      {"iPhone'a", "iphone"},
      {"iPhone", "iphone"},
      // small prefixes and compounds
      {"e-usług", "e-usługa usługa"},
      {"e-Doręczeniami", "e-doręczenie doręczenie"},
      {"eDoręczenia", "e-doręczenie doręczenie"},
      {"polsko-niemieckiego", "polsko-niemiecki polski niemiecki"},
      {"Kędzierzyna-Koźla", "kędzierzyn-koźle kędzierzyn koźle"},
      {"KĘDZIERZYN-KOŹLE", "kędzierzyn-koźle kędzierzyn koźle"},
      {"COVID-19", "COVID-19 COVID covid 19"},
      {"Covid-19", "COVID-19 covid 19"},
      {"F-16", "F-16 16"},
      {"UE-NATO", "ue-nato UE NATO"},
      {"rad\u00AD", "rada rad"},
      // apostrophes
      {"Kennedy'ego", "kennedy"},
      {"Kennedy’ego", "kennedy"},
      {"Joyce'a", "joyce"},
      {"deepfake'ów", "deepfake"},
      {"deepfake", "deepfake"},
      {"O'Neill", "o'neill"},
      {"O'Neill'a", "o'neill"},
      // numbers
      {"21", "21"},
      {"2.0", "2.0"},
      {"1,5", "1,5"},
      {"2025-05-14", "2025-05-14 2025"},
      {"14.05.2025", "2025-05-14 2025"},
      {"14-05-2025", "2025-05-14 2025"},
      {"99.05.2025", "99.05.2025"},
      {"2025r", "2025"},
      {"21-szy", "21"},
      {"80-tych", "80"},
      {"10-lecie", "10-lecie 10"},
      {"10-leciu", "10-lecie 10"},
      {"10lecia", "10-lecie 10"},
      {"XX-lecia", "xx-lecie XX"},
      {"21-letnia", "21-letni 21 letni"},
      {"21letni", "21-letni 21 letni"},
      // the rest
      {"m.in", "m.in"},
      {"p.n.e", "p.n.e"},
      {"v2.0", "v2.0"},
      {"W", "w"},
      {"東京", "東京"},
  };
  for (const auto& row : rows) EXPECT_EQ(keys_of(row.surface), row.keys) << row.surface;
}

TEST(Keys, Queries) {
  const struct {
    std::string_view surface, keys;
  } rows[] = {
      {"gis", "gis GIS"},       {"Gis", "gis GIS"},
      {"gisu", "gis GISU GIS"}, {"gis-u", "gis-u gis GIS"},
      {"zus", "zus ZUS"},       {"zusowi", "zusowi ZUSOWI ZUS"},
      {"pan", "pan"},           {"GIS-u", "GIS"},
      {"miasto", "miasto"},     {"geoportalem", "geoportal"},
  };
  for (const auto& row : rows) {
    std::vector<Key> keys;
    maker().query_keys_of(row.surface, keys);
    EXPECT_EQ(shown(keys), row.keys) << row.surface;
  }
}

TEST(Keys, LongKeysAreCutAndHashed) {
  std::string word;
  for (int i = 0; i < 100; ++i) word += "ł";
  std::vector<Key> keys, other;
  maker().keys_of(word, keys);
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_LE(keys[0].text.size(), kMaxKeyBytes);
  EXPECT_EQ(keys[0].text.substr(0, 46), word.substr(0, 46));
  EXPECT_EQ(keys[0].text[46], '#');
  maker().keys_of(word + "ł", other);
  EXPECT_NE(keys[0].text, other[0].text);
}

TEST(Keys, EveryTokenHasKeysOfAllowedLength) {
  const char* given = std::getenv("KWERENDA_TEST_SEED");
  const std::uint64_t seed =
      given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  std::mt19937_64 random(seed);
  const std::string_view pieces[] = {"a",      "B",      "ł",   "Ż",  "12",  "-",  "'",      ".", ",",
                                     "\u00AD", "\u0301", "owi", "em", "GIS", "漢", "\u2011", "e", "\u0660"};
  std::vector<Token> tokens;
  std::vector<Key> keys, again;
  for (int round = 0; round < 50000; ++round) {
    std::string text;
    const auto length = 1 + random() % 12;
    for (std::uint64_t i = 0; i < length; ++i) text += pieces[random() % std::size(pieces)];
    if (round % 100 == 0) text += std::string(300, 'x');
    tokenize(text, tokens);
    for (const Token& token : tokens) {
      const std::string surface = text.substr(token.begin, token.end - token.begin);
      maker().keys_of(surface, keys);
      ASSERT_FALSE(keys.empty()) << surface << " KWERENDA_TEST_SEED=" << seed;
      for (const Key& key : keys) {
        ASSERT_FALSE(key.text.empty()) << surface << " KWERENDA_TEST_SEED=" << seed;
        ASSERT_LE(key.text.size(), kMaxKeyBytes) << surface << " KWERENDA_TEST_SEED=" << seed;
      }
      maker().keys_of(surface, again);
      ASSERT_EQ(keys, again);
    }
  }
}

}  // namespace
}  // namespace kwerenda
