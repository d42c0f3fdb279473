// The tag of one (term, document) in the position table.
//
// A list of one position is a varint. A longer list p0 < p1 < … < pn is the varint of pn and then a bit
// stream, low bits first, the last byte filled up with zeros:
//
//   p0 out of pn; then n-1 out of pn-p0; then the positions between the ends by halving: the one in the
//   middle of the range (j, k), which is j + (k-j)/2, out of the places that leave room for the others, then
//   the left half, then the right half.
//
// "v out of m" means v in 0…m-1. With b the bits of m-1 and s = 2^b - m codes to spare, the s values in the
// middle take b-1 bits and the rest b: v below (m-s)/2 is written as it is, a value of the middle in one bit
// less, a value above as v - (m-s)/2 - s with the top bit set.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace kwerenda::glass {

// Appends the tag to `out`. REQUIRES: `positions` is not empty and strictly increasing.
void append_position_list(std::span<const std::uint32_t> positions, std::string& out);

}  // namespace kwerenda::glass
