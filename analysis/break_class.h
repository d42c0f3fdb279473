// What a code point does to word boundaries, read from ICU's properties once.
//
// tokenize() knows the code points below U+0800 (Latin, Greek, Cyrillic, Arabic) and U+2000 to U+2BFF
// (punctuation, arrows, signs): all but 20 in a million characters of 8 MB of mixed Polish text. A wider
// table would not make it faster, only slower to fill; this one takes 5,120 property look-ups when the first
// text is read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kwerenda {

enum class BreakClass : std::uint8_t {
  other,   // ends a word: white space, most punctuation, an invalid byte
  letter,  // starts and continues a word
  digit,
  ignorable,     // marks, soft hyphens and other format characters: belong to what stands before
  mid_letter,    // joins letters: U+00B7
  mid_num,       // joins digits: the comma
  mid_num_let,   // joins letters and joins digits: the full stop, U+2019
  single_quote,  // the same: the ASCII apostrophe
  complex,       // tokenize() leaves the text around it to ICU
};

struct ClassAt {
  BreakClass break_class = BreakClass::other;
  std::uint8_t size = 1;  // bytes
};

// Filled from ICU once, then constant; safe from several threads at once.
class BreakClasses {
 public:
  static const BreakClasses& get();

  // The class of the code point that starts at text[at], at < text.size(); `complex` for everything outside
  // the tables.
  ClassAt fast_at(std::string_view text, std::size_t at) const {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) return {low_[byte], 1};
    return wide_at(text, at);
  }

  // The same from ICU's properties where the tables end; never `complex`.
  ClassAt full_at(std::string_view text, std::size_t at) const;

  // For the inner loop: by the code point of a two-byte sequence, U+0080 to U+07FF.
  BreakClass below_0800(std::uint32_t code_point) const { return low_[code_point]; }

 private:
  BreakClasses();
  ClassAt wide_at(std::string_view text, std::size_t at) const;

  std::array<BreakClass, 0x800> low_;
  std::array<BreakClass, 0xC00> signs_;  // from U+2000
};

inline bool is_word(BreakClass c) { return c == BreakClass::letter || c == BreakClass::digit; }

}  // namespace kwerenda
