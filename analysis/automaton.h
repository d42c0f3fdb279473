// Walking a double array of the lexicon file. Every step checks its bound, so that no bytes, however broken,
// lead outside.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kwerenda {

struct Automaton {
  const std::uint32_t* cells = nullptr;  // little-endian, not owned
  std::uint32_t size = 0;                // in cells, at most 2^24
  std::uint32_t root = 0;

  // Follows the arc `label` (1..127) out of `state`; false and unchanged if there is none.
  bool step(std::uint32_t& state, std::uint8_t label) const {
    const std::uint32_t at = state ^ label;
    if (at >= size) return false;
    const std::uint32_t cell = cells[at];
    if ((cell & 0xff) != label) return false;
    state = cell >> 8;
    return true;
  }
  // True if a word ends at `state`.
  bool value(std::uint32_t state, std::uint32_t& found) const {
    if (state >= size) return false;
    const std::uint32_t cell = cells[state];
    if ((cell & 0xff) != 0) return false;
    found = cell >> 8;
    return true;
  }
};

}  // namespace kwerenda
