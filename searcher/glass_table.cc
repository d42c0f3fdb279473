#include "searcher/glass_table.h"

#include <algorithm>
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

unsigned GlassTable::items_in(const unsigned char* block) const {
  const std::size_t directory_end = big_endian_2(block + 9);
  if (directory_end < kDirectoryBegin || directory_end > block_bytes_) fail();
  return static_cast<unsigned>((directory_end - kDirectoryBegin) / 2);
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

// The block of the last item that is not above (key, component 1).
std::uint32_t GlassTable::child_for(const unsigned char* block, std::string_view key) const {
  unsigned below = 0, above = items_in(block);
  if (above == 0) fail();
  const auto offset_of = [&](unsigned number) {
    const std::size_t offset = item_offset(block, number, kBranchItemHead + kComponentBytes);
    if (offset + kBranchItemHead + block[offset + 4] + kComponentBytes > block_bytes_) fail();
    return offset;
  };
  while (above - below > 1) {
    const unsigned middle = (below + above) / 2;
    const std::size_t offset = offset_of(middle), size = block[offset + 4];
    const int order = std::string_view(chars(block) + offset + kBranchItemHead, size).compare(key);
    const unsigned component = big_endian_2(block + offset + kBranchItemHead + size);
    (order < 0 || (order == 0 && component <= 1) ? below : above) = middle;
  }
  return big_endian_4(block + offset_of(below));
}

TablePlace GlassTable::lower_bound(std::string_view key) const {
  std::uint32_t number = root_;
  for (unsigned level = root_level_; level > 0; --level) {
    if (block(number)[4] != level) fail();
    number = child_for(block(number), key);
  }
  const unsigned char* const leaf = block(number);
  if (leaf[4] != 0) fail();
  unsigned first = 0, behind = items_in(leaf);
  while (first < behind) {
    const unsigned middle = (first + behind) / 2;
    if (leaf_item(leaf, middle).key < key) {
      first = middle + 1;
    } else {
      behind = middle;
    }
  }
  return {number, first};
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
