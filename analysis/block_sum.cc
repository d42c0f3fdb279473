#include "analysis/block_sum.h"

#include <xxhash.h>

namespace kwerenda {
namespace {

constexpr std::size_t kDirectoryEndAt = 9;

std::size_t directory_end(const unsigned char* block) {
  return static_cast<std::size_t>(block[kDirectoryEndAt]) << 8 | block[kDirectoryEndAt + 1];
}

// REQUIRES: the sum lies within the block
std::uint64_t sum_of(const unsigned char* block, std::size_t bytes, std::uint32_t number) {
  const std::size_t before = directory_end(block), behind = before + kBlockSumBytes;
  return XXH3_64bits_withSeed(block + behind, bytes - behind, XXH3_64bits_withSeed(block, before, number));
}

}  // namespace

void seal_block(unsigned char* block, std::size_t bytes, std::uint32_t number) {
  const std::uint64_t sum = sum_of(block, bytes, number);
  for (std::size_t i = 0; i < kBlockSumBytes; ++i)
    block[directory_end(block) + i] = static_cast<unsigned char>(sum >> 8 * i);
}

bool is_sealed_block(const unsigned char* block, std::size_t bytes, std::uint32_t number) {
  const std::size_t at = directory_end(block);
  if (at + kBlockSumBytes > bytes) return false;
  std::uint64_t stored = 0;
  for (std::size_t i = 0; i < kBlockSumBytes; ++i) stored |= std::uint64_t{block[at + i]} << 8 * i;
  return stored == sum_of(block, bytes, number);
}

}  // namespace kwerenda
