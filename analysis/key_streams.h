// The keys of every passage, token by token, in a file of their own beside a segment's database: what the
// second ranking stage reads instead of texts.
//
// A key is its 15-bit hash (key_table.h), and a token's further keys carry the high bit: two bytes a token, a
// quarter of the text. Analysing a text anew takes a hundred times as long, and fetching the stream from the
// database six times: here it is read in place, from a mapped file.
//
// THE FILE. Numbers are little-endian; varints as in stored.h; streams begin at even offsets.
//
//   report    key of the report (8 bytes) | varint number of keys in the title's stream | the stream
//   passage   low 32 bits of xxh3-64 over the docid (4 bytes), the offset in bytes (8 bytes) of its report
//             entry, and what follows, with that entry | varints: distance back to the report's entry in
//             units of two bytes, ordinal, size of the text in bytes, numbers of keys in the streams of text
//             and heading | the two streams
//   table     for each docid from 1 on the offset of its passage entry in units of two bytes, 4 bytes
//   footer    "KWKEYS" 02 00 | number of documents (4 bytes) | 0 (4 bytes) | size of the file (8 bytes) |
//             xxh3-64 of the 24 bytes before (8 bytes)
//
// Entries stand in the order of docids, a report's before its first passage. Every docid up to the last has
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "analysis/mapped_file.h"

namespace kwerenda {

using KeyStream = std::vector<std::uint16_t>;
using KeyStreamView = std::span<const std::uint16_t>;
inline constexpr std::uint16_t kFurtherKey = 0x8000;

// Keys that are no further ones.
std::uint32_t tokens_in(KeyStreamView stream);

inline constexpr const char* kKeyStreamsName = "keys.kw";

// What ranking knows of a passage without its text.
struct PassageKeys {
  std::uint64_t report_key = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t text_bytes = 0;
  KeyStreamView text, title, heading;  // into the file: valid as long as it is open
};

// Constant once open; safe from several threads.
class KeyStreamFile {
 public:
  // Maps `directory`/keys.kw. Throws Error: corrupt (missing, cut short, not such a file), io.
  explicit KeyStreamFile(const std::filesystem::path& directory);

  std::uint32_t documents() const { return documents_; }
  // 1 <= docid <= documents(). False, and `out` is unspecified, if the entry fails its checksum.
  bool read(std::uint32_t docid, PassageKeys& out) const;
  // The passage's report, without looking at the checksum; 0 if there is no such entry.
  std::uint64_t report_of(std::uint32_t docid) const;
  // Tell the processor that the entry is about to be read: first where it is, which prefetch() needs itself
  // and would wait for, some entries later what it is. Any docid will do.
  void prefetch_place(std::uint32_t docid) const;
  void prefetch(std::uint32_t docid) const;

 private:
  void check_footer(const std::filesystem::path& path);

  MappedFile file_;
  const unsigned char* data_;
  std::size_t table_ = 0;  // its offset
  std::uint32_t documents_ = 0;
};

// --- for the writer (indexer/key_stream_writer.h) ---

inline constexpr std::size_t kKeyStreamFooterBytes = 32;
inline constexpr char kKeyStreamMagic[8] = {'K', 'W', 'K', 'E', 'Y', 'S', 2, 0};

// The checksum of a passage entry; `report` and `rest` as the layout says.
std::uint32_t key_stream_checksum(std::uint32_t docid, std::uint64_t report_offset,
                                  std::span<const unsigned char> report, std::span<const unsigned char> rest);

}  // namespace kwerenda
