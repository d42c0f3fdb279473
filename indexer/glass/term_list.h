// The entries of the termlist table, in key order:
//
//   docid       the terms of a document, in byte order. Empty for a document without terms; else varint length of the document,
//               varint number of terms, and for each term: [reuse] (1 byte), length of the rest (1), the rest, [varint wdf].
//               Reuse, which the first term does not have, says how many bytes are those of the term before it. It takes
//               the wdf in, (wdf + 1) * (length of the term before + 1) + reuse, where that is below 256, and then no
//               varint follows; a value above the length of the term before tells a reader so.
//   docid 00    the slots in which the document has values, if any, increasing: varint of the first, then of each difference
//               less 1
//
// Docids are sortable.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "indexer/glass/coding.h"

namespace kwerenda::glass {

class TermListEncoder {
 public:
  void begin(std::string& tag, std::uint32_t document_length, std::size_t terms) {
    tag_ = &tag;
    tag.clear();
    previous_ = {};
    if (terms == 0) return;
    append_varint(tag, document_length);
    append_varint(tag, terms);
  }

  // Terms in byte order. The bytes of `term` have to stay until the next call.
  void add(std::string_view term, std::uint32_t wdf) {
    char bytes[2 + 255 + kMaxVarintBytes];
    char* out = bytes;
    std::size_t reuse = 0;
    bool wdf_told = false;
    if (!previous_.empty()) {
      const std::size_t limit = term.size() < previous_.size() ? term.size() : previous_.size();
      while (reuse < limit && term[reuse] == previous_[reuse]) ++reuse;
      const std::size_t packed = wdf < 127 ? (wdf + 1) * (previous_.size() + 1) + reuse : 256;
      wdf_told = packed < 256;
      *out++ = static_cast<char>(static_cast<unsigned char>(wdf_told ? packed : reuse));
    }
    *out++ = static_cast<char>(static_cast<unsigned char>(term.size() - reuse));
    std::memcpy(out, term.data() + reuse, term.size() - reuse);
    out += term.size() - reuse;
    if (!wdf_told) out = put_varint(out, wdf);
    tag_->append(bytes, static_cast<std::size_t>(out - bytes));
    previous_ = term;
  }

 private:
  std::string* tag_ = nullptr;
  std::string_view previous_;
};

}  // namespace kwerenda::glass
