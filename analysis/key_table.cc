#include "analysis/key_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace kwerenda {
namespace {

constexpr std::size_t kFirstSlots = 1 << 12;

std::uint64_t hash_of(std::string_view bytes) {
  std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  return hash ? hash : 1;
}

}  // namespace

std::uint16_t short_key_hash(std::string_view key) {
  return static_cast<std::uint16_t>(XXH3_64bits(key.data(), key.size()) & 0x7fff);
}

KeyTable::KeyTable(std::shared_ptr<const KeyMaker> maker)
    : maker_(std::move(maker)), slots_(kFirstSlots), id_slots_(kFirstSlots) {}

KeyTable::Expected KeyTable::expect(std::string_view surface) const {
  const std::uint64_t hash = hash_of(surface);
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  return {hash};
}

std::span<const KeyId> KeyTable::keys_of(std::string_view surface, Expected expected) {
  const std::uint64_t hash = expected.hash;
  std::size_t mask = slots_.size() - 1, at = hash & mask;
  for (; slots_[at].hash; at = (at + 1) & mask) {
    if (slots_[at].hash == hash) return keys_in(slots_[at]);
  }
  if ((used_ + 1) * 4 > slots_.size() * 3) {
    grow();
    mask = slots_.size() - 1;
    for (at = hash & mask; slots_[at].hash; at = (at + 1) & mask) {
    }
  }
  maker_->keys_of(surface, scratch_);
  Slot& slot = slots_[at];
  slot.hash = hash;
  slot.count = static_cast<std::uint32_t>(scratch_.size());
  if (slot.count == 1) {
    slot.key = intern(scratch_.front().text);
  } else {
    slot.key = static_cast<KeyId>(many_.size());
    for (const Key& key : scratch_) many_.push_back(intern(key.text));
  }
  ++used_;
  return keys_in(slot);
}

KeyId KeyTable::intern(std::string_view key) {
  const std::uint64_t hash = hash_of(key);
  const std::size_t mask = id_slots_.size() - 1;
  std::size_t at = hash & mask;
  for (; id_slots_[at].hash; at = (at + 1) & mask) {
    if (id_slots_[at].hash == hash) return id_slots_[at].id;
  }
  const auto id = static_cast<KeyId>(texts_.size());
  id_slots_[at] = {hash, id};
  texts_.emplace_back(key);
  short_hashes_.push_back(short_key_hash(key));
  text_bytes_ += key.size();
  if (texts_.size() * 4 > id_slots_.size() * 3) grow_ids();
  return id;
}

void KeyTable::grow_ids() {
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

std::size_t KeyTable::memory() const {
  return slots_.size() * sizeof(Slot) + many_.capacity() * sizeof(KeyId) + id_slots_.size() * sizeof(IdSlot) +
         texts_.size() * (sizeof(std::string) + 2) + text_bytes_;
}

void KeyTable::forget_surfaces() {
  slots_.assign(kFirstSlots, {});
  used_ = 0;
  many_.clear();
  many_.shrink_to_fit();
}

void KeyTable::grow() {
  std::vector<Slot> larger(slots_.size() * 2);
  const std::size_t mask = larger.size() - 1;
  for (const Slot& slot : slots_) {
    if (!slot.hash) continue;
    std::size_t at = slot.hash & mask;
    while (larger[at].hash) at = (at + 1) & mask;
    larger[at] = slot;
  }
  slots_.swap(larger);
}

}  // namespace kwerenda
