#include "searcher/glass_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "analysis/block_sum.h"
#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

constexpr const char* kVersionFile = "iamglass";
constexpr std::string_view kMagic("\x0f\x0dXapian Glass", 14);
constexpr std::size_t kBytesBeforeRevision = 14 + 2 + 16;
constexpr unsigned kNoTable = 1;

constexpr std::size_t kDirectoryBegin = 11;
constexpr std::size_t kLeafItemHead = 3;
constexpr std::size_t kBranchItemHead = 5;
constexpr std::size_t kComponentBytes = 2;
constexpr unsigned kDeflated = 0x8000, kLastPiece = 0x4000, kFirstPiece = 0x2000, kSizeMask = 0x1fff;
constexpr unsigned kMostLevels = 10;  // what Xapian allows
constexpr unsigned kBitsAWord = 64;
constexpr std::size_t kLeastBlock = 2048, kMostBlock = 65536;

std::uint32_t big_endian_2(const unsigned char* at) { return static_cast<std::uint32_t>(at[0]) << 8 | at[1]; }

std::uint32_t big_endian_4(const unsigned char* at) { return big_endian_2(at) << 16 | big_endian_2(at + 2); }

const char* chars(const unsigned char* at) { return reinterpret_cast<const char*>(at); }

template <typename Number>
std::uint64_t loaded(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

// The first 8 bytes of `bytes` as a number that is in their order; what is missing is 0.
std::uint64_t leading_number(std::string_view bytes) {
  const std::size_t size = std::min<std::size_t>(bytes.size(), 8);
  const char* const at = bytes.data();
  std::uint64_t number = 0;
  if (size == 8) {
    number = loaded<std::uint64_t>(at);
  } else if (size >= 4) {
    number = loaded<std::uint32_t>(at) | loaded<std::uint32_t>(at + size - 4) << (8 * (size - 4));
  } else if (size >= 2) {
    number = loaded<std::uint16_t>(at) | loaded<std::uint16_t>(at + size - 2) << (8 * (size - 2));
  } else if (size == 1) {
    number = loaded<std::uint8_t>(at);
  }
  return __builtin_bswap64(number);
}

// Keys of a block as numbers: of the 8 bytes behind those, 7 at most, that its least and its greatest key
// share. A lesser number is a lesser key.
class KeyNumbers {
 public:
  KeyNumbers(std::string_view least, std::string_view greatest) : leading_(leading_number(least)) {
    const std::uint64_t differ = leading_ ^ leading_number(greatest);
    shared_ = std::min<std::size_t>(
        {static_cast<std::size_t>(std::countl_zero(differ)) / 8, 7, least.size(), greatest.size()});
    least_ = of(least);
    greatest_ = of(greatest);
  }

  std::uint64_t of(std::string_view key) const {
    return leading_number(key.substr(std::min(shared_, key.size())));
  }
  // True if the number of `key`, which may be of another block, says where it stands here.
  bool fits(std::string_view key) const {
    return key.size() >= shared_ &&
           (shared_ == 0 || (leading_number(key) ^ leading_) >> (64 - 8 * shared_) == 0);
  }
  // Where a number stands, from 0 to 1, if keys are spread evenly.
  double part_below(std::uint64_t number) const {
    if (number <= least_) return 0;
    if (number >= greatest_) return 1;
    return static_cast<double>(number - least_) / static_cast<double>(greatest_ - least_);
  }

 private:
  std::uint64_t leading_;
  std::size_t shared_ = 0;
  std::uint64_t least_ = 0, greatest_ = 0;
};

// The first of items [first, behind) that is not below the key; `is_below` is true of a beginning of them.
// Looks at `guess`, which is one of them, then a little further and further from it, then halves.
template <typename IsBelow>
unsigned first_not_below(unsigned first, unsigned behind, unsigned guess, IsBelow is_below) {
  constexpr unsigned kMostStep = 4;
  if (is_below(guess)) {
    first = guess + 1;
    for (unsigned step = 1; step <= kMostStep && behind - first > step; step *= 2) {
      if (!is_below(first + step - 1)) {
        behind = first + step - 1;
        break;
      }
      first += step;
    }
  } else {
    behind = guess;
    for (unsigned step = 1; step <= kMostStep && behind - first > step; step *= 2) {
      if (is_below(behind - step)) {
        first = behind - step + 1;
        break;
      }
      behind -= step;
    }
  }
  while (first < behind) {
    const unsigned middle = (first + behind) / 2;
    if (is_below(middle)) {
      first = middle + 1;
    } else {
      behind = middle;
    }
  }
  return first;
}

unsigned likely_item(double part, unsigned items) {
  return std::min(items - 1, static_cast<unsigned>(part * items));
}

struct Root {
  std::uint64_t block = 0, level = 0, block_bytes = 0;
};

// False if the version file does not say.
bool read_root(std::string_view version, unsigned table, Root& root) {
  if (version.size() < kBytesBeforeRevision || !version.starts_with(kMagic)) return false;
  version.remove_prefix(kBytesBeforeRevision);
  std::uint64_t number = 0;
  if (!take_varint(version, number)) return false;
  for (unsigned i = 0;; ++i) {
    std::uint64_t flags = 0, units = 0, free_list = 0;
    if (!take_varint(version, root.block) || !take_varint(version, flags) || !take_varint(version, number) ||
        !take_varint(version, units) || !take_varint(version, number) || !take_varint(version, free_list) ||
        free_list > version.size()) {
      return false;
    }
    version.remove_prefix(free_list);
    if (i < table) continue;
    root.level = flags >> 2;
    root.block_bytes = units > kMostBlock ? 0 : units << 11;
    return !(flags & kNoTable);
  }
}

}  // namespace

GlassTable::GlassTable(const std::filesystem::path& segment, Name name, Blocks blocks)
    : path_(segment / (name == Name::postlist ? "postlist.glass" : "docdata.glass")), file_(path_) {
  const MappedFile version(segment / kVersionFile);
  Root root;
  if (!read_root({chars(version.data()), version.size()}, static_cast<unsigned>(name), root) ||
      root.level > kMostLevels || root.block_bytes < kLeastBlock || root.block_bytes > kMostBlock ||
      root.block >= file_.size() / root.block_bytes) {
    fail();
  }
  block_bytes_ = root.block_bytes;
  root_ = static_cast<std::uint32_t>(root.block);
  root_level_ = static_cast<unsigned>(root.level);
  blocks_ = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(file_.size() / block_bytes_, std::numeric_limits<std::uint32_t>::max()));
  if (blocks == Blocks::verify)
    verified_ = std::make_unique<std::atomic<std::uint64_t>[]>(std::size_t{blocks_} / kBitsAWord + 1);
}

void GlassTable::fail() const {
  throw Error(ErrorKind::corrupt,
              message("{}: plik jest uszkodzony. Sprawdź indeks (kwerenda-index check), przywróć go z kopii "
                      "albo zbuduj od nowa.",
                      "{}: the file is damaged. Check the index (kwerenda-index check), restore it from a "
                      "backup or build it anew.",
                      path_.string()));
}

const unsigned char* GlassTable::block(std::uint32_t number) const {
  if (number >= blocks_) fail();
  const unsigned char* const at = file_.data() + std::size_t{number} * block_bytes_;
  if (verified_) verify(number, at);
  return at;
}

void GlassTable::verify(std::uint32_t number, const unsigned char* block) const {
  std::atomic<std::uint64_t>& word = verified_[number / kBitsAWord];
  const std::uint64_t bit = std::uint64_t{1} << number % kBitsAWord;
  if (word.load(std::memory_order_relaxed) & bit) return;
  if (!is_sealed_block(block, block_bytes_, number)) fail();
  word.fetch_or(bit, std::memory_order_relaxed);
}

bool GlassTable::read_items(const unsigned char* block, unsigned& items) const {
  const std::size_t directory_end = big_endian_2(block + 9);
  if (directory_end < kDirectoryBegin || directory_end > block_bytes_) return false;
  items = static_cast<unsigned>((directory_end - kDirectoryBegin) / 2);
  return true;
}

unsigned GlassTable::items_in(const unsigned char* block) const {
  unsigned items = 0;
  if (!read_items(block, items)) fail();
  return items;
}

std::size_t GlassTable::item_offset(const unsigned char* block, unsigned number,
                                    std::size_t least_bytes) const {
  const std::size_t offset = big_endian_2(block + kDirectoryBegin + std::size_t{2} * number);
  if (offset < big_endian_2(block + 9) || offset + least_bytes > block_bytes_) fail();
  return offset;
}

TableItem GlassTable::leaf_item(const unsigned char* block, unsigned number) const {
  const std::size_t offset = item_offset(block, number, kLeafItemHead);
  const unsigned char* const at = block + offset;
  const unsigned head = big_endian_2(at);
  const std::size_t size = head & kSizeMask, key_size = at[2];
  TableItem item;
  item.first = head & kFirstPiece;
  item.last = head & kLastPiece;
  const std::size_t before_tag = key_size + (item.first ? 0 : kComponentBytes);
  if (head & kDeflated || offset + kLeafItemHead + size > block_bytes_ || before_tag > size) fail();
  item.key = {chars(at) + kLeafItemHead, key_size};
  if (!item.first) item.component = big_endian_2(at + kLeafItemHead + key_size);
  item.tag = {chars(at) + kLeafItemHead + before_tag, size - before_tag};
  return item;
}

// The child of the last item that is not above (key, component 1). Document numbers and hashes are spread
// evenly: where one lies between the block's ends tells nearly which item it is.
GlassTable::Child GlassTable::child_for(const unsigned char* block, std::string_view key) const {
  const unsigned items = items_in(block);
  if (items == 0) fail();
  const auto offset_of = [&](unsigned number) {
    const std::size_t offset = item_offset(block, number, kBranchItemHead + kComponentBytes);
    if (offset + kBranchItemHead + block[offset + 4] + kComponentBytes > block_bytes_) fail();
    return offset;
  };
  const auto key_at = [&](std::size_t offset) {
    return std::string_view(chars(block) + offset + kBranchItemHead, block[offset + 4]);
  };
  const auto child_at = [&](std::size_t offset) { return big_endian_4(block + offset); };
  const auto stands_before = [&](unsigned item) {
    const std::size_t offset = offset_of(item);
    const int order = key_at(offset).compare(key);
    return order < 0 ||
           (order == 0 && big_endian_2(block + offset + kBranchItemHead + block[offset + 4]) <= 1);
  };
  if (items < 3) return {child_at(offset_of(items == 2 && stands_before(1) ? 1 : 0)), kMiddle};
  const KeyNumbers numbers(key_at(offset_of(1)), key_at(offset_of(items - 1)));  // the first has none
  unsigned above = 1;
  if (numbers.fits(key)) {
    const std::uint64_t number = numbers.of(key);
    const unsigned guess = 1 + likely_item(numbers.part_below(number), items - 1);
    above = first_not_below(1, items, guess, [&](unsigned item) {
      const std::uint64_t other = numbers.of(key_at(offset_of(item)));
      return other != number ? other < number : stands_before(item);
    });
  } else {
    above = first_not_below(1, items, items / 2, stands_before);
  }
  const std::size_t offset = offset_of(above - 1);
  Child child{child_at(offset), kMiddle};
  if (above < items && above > 1) {
    const KeyNumbers between(key_at(offset), key_at(offset_of(above)));
    if (between.fits(key)) child.part = between.part_below(between.of(key));
  }
  return child;
}

GlassTable::Child GlassTable::leaf_for(std::string_view key) const {
  Child child{root_, kMiddle};
  for (unsigned level = root_level_; level > 0; --level) {
    const unsigned char* const branch = block(child.block);
    if (branch[4] != level) fail();
    child = child_for(branch, key);
  }
  return child;
}

// Looks where the key is likely to be: halving would wait for memory four to seven times.
TablePlace GlassTable::lower_bound(std::string_view key) const {
  const Child child = leaf_for(key);
  const unsigned char* const leaf = block(child.block);
  if (leaf[4] != 0) fail();
  const unsigned items = items_in(leaf);
  if (items == 0) return {child.block, 0};
  const unsigned guess = likely_item(child.part, items);
  const TableItem there = leaf_item(leaf, guess);
  if (there.first && there.key == key) return {child.block, guess};
  return {child.block,
          first_not_below(0, items, guess, [&](unsigned item) { return leaf_item(leaf, item).key < key; })};
}

// First the leaves' heads are on their way, for all keys, then what the heads say where the keys are.
void GlassTable::prefetch(std::span<const std::string> keys) const {
  constexpr std::size_t kLine = 64, kLines = 4;  // an entry takes five or so
  std::vector<Child> leaves;
  leaves.reserve(keys.size());
  for (const std::string& key : keys) {
    const Child child = leaf_for(key);
    if (child.block >= blocks_) return;  // find() will say it
    leaves.push_back(child);
    __builtin_prefetch(file_.data() + std::size_t{child.block} * block_bytes_);
  }
  for (const Child& child : leaves) {
    const unsigned char* const leaf = file_.data() + std::size_t{child.block} * block_bytes_;
    unsigned items = 0;
    if (!read_items(leaf, items) || items == 0) continue;
    const std::size_t offset =
        big_endian_2(leaf + kDirectoryBegin + std::size_t{2} * likely_item(child.part, items));
    for (std::size_t line = 0; line < kLines; ++line) __builtin_prefetch(leaf + offset + line * kLine);
  }
}

bool GlassTable::next(TablePlace& place, TableItem& item) const {
  const unsigned char* leaf = block(place.block);
  while (place.item >= items_in(leaf)) {
    do {
      if (place.block + 1 >= blocks_) return false;
      leaf = block(++place.block);
    } while (leaf[4] != 0);
    place.item = 0;
  }
  item = leaf_item(leaf, place.item++);
  return true;
}

void GlassTable::join(TablePlace& place, TableItem& item, std::string& joined) const {
  if (!item.first) fail();
  if (item.last) return;
  joined.assign(item.tag);
  TableItem further;
  for (unsigned component = 2; !further.last; ++component) {
    if (!next(place, further) || further.first || further.component != component || further.key != item.key)
      fail();
    joined += further.tag;
  }
  item.tag = joined;
  item.last = true;
}

std::optional<std::string_view> GlassTable::find(std::string_view key, std::string& joined) const {
  TablePlace place = lower_bound(key);
  TableItem item;
  if (!next(place, item) || item.key != key) return std::nullopt;
  join(place, item, joined);
  return item.tag;
}

// Below 2^15 two bytes; else as many leading ones as there are bytes beyond two, a zero, and the number.
std::string sortable(std::uint32_t docid) {
  const unsigned bytes = docid < 1u << 15 ? 2 : docid < 1u << 22 ? 3 : docid < 1u << 29 ? 4 : 5;
  const unsigned marker = 0xffu << (10 - bytes) & 0xff;  // 0x00 0x80 0xc0 0xe0
  std::string key;
  for (unsigned left = bytes; left-- > 0;)
    key += static_cast<char>(static_cast<unsigned char>(left < 4 ? docid >> 8 * left : 0));
  key.front() = static_cast<char>(static_cast<unsigned char>(key.front()) | marker);
  return key;
}

bool read_sortable(std::string_view bytes, std::uint64_t& docid) {
  if (bytes.empty()) return false;
  const auto first = static_cast<unsigned char>(bytes.front());
  std::size_t size = 2;
  unsigned mask = 0x80;
  for (; first & mask && size < 5; mask >>= 1) ++size;
  if (bytes.size() != size) return false;
  docid = first & (mask - 1);
  for (const char byte : bytes.substr(1)) docid = docid << 8 | static_cast<unsigned char>(byte);
  return true;
}

bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  std::size_t at = 0;
  for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      bytes.remove_prefix(at);
      return true;
    }
  }
  return false;
}

}  // namespace kwerenda
