// Normal forms: a table, and every code point against ICU.
#include "analysis/fold.h"

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstdint>
#include <cstdlib>
#include <random>

#include "analysis/shape.h"

namespace kwerenda {
namespace {

TEST(Fold, Table) {
  const struct {
    std::string_view surface, normal, fold, bare;
  } rows[] = {
      {"", "", "", ""},
      {"Łódź", "Łódź", "łódź", "lodz"},
      {"ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zażółć gęślą jaźń", "zazolc gesla jazn"},
      {"o\u0301semka", "ósemka", "ósemka", "osemka"},
      {"samo\u00ADrządów", "samorządów", "samorządów", "samorzadow"},
      {"z\u200D\u0301", "ź", "ź", "z"},
      {"GIS\u2011u", "GIS-u", "gis-u", "gis-u"},
      {"GIS\u2010u", "GIS-u", "gis-u", "gis-u"},
      {"Joyce’a", "Joyce'a", "joyce'a", "joyce'a"},
      {"O\u02BCNeill", "O'Neill", "o'neill", "o'neill"},
      {"2007–2018", "2007–2018", "2007–2018", "2007–2018"},
      {"Iı", "Iı", "iı", "ii"},
      {"Straße", "Straße", "straße", "straße"},
      {"Đorđe Øresund", "Đorđe Øresund", "đorđe øresund", "dorde oresund"},
      {"ΣΑΣ", "ΣΑΣ", "σασ", "σασ"},
      {"a\xFFz", "a\uFFFDz", "a\uFFFDz", "a\uFFFDz"},
      {"\u212A", "K", "k", "k"},
      {"Việt", "Việt", "việt", "viet"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(normalized(row.surface), row.normal) << row.surface;
    EXPECT_EQ(folded(row.surface), row.fold) << row.surface;
    EXPECT_EQ(without_marks(folded(row.surface)), row.bare) << row.surface;
  }
}

TEST(Fold, AppendsAndViews) {
  std::string out = "Ą";
  append_folded("Ą", out);
  append_folded("漢Ą", out);
  EXPECT_EQ(out, "Ąą漢ą");
  std::string buffer;
  const std::string_view surface = "Łódź-2";
  EXPECT_EQ(normalized_view(surface, buffer).data(), surface.data());
  EXPECT_EQ(normalized_view("a\u2019b", buffer).data(), buffer.data());
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// The documented definition, straight from ICU.
std::string expected_normal(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString kept;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    UChar32 c = text.char32At(at);
    if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) continue;
    if (c == 0x2019 || c == 0x2BC) c = '\'';
    if (c == 0x2010 || c == 0x2011) c = '-';
    kept.append(c);
  }
  return utf8(icu::Normalizer2::getNFCInstance(status)->normalize(kept, status));
}

std::string expected_fold(const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString fold = icu::UnicodeString::fromUTF8(expected_normal(text)), kept;
  for (std::int32_t at = 0; at < fold.length(); at = fold.moveIndex32(at, 1))
    kept.append(u_foldCase(fold.char32At(at), U_FOLD_CASE_DEFAULT));
  return utf8(icu::Normalizer2::getNFCInstance(status)->normalize(kept, status));
}

void check_text(const icu::UnicodeString& text) {
  const std::string surface = utf8(text);
  ASSERT_EQ(normalized(surface), expected_normal(text)) << surface;
  ASSERT_EQ(folded(surface), expected_fold(text)) << surface;
  ASSERT_EQ(normalized(normalized(surface)), normalized(surface)) << surface;
  ASSERT_EQ(folded(folded(surface)), folded(surface)) << surface;
  const std::string bare = without_marks(folded(surface));
  ASSERT_EQ(without_marks(bare), bare) << surface;
}

TEST(Fold, EveryCodePointAsIcuHasIt) {
  for (UChar32 c = 0; c <= 0x10FFFF; ++c) {
    if (U_IS_SURROGATE(c)) continue;
    check_text(icu::UnicodeString(c));
    if (HasFatalFailure()) FAIL() << "U+" << std::hex << c;
    if (c >= 0x3000) continue;  // beside a letter and a mark: where letters with marks are
    check_text(icu::UnicodeString(u"A").append(c).append(static_cast<UChar32>(0x301)));
    if (HasFatalFailure()) FAIL() << "U+" << std::hex << c;
  }
}

TEST(Fold, RandomTextAsIcuHasIt) {
  const char* given = std::getenv("KWERENDA_TEST_SEED");
  const std::uint64_t seed =
      given ? std::strtoull(given, nullptr, 10) : std::uint64_t{std::random_device{}()};
  std::mt19937_64 random(seed);
  const std::uint64_t ends[] = {0x80, 0x180, 0x380, 0x800, 0x2100, 0x10000, 0x110000};
  for (int round = 0; round < 100000; ++round) {
    icu::UnicodeString text;
    const auto length = random() % 10;
    for (std::uint64_t i = 0; i < length; ++i) {
      const auto c = static_cast<UChar32>(random() % ends[random() % std::size(ends)]);
      if (!U_IS_SURROGATE(c)) text.append(c);
    }
    check_text(text);
    if (HasFatalFailure()) FAIL() << "KWERENDA_TEST_SEED=" << seed << " round " << round;
  }
}

TEST(Shape, WithCaseOf) {
  const struct {
    std::string_view form, model, expected;
  } rows[] = {{"łódzki", "Lodzki", "Łódzki"},
              {"łódź", "LODZ", "ŁÓDŹ"},
              {"łodzi", "lodzi", "łodzi"},
              {"koźle-kępa", "Kozle-Kepa", "Koźle-Kępa"},
              {"łodzią", "Lod", "Łodzią"},
              {"ść", "SCI", "ŚĆ"},
              {"", "Lodz", ""},
              {"łódź", "", "łódź"}};
  for (const auto& row : rows) EXPECT_EQ(with_case_of(row.form, row.model), row.expected) << row.model;
}

}  // namespace
}  // namespace kwerenda
