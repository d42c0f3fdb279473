// A table of a segment's Xapian database, read in place.
//
// Xapian reads a block at a time into memory of its own and copies what it finds there: a stored passage
// costs 2 to 4 µs that way, most of it in the kernel, and some .3 µs this way. Segments never change and our
// indexer writes them (indexer/glass), so the part of the glass format that reading takes is small:
//
//   iamglass      14 bytes "\x0f\x0dXapian Glass", 2 of version, 16 of UUID, varint revision; then for each
//                 table (postlist, docdata, …), varints: root block; level of the root << 2 | flags, 1: there
//                 is no table; entries; block size >> 11; least size that is deflated; length of the list of
//                 free blocks, and that list
//   NAME.glass    a B-tree of such blocks. Big-endian: byte 4 the level (0: leaf), bytes 9-10 where the
//                 directory ends, from 11 the directory, 2 bytes an item: its place in the block
//   branch item   block (4 bytes), length of the key, key, component (2 bytes): what stands in the block is
//                 not below (key, component). The first item's key is empty.
//   leaf item     size - 3 with flags 0x8000 deflated, 0x4000 last piece, 0x2000 first piece; length of the
//                 key; key; component (2 bytes) but for first pieces; a piece of the tag
//
// Leaves stand in the order of keys; branches stand between them.
//
// Every step is checked against the bounds of its block and of the file: damage never leads to a wild read.
// Whether a block is as it was written tells its checksum (analysis/block_sum.h), which is looked at when the
// block is first visited, unless the whole file was verified before (verified_segments.h).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/mapped_file.h"

namespace kwerenda {

// An item of a leaf: an entry, or a piece of one.
struct TableItem {
  std::string_view key;
  std::string_view tag;  // or the piece
  bool first = false, last = false;
  unsigned component = 1;
};

// Between two items.
struct TablePlace {
  std::uint32_t block = 0;
  unsigned item = 0;
};

// Constant once open; safe from several threads. All functions throw Error{corrupt}; views are good as long
// as the table.
class GlassTable {
 public:
  enum class Name : std::uint8_t { postlist, docdata };
  enum class Blocks : std::uint8_t {
    trust,   // the file was verified
    verify,  // each block when it is first visited: .5 µs; half a bit of memory a KB of the file
  };

  // Throws Error: corrupt (also if the database has no such table), io.
  GlassTable(const std::filesystem::path& segment, Name name, Blocks blocks);

  // The tag of `key`. `joined` holds it if it was stored in pieces.
  std::optional<std::string_view> find(std::string_view key, std::string& joined) const;

  // Fetches into the processor's caches what find() will read of these keys, for all of them at once: find()
  // waits for memory at each step. Nothing that it fetches is verified yet.
  void prefetch(std::span<const std::string> keys) const;

  // Before the first item whose key is not below `key`.
  TablePlace lower_bound(std::string_view key) const;
  // Moves behind the next item and tells it; false at the end.
  bool next(TablePlace& place, TableItem& item) const;
  // Makes `item`, which next() gave, the whole entry, and moves behind its last piece.
  void join(TablePlace& place, TableItem& item, std::string& joined) const;

  [[noreturn]] void fail() const;

 private:
  const unsigned char* block(std::uint32_t number) const;
  void verify(std::uint32_t number, const unsigned char* block) const;
  // False if the block's head does not say.
  bool read_items(const unsigned char* block, unsigned& items) const;
  unsigned items_in(const unsigned char* block) const;
  std::size_t item_offset(const unsigned char* block, unsigned number, std::size_t least_bytes) const;
  TableItem leaf_item(const unsigned char* block, unsigned number) const;
  static constexpr double kMiddle = 0.5;
  struct Child {
    std::uint32_t block = 0;
    double part = kMiddle;  // of its items that stand before the key, if keys are spread evenly
  };
  Child child_for(const unsigned char* block, std::string_view key) const;
  Child leaf_for(std::string_view key) const;

  std::filesystem::path path_;
  MappedFile file_;
  std::uint32_t root_ = 0;
  unsigned root_level_ = 0;
  std::size_t block_bytes_ = 0;
  std::uint32_t blocks_ = 0;
  // A bit a block: found to be as it was written. Null: all are.
  std::unique_ptr<std::atomic<std::uint64_t>[]> verified_;
};

// A document number as keys hold it: in the order of numbers. At most 2^32 - 1.
std::string sortable(std::uint32_t docid);
// False unless `bytes` is one, whole.
bool read_sortable(std::string_view bytes, std::uint64_t& docid);

// Seven bits a byte, low bits first. Takes it off `bytes`; false if it does not end there.
bool take_varint(std::string_view& bytes, std::uint64_t& value);

}  // namespace kwerenda
