// The posting lists of a segment, read in place from its Xapian table.
//
// Xapian's own matcher spends 25 to 30 ns on a posting, most of it in virtual calls through a tree of lists;
// read straight from the table a posting costs 2 at most.
//
// A list is a chain of entries of the table of postings, in the order of passages: key term, in which zero
// bytes are followed by 0xff; and keys term, 0, sortable docid. The first tag begins with varints documents,
// sum of wdf, first docid - 1; then all have '1' for the last or '0', varint last docid less first, varint
// wdf, and for each further document varint docid difference - 1 and varint wdf. Our wdf are impacts
// (analysis/schema.h).
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "searcher/glass_table.h"

namespace kwerenda {

// Walks one list. One thread at a time; good as long as its table. All functions but the trivial ones throw
// Error{corrupt}.
class PostingCursor {
 public:
  static constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();

  PostingCursor() = default;  // at the end of nothing
  // Stands at the first posting of `term`, or at kEnd if there is none.
  PostingCursor(const GlassTable& postlist, std::string_view term);
  PostingCursor(PostingCursor&&) = default;
  PostingCursor& operator=(PostingCursor&&) = default;

  // Passages in the whole list.
  std::uint32_t documents() const { return documents_; }
  // Number of the passage within the segment; kEnd behind the last.
  std::uint64_t docid() const { return docid_; }
  std::uint32_t impact() const { return impact_; }

  // Calls visit(docid, impact), numbers of 64 and 32 bits, for each posting below `limit`, and stands behind
  // them.
  template <typename Visit>
  void each_below(std::uint64_t limit, Visit visit) {
    while (docid_ < limit) {
      visit_inner(limit, visit);
      if (docid_ >= limit) break;
      visit(docid_, impact_);
      next();
    }
  }

  // REQUIRES: docid() != kEnd
  void next() {
    if (end_ - at_ < kMostPostingBytes) return next_near_end();
    docid_ += short_varint() + std::uint64_t{1};
    impact_ = short_varint();
  }

  // Stands at the first posting from `docid` on; chunks before are not decoded.
  void skip_to(std::uint64_t docid);

 private:
  static constexpr std::ptrdiff_t kMostPostingBytes = 10;  // two numbers of 32 bits

  // As each_below(), but for those at the end of the chunk and those of other shapes: a long list is of
  // postings of two bytes, which are taken four at a time, and of three.
  template <typename Visit>
  void visit_inner(std::uint64_t limit, Visit visit) {
    constexpr std::uint64_t kMostOfFour = 0x200;  // that docids grow by
    constexpr std::uint64_t kFurther = 0x80;      // of a byte: the number goes on in the next
    const unsigned char* at = at_;
    const unsigned char* const end = end_;
    std::uint64_t docid = docid_;
    std::uint32_t impact = impact_;
    for (std::uint64_t bytes = 0; end - at >= 8 && docid < limit;) {
      std::memcpy(&bytes, at, sizeof bytes);
      if ((bytes & kFurther * 0x0101010101010101) == 0 && docid + kMostOfFour <= limit) {
        for (int i = 0; i < 4; ++i, bytes >>= 16) {
          visit(docid, impact);
          docid += (bytes & 0xff) + 1;
          impact = static_cast<std::uint32_t>(bytes >> 8 & 0xff);
        }
        at += 8;
      } else if ((bytes & kFurther * 0x0101) == 0) {
        visit(docid, impact);
        docid += (bytes & 0xff) + 1;
        impact = static_cast<std::uint32_t>(bytes >> 8 & 0xff);
        at += 2;
      } else if ((bytes & kFurther * 0x010100) == 0) {
        visit(docid, impact);
        docid += ((bytes & 0x7f) | (bytes >> 1 & 0x3f80)) + 1;
        impact = static_cast<std::uint32_t>(bytes >> 16 & 0xff);
        at += 3;
      } else {
        break;
      }
    }
    at_ = at;
    docid_ = docid;
    impact_ = impact;
  }

  // Of at most 32 bits; five bytes are there.
  std::uint32_t short_varint() {
    std::uint32_t value = *at_++;
    if (value < 0x80) return value;
    value &= 0x7f;
    for (unsigned shift = 7; shift < 35; shift += 7) {
      const std::uint32_t byte = *at_++;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }

  void next_near_end();
  void next_chunk();
  void begin_chunk(std::string_view chunk, std::uint64_t first);
  std::uint64_t varint();

  const GlassTable* table_ = nullptr;
  std::string key_;  // the term, escaped
  TablePlace place_;
  bool last_chunk_ = false;
  const unsigned char *at_ = nullptr, *end_ = nullptr;
  std::unique_ptr<std::string> joined_;  // a chunk that was stored in pieces; `at_` points into it
  std::uint64_t last_docid_ = 0;         // of the chunk
  std::uint64_t docid_ = kEnd;
  std::uint32_t impact_ = 0, documents_ = 0;
};

// Where the table of postings keeps metadata of this name.
std::string metadata_key(std::string_view name);

// Passages that hold `term`, dead ones included. Throws Error{corrupt}.
std::uint32_t passages_with_term(const GlassTable& postlist, std::string_view term);

// Calls `visit` with each term that begins with `prefix`, in the order of bytes, and its passages. `prefix`
// is not empty and does not begin with a zero byte. Throws Error{corrupt}.
void for_each_term(const GlassTable& postlist, std::string_view prefix,
                   const std::function<void(std::string_view term, std::uint32_t passages)>& visit);

}  // namespace kwerenda
