#include "indexer/glass/position_list.h"

#include <bit>
#include <cstddef>

#include "indexer/glass/coding.h"

namespace kwerenda::glass {
namespace {

class BitStream {
 public:
  explicit BitStream(std::string& out) : out_(out) {}

  // REQUIRES: value < limit <= 2^32
  void put(std::uint64_t value, std::uint64_t limit) {
    auto bits = static_cast<unsigned>(std::bit_width(limit - 1));
    const std::uint64_t spare = (std::uint64_t{1} << bits) - limit;
    if (spare > 0) {
      const std::uint64_t middle = (limit - spare) / 2;
      if (value >= middle + spare) {
        value = (value - middle - spare) | std::uint64_t{1} << (bits - 1);
      } else if (value >= middle) {
        --bits;
      }
    }
    pending_ |= value << count_;  // at most 7 + 32 bits
    for (count_ += bits; count_ >= 8; count_ -= 8) {
      out_ += static_cast<char>(static_cast<unsigned char>(pending_));
      pending_ >>= 8;
    }
  }

  void finish() {
    if (count_ > 0) out_ += static_cast<char>(static_cast<unsigned char>(pending_));
  }

 private:
  std::string& out_;
  std::uint64_t pending_ = 0;
  unsigned count_ = 0;
};

void put_between(BitStream& bits, std::span<const std::uint32_t> positions, std::size_t left,
                 std::size_t right) {
  while (left + 1 < right) {
    const std::size_t middle = left + (right - left) / 2;
    const std::uint64_t lowest = positions[left] + (middle - left);
    const std::uint64_t choices = positions[right] - positions[left] - (right - left) + 1;
    bits.put(positions[middle] - lowest, choices);
    put_between(bits, positions, left, middle);
    left = middle;
  }
}

}  // namespace

void append_position_list(std::span<const std::uint32_t> positions, std::string& out) {
  append_varint(out, positions.back());
  if (positions.size() == 1) return;
  BitStream bits(out);
  bits.put(positions.front(), positions.back());
  bits.put(positions.size() - 2, positions.back() - positions.front());
  put_between(bits, positions, 0, positions.size() - 1);
  bits.finish();
}

}  // namespace kwerenda::glass
