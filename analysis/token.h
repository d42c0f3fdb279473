// A token: one word, number or inflected acronym of a text, as both programs see it.
#pragma once

#include <cstdint>

namespace kwerenda {

struct Token {
  // Half-open range in bytes of the original UTF-8 text; always on code-point edges. Nothing moves offsets
  // later.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  // Token positions count from 1 within one text, without gaps. The parts of a hyphenated compound
  // ("polsko-niemiecki") are further keys of the one token, not further tokens.
  std::uint32_t position = 0;

  friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace kwerenda
