// One row a text; "|" marks where the sentences after the first begin.
#include "analysis/sentences.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

std::string marked(const std::string& text) {
  std::vector<std::uint32_t> starts;
  sentences(text, starts);
  std::string out;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : text.size();
    if (i > 0) out += '|';
    out += text.substr(starts[i], end - starts[i]);
  }
  return out;
}

std::string without_bars(std::string text) {
  std::erase(text, '|');
  return text;
}

TEST(Sentences, Table) {
  const char* const rows[] = {
      "Pierwsze zdanie. |Drugie zdanie! |Trzecie? |Czwarte.",
      "Zgodnie z art. 5 ust. 2 ustawy. |Koniec.",
      "Wystąpił prof. Nowak oraz dr inż. Kowalska. |Potem dr hab. Lis.",
      "Odbyło się 21. Smart City Forum w Warszawie. |Przyszło 300 osób.",
      "18–19 listopada 2025 r. Rada Miasta obradowała. |Potem przerwa.",
      "Dnia 14 maja 2024 r. Prezydent otworzył forum.",
      "Schron zbudowano w 1952 r. |Remont trwał rok.",
      "Kupiono sprzęt (m.in. Starlinki) i wozy, np. Scanie. |Koszt: 5 mln zł. |Termin: maj.",
      "Mówił J. Kowalski z A. Nowakiem. |Wszyscy słuchali.",
      "Spotkanie przy ul. Długiej 3, godz. 12. |Wstęp wolny.",
      "IV. Wnioski i zalecenia dla gmin.",
      "1. Cel ćwiczeń i przebieg. |2. Wnioski dla gmin.",
      "Wersja 2.0 działa. |Wersja 3.1 też.",
      "Zapytał: „Czy to działa?” |Odpowiedź padła od razu.",
      "Wiersz złamany\nna marginesie. |Nowe zdanie\nteż złamane.",
      "Nagłówek bez kropki\n\n|Tekst pod nim.",
      "Ustalono:\n|- zakup agregatów\n|- próbę syren\n",
      "Kupiono kable, farby itd. |Resztę zwrócono.",
      "Firma Alfa sp. z o.o. |Oferta wpłynęła.",
      "  Odstęp na początku. |I dalej.  ",
      "Wielokropek... |Nowe zdanie.",
      "bez kropki",
      "Ł. Żak mówił. |Śp. Z. Nowak.",
      "W dniach 3–4 czerwca br. Wojewoda odwiedził gminę.",
      "À propos. |À dalej.",
  };
  for (const std::string row : rows) {
    const std::string expected(row.substr(row.find_first_not_of(' ')));
    EXPECT_EQ(marked(without_bars(row)), expected);
  }
  EXPECT_EQ(marked(""), "");
  EXPECT_EQ(marked(" \n\t\u00A0 "), "");
}

TEST(Sentences, RandomBytesGiveAscendingStartsOnCharacterEdges) {
  const std::string pieces[] = {"a", "Ł",      ". ", " ",    "\n",   "\n\n", "r.", "ul.", "1.",
                                "”", "\u00A0", "- ", "\xC5", "\xFF", "Żółw", "? ", "A."};
  std::random_device device;
  for (int round = 0; round < 2000; ++round) {
    const unsigned seed = device();
    std::mt19937 random(seed);
    std::string text;
    for (auto i = random() % 60; i > 0; --i) text += pieces[random() % std::size(pieces)];
    std::vector<std::uint32_t> starts;
    sentences(text, starts);
    std::size_t last = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      ASSERT_LT(starts[i], text.size()) << "seed " << seed;
      ASSERT_TRUE(i == 0 || starts[i] > last) << "seed " << seed;
      ASSERT_EQ(skip_white(text, starts[i]), starts[i]) << "seed " << seed;
      if (find_invalid_utf8(text) == std::string::npos) {
        ASSERT_NE(static_cast<unsigned char>(text[starts[i]]) & 0xC0, 0x80) << "seed " << seed;
      }
      last = starts[i];
    }
    ASSERT_EQ(starts.empty(), trimmed(text).empty()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace kwerenda
