#include "analysis/shape.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

namespace kwerenda {
namespace {

UChar32 next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) {
    ++at;
    return byte;
  }
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(text.data()), at, text.size(), c);
  return c;
}

void append(UChar32 c, std::string& out) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, c);
  out.append(bytes, static_cast<std::size_t>(size));
}

}  // namespace

namespace {

enum Letter : std::uint8_t { kNoLetter, kSmall, kCapital };

struct PlainLetters {
  std::array<Letter, 0x180> letter{};
  PlainLetters() {
    for (std::size_t i = 0; i < letter.size(); ++i) {
      const auto c = static_cast<UChar32>(i);
      if (u_getIntPropertyValue(c, UCHAR_WORD_BREAK) != U_WB_ALETTER || i == 0xAA || i == 0xBA) continue;
      if (u_isULowercase(c) && u_foldCase(c, U_FOLD_CASE_DEFAULT) == c) letter[i] = kSmall;
      if (u_isUUppercase(c)) letter[i] = kCapital;
    }
  }
};

}  // namespace

Plain plainness(std::string_view form) {
  static const PlainLetters plain;
  std::size_t at = 0;
  const auto next = [&] {
    const auto byte = static_cast<unsigned char>(form[at++]);
    if (byte < 0x80) return plain.letter[byte];
    if (byte < 0xC2 || byte > 0xC5 || at == form.size()) return kNoLetter;
    const auto second = static_cast<unsigned char>(form[at++]);
    if ((second & 0xC0) != 0x80) return kNoLetter;
    return plain.letter[(byte & 0x1Fu) << 6 | (second & 0x3Fu)];
  };
  if (form.empty()) return Plain::no;
  const Letter first = next();
  if (first == kNoLetter) return Plain::no;
  while (at < form.size()) {
    if (static_cast<unsigned char>(form[at] - 'a') < 26) {
      ++at;
    } else if (next() != kSmall) {
      return Plain::no;
    }
  }
  return first == kSmall ? Plain::small : Plain::title;
}

Shape shape_of(std::string_view form) {
  Shape shape;
  for (std::size_t at = 0; at < form.size();) {
    const bool first = at == 0;
    const UChar32 c = next_code_point(form, at);
    const bool ascii = c < 0x80;
    const bool upper = ascii ? c >= 'A' && c <= 'Z' : u_isUUppercase(c) != 0;
    const bool letter = ascii ? upper || (c >= 'a' && c <= 'z') : u_isUAlphabetic(c) != 0;
    if (letter) {
      ++shape.letters;
      shape.upper += upper;
      shape.starts_upper |= first && upper;
    } else if (ascii ? c >= '0' && c <= '9' : u_isdigit(c) != 0) {
      ++shape.digits;
    } else if (c == '-') {
      ++shape.hyphens;
    } else if (c == '\'') {
      ++shape.apostrophes;
    } else {
      ++shape.others;
    }
  }
  return shape;
}

std::string upper_cased(std::string_view form) {
  std::string out;
  for (std::size_t at = 0; at < form.size();) append(u_toupper(next_code_point(form, at)), out);
  return out;
}

std::string lower_cased(std::string_view form) {
  std::string out;
  for (std::size_t at = 0; at < form.size();) append(u_tolower(next_code_point(form, at)), out);
  return out;
}

std::string title_cased(std::string_view form) {
  std::string out;
  for (std::size_t at = 0; at < form.size();) {
    const bool first = at == 0;
    const UChar32 c = next_code_point(form, at);
    append(first ? u_totitle(c) : u_tolower(c), out);
  }
  return out;
}

std::string with_case_of(std::string_view form, std::string_view model) {
  std::string out;
  bool upper = false;
  for (std::size_t at = 0, beside = 0; at < form.size();) {
    if (beside < model.size()) upper = u_isUUppercase(next_code_point(model, beside)) != 0;
    const UChar32 c = next_code_point(form, at);
    append(upper ? u_toupper(c) : u_tolower(c), out);
  }
  return out;
}

}  // namespace kwerenda
