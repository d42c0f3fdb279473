#include "indexer/glass/term_dictionary.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace kwerenda::glass {
namespace {

constexpr std::size_t kBlockBytes = 256u << 10;
constexpr unsigned kFirstSlotBits = 12;

std::uint32_t hash_of(std::string_view term) {
  return static_cast<std::uint32_t>(XXH3_64bits(term.data(), term.size()) >> 32);
}

// The first eight bytes of a term of the dictionary as a number that compares like them. Short terms are
// filled up with zeros, so equal numbers prove nothing.
std::uint64_t head_of(std::string_view term) {
  std::uint64_t head;
  std::memcpy(&head, term.data(), 8);
  return std::endian::native == std::endian::little ? __builtin_bswap64(head) : head;
}

}  // namespace

TermDictionary::TermDictionary()
    : slots_(std::size_t{1} << kFirstSlotBits), shift_(32 - kFirstSlotBits), block_used_(kBlockBytes) {}

std::uint32_t TermDictionary::intern(std::string_view term) {
  const std::uint32_t hash = hash_of(term);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash >> shift_;; at = (at + 1) & mask) {
    const std::uint64_t slot = slots_[at];
    if (slot == 0) {
      const auto id = static_cast<std::uint32_t>(texts_.size());
      Text text{static_cast<unsigned char>(term.size()), {}};
      if (term.size() <= kInlineBytes) {
        std::memcpy(text.bytes, term.data(), term.size());
      } else {
        const char* bytes = keep(term);
        std::memcpy(text.bytes + kInlineBytes - sizeof(bytes), &bytes, sizeof(bytes));
      }
      // One entry more, for the padding of the last.
      if (texts_.size() + 2 > texts_.capacity()) texts_.reserve(2 * texts_.capacity() + 2);
      texts_.push_back(text);
      slots_[at] = std::uint64_t{hash} << 32 | (id + 1);
      if (texts_.size() * 4 > slots_.size() * 3) grow();
      return id;
    }
    if (slot >> 32 != hash) continue;
    const auto id = static_cast<std::uint32_t>(slot) - 1;
    if (this->term(id) == term) return id;
  }
}

void TermDictionary::grow() {
  std::vector<std::uint64_t> larger(slots_.size() * 2);
  if (shift_ > 0) --shift_;
  const std::size_t mask = larger.size() - 1;
  for (const std::uint64_t slot : slots_) {
    if (slot == 0) continue;
    std::size_t at = (slot >> 32) >> shift_;
    while (larger[at] != 0) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_ = std::move(larger);
}

const char* TermDictionary::keep(std::string_view term) {
  if (term.size() > kBlockBytes - block_used_) {
    blocks_.push_back(std::make_unique<char[]>(kBlockBytes + kPadding));
    block_used_ = 0;
  }
  char* bytes = blocks_.back().get() + block_used_;
  std::memcpy(bytes, term.data(), term.size());
  block_used_ += term.size();
  return bytes;
}

const std::vector<std::uint32_t>& TermDictionary::sorted() {
  if (sorted_.size() == texts_.size()) return sorted_;
  struct Entry {
    std::uint64_t head;
    std::uint32_t id;
  };
  const auto known = static_cast<std::uint32_t>(sorted_.size());
  std::vector<Entry> added;
  added.reserve(texts_.size() - known);
  for (auto id = known; id < texts_.size(); ++id) added.push_back({head_of(term(id)), id});
  std::sort(added.begin(), added.end(), [this](const Entry& a, const Entry& b) {
    return a.head != b.head ? a.head < b.head : term(a.id) < term(b.id);
  });
  sorted_.reserve(texts_.size());
  for (const Entry& entry : added) sorted_.push_back(entry.id);
  std::inplace_merge(sorted_.begin(), sorted_.begin() + known, sorted_.end(),
                     [this](std::uint32_t a, std::uint32_t b) { return term(a) < term(b); });
  ranks_.resize(texts_.size());
  for (std::uint32_t rank = 0; rank < sorted_.size(); ++rank) ranks_[sorted_[rank]] = rank;
  return sorted_;
}

std::size_t TermDictionary::memory() const {
  return slots_.size() * sizeof(std::uint64_t) + blocks_.size() * kBlockBytes +
         texts_.capacity() * sizeof(Text) + texts_.size() * (2 * sizeof(std::uint32_t) + 16);
}

}  // namespace kwerenda::glass
