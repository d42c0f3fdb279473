// The entries of the postlist table, in key order:
//
//   00 c0 key                   user metadata: the value as it is, never empty
//   00 d0 slot(short)           value statistics: varint number of values, varint length and bytes of the
//   least one, bytes of
//                               the greatest one unless it is the same
//   00 d8 slot(varint) docid    value chunk: varint length and bytes of the value of the document in the key;
//   then for each
//                               further document a varint docid difference less 1 and its value
//   00 e0 [docid]               chunk of the list of document lengths, in the form of a chunk of postings;
//   its first chunk
//                               states 0 documents and 0 occurrences
//   term(escaped)               first chunk of postings: varint number of documents, varint sum of wdf,
//   varint first docid less 1,
//                               then as below
//   term(escaped) 00 docid      further chunk: '1' if it is the last one of its list, else '0'; varint last
//   docid less first; varint
//                               wdf of the first document; then for each further document a varint docid
//                               difference less 1 and a varint wdf
//
// Docids in keys are sortable. A chunk ends with the entry that takes its body to kChunkBytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "indexer/glass/coding.h"
#include "indexer/glass/table_writer.h"

namespace kwerenda::glass {

// Large enough that keys and headers cost little, small enough that four chunks fit a block of 8 KB: what
// Xapian uses too.
inline constexpr std::size_t kChunkBytes = 2000;

// Which head and keys a list has.
enum class ListKind { postings, lengths };

// Writes one list after the other into the postlist table. One thread at a time; errors are those of
// TableWriter::add.
class PostingListWriter {
 public:
  explicit PostingListWriter(TableWriter& table) : table_(table) {}
  PostingListWriter(const PostingListWriter&) = delete;
  PostingListWriter& operator=(const PostingListWriter&) = delete;

  // `key` is the term in escaped form; for lengths it is kLengthsPrefix, and the sums are not stored.
  void begin(ListKind kind, std::string_view key, std::uint32_t documents, std::uint64_t occurrences);

  // The next document of the list, docids increasing. wdf, or the length of the document.
  void add(std::uint32_t docid, std::uint32_t wdf) {
    if (body_end_ - body() >= static_cast<std::ptrdiff_t>(kChunkBytes)) write_chunk(false);
    if (body_end_ == body()) {
      first_docid_ = docid;
    } else {
      body_end_ = put_varint(body_end_, docid - last_docid_ - 1);
    }
    body_end_ = put_varint(body_end_, wdf);
    last_docid_ = docid;
  }

  // Call after the last document; there must have been one.
  void end() { write_chunk(true); }

 private:
  void write_chunk(bool last);
  char* body() { return tag_ + kMaxHeadBytes; }

  static constexpr std::size_t kMaxHeadBytes = 4 * kMaxVarintBytes + 1;

  TableWriter& table_;
  ListKind kind_ = ListKind::postings;
  std::string key_;  // that of the list
  std::size_t key_bytes_ = 0;
  std::uint32_t documents_ = 0;
  std::uint64_t occurrences_ = 0;
  bool first_chunk_ = true;
  std::uint32_t first_docid_ = 0;
  std::uint32_t last_docid_ = 0;
  // The head is put before the body when that is complete.
  char tag_[kMaxHeadBytes + kChunkBytes + 2 * kMaxVarintBytes];
  char* body_end_ = body();
};

// Writes the value chunks of one slot after the other.
class ValueListWriter {
 public:
  explicit ValueListWriter(TableWriter& table) : table_(table) {}

  // `key` is kValueChunkPrefix and the slot.
  void begin(std::string_view key);
  void add(std::uint32_t docid, std::string_view value);
  void end();

 private:
  TableWriter& table_;
  std::string key_;
  std::size_t key_bytes_ = 0;
  std::uint32_t last_docid_ = 0;
  std::string tag_;
};

std::string value_statistics_key(std::uint32_t slot);
std::string value_chunk_key(std::uint32_t slot);  // without a docid
std::string value_statistics_tag(std::uint32_t values, std::string_view least, std::string_view greatest);

}  // namespace kwerenda::glass
