#include "analysis/lexicon_compiler/letters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace kwerenda {
namespace {

template <typename Map>
std::string mapped(std::string_view text, Map map) {
  std::string out;
  out.reserve(text.size());
  const auto size = static_cast<std::int32_t>(text.size());
  bool first = true;
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(text.data()), i, size, c);
    c = map(c, first);
    first = false;
    char bytes[4];
    std::int32_t n = 0;
    U8_APPEND_UNSAFE(bytes, n, c);
    out.append(bytes, static_cast<std::size_t>(n));
  }
  return out;
}

}  // namespace

std::string lower_case(std::string_view text) {
  return mapped(text, [](UChar32 c, bool) { return u_tolower(c); });
}
std::string title_case(std::string_view text) {
  return mapped(text, [](UChar32 c, bool first) { return first ? u_toupper(c) : u_tolower(c); });
}
std::string upper_case(std::string_view text) {
  return mapped(text, [](UChar32 c, bool) { return u_toupper(c); });
}
std::size_t code_points(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0u) != 0x80u;
  return n;
}
std::size_t last_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size()) {
    ++n;
    if ((static_cast<unsigned char>(text[text.size() - n]) & 0xc0u) != 0x80u) break;
  }
  return n;
}

}  // namespace kwerenda
