#include "analysis/utf8.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace kwerenda {

// ICU's macros convert integers as they like.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
CodePoint code_point_at(std::string_view text, std::size_t at) {
  // Four bytes are all that the macro may read, so that 32-bit indexes do for any size of text.
  const char* s = text.data() + at;
  const auto length = static_cast<std::int32_t>(text.size() - at < 4 ? text.size() - at : 4);
  std::int32_t i = 0;
  UChar32 c = 0;
  U8_NEXT(s, i, length, c);
  return c < 0 ? CodePoint{-1, 1} : CodePoint{c, static_cast<std::size_t>(i)};
}
#pragma GCC diagnostic pop

// Eight bytes at a time up to the next one that is not ASCII; Polish letters, of two bytes, need no function
// call.
std::size_t find_invalid_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::size_t at = 0;
  while (at < text.size()) {
    if (at + 8 <= text.size()) {
      std::uint64_t word;
      std::memcpy(&word, text.data() + at, 8);
      word &= 0x8080808080808080U;
      if (word == 0) {
        at += 8;
        continue;
      }
      if constexpr (std::endian::native == std::endian::little)
        at += static_cast<std::size_t>(std::countr_zero(word)) / 8;
    }
    if (byte(at) >= 0xc2 && byte(at) <= 0xdf && at + 1 < text.size() && (byte(at + 1) & 0xc0) == 0x80) {
      at += 2;
      continue;
    }
    const CodePoint c = code_point_at(text, at);
    if (c.value < 0) return at;
    at += c.bytes;
  }
  return std::string_view::npos;
}

bool is_white(char32_t c) {
  if (c < 0x80) return c == U' ' || (c >= U'\t' && c <= U'\r');
  return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0;
}

std::size_t skip_white(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const CodePoint c = code_point_at(text, at);
    if (c.value < 0 || !is_white(static_cast<char32_t>(c.value))) break;
    at += c.bytes;
  }
  return at;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = skip_white(text, 0);
  std::size_t end = text.size();
  while (end > begin) {
    std::size_t last = end - 1;
    while (last > begin && end - last < 4 && U8_IS_TRAIL(static_cast<std::uint8_t>(text[last]))) --last;
    const CodePoint c = code_point_at(text.substr(0, end), last);
    if (c.value < 0 || last + c.bytes != end || !is_white(static_cast<char32_t>(c.value))) break;
    end = last;
  }
  return text.substr(begin, end - begin);
}

std::string lowered(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (c.value < 0) {
      out.push_back(text[at]);
    } else {
      char buffer[4];
      std::int32_t length = 0;
      const UChar32 lower = u_tolower(c.value);
      U8_APPEND_UNSAFE(buffer, length, lower);
      out.append(buffer, static_cast<std::size_t>(length));
    }
    at += c.bytes;
  }
  return out;
}

std::string printable(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  const auto is_plain = [](char byte) { return byte >= ' ' && byte <= '~'; };
  if (std::all_of(bytes.begin(), bytes.end(), is_plain)) return std::string(bytes);
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const CodePoint c = code_point_at(bytes, at);
    const bool control = c.value < 0 || u_iscntrl(c.value) || c.value == 0x2028 || c.value == 0x2029 ||
                         (c.value >= 0x202A && c.value <= 0x202E) || (c.value >= 0x2066 && c.value <= 0x2069);
    for (std::size_t i = 0; i < c.bytes; ++i) {
      const char byte = bytes[at + i];
      if (control) {
        const auto value = static_cast<unsigned char>(byte);
        out += {'\\', 'x', kDigits[value >> 4], kDigits[value & 15]};
      } else {
        out.push_back(byte);
      }
    }
    at += c.bytes;
  }
  return out;
}

std::string unescaped(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at + 3 < text.size() && text[at] == '\\' && text[at + 1] == 'x' && digit(text[at + 2]) >= 0 &&
        digit(text[at + 3]) >= 0) {
      out += static_cast<char>(digit(text[at + 2]) << 4 | digit(text[at + 3]));
      at += 3;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace kwerenda
