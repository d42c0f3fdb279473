// What several parts need to know about UTF-8: is it valid, what is white, lower case of short words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

struct CodePoint {
  std::int32_t value;  // -1 for an invalid byte
  std::size_t bytes;   // 1 for an invalid byte
};

// The code point that begins at `at`. REQUIRES: at < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at);

// Byte offset of the first byte that is not part of well-formed UTF-8 (surrogates and overlong forms are
// not), npos if all is well. About 10 GB/s over ASCII, 1 GB/s over Polish.
std::size_t find_invalid_utf8(std::string_view text);

// White space as Unicode has it, and the no-break spaces.
bool is_white(char32_t c);

// Space, tab, line feed, vertical tab, form feed, carriage return.
constexpr bool is_ascii_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The offset of the first character at or after `at` that is not white; text.size() if there is none.
std::size_t skip_white(std::string_view text, std::size_t at);

// The part of `text` without white space at its ends. A view into `text`; invalid bytes count as not white.
std::string_view trimmed(std::string_view text);

// Simple lower case per code point (no normalisation): for comparing with word lists of our own.
std::string lowered(std::string_view text);

// Safe to print on a terminal and in JSON: control characters and bytes that are not UTF-8 become \xNN, the
// rest stays. File names are bytes, and what a program prints about them goes through here.
std::string printable(std::string_view bytes);

// The bytes that printable() may have made `text` of: each \xNN is a byte again. A name that itself holds
// "\xNN" looks the same, so that who looks for a file tries both.
std::string unescaped(std::string_view text);

}  // namespace kwerenda
