// The entries of the termlist table, in key order:
//
//   docid       the terms of a document, in byte order. Empty for a document without terms; else varint
//   length of the document,
//               varint number of terms, and for each term: [reuse] (1 byte), length of the rest (1), the
//               rest, [varint wdf]. Reuse, which the first term does not have, says how many bytes are those
//               of the term before it. It takes the wdf in, (wdf + 1) * (length of the term before + 1) +
//               reuse, where that is below 256, and then no varint follows; a value above the length of the
//               term before tells a reader so.
//   docid 00    the slots in which the document has values, if any, increasing: varint of the first, then of
//   each difference
//               less 1
//
// Docids are sortable.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "indexer/glass/coding.h"
#include "indexer/glass/term_dictionary.h"

namespace kwerenda::glass {

class TermListEncoder {
 public:
  void begin(std::uint32_t document_length, std::size_t terms) {
    used_ = 0;
    previous_ = {};
    if (terms == 0) return;
    char* out = put_varint(room(), document_length);
    used_ = static_cast<std::size_t>(put_varint(out, terms) - buffer_.get());
  }

  // Terms in byte order. They come from a TermDictionary, for its padding, and stay until the next call.
  void add(std::string_view term, std::uint32_t wdf) {
    char* out = room();
    std::size_t reuse = 0;
    bool wdf_told = false;
    if (!previous_.empty()) {
      reuse = common_bytes(previous_, term);
      const std::size_t packed = wdf < 127 ? (wdf + 1) * (previous_.size() + 1) + reuse : 256;
      wdf_told = packed < 256;
      *out++ = static_cast<char>(static_cast<unsigned char>(wdf_told ? packed : reuse));
    }
    *out++ = static_cast<char>(static_cast<unsigned char>(term.size() - reuse));
    const std::size_t rest = term.size() - reuse;
    std::memcpy(out, term.data() + reuse, TermDictionary::kPadding);  // a fixed size is copied without a call
    if (rest > TermDictionary::kPadding) std::memcpy(out, term.data() + reuse, rest);
    out += rest;
    if (!wdf_told) out = put_varint(out, wdf);
    used_ = static_cast<std::size_t>(out - buffer_.get());
    previous_ = term;
  }

  // Good until the next begin().
  std::string_view tag() const { return {buffer_.get(), used_}; }

 private:
  static constexpr std::size_t kMaxEntryBytes = 2 + 255 + TermDictionary::kPadding + 2 * kMaxVarintBytes;

  static std::size_t common_bytes(std::string_view a, std::string_view b) {
    const std::size_t limit = std::min(a.size(), b.size());
    std::uint64_t head_a, head_b;
    std::memcpy(&head_a, a.data(), 8);
    std::memcpy(&head_b, b.data(), 8);
    if (const std::uint64_t differ = head_a ^ head_b; differ != 0) {
      const int bits =
          std::endian::native == std::endian::little ? std::countr_zero(differ) : std::countl_zero(differ);
      return std::min(limit, static_cast<std::size_t>(bits) / 8);
    }
    std::size_t common = std::min<std::size_t>(limit, 8);
    while (common < limit && a[common] == b[common]) ++common;
    return common;
  }

  // Where the next entry goes.
  char* room() {
    if (size_ - used_ < kMaxEntryBytes) {
      size_ = 2 * size_ + 64 * kMaxEntryBytes;
      auto larger = std::make_unique_for_overwrite<char[]>(size_);
      if (used_ > 0) std::memcpy(larger.get(), buffer_.get(), used_);
      buffer_ = std::move(larger);
    }
    return buffer_.get() + used_;
  }

  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
  std::string_view previous_;
};

}  // namespace kwerenda::glass
