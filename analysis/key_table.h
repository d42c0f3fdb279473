// Keys as small numbers, remembered per distinct surface.
//
// Running text repeats itself: 100 MB of reports hold 13 million tokens but under half a million distinct
// surfaces. The Polish chain (keys.h) is a pure function of the surface, so its answer is computed once and
// found again by one hash look-up: one cache line of 16 bytes a slot, without the surface itself. Comparing
// the surfaces too cost two more cache misses a token, half of a search's time; two of a million surfaces
// share a 64-bit hash with a chance of 3e-8.
//
// Threads that index together share what they remember: of two workers each would meet two thirds of all
// surfaces, of eight nearly a third. Looking up takes no lock. What is new is computed without one, too, and
// put in under a lock; the slots are then published by their hashes. A table that becomes too small is
// replaced by a larger one and stays, since others may be reading it: all of them together are twice the
// last.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
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

// What tables have in common: surfaces with their keys, and the keys' numbers and texts. Safe from several
// threads at once.
class SharedKeys {
 public:
  // Surfaces are remembered until they take `most_bytes`; later ones are computed again and again. Numbers
  // and texts of keys stay in any case.
  explicit SharedKeys(std::shared_ptr<const KeyMaker> maker, std::size_t most_bytes = SIZE_MAX);
  ~SharedKeys();
  SharedKeys(const SharedKeys&) = delete;
  SharedKeys& operator=(const SharedKeys&) = delete;

 private:
  friend class KeyTable;

  // One key is kept in the slot; more stand in many_, and `key` is where.
  struct Slot {
    std::atomic<std::uint64_t> hash = 0;  // 0 is a free slot; set last, and then nothing changes any more
    KeyId key = 0;
    std::uint32_t count = 0;
  };
  // Open addressing, a power of two.
  struct Surfaces {
    explicit Surfaces(std::size_t size) : mask(size - 1), slots(std::make_unique<Slot[]>(size)) {}
    // The slot of the hash, or the free one where it would stand.
    Slot& find(std::uint64_t hash) const {
      std::size_t at = hash & mask;
      for (;; at = (at + 1) & mask) {
        const std::uint64_t found = slots[at].hash.load(std::memory_order_acquire);
        if (found == hash || found == 0) return slots[at];
      }
    }
    std::size_t mask;
    std::unique_ptr<Slot[]> slots;
  };

  // A key's number, found by the hash of its text alone, as the surfaces are.
  struct IdSlot {
    std::uint64_t hash = 0;  // 0 is a free slot
    KeyId id = 0;
  };

  // An array that grows and never moves: chunk i has 2^i times as many places as the first.
  template <typename T>
  class Growing {
   public:
    T& operator[](std::size_t i) const {
      const auto chunk = static_cast<std::size_t>(std::bit_width((i >> kFirstBits) + 1)) - 1;
      return chunks_[chunk][i - first_of(chunk)];
    }
    // Makes `count` places from `at` on that lie side by side; returns where they begin, `at` or later.
    std::size_t reserve(std::size_t at, std::size_t count) {
      for (;;) {
        const auto chunk = static_cast<std::size_t>(std::bit_width((at >> kFirstBits) + 1)) - 1;
        if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<T[]>(std::size_t{1} << (kFirstBits + chunk));
        if (at + count <= first_of(chunk + 1)) return at;
        at = first_of(chunk + 1);
      }
    }

   private:
    static constexpr std::size_t kFirstBits = 12;
    static std::size_t first_of(std::size_t chunk) { return ((std::size_t{1} << chunk) - 1) << kFirstBits; }

    std::array<std::unique_ptr<T[]>, 22> chunks_;  // for 2^32 and more
  };

  std::span<const KeyId> keys_in(const Slot& slot) const {
    return {slot.count == 1 ? &slot.key : &many_[slot.key], slot.count};
  }
  // The keys that the chain gave for the surface; in `unkept` if there is no room for them any more.
  std::span<const KeyId> put(std::uint64_t hash, const std::vector<Key>& keys, std::vector<KeyId>& unkept);
  KeyId intern(std::string_view key);
  KeyId intern_locked(std::string_view key);
  std::unique_lock<std::mutex> lock() const;
  void grow();
  void grow_ids();

  const std::shared_ptr<const KeyMaker> maker_;
  const std::size_t most_bytes_;
  std::atomic<const Surfaces*> surfaces_;
  std::atomic<std::size_t> keys_ = 0;  // how many
  Growing<KeyId> many_;
  Growing<std::string_view> texts_;
  Growing<std::uint16_t> short_hashes_;

  mutable std::mutex mutex_;                         // for what follows, and for every change
  std::vector<std::unique_ptr<Surfaces>> versions_;  // the last one is the present one
  std::size_t used_ = 0;                             // slots
  std::size_t many_used_ = 0;
  std::vector<IdSlot> id_slots_;  // open addressing, a power of two
  std::vector<std::unique_ptr<char[]>> text_blocks_;
  std::size_t text_block_used_ = 0;
};

// One thread at a time; several tables may share their keys, and then have the same numbers. Numbers are
// valid for the lifetime of what is shared.
class KeyTable {
 public:
  explicit KeyTable(std::shared_ptr<const KeyMaker> maker)
      : KeyTable(std::make_shared<SharedKeys>(std::move(maker))) {}
  explicit KeyTable(std::shared_ptr<SharedKeys> shared) : shared_(std::move(shared)) {}
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

  KeyId intern(std::string_view key) { return shared_->intern(key); }
  // The key's text, valid for the lifetime of what is shared.
  std::string_view text(KeyId id) const { return shared_->texts_[id]; }
  // 15 bits of the key's hash, the same in every table: what stored key streams are made of.
  std::uint16_t short_hash(KeyId id) const { return shared_->short_hashes_[id]; }
  // Numbers of keys are below this.
  std::size_t size() const { return shared_->keys_.load(std::memory_order_relaxed); }

  // Bytes that are shared, roughly.
  std::size_t memory() const;

  const KeyMaker& maker() const { return *shared_->maker_; }

 private:
  std::shared_ptr<SharedKeys> shared_;
  std::vector<Key> scratch_;
  std::vector<KeyId> unkept_;
};

}  // namespace kwerenda
