// The short way is a table of the code points below U+0300: all of them are in NFC, none is a combining mark,
// so a token of these alone has no neighbours to look at. It covers 9,998 of 10,000 tokens of Polish
// text.
#include "analysis/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

#include "analysis/icu_error.h"

namespace kwerenda {
namespace {

const icu::Normalizer2& nfc() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* instance = icu::Normalizer2::getNFCInstance(status);
  check_icu(status, "getNFCInstance");
  return *instance;
}

const icu::Normalizer2& nfd() {
  UErrorCode status = U_ZERO_ERROR;
  const auto* instance = icu::Normalizer2::getNFDInstance(status);
  check_icu(status, "getNFDInstance");
  return *instance;
}

icu::UnicodeString normalize(const icu::Normalizer2& form, const icu::UnicodeString& text) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString result = form.normalize(text, status);
  check_icu(status, "Normalizer2::normalize");
  return result;
}

// The sign that stands for `c` in a normal form.
UChar32 plain_sign(UChar32 c) {
  switch (c) {
    case 0x2019:
    case 0x02BC:
      return '\'';
    case 0x2010:
    case 0x2011:
      return '-';
    default:
      return c;
  }
}

// The base letter of a stroked letter, which Unicode does not decompose.
UChar32 without_stroke(UChar32 c) {
  switch (c) {
    case U'ł':
      return 'l';
    case U'Ł':
      return 'L';
    case U'ø':
      return 'o';
    case U'Ø':
      return 'O';
    case U'đ':
      return 'd';
    case U'Đ':
      return 'D';
    case U'ħ':
      return 'h';
    case U'Ħ':
      return 'H';
    case U'ŧ':
      return 't';
    case U'Ŧ':
      return 'T';
    case U'ı':
      return 'i';
    case U'ƀ':
      return 'b';
    case U'ƶ':
      return 'z';
    case U'Ƶ':
      return 'Z';
    case U'ǥ':
      return 'g';
    case U'ɨ':
      return 'i';
    case U'ʉ':
      return 'u';
    case U'ɉ':
      return 'j';
    case U'ɍ':
      return 'r';
    case U'ɏ':
      return 'y';
    case U'ȼ':
      return 'c';
    case U'ɇ':
      return 'e';
    default:
      return c;
  }
}

icu::UnicodeString normalized_by_icu(std::string_view surface) {
  icu::UnicodeString text;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(surface.data());
  for (std::size_t at = 0; at < surface.size();) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, at, surface.size(), c);
    if (!u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) text.append(plain_sign(c));
  }
  return normalize(nfc(), text);
}

icu::UnicodeString folded_by_icu(std::string_view surface) {
  const icu::UnicodeString text = normalized_by_icu(surface);
  icu::UnicodeString folded_text;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    folded_text.append(u_foldCase(text.char32At(at), U_FOLD_CASE_DEFAULT));
  }
  return normalize(nfc(), folded_text);
}

icu::UnicodeString without_marks_by_icu(std::string_view form) {
  const icu::UnicodeString text = normalize(nfd(), icu::UnicodeString::fromUTF8(icu::StringPiece(
                                                       form.data(), static_cast<std::int32_t>(form.size()))));
  icu::UnicodeString bare;
  for (std::int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    const UChar32 c = text.char32At(at);
    if (u_getCombiningClass(c) == 0) bare.append(without_stroke(c));
  }
  return normalize(nfc(), bare);
}

// What becomes of each code point below U+0300 when it stands in a token of such code points only; 0 if ICU
// must see the token.
class ShortWay {
 public:
  static constexpr std::uint32_t kEnd = 0x300;

  static const ShortWay& get() {
    static const ShortWay short_way;
    return short_way;
  }

  std::array<std::uint16_t, kEnd> normal{}, fold{}, bare{};

 private:
  ShortWay() {
    for (std::uint32_t c = 0; c < kEnd; ++c) {
      std::string utf8;
      icu::UnicodeString(static_cast<UChar32>(c)).toUTF8String(utf8);
      normal[c] = single(normalized_by_icu(utf8));
      fold[c] = single(folded_by_icu(utf8));
      bare[c] = single(without_marks_by_icu(utf8));
    }
  }

  static std::uint16_t single(const icu::UnicodeString& text) {
    return text.length() == 1 && text[0] < 0x800 ? static_cast<std::uint16_t>(text[0]) : std::uint16_t{0};
  }
};

void append_code_point(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

// Reads one code point of the table, or U+2019, U+2010, U+2011 as the signs that stand for them. 0: none of
// these.
std::uint32_t next_short(std::string_view text, std::size_t& at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) {
    ++at;
    return byte;
  }
  if (at + 1 >= text.size()) return 0;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  if (byte >= 0xC2 && byte < 0xCC && (second & 0xC0) == 0x80) {
    at += 2;
    return (byte & 0x1Fu) << 6 | (second & 0x3Fu);
  }
  if (byte == 0xE2 && second == 0x80 && at + 2 < text.size()) {
    const auto third = static_cast<unsigned char>(text[at + 2]);
    at += 3;
    if (third == 0x99) return '\'';
    if (third == 0x90 || third == 0x91) return '-';
  }
  return 0;
}

// Appends `text` by way of the table; false, and `out` as it was, if it does not reach.
bool append_short(std::string_view text, const std::array<std::uint16_t, ShortWay::kEnd>& table,
                  std::string& out) {
  const std::size_t before = out.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t c = next_short(text, at);
    const std::uint32_t mapped = table[c];
    if (mapped == 0) {
      out.resize(before);
      return false;
    }
    append_code_point(mapped, out);
  }
  return true;
}

}  // namespace

std::string_view normalized_view(std::string_view surface, std::string& buffer) {
  const ShortWay& short_way = ShortWay::get();
  bool same = true;
  for (std::size_t at = 0; same && at < surface.size();) {
    const auto byte = static_cast<unsigned char>(surface[at]);
    if (byte < 0x80 && byte != 0) {
      ++at;
      continue;
    }
    const std::uint32_t c = byte == 0xE2 ? 0 : next_short(surface, at);
    same = c != 0 && short_way.normal[c] == c;
  }
  if (same) return surface;
  buffer.clear();
  if (!append_short(surface, short_way.normal, buffer)) normalized_by_icu(surface).toUTF8String(buffer);
  return buffer;
}

std::string normalized(std::string_view surface) {
  std::string buffer;
  return std::string(normalized_view(surface, buffer));
}

void append_folded(std::string_view surface, std::string& out) {
  if (!append_short(surface, ShortWay::get().fold, out)) folded_by_icu(surface).toUTF8String(out);
}

std::string folded(std::string_view surface) {
  std::string out;
  append_folded(surface, out);
  return out;
}

std::string without_marks(std::string_view folded_form) {
  std::string out;
  // A folded form has no signs left to replace; next_short() would, so those take ICU's way.
  const bool has_signs = folded_form.find('\xE2') != std::string_view::npos;
  if (has_signs || !append_short(folded_form, ShortWay::get().bare, out))
    without_marks_by_icu(folded_form).toUTF8String(out);
  return out;
}

}  // namespace kwerenda
