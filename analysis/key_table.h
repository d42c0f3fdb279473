// Keys as small numbers, remembered per distinct surface.
//
// Running text repeats itself: 100 MB of reports hold 13 million tokens but under half a million distinct
// surfaces. The Polish chain (keys.h) is a pure function of the surface, so its answer is computed once and
// found again by one hash look-up: one cache line of 16 bytes a slot, without the surface itself. Comparing
// the surfaces too cost two more cache misses a token, half of a search's time; two of a million surfaces
// share a 64-bit hash with a chance of 3e-8.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/keys.h"
#include "analysis/token.h"

namespace kwerenda {

using KeyId = std::uint32_t;

// A key's 15-bit hash.
std::uint16_t short_key_hash(std::string_view key);

// One thread at a time; a table per thread. Numbers are valid for the table that gave them and for its
// lifetime.
class KeyTable {
 public:
  explicit KeyTable(std::shared_ptr<const KeyMaker> maker);
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  // The keys of a token's surface, best first. The span is valid until the next call of any non-const
  // function.
  std::span<const KeyId> keys_of(std::string_view surface) { return keys_of(surface, expect(surface)); }

  // The same in two steps, for many surfaces at once: expect() starts to load a surface's place in the table,
  // and the loads of a whole passage overlap. Building an index spent 33 ns a token on waiting for them one
  // by one.
  struct Expected {
    std::uint64_t hash;
  };
  Expected expect(std::string_view surface) const;
  std::span<const KeyId> keys_of(std::string_view surface, Expected expected);

  KeyId intern(std::string_view key);
  // The key's text, valid for the lifetime of the table.
  std::string_view text(KeyId id) const { return texts_[id]; }
  // 15 bits of the key's hash, the same in every table: what stored key streams are made of.
  std::uint16_t short_hash(KeyId id) const { return short_hashes_[id]; }
  std::size_t size() const { return texts_.size(); }

  // Bytes held, roughly. forget_surfaces() drops the remembered surfaces but keeps the numbers of the keys.
  std::size_t memory() const;
  void forget_surfaces();

  const KeyMaker& maker() const { return *maker_; }

 private:
  // One key is kept in the slot; more stand in many_, and `key` is where.
  struct Slot {
    std::uint64_t hash = 0;  // 0 is a free slot
    KeyId key = 0;
    std::uint32_t count = 0;
  };

  // A key's number, found by the hash of its text alone, as the surfaces are: the text would be another two
  // cache misses.
  struct IdSlot {
    std::uint64_t hash = 0;  // 0 is a free slot
    KeyId id = 0;
  };

  std::span<const KeyId> keys_in(const Slot& slot) const {
    return {slot.count == 1 ? &slot.key : many_.data() + slot.key, slot.count};
  }
  void grow();
  void grow_ids();

  std::shared_ptr<const KeyMaker> maker_;
  std::vector<Slot> slots_;  // open addressing, a power of two
  std::size_t used_ = 0;
  std::vector<KeyId> many_;
  std::vector<IdSlot> id_slots_;   // open addressing, a power of two
  std::deque<std::string> texts_;  // a deque: texts never move
  std::vector<std::uint16_t> short_hashes_;
  std::size_t text_bytes_ = 0;
  std::vector<Key> scratch_;
};

}  // namespace kwerenda
