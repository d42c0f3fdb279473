// What is well-formed UTF-8, and where it ends to be.
#include "analysis/utf8.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace kwerenda {
namespace {

TEST(Utf8, FindsTheFirstInvalidByte) {
  constexpr std::size_t kNone = std::string_view::npos;
  const struct {
    std::string_view text;
    std::size_t offset;
  } rows[] = {
      {"", kNone},
      {"Zażółć gęślą jaźń", kNone},
      {"dokładnie osiem\xc5\x82", kNone},
      {"€ i 😀", kNone},
      {"\xf4\x8f\xbf\xbf", kNone},          // U+10FFFF
      {"\xf4\x90\x80\x80", 0},              // beyond
      {"a\xffz", 1},                        // never a byte of UTF-8
      {"12345678\x80", 8},                  // a trail without a lead
      {"1234567\xc5", 7},                   // a lead without a trail
      {"1234567\xc5z", 7},                  // the same, more behind it
      {"\xc0\xaf", 0},                      // overlong
      {"\xc1\xbf", 0},                      // overlong
      {"\xe0\x9f\xbf", 0},                  // overlong
      {"ok \xed\xa0\x80", 3},               // a surrogate
      {"\xe2\x82", 0},                      // cut short
      {std::string_view("a\0b", 3), kNone}  // NUL is a character
  };
  for (const auto& row : rows) EXPECT_EQ(find_invalid_utf8(row.text), row.offset) << row.text;
}

// Against one code point after another, as ICU reads them.
std::size_t slowly(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (c.value < 0) return at;
    at += c.bytes;
  }
  return std::string_view::npos;
}

TEST(Utf8, AgreesWithIcuOnAnyBytes) {
  const char* const given = std::getenv("KWERENDA_TEST_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device()();
  SCOPED_TRACE("KWERENDA_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string_view pieces[] = {"a",    "ala ma ", "ł",       "ść",       "€",
                                     "😀",    "\xc5",    "\x82",    "\xc0\x80", "\xed\xa0\x80",
                                     "\xf4", "\x90",    "\xe2\x82"};
  std::size_t whole = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const std::size_t kinds = round % 2 ? 6 : std::size(pieces);  // the first six are sound
    for (std::size_t i = random() % 24; i > 0; --i) text += pieces[random() % kinds];
    if (round % 5 == 0) text += static_cast<char>(random());
    const std::size_t found = find_invalid_utf8(text);
    ASSERT_EQ(found, slowly(text)) << text;
    whole += found == std::string_view::npos;
  }
  EXPECT_GT(whole, 5000U) << "both kinds must be tried";
  EXPECT_LT(whole, 18000U) << "both kinds must be tried";
}

TEST(Utf8, PrintableAndBack) {
  for (const std::string bytes : {"odd/a\tb.txt", "\xFF\x80 \n", "zwykły \\x ż\\x0", ""}) {
    EXPECT_EQ(unescaped(printable(bytes)), bytes);
  }
  EXPECT_EQ(unescaped("a\\x09b\\xC5\\x82"), "a\tbł");
  EXPECT_EQ(unescaped("\\x9"), "\\x9");
}

}  // namespace
}  // namespace kwerenda
