#include "analysis/break_class.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace kwerenda {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// ICU's word rules differ from the property in two code points: they read '@' as a letter and ':' as no
// joiner. We split at both.
BreakClass full_class(UChar32 c) {
  if (c == '@' || c == ':') return BreakClass::other;
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
    case U_WB_ALETTER:
    case U_WB_HEBREW_LETTER:
    case U_WB_KATAKANA:
      return BreakClass::letter;
    case U_WB_NUMERIC:
      return BreakClass::digit;
    case U_WB_EXTEND:
    case U_WB_FORMAT:
    case U_WB_ZWJ:
      return BreakClass::ignorable;
    case U_WB_MIDLETTER:
      return BreakClass::mid_letter;
    case U_WB_MIDNUM:
      return BreakClass::mid_num;
    case U_WB_MIDNUMLET:
      return BreakClass::mid_num_let;
    case U_WB_SINGLE_QUOTE:
      return BreakClass::single_quote;
    case U_WB_OTHER:
      return u_isUAlphabetic(c) ? BreakClass::letter : BreakClass::other;  // ideographs, kana, Thai
    default:
      return BreakClass::other;  // the underscore and its kin among them: they join in UAX #29, we split
  }
}

BreakClass table_class(UChar32 c) {
  if (c == '@') return BreakClass::complex;
  switch (u_getIntPropertyValue(c, UCHAR_WORD_BREAK)) {
    case U_WB_HEBREW_LETTER:  // has rules of its own for quotation marks
    case U_WB_KATAKANA:
    case U_WB_ZWJ:  // joins emoji
    case U_WB_REGIONAL_INDICATOR:
      return BreakClass::complex;
    case U_WB_OTHER:
      return u_isUAlphabetic(c) ? BreakClass::complex : BreakClass::other;
    default:
      return full_class(c);
  }
}

}  // namespace

const BreakClasses& BreakClasses::get() {
  static const BreakClasses classes;
  return classes;
}

BreakClasses::BreakClasses() {
  for (std::size_t c = 0; c < low_.size(); ++c) low_[c] = table_class(static_cast<UChar32>(c));
  for (std::size_t c = 0; c < signs_.size(); ++c) signs_[c] = table_class(static_cast<UChar32>(0x2000 + c));
}

ClassAt BreakClasses::wide_at(std::string_view text, std::size_t at) const {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0xC2 && byte <= 0xDF && at + 1 < text.size() && is_continuation(text[at + 1])) {
    return {low_[(byte & 0x1Fu) << 6 | (static_cast<unsigned char>(text[at + 1]) & 0x3Fu)], 2};
  }
  if (byte == 0xE2 && at + 2 < text.size() && is_continuation(text[at + 1]) &&
      is_continuation(text[at + 2])) {
    const std::size_t sign = (static_cast<unsigned char>(text[at + 1]) & 0x3Fu) << 6 |
                             (static_cast<unsigned char>(text[at + 2]) & 0x3Fu);
    return {sign < signs_.size() ? signs_[sign] : BreakClass::complex, 3};
  }
  if (byte >= 0xE0 && byte <= 0xF4) return {BreakClass::complex, 1};
  return {BreakClass::other, 1};
}

ClassAt BreakClasses::full_at(std::string_view text, std::size_t at) const {
  const ClassAt fast = fast_at(text, at);
  if (fast.break_class != BreakClass::complex) return fast;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t next = at;
  UChar32 c = 0;
  U8_NEXT(bytes, next, text.size(), c);
  if (c < 0) return {BreakClass::other, 1};
  return {full_class(c), static_cast<std::uint8_t>(next - at)};
}

}  // namespace kwerenda
