// Normal forms of one token. ICU decides; ASCII and Polish letters take a short way with the same result.
#pragma once

#include <string>
#include <string_view>

namespace kwerenda {

// NFC with default case folding per code point ("I" becomes "i", never dotless), soft hyphens and other default-ignorable
// characters dropped, apostrophes U+2019 and U+02BC written as U+0027, dashes U+2010 and U+2011 as U+002D. `surface` is UTF-8;
// invalid bytes become U+FFFD. The result is appended to `out`.
void append_folded(std::string_view surface, std::string& out);
std::string folded(std::string_view surface);

// The same normal form with case kept (what proper names and acronyms are looked up by).
std::string normalized(std::string_view surface);

// The folded form with every mark gone: "łódź" becomes "lodz". ł and other stroked letters have no decomposition, so they are
// mapped by name.
std::string without_marks(std::string_view folded_form);

}  // namespace kwerenda
