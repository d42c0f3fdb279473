// Runs: inverted lists in key order, in memory or in a temporary file, and their merge.
//
// A run is a sequence of entries: varint length and bytes of the key; varint number of documents; varint sum
// of wdf; then the documents, docids increasing, each with the varint difference to the docid before (to 0 at
// first). Keys are those of the postlist table without a docid, so a run is in the order of the final tables.
// What follows a docid depends on the key:
//
//   kValueChunkPrefix slot   varint length and bytes of the value
//   kLengthsPrefix           varint length of the document
//   term(escaped)            varint wdf << 2 | PositionKind; one position: its varint; more: varint length
//   and bytes of the
//                            tag of the position table
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "indexer/glass/coding.h"

namespace kwerenda::glass {

enum PositionKind : unsigned { kNoPositions = 0, kOnePosition = 1, kManyPositions = 2 };

// Bytes from front to back, out of memory or out of a file. Trusts what it reads: we wrote it in this very
// process.
class ByteReader {
 public:
  // Reads memory that outlives it.
  explicit ByteReader(std::span<const char> bytes);
  // Opens a file. Throws Error{io}, as do the calls below.
  explicit ByteReader(std::filesystem::path path);
  ~ByteReader();
  ByteReader(const ByteReader&) = delete;
  ByteReader& operator=(const ByteReader&) = delete;

  // Makes the next `bytes` readable at `at`, or as many as there are left. Views of earlier bytes become
  // invalid.
  void need(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - at) < bytes && descriptor_ >= 0) refill(bytes);
  }
  // True at the end of the data; else at least one byte is readable.
  bool exhausted() {
    need(1);
    return at == end_;
  }
  std::uint64_t varint() {
    need(kMaxVarintBytes);
    return get_varint(at);
  }
  std::string_view view(std::size_t bytes) {
    need(bytes);
    const std::string_view result(at, bytes);
    at += bytes;
    return result;
  }

  const char* at = nullptr;

 private:
  void refill(std::size_t bytes);

  const char* end_ = nullptr;
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool file_ended_ = false;
  std::unique_ptr<char[]> buffer_;
  std::size_t buffer_bytes_ = 0;
};

// Reads one run. Every document of an entry has to be read before the next entry.
class RunReader {
 public:
  explicit RunReader(std::span<const char> run) : bytes_(run) {}
  explicit RunReader(std::filesystem::path path) : bytes_(std::move(path)) {}

  // False at the end of the run.
  bool next_entry();
  const std::string& key() const { return key_; }
  std::uint32_t documents() const { return documents_; }
  std::uint64_t occurrences() const { return occurrences_; }

  // The next document of a list; false after the last one. What was read stands in the members below until
  // the next call.
  bool next_posting() {
    if (!next_docid()) return false;
    const std::uint64_t head = get_varint(bytes_.at);
    wdf = static_cast<std::uint32_t>(head >> 2);
    switch (head & 3) {
      case kOnePosition: {
        const char* begin = bytes_.at;
        (void)get_varint(bytes_.at);
        bytes = {begin, static_cast<std::size_t>(bytes_.at - begin)};
        break;
      }
      case kManyPositions:
        bytes = bytes_.view(get_varint(bytes_.at));
        break;
      default:
        bytes = {};
    }
    return true;
  }
  bool next_value() {
    if (!next_docid()) return false;
    bytes = bytes_.view(get_varint(bytes_.at));
    return true;
  }
  bool next_length() {
    if (!next_docid()) return false;
    wdf = get_varint32(bytes_.at);
    return true;
  }

  std::uint32_t docid = 0;
  std::uint32_t wdf = 0;   // of a posting; or the length of a document
  std::string_view bytes;  // the tag of the position table, empty without positions; or a value

 private:
  bool next_docid() {
    if (left_ == 0) return false;
    --left_;
    bytes_.need(4 * kMaxVarintBytes);
    docid += get_varint32(bytes_.at);
    return true;
  }

  ByteReader bytes_;
  std::string key_;
  std::uint32_t documents_ = 0;
  std::uint32_t left_ = 0;
  std::uint64_t occurrences_ = 0;
};

// Throws Error{usage}: two shards have the same docid.
[[noreturn]] void fail_added_twice(std::uint32_t docid);

// Several runs as one.
class RunMerge {
 public:
  explicit RunMerge(std::vector<std::unique_ptr<RunReader>> runs);

  // Goes to the next key; false if there is none. All documents of the one before must have been read.
  bool next_entry();
  const std::string& key() const { return current_.front()->key(); }
  std::uint32_t documents() const;
  std::uint64_t occurrences() const;

  // Calls use(const RunReader&) for each document of the entry, docids increasing; `step` is one of
  // RunReader's next_…. Throws Error{usage} if two runs have the same docid.
  template <typename Use>
  void for_each(bool (RunReader::*step)(), Use&& use);

 private:
  static bool later(const RunReader* a, const RunReader* b) { return a->key() > b->key(); }

  std::vector<std::unique_ptr<RunReader>> runs_;
  std::vector<RunReader*> waiting_;  // a heap, the least key in front
  std::vector<RunReader*> current_;
};

template <typename Use>
void RunMerge::for_each(bool (RunReader::*step)(), Use&& use) {
  if (current_.size() == 1) {
    RunReader& run = *current_.front();
    while ((run.*step)()) use(std::as_const(run));
    return;
  }
  std::vector<RunReader*> runs = current_;
  for (RunReader* run : runs) (run->*step)();
  while (!runs.empty()) {
    // Documents come in batches from one shard, and runs of one shard follow each other: stay with a run
    // while it leads.
    std::size_t first = 0;
    std::uint64_t limit = ~std::uint64_t{0};
    for (std::size_t i = 1; i < runs.size(); ++i) {
      if (runs[i]->docid < runs[first]->docid) {
        limit = runs[first]->docid;
        first = i;
      } else if (runs[i]->docid < limit) {
        limit = runs[i]->docid;
      }
    }
    RunReader& run = *runs[first];
    bool more = true;
    while (more && run.docid < limit) {
      use(std::as_const(run));
      more = (run.*step)();
    }
    if (!more) {
      runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(first));
    } else if (run.docid == limit) {
      fail_added_twice(run.docid);
    }
  }
}

}  // namespace kwerenda::glass
