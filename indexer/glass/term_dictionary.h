// Terms to numbers and back: one open hash table; terms of up to 15 bytes, which most are, stand in the table
// of numbers itself, so that a look-up by number costs one cache miss; the others in an arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace kwerenda::glass {

// One thread at a time.
class TermDictionary {
 public:
  TermDictionary();

  // The number of a term; a new term gets the next one. At most 255 bytes of any kind, at most 2^32 - 1
  // terms.
  std::uint32_t intern(std::string_view term);

  // How many bytes are readable behind the end of a term.
  static constexpr std::size_t kPadding = 16;

  // The bytes of a term, good until the next intern(). kPadding bytes behind them are readable: zeros up to
  // the eighth of the term, then anything.
  std::string_view term(std::uint32_t id) const {
    const Text& text = texts_[id];
    if (text.size <= kInlineBytes) return {text.bytes, text.size};
    const char* bytes;
    std::memcpy(&bytes, text.bytes + kInlineBytes - sizeof(bytes), sizeof(bytes));
    return {bytes, text.size};
  }
  // Starts to load a term that will be asked for soon.
  void prefetch(std::uint32_t id) const { __builtin_prefetch(&texts_[id]); }
  std::size_t size() const { return texts_.size(); }

  // All numbers in byte order of their terms. Sorts what is new since the last call; good until the next
  // intern().
  const std::vector<std::uint32_t>& sorted();
  // The place of each term in sorted(), by number; as of the last call of sorted().
  const std::vector<std::uint32_t>& ranks() const { return ranks_; }

  // Bytes of memory, with what sorted() will need.
  std::size_t memory() const;

 private:
  static constexpr std::size_t kInlineBytes = 15;
  struct Text {
    unsigned char size;
    char bytes[kInlineBytes];  // or a pointer at their end
  };

  void grow();
  const char* keep(std::string_view term);

  std::vector<std::uint64_t> slots_;  // hash (high 32 bits) and number + 1; 0 is empty
  unsigned shift_;
  std::vector<Text> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_used_;
  std::vector<std::uint32_t> sorted_;
  std::vector<std::uint32_t> ranks_;
};

}  // namespace kwerenda::glass
