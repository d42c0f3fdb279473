// The checksum inside each block of a segment's tables.
//
// One search does not wait until whole files are verified (.1 s a GB), but what it reads must be as it was
// written: a wrong bit in a branch sends it to another leaf, which is a sound one and does not hold the word
// looked for. Before, one bit in three of the heads of blocks made a search find nothing without a word.
//
// A block (searcher/glass_table.h) has free space between its directory and its items, at which Xapian does
// not look. Behind the directory's end stand 8 bytes, little-endian: xxh3-64 of what follows them, seeded
// with xxh3-64 of what precedes them, which is seeded with the block's number. .1 % of the table.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kwerenda {

inline constexpr std::size_t kBlockSumBytes = 8;

// Writes the sum of a block whose bytes are otherwise complete. REQUIRES: 8 free bytes behind
// `directory_end`, which the block itself says at bytes 9-10.
void seal_block(unsigned char* block, std::size_t bytes, std::uint32_t number);

// True if the block is as it was sealed, as block `number` of its table.
bool is_sealed_block(const unsigned char* block, std::size_t bytes, std::uint32_t number);

}  // namespace kwerenda
