// One glass table, a B-tree in one file, written bottom-up in one pass from entries that come in key order.
//
// THE FORMAT. The file is a sequence of blocks of one size, numbered from 0. Numbers are big-endian.
//
//   block    bytes 0-3 revision, 4 level (0 is a leaf, the root has the highest), 5-6 size of the gap between
//   directory and
//            items, 7-8 free bytes in all, 9-10 offset of the end of the directory; from byte 11 the
//            directory: two bytes an item, its offset in the block, in key order. The items fill the block
//            from its end downwards, so here the gap is all the free space there is.
//   leaf     I (2 bytes), key length (1), key, [component (2)], piece of the tag.
//   item     I is the size of the item less 3, at most 0x1fff, with three flags in the top bits: 0x8000 the
//   tag is deflated,
//            0x4000 the last piece of its tag, 0x2000 the first piece. The first piece has no component
//            number, the others count from 2. An item takes a quarter of a block at most, so that four always
//            fit; a longer tag is cut.
//   branch   block number (4 bytes), key length (1), key, component (2). The key divides: what stands in the
//   block is not item     below it, what stands in the block to the left is. Above leaves it is cut behind
//   the first byte in which the
//            first key of the block differs from the last one before. The first item of every branch block
//            has the empty key and component 0 whatever it leads to, since it is never compared.
//
// The very first item has the empty key and no tag; searches rely on something standing to the left. It does
// not count as an entry. A tag is deflated as a raw stream (no header, window of up to 2^15) if that makes it
// shorter.
//
// Blocks are numbered as they are filled: each branch block stands behind the leaves that it leads to and
// leaves stand in key order, which the version file calls "sequential"; readers then go from leaf to leaf by
// block number. There are no free blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "indexer/glass/output_file.h"

namespace kwerenda::glass {

inline constexpr std::size_t kMaxKeyBytes = 255;
// What a tag may have at most: its pieces are numbered with two bytes, and in blocks of 8 KB four hold at
// least 7 KB of it.
inline constexpr std::size_t kMaxTagBytes = 100u << 20;
// The revision of everything that is written in one go.
inline constexpr std::uint32_t kFirstRevision = 1;

// A tag of more than kDeflateAbove bytes is deflated where that is asked for; Xapian does the same with the
// value it finds in the version file.
enum class TagCompression { none, deflate };
inline constexpr std::uint32_t kDeflateAbove = 18;

// What the version file has to know of a table.
struct TableRoot {
  std::uint32_t root_block = 0;
  std::uint32_t level = 0;  // of the root
  std::uint64_t entries = 0;
  std::uint32_t blocks = 0;  // 0: there is no such table yet
  std::uint32_t block_bytes = 0;
  TagCompression compression = TagCompression::none;
};

struct TableOptions {
  std::uint32_t block_bytes =
      8192;  // a power of two from 8192 to 65536; Xapian itself would also take 2048 and 4096
  TagCompression compression = TagCompression::none;
  Durability durability = Durability::synced;
  Writing writing = Writing::here;
};

// Throws Error{usage} for a block size that is none.
void check_block_bytes(std::uint32_t bytes);

// One thread at a time. Throws Error{io}; after that the table is good for nothing but removal.
class TableWriter {
 public:
  // Creates the file, which must not exist. REQUIRES: check_block_bytes(options.block_bytes)
  TableWriter(const std::filesystem::path& path, const TableOptions& options);
  ~TableWriter();

  // Adds an entry. Throws Error{usage} unless the key is above the last one, Error{limit} unless it has 1 to
  // kMaxKeyBytes bytes and the tag at most kMaxTagBytes.
  void add(std::string_view key, std::string_view tag);

  // Writes what is left and closes the file. Nothing may be called afterwards.
  TableRoot finish();

  std::uint64_t bytes() const { return file_.size(); }
  // REQUIRES: finish() was called.
  SummedFile sum() const { return {file_.path().filename().string(), file_.size(), file_.checksum()}; }

 private:
  struct Branch;
  struct Deflater;

  void add_whole(std::string_view key, std::string_view tag, unsigned flags);
  void add_in_pieces(std::string_view key, std::string_view tag, unsigned flags);
  // Room for an item of `size` bytes in the leaf, after a new leaf has been started if need be.
  unsigned char* leaf_item(std::string_view key, unsigned component, std::size_t size);
  void start_leaf();
  void close_leaf();
  void add_child(std::size_t level, std::string_view key, unsigned component, std::uint32_t child);
  std::uint32_t close_branch(std::size_t level);
  void fail_unsorted(std::string_view key) const;

  TableOptions options_;
  std::size_t max_item_bytes_;
  OutputFile file_;
  std::uint32_t next_block_ = 0;
  std::uint64_t entries_ = 0;

  unsigned char* leaf_ = nullptr;  // in the buffer of file_
  std::size_t directory_end_ = 0;
  std::size_t items_begin_ = 0;
  char last_key_[kMaxKeyBytes];
  std::size_t last_key_size_ = 0;
  // The key that divides this leaf from the one before.
  char divider_[kMaxKeyBytes];
  std::size_t divider_size_ = 0;
  unsigned divider_component_ = 0;

  std::vector<std::unique_ptr<Branch>> branches_;  // [level - 1]
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace kwerenda::glass
