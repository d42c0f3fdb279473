// Text to sentences: ICU's sentence boundaries, minus those that a Polish abbreviation, an ordinal number or
// an initial only seems to make ("art. 5", "21. Smart City Forum", "prof. J. Nowak", "18 listopada 2025 r.
// Rada Miasta").
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace kwerenda {

// Clears `starts` and fills it with the byte offsets at which the sentences of `text` begin, ascending; a
// sentence begins at its first character that is not white, and reaches to the next start or the end of the
// text. Empty for white text.
//
// A single line break is a space (text wrapped at a margin), a blank line and a line that begins a list item
// end a sentence. `text` is any bytes below 2 GiB; offsets are on code-point edges of valid UTF-8. Throws
// Error{io} if ICU's data are missing. Safe to call from several threads at once.
void sentences(std::string_view text, std::vector<std::uint32_t>& starts);

}  // namespace kwerenda
