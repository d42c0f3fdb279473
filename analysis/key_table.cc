#include "analysis/key_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kwerenda {
namespace {

constexpr std::size_t kFirstSlots = 1 << 12;
constexpr std::size_t kTextBlockBytes = 64 << 10;  // some thousand keys

std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  return hash ? hash : 1;
}

}  // namespace

std::uint16_t short_key_hash(std::string_view key) {
  return static_cast<std::uint16_t>(XXH3_64bits(key.data(), key.size()) & 0x7fff);
}

SharedKeys::SharedKeys(std::shared_ptr<const KeyMaker> maker, std::size_t most_bytes)
    : maker_(std::move(maker)), most_bytes_(most_bytes), id_slots_(kFirstSlots) {
  versions_.push_back(std::make_unique<Surfaces>(kFirstSlots));
  surfaces_ = versions_.back().get();
}

SharedKeys::~SharedKeys() = default;

// Held for a fifth of a microsecond as a rule; to sleep and to be woken would take many times as long.
std::unique_lock<std::mutex> SharedKeys::lock() const {
#ifdef __SSE2__
  for (int tries = 0; tries < 100; ++tries) {
    if (mutex_.try_lock()) return {mutex_, std::adopt_lock};
    _mm_pause();
  }
#endif
  return std::unique_lock(mutex_);
}

std::span<const KeyId> SharedKeys::put(std::uint64_t hash, const std::vector<Key>& keys,
                                       std::vector<KeyId>& unkept) {
  const std::unique_lock held = lock();
  const std::size_t slots = versions_.back()->mask + 1;
  if ((used_ + 1) * 4 > slots * 3 && 2 * slots * sizeof(Slot) <= most_bytes_) grow();
  Surfaces& surfaces = *versions_.back();
  Slot& slot = surfaces.find(hash);
  if (slot.hash.load(std::memory_order_relaxed) == hash) return keys_in(slot);  // another was faster
  if ((used_ + 1) * 4 > (surfaces.mask + 1) * 3) {
    unkept.clear();
    for (const Key& key : keys) unkept.push_back(intern_locked(key.text));
    return unkept;
  }
  slot.count = static_cast<std::uint32_t>(keys.size());
  if (slot.count == 1) {
    slot.key = intern_locked(keys.front().text);
  } else {
    const std::size_t begin = many_.reserve(many_used_, keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) many_[begin + i] = intern_locked(keys[i].text);
    slot.key = static_cast<KeyId>(begin);
    many_used_ = begin + keys.size();
  }
  ++used_;
  slot.hash.store(hash, std::memory_order_release);
  return keys_in(slot);
}

KeyId SharedKeys::intern(std::string_view key) {
  const std::unique_lock held = lock();
  return intern_locked(key);
}

KeyId SharedKeys::intern_locked(std::string_view key) {
  const std::uint64_t hash = hash_of(key);
  const std::size_t mask = id_slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; id_slots_[at].hash; at = (at + 1) & mask) {
    if (id_slots_[at].hash == hash) return id_slots_[at].id;
  }
  const std::size_t count = keys_.load(std::memory_order_relaxed);
  texts_.reserve(count, 1);
  short_hashes_.reserve(count, 1);
  if (text_blocks_.empty() || kTextBlockBytes - text_block_used_ < key.size()) {
    text_blocks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(kTextBlockBytes, key.size())));
    text_block_used_ = 0;
  }
  if ((count + 1) * 4 > id_slots_.size() * 3) {
    grow_ids();
    return intern_locked(key);
  }
  char* const text = text_blocks_.back().get() + text_block_used_;
  if (!key.empty()) std::memcpy(text, key.data(), key.size());
  text_block_used_ += key.size();
  const auto id = static_cast<KeyId>(count);
  texts_[id] = {text, key.size()};
  short_hashes_[id] = short_key_hash(key);
  id_slots_[at] = {hash, id};
  keys_.store(count + 1, std::memory_order_relaxed);
  return id;
}

void SharedKeys::grow() {
  const Surfaces& present = *versions_.back();
  auto larger = std::make_unique<Surfaces>(2 * (present.mask + 1));
  for (std::size_t i = 0; i <= present.mask; ++i) {
    const Slot& slot = present.slots[i];
    const std::uint64_t hash = slot.hash.load(std::memory_order_relaxed);
    if (!hash) continue;
    Slot& place = larger->find(hash);
    place.key = slot.key;
    place.count = slot.count;
    place.hash.store(hash, std::memory_order_relaxed);
  }
  versions_.push_back(std::move(larger));
  surfaces_.store(versions_.back().get(), std::memory_order_release);
}

void SharedKeys::grow_ids() {
  std::vector<IdSlot> larger(id_slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const IdSlot& slot : id_slots_) {
    if (!slot.hash) continue;
    std::size_t at = slot.hash & mask;
    while (larger[at].hash) at = (at + 1) & mask;
    larger[at] = slot;
  }
  id_slots_.swap(larger);
}

KeyTable::Expected KeyTable::expect(std::string_view surface) const {
  const std::uint64_t hash = hash_of(surface);
  const SharedKeys::Surfaces& surfaces = *shared_->surfaces_.load(std::memory_order_acquire);
  __builtin_prefetch(&surfaces.slots[hash & surfaces.mask]);
  return {hash};
}

std::span<const KeyId> KeyTable::keys_of(std::string_view surface, Expected expected) {
  const SharedKeys::Slot& slot = shared_->surfaces_.load(std::memory_order_acquire)->find(expected.hash);
  if (slot.hash.load(std::memory_order_acquire) == expected.hash) return shared_->keys_in(slot);
  shared_->maker_->keys_of(surface, scratch_);
  return shared_->put(expected.hash, scratch_, unkept_);
}

std::size_t KeyTable::memory() const {
  const std::unique_lock held = shared_->lock();
  return 2 * (shared_->versions_.back()->mask + 1) * sizeof(SharedKeys::Slot) +
         shared_->many_used_ * sizeof(KeyId) + shared_->id_slots_.size() * sizeof(SharedKeys::IdSlot) +
         size() * (sizeof(std::string_view) + sizeof(std::uint16_t)) +
         shared_->text_blocks_.size() * kTextBlockBytes;
}

}  // namespace kwerenda
