#include "indexer/glass/table_writer.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <new>

#include "analysis/block_sum.h"
#include "analysis/message.h"
#include "indexer/glass/coding.h"

namespace kwerenda::glass {
namespace {

constexpr std::size_t kDirectoryBegin = 11;
constexpr std::size_t kDirectoryEntryBytes = 2;
constexpr std::size_t kItemHeadBytes = 3;  // size and key length
constexpr std::size_t kComponentBytes = 2;
constexpr std::size_t kChildBytes = 4;
constexpr std::size_t kMaxItemBytes = 0x1fff + kItemHeadBytes;
constexpr std::size_t kItemsThatFit = 4;

constexpr unsigned kDeflatedFlag = 0x8000;
constexpr unsigned kLastPieceFlag = 0x4000;
constexpr unsigned kFirstPieceFlag = 0x2000;
constexpr unsigned kMaxComponent = 0xffff;

// A long tag goes on in the block at hand if it finds at least this much room, in bytes of tag.
constexpr std::size_t kWorthAPiece = 256;

constexpr std::size_t kFileBufferBytes = 1u << 20;

void close_block(unsigned char* block, std::size_t level, std::size_t directory_end, std::size_t items_begin,
                 std::size_t bytes, std::uint32_t number) {
  const auto gap = static_cast<std::uint32_t>(items_begin - directory_end);
  put_big_endian_4(block, kFirstRevision);
  block[4] = static_cast<unsigned char>(level);
  put_big_endian_2(block + 5, gap);
  put_big_endian_2(block + 7, gap);
  put_big_endian_2(block + 9, static_cast<std::uint32_t>(directory_end));
  std::memset(block + directory_end, 0, gap);
  seal_block(block, bytes, number);
}

}  // namespace

void check_block_bytes(std::uint32_t bytes) {
  if (bytes < 8192 || bytes > 65536 || !std::has_single_bit(bytes)) {
    throw Error(ErrorKind::usage,
                message("rozmiar bloku ma być potęgą dwójki od 8192 do 65536 bajtów, a jest {}",
                        "the block size has to be a power of two from 8192 to 65536 bytes, it is {}", bytes));
  }
}

struct TableWriter::Branch {
  std::unique_ptr<unsigned char[]> block;
  std::size_t directory_end = kDirectoryBegin;
  std::size_t items_begin = 0;
  // The key that divides this block from the one before on its level.
  std::string divider;
  unsigned divider_component = 0;
  bool alone = true;  // no block of this level has been written yet
};

// Xapian inflates in steps of this many bytes, and takes a tag for damaged (1.4.22: "Too few chunks of
// compressed data") if the last byte of the stream is read while a step's worth of output is pending. That
// needs several symbols in one byte, as in a long run of one character; its own writer makes such tags too.
constexpr std::size_t kInflateStepBytes = 8192;

// Deflate as Xapian reads it. Tags here are mostly below 1 KB, so the window and the tables, which
// deflateReset clears for each tag, are kept small.
struct TableWriter::Deflater {
  z_stream stream{};
  std::string out;

  Deflater() {
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -13, 5, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream); }

  // The deflated tag, or an empty view if it would not be shorter. Good until the next call.
  std::string_view deflate_tag(std::string_view tag) {
    deflateReset(&stream);
    if (out.size() < tag.size()) out.resize(tag.size());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(tag.data()));
    stream.avail_in = static_cast<uInt>(tag.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(tag.size() - 1);
    // An empty block at the end: then no output hangs on the last bytes.
    if (tag.size() > kInflateStepBytes && ::deflate(&stream, Z_SYNC_FLUSH) != Z_OK) return {};
    if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) return {};
    return {out.data(), stream.total_out};
  }
};

TableWriter::TableWriter(const std::filesystem::path& path, const TableOptions& options)
    : options_(options),
      max_item_bytes_(std::min(kMaxItemBytes, (options.block_bytes - kDirectoryBegin - kBlockSumBytes -
                                               kItemsThatFit * kDirectoryEntryBytes) /
                                                  kItemsThatFit)),
      file_(path, kFileBufferBytes, options.durability, options.writing) {
  if (options_.compression == TagCompression::deflate) deflater_ = std::make_unique<Deflater>();
  start_leaf();
  unsigned char* item = leaf_item({}, 1, kItemHeadBytes);
  put_big_endian_2(item, kFirstPieceFlag | kLastPieceFlag);
  item[2] = 0;
}

TableWriter::~TableWriter() = default;

void TableWriter::start_leaf() {
  leaf_ = reinterpret_cast<unsigned char*>(file_.room(options_.block_bytes));
  directory_end_ = kDirectoryBegin;
  items_begin_ = options_.block_bytes;
}

void TableWriter::close_leaf() {
  close_block(leaf_, 0, directory_end_, items_begin_, options_.block_bytes, next_block_);
  file_.advance(options_.block_bytes);
  const std::uint32_t block = next_block_++;
  add_child(1, {divider_, divider_size_}, divider_component_, block);
}

unsigned char* TableWriter::leaf_item(std::string_view key, unsigned component, std::size_t size) {
  if (items_begin_ - directory_end_ < size + kDirectoryEntryBytes + kBlockSumBytes) {
    close_leaf();
    start_leaf();
    // Up to and with the first byte of difference; the whole key between two pieces of one tag.
    const std::size_t common_limit = std::min(key.size(), last_key_size_);
    std::size_t common = 0;
    while (common < common_limit && key[common] == last_key_[common]) ++common;
    divider_size_ = std::min(common + 1, key.size());
    std::memcpy(divider_, key.data(), divider_size_);
    divider_component_ = component;
  }
  items_begin_ -= size;
  put_big_endian_2(leaf_ + directory_end_, static_cast<std::uint32_t>(items_begin_));
  directory_end_ += kDirectoryEntryBytes;
  return leaf_ + items_begin_;
}

void TableWriter::add(std::string_view key, std::string_view tag) {
  if (key.empty() || key.size() > kMaxKeyBytes) {
    throw Error(ErrorKind::limit, message("{}: klucz ma {} bajtów, a może mieć od 1 do {}",
                                          "{}: the key has {} bytes, it may have 1 to {}",
                                          file_.path().string(), key.size(), kMaxKeyBytes));
  }
  if (tag.size() > kMaxTagBytes) {
    throw Error(ErrorKind::limit, message("{}: wpis ma {} bajtów, a może mieć najwyżej {}",
                                          "{}: the entry has {} bytes, it may have {} at most",
                                          file_.path().string(), tag.size(), kMaxTagBytes));
  }
  if (key <= std::string_view(last_key_, last_key_size_)) fail_unsorted(key);
  unsigned flags = 0;
  if (deflater_ && tag.size() > kDeflateAbove) {
    const std::string_view deflated = deflater_->deflate_tag(tag);
    if (!deflated.empty()) {
      tag = deflated;
      flags = kDeflatedFlag;
    }
  }
  if (kItemHeadBytes + key.size() + tag.size() <= max_item_bytes_) {
    add_whole(key, tag, flags);
  } else {
    add_in_pieces(key, tag, flags);
  }
  ++entries_;
}

void TableWriter::add_whole(std::string_view key, std::string_view tag, unsigned flags) {
  const std::size_t size = kItemHeadBytes + key.size() + tag.size();
  unsigned char* item = leaf_item(key, 1, size);
  put_big_endian_2(
      item, static_cast<std::uint32_t>(size - kItemHeadBytes) | flags | kFirstPieceFlag | kLastPieceFlag);
  item[2] = static_cast<unsigned char>(key.size());
  std::memcpy(item + kItemHeadBytes, key.data(), key.size());
  if (!tag.empty()) std::memcpy(item + kItemHeadBytes + key.size(), tag.data(), tag.size());
  std::memcpy(last_key_, key.data(), key.size());
  last_key_size_ = key.size();
}

void TableWriter::add_in_pieces(std::string_view key, std::string_view tag, unsigned flags) {
  for (unsigned component = 1;; ++component) {
    const std::size_t head = kItemHeadBytes + key.size() + (component == 1 ? 0 : kComponentBytes);
    const std::size_t gap = items_begin_ - directory_end_ - kBlockSumBytes;
    std::size_t piece = std::min(tag.size(), max_item_bytes_ - head);
    // Use up this block if a piece of some length fits, else leaf_item() starts the next one.
    if (gap >= kDirectoryEntryBytes + head + kWorthAPiece)
      piece = std::min(piece, gap - kDirectoryEntryBytes - head);
    const bool last = piece == tag.size();
    unsigned char* item = leaf_item(key, component, head + piece);
    put_big_endian_2(item, static_cast<std::uint32_t>(head + piece - kItemHeadBytes) | flags |
                               (component == 1 ? kFirstPieceFlag : 0) | (last ? kLastPieceFlag : 0));
    item[2] = static_cast<unsigned char>(key.size());
    std::memcpy(item + kItemHeadBytes, key.data(), key.size());
    if (component > 1) put_big_endian_2(item + kItemHeadBytes + key.size(), component);
    std::memcpy(item + head, tag.data(), piece);
    std::memcpy(last_key_, key.data(), key.size());
    last_key_size_ = key.size();
    if (last) return;
    assert(component < kMaxComponent);  // by kMaxTagBytes
    tag.remove_prefix(piece);
  }
}

void TableWriter::add_child(std::size_t level, std::string_view key, unsigned component,
                            std::uint32_t child) {
  if (branches_.size() < level) branches_.push_back(std::make_unique<Branch>());
  Branch& branch = *branches_[level - 1];
  std::size_t size = kChildBytes + 1 + key.size() + kComponentBytes;
  if (branch.block &&
      branch.items_begin - branch.directory_end < size + kDirectoryEntryBytes + kBlockSumBytes) {
    const std::uint32_t block = close_branch(level);
    add_child(level + 1, branch.divider, branch.divider_component, block);
    branch.items_begin = 0;
  }
  if (!branch.block) branch.block = std::make_unique_for_overwrite<unsigned char[]>(options_.block_bytes);
  if (branch.items_begin == 0) {
    branch.directory_end = kDirectoryBegin;
    branch.items_begin = options_.block_bytes;
    branch.divider = key;
    branch.divider_component = component;
    key = {};
    component = 0;
    size = kChildBytes + 1 + kComponentBytes;
  }
  branch.items_begin -= size;
  put_big_endian_2(branch.block.get() + branch.directory_end, static_cast<std::uint32_t>(branch.items_begin));
  branch.directory_end += kDirectoryEntryBytes;
  unsigned char* item = branch.block.get() + branch.items_begin;
  put_big_endian_4(item, child);
  item[kChildBytes] = static_cast<unsigned char>(key.size());
  if (!key.empty()) std::memcpy(item + kChildBytes + 1, key.data(), key.size());
  put_big_endian_2(item + kChildBytes + 1 + key.size(), component);
}

std::uint32_t TableWriter::close_branch(std::size_t level) {
  Branch& branch = *branches_[level - 1];
  close_block(branch.block.get(), level, branch.directory_end, branch.items_begin, options_.block_bytes,
              next_block_);
  file_.append({reinterpret_cast<const char*>(branch.block.get()), options_.block_bytes});
  branch.alone = false;
  return next_block_++;
}

TableRoot TableWriter::finish() {
  TableRoot root;
  root.entries = entries_;
  root.block_bytes = options_.block_bytes;
  root.compression = options_.compression;
  if (next_block_ == 0) {  // one leaf is all there is
    close_block(leaf_, 0, directory_end_, items_begin_, options_.block_bytes, 0);
    file_.advance(options_.block_bytes);
    next_block_ = 1;
  } else {
    close_leaf();
    // The topmost level of which no block has been written holds the root; the levels below push into the
    // next.
    for (std::size_t level = 1;; ++level) {
      const bool top = branches_[level - 1]->alone;
      const std::uint32_t block = close_branch(level);
      if (top) {
        root.root_block = block;
        root.level = static_cast<std::uint32_t>(level);
        break;
      }
      add_child(level + 1, branches_[level - 1]->divider, branches_[level - 1]->divider_component, block);
    }
  }
  root.blocks = next_block_;
  file_.finish();
  return root;
}

void TableWriter::fail_unsorted(std::string_view key) const {
  std::string shown;
  for (const char byte : key) {
    static constexpr char kDigits[] = "0123456789abcdef";
    shown += kDigits[static_cast<unsigned char>(byte) >> 4];
    shown += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  throw Error(ErrorKind::usage,
              message("{}: klucz {} nie jest większy od poprzedniego",
                      "{}: the key {} is not greater than the one before", file_.path().string(), shown));
}

}  // namespace kwerenda::glass
