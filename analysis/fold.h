// Normal forms of one token. ICU decides; ASCII and Polish letters take a short way with the same result.
//
// All functions are pure and safe from several threads at once. Input is any bytes; each ill-formed sequence
// is read as one U+FFFD.
#pragma once

#include <string>
#include <string_view>

namespace kwerenda {

// The form that case is kept in, by which proper names and acronyms are looked up: soft hyphens and all other
// default-ignorable code points dropped, the apostrophes U+2019 and U+02BC written as U+0027, the hyphens
// U+2010 and U+2011 as U+002D, then NFC.
std::string normalized(std::string_view surface);

// The same without a copy where `surface` is in that form already, as nearly every token is. The view is into
// `surface` or into `buffer`, whose old content is lost.
std::string_view normalized_view(std::string_view surface, std::string& buffer);

// normalized(), then simple case folding of each code point ("I" becomes "i", never dotless; "ß" stays), then
// NFC. Appended to `out`.
void append_folded(std::string_view surface, std::string& out);
std::string folded(std::string_view surface);

// The folded form with every combining mark gone: "łódź" becomes "lodz". ł and other stroked letters have no
// decomposition, so they are mapped by name. Vowel signs of other scripts, which are letters in all but name,
// stay.
std::string without_marks(std::string_view folded_form);

}  // namespace kwerenda
