// Bytes of a file to UTF-8.
#pragma once

#include <cstddef>
#include <string>

namespace kwerenda {

enum class Charset { utf8, utf16, windows_1250, iso_8859_2, unknown };

struct Decoded {
  Charset charset = Charset::utf8;
  std::string text;  // valid UTF-8 without a byte order mark; undefined if `charset` is unknown
  // If unknown: the offset in `bytes` of the first byte that is not UTF-8 (for UTF-16: of the bad unit), else
  // npos.
  std::size_t bad_offset = std::string::npos;
};

// A byte order mark decides; then UTF-8 if all of it is valid; then, if nearly every byte above ASCII is a
// Polish letter or a usual mark in one of them, Windows-1250 or ISO-8859-2 by the six letters in which they
// differ (Ą ą Ś ś Ź ź) and the quotes and dashes that only the first has, Windows-1250 if nothing tells them
// apart. Never guesses beyond that: text in a wrong charset is worse than a file named and skipped. Takes
// `bytes` by value so that UTF-8 costs no copy.
Decoded decode(std::string bytes);

// "UTF-8", "Windows-1250", …
const char* charset_name(Charset charset);

}  // namespace kwerenda
