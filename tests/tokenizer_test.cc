// Text in, tokens out; and the fast way against ICU's over real text, random bytes and random code points.
#include "analysis/tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "analysis/polish_tokens.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

std::string shown(std::string_view text, const std::vector<Token>& tokens) {
  std::string out;
  for (const Token& token : tokens) {
    if (!out.empty()) out += " | ";
    out += std::to_string(token.begin) + "-" + std::to_string(token.end) + " ";
    out += text.substr(token.begin, token.end - token.begin);
  }
  return out;
}

// Only the surfaces, for the rows where the offsets say nothing new.
std::string surfaces(std::string_view text) {
  std::vector<Token> tokens;
  tokenize(text, tokens);
  std::string out;
  for (const Token& token : tokens) {
    if (!out.empty()) out += " | ";
    out += text.substr(token.begin, token.end - token.begin);
  }
  return out;
}

std::string escaped(std::string_view text) {
  std::ostringstream out;
  out << std::hex;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      out << c;
    } else {
      out << "\\x" << (static_cast<unsigned>(static_cast<unsigned char>(c)) | 0x100u);
    }
  }
  return out.str();
}

// What holds for every text. Returns false after a failure, so that loops can stop.
bool check_invariants(std::string_view text) {
  std::vector<Token> fast, by_icu;
  tokenize(text, fast);
  tokenize_with_icu(text, by_icu);
  if (fast != by_icu) {
    std::size_t i = 0;
    while (i < fast.size() && i < by_icu.size() && fast[i] == by_icu[i]) ++i;
    const std::size_t from = i == 0 ? 0 : fast[i - 1].begin;
    ADD_FAILURE() << "the ways differ at token " << i + 1 << ", near byte " << from << ": "
                  << escaped(text.substr(from, 80));
    return false;
  }
  std::size_t last_end = 0;
  std::uint32_t position = 0;
  for (const Token& token : fast) {
    const bool good =
        token.begin >= last_end && token.begin < token.end && token.end <= text.size() &&
        token.end - token.begin <= kMaxTokenBytes && token.position == ++position &&
        find_invalid_utf8(text.substr(token.begin, token.end - token.begin)) == std::string_view::npos;
    if (!good) {
      ADD_FAILURE() << "bad token " << token.begin << "-" << token.end << " in "
                    << escaped(text.substr(0, 200));
      return false;
    }
    last_end = token.end;
  }
  return true;
}

TEST(Tokenizer, Offsets) {
  const struct {
    std::string_view text, tokens;
  } rows[] = {
      {"", ""},
      {" \n\t", ""},
      {"miasto", "0-6 miasto"},
      {"Łódź jest miastem.", "0-7 Łódź | 8-12 jest | 13-20 miastem"},
      {"„Źródło”", "3-12 Źródło"},
      {"GIS‑u", "0-7 GIS‑u"},
      {"a\xFF"
       "b",
       "0-1 a | 2-3 b"},
      {"\xC5 ł", "2-4 ł"},
      {"x\xE2\x80", "0-1 x"},
      {"a\0b", "0-1 a"},
      {"2007 – 2018", "0-4 2007 | 9-13 2018"},
  };
  for (const auto& row : rows) {
    std::vector<Token> tokens;
    tokenize(row.text, tokens);
    EXPECT_EQ(shown(row.text, tokens), row.tokens) << row.text;
    check_invariants(row.text);
  }
}

TEST(Tokenizer, PolishRules) {
  const struct {
    std::string_view text, tokens;
  } rows[] = {
      // acronyms with endings
      {"GIS-u, GIS-em i ZUS-owi", "GIS-u | GIS-em | i | ZUS-owi"},
      {"PKP-u AI-owy GIS-owski", "PKP-u | AI-owy | GIS-owski"},
      {"GIS\u2011u GIS\u2010u", "GIS\u2011u | GIS\u2010u"},
      {"GUGiK-u.", "GUGiK-u"},
      // small prefixes, mixed case, digits
      {"e-usług, e-Doręczeniami", "e-usług | e-Doręczeniami"},
      {"mObywatelu ePUAP-u", "mObywatelu | ePUAP-u"},
      {"5G, COVID-19, F-16", "5G | COVID-19 | F-16"},
      {"demokracja 2.0 akcentowano", "demokracja | 2.0 | akcentowano"},
      {"Web2.0", "Web2.0"},
      // apostrophes
      {"O'Neill'a Kennedy'ego Joyce’a", "O'Neill'a | Kennedy'ego | Joyce’a"},
      {"deepfake'ów deepfake’ów", "deepfake'ów | deepfake’ów"},
      {"'cytat' i ‘cytat’", "cytat | i | cytat"},
      // compounds
      {"polsko-niemiecki, Kędzierzyn-Koźle", "polsko-niemiecki | Kędzierzyn-Koźle"},
      {"czarno-biało-czerwony", "czarno-biało-czerwony"},
      {"10-lecie 21-letni XX-lecie", "10-lecie | 21-letni | XX-lecie"},
      {"Bielsko-Biała-Południe", "Bielsko-Biała-Południe"},
      {"słowo - drugie -trzecie czwarte-", "słowo | drugie | trzecie | czwarte"},
      {"a--b a-–b", "a | b | a | b"},
      {"samo-\nrządów", "samo | rządów"},
      // soft hyphens and other invisible characters
      {"samo\u00ADrządów", "samo\u00ADrządów"},
      {"GIS\u00AD-u", "GIS\u00AD-u"},
      {"o\u0301semka", "o\u0301semka"},
      {"\uFEFFTekst", "Tekst"},
      {"zero\u200Bszerokości", "zero | szerokości"},
      // abbreviations
      {"art. 5 ust. 2", "art | 5 | ust | 2"},
      {"art.5", "art | 5"},
      {"woj. łódzkie, godz. 12.30", "woj | łódzkie | godz | 12.30"},
      {"m.in. m.st. Warszawy, tzw. schron", "m.in | m.st | Warszawy | tzw | schron"},
      {"m.st.Warszawy", "m.st | Warszawy"},
      {"S.A. p.n.e. sp. z o.o.", "S.A | p.n.e | sp | z | o.o"},
      {"J.Kowalski i A.Kot", "J | Kowalski | i | A | Kot"},
      {"koniec.Początek", "koniec | Początek"},
      {"2025 r.", "2025 | r"},
      {"2025r.", "2025r"},
      // numbers
      {"12 500 i 12\u00A0500 i 12\u202F500", "12 | 500 | i | 12 | 500 | i | 12 | 500"},
      {"1,5 proc. 1.234,56", "1,5 | proc | 1.234,56"},
      {"1,5, 2", "1,5 | 2"},
      {"1;2;3", "1 | 2 | 3"},
      {"21. Smart City Forum", "21 | Smart | City | Forum"},
      {"18–19 listopada", "18 | 19 | listopada"},
      {"2007-2018", "2007 | 2018"},
      {"00-950 Warszawa", "00 | 950 | Warszawa"},
      {"12:30", "12 | 30"},
      {"15/2024 i/lub", "15 | 2024 | i | lub"},
      {"100% §5 50°C", "100 | 5 | 50 | C"},
      // dates
      {"2025-05-14, 14.05.2024, 14-05-2025.", "2025-05-14 | 14.05.2024 | 14-05-2025"},
      {"2025-05-14", "2025-05-14"},
      {"2025-05-145", "2025 | 05 | 145"},
      {"2025-05-14-15", "2025-05-14 | 15"},
      {"2025-05-14–2025-05-16", "2025-05-14 | 2025-05-16"},
      {"2025-05-14T10:00", "2025 | 05 | 14T10 | 00"},
      {"12025-05-14", "12025 | 05 | 14"},
      // addresses
      {"mmcpolska.pl", "mmcpolska | pl"},
      {"https://www.gov.pl/web/ochrona-ludnosci?id=5#p_2",
       "https | www | gov | pl | web | ochrona-ludnosci | id | 5 | p | 2"},
      {"jan.kowalski@um.lodz.pl", "jan | kowalski | um | lodz | pl"},
      {"@miasto #smart_city", "miasto | smart | city"},
      {"a.@b", "a | b"},
      {"R.B_", "R.B"},
      // punctuation
      {"smart & secure, B+R", "smart | secure | B | R"},
      {"(„Miasto, które samo reaguje – …”)", "Miasto | które | samo | reaguje"},
      {"miasto🙂gmina", "miasto | gmina"},
      {"🙂GIS-u,m.in.🙂", "GIS-u | m.in"},
      {"Київ Ελλάδα", "Київ | Ελλάδα"},
      {"东京 כ\"ץ", "东京 | כ | ץ"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(surfaces(row.text), row.tokens) << row.text;
    check_invariants(row.text);
    // The same inside a longer text, at each place of a block.
    for (std::size_t before = 0; before < 64; ++before) {
      const std::string longer = std::string(before, ' ') + std::string(row.text) + std::string(70, '\n');
      EXPECT_EQ(surfaces(longer), row.tokens) << row.text << " after " << before << " bytes";
      if (HasFailure()) break;
      check_invariants(longer);
    }
  }
}

TEST(Tokenizer, LongTokensAreCutOnCodePointEdges) {
  for (const std::string_view unit : {"a", "ł", "€a", "東", "ab-", "1", "a\u0301", "\u0301"}) {
    std::string text;
    while (text.size() < 5 * kMaxTokenBytes + 7) text += unit;
    EXPECT_TRUE(check_invariants(text)) << unit;
    std::vector<Token> tokens;
    tokenize(text, tokens);
    if (unit == "ł") {
      ASSERT_EQ(tokens.size(), 6u);
      EXPECT_EQ(tokens[1].begin, kMaxTokenBytes);
      EXPECT_EQ(tokens.back().end, text.size());
    }
  }
}

std::filesystem::path shared_folder() {
  const char* folder = std::getenv("KWERENDA_SHARED");
  return folder ? folder : std::filesystem::path(KWERENDA_SOURCE_DIR) / ".." / "shared";
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Tokenizer, WaysAgreeOnTheCorpus) {
  const auto folder = std::filesystem::path(KWERENDA_SOURCE_DIR) / "corpus";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    EXPECT_TRUE(check_invariants(read(entry.path()))) << entry.path();
  }
  EXPECT_GT(files, 0u);
}

TEST(Tokenizer, WaysAgreeOnThePublishedReport) {
  const auto path = shared_folder() / "seed" / "smart-city-forum.txt";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  const std::string text = read(path);
  check_invariants(text);
  std::vector<Token> tokens;
  tokenize(text, tokens);
  EXPECT_EQ(tokens.size(), 492u);
}

// KWERENDA_TEST_SEED repeats a run.
std::uint64_t seed() {
  static const std::uint64_t value = [] {
    const char* given = std::getenv("KWERENDA_TEST_SEED");
    return given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  }();
  return value;
}

void append_utf8(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

TEST(Tokenizer, WaysAgreeOnRandomText) {
  std::mt19937_64 random(seed());
  const auto below = [&](std::uint64_t n) { return random() % n; };
  // Pieces that the rules are about, so that random strings of them meet every pair and many triples.
  const std::string_view pieces[] = {
      "a",      "B",      "ł",      "12",     "2025",     "05",       "14",     "-",       "\u2011",
      "\u2010", "–",      "'",      "’",      ".",        ",",        ";",      ":",       "_",
      "@",      " ",      "\n",     "\u00A0", "\u00AD",   "\u0301",   "\u200D", "\u200B",  "\u202F",
      "·",      "\u05D0", "\"",     "漢",     "\u3042",   "\u30AB",   "\u0E01", "\u0E31",  "🙂",
      "🇵",      "©",      "\xC5",   "\xE2",   "\xE2\x80", "\xED\xA0", "\xF0",   "\xFF",    "\u0660",
      "\uFEFF", "\u0345", "\u2160", "\r\n",   "\u0085",   "\u2028",   "/",      "\uFF1A",  "\u00B2",
      "한",     "\u24B6", "\uFF10", "\u066B", "\u2024",   "(",        "R",      "\u1F3FB", "\u2040"};
  for (int round = 0; round < 90000; ++round) {
    std::string text;
    const auto length = 1 + below(14);
    switch (below(4)) {
      case 0:
      case 1:
        for (std::uint64_t i = 0; i < length; ++i) text += pieces[below(std::size(pieces))];
        break;
      case 2:
        for (std::uint64_t i = 0; i < 2 * length; ++i) text += static_cast<char>(below(256));
        break;
      default:
        for (std::uint64_t i = 0; i < length; ++i) {
          const std::uint64_t ends[] = {0x80, 0x300, 0x800, 0x3000, 0x10000, 0x30000, 0x110000};
          const auto c = below(ends[below(std::size(ends))]);
          append_utf8(static_cast<std::uint32_t>(c), text);  // surrogates included: ill-formed
        }
    }
    ASSERT_TRUE(check_invariants(text))
        << "KWERENDA_TEST_SEED=" << seed() << " round " << round << ": " << escaped(text);
  }
}

// Every code point of the tables next to a letter, a digit, a mark, a hyphen, a full stop and an apostrophe.
TEST(Tokenizer, WaysAgreeOnEveryCodePointOfTheTables) {
  std::string text;
  for (std::uint32_t c = 0; c < 0x3100; ++c) {
    std::string sign;
    append_utf8(c, sign);
    text.clear();
    for (const std::string_view frame :
         {"a?b", "1?2", "a?1", " ?a", "a\u0301?\u0301b", "a-?", "?-b", "a.?", "?.b", "a'?", "1,?", "??"}) {
      for (const char f : frame) {
        if (f == '?') {
          text += sign;
        } else {
          text += f;
        }
      }
      text += ' ';
    }
    ASSERT_TRUE(check_invariants(text)) << "U+" << std::hex << c;
  }
}

}  // namespace
}  // namespace kwerenda
