// Builds a database of Xapian's glass format from scratch, far faster than add_document, which inverts into
// nested maps and updates B-trees in place (1 to 2 MB of text a second): here documents go into a compact
// log, are inverted by counting, and every table is written once, in key order.
//
//   BulkBuilder builder("index", {.memory_bytes = 512 << 20});
//   BulkShard& shard = builder.shard(0);
//   TermId cat = shard.intern("kot"), exact = shard.intern("=kota");
//   std::uint32_t positions[] = {1, 5};
//   Posting postings[] = {{cat, 2, positions}, {exact, 2, {}}};
//   shard.add(1, postings, "Kota goni kot kota.", {});
//   builder.set_metadata("format", "1");
//   builder.finish();
//
// The result is an ordinary Xapian 1.4 database with the content that add_document would have given it:
// terms, postings, positions, values and their bounds, data, lengths and statistics. It can be searched,
// changed, checked and compacted by Xapian.
//
// SEVERAL THREADS. Each worker feeds a shard of its own with docids that were dealt out beforehand; finish()
// merges all shards into the one database in docid order. Numbers of terms belong to a shard.
//
// MEMORY. A shard keeps its log, and at inversion the inverted lists beside it. When log, expected lists and
// dictionary exceed the shard's part of memory_bytes, the shard writes the lists as a sorted run and the
// documents in order to temporary files and starts anew; finish() merges the runs. Only the dictionary stays,
// about 100 bytes a distinct term. When it leaves little room, runs do not shrink below a quarter of the
// shard's part or half of the dictionary, whichever is more; so much the sum may then exceed memory_bytes.
// 620,000 passages (400 MB of text) with memory_bytes at its default took about 520 MB and four runs.
//
// DISK. Everything is written in a hidden directory beside the target, `.NAME.bulk-XXXXXX`, synced, and
// renamed to the target by finish(); the directory goes in any case, and what a killed process left is
// removed by the next builder of the same target.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/error.h"
#include "indexer/glass/output_file.h"
#include "indexer/glass/table_writer.h"
#include "indexer/glass/version_file.h"

namespace kwerenda::glass {

using TermId = std::uint32_t;

// What Xapian allows: the bytes of a term, each zero byte counted twice.
inline constexpr std::size_t kMaxTermBytes = 245;

// One term of one document.
struct Posting {
  TermId term = 0;
  std::uint32_t wdf = 1;                          // may be 0
  std::span<const std::uint32_t> positions = {};  // strictly increasing; how many is independent of wdf
};

// A value of one document. An empty one is as good as none.
struct Value {
  std::uint32_t slot = 0;  // below 2^32 - 1
  std::string_view bytes;
};

enum class TermLists {
  write,
  omit,  // smaller and faster; Xapian can then only add documents (DB_NO_TERMLIST), and not list the values
         // of one
};

struct BulkOptions {
  // Of all shards together, in bytes; see MEMORY above. Below 1 MB it only makes very many files.
  std::uint64_t memory_bytes = 512u << 20;
  unsigned shards = 1;
  // Threads that finish() may use, the caller's included: the three big tables are independent of each other.
  // From two on each large file has one more beside, which hands its bytes to the kernel (output_file.h).
  unsigned finish_threads = 2;
  std::uint32_t block_bytes = 8192;
  TermLists term_lists = TermLists::write;
  // Deflate halves the term lists at a high price in time. Documents are best compressed by the caller.
  TagCompression term_list_compression = TagCompression::none;
  TagCompression data_compression = TagCompression::none;
  Durability durability = Durability::synced;
  // The next three are called by finish() in one thread. Before the first document, when directory() is
  // there.
  std::function<void()> on_first_document = {};
  // Called for each document with data, in the order of docids; the answer, good until the next call, is what
  // is stored. Empty: what was given.
  std::function<std::string_view(std::uint32_t docid, std::string_view data)> on_document = {};
  // Called behind the last document.
  std::function<void()> on_last_document = {};
  // Called by finish() when all files of the database are complete and before they are published: files that
  // are put into `directory` then are published with them. They have to be durable by themselves.
  std::function<void(const std::filesystem::path& directory, const std::vector<SummedFile>& files)>
      on_complete = {};
};

struct BulkResult {
  Statistics statistics;
  SummedFile postlist, position, termlist, docdata;  // size 0: there is no such file
  std::uint32_t runs = 0;                            // that were written to temporary files
};

// What one thread feeds. Belongs to its builder. Not safe for two threads at once; two shards are.
class BulkShard {
 public:
  ~BulkShard();
  BulkShard(const BulkShard&) = delete;
  BulkShard& operator=(const BulkShard&) = delete;

  // The number of a term in this shard, good for the builder's life. Throws Error{limit} for an empty term
  // and for one of more than kMaxTermBytes.
  TermId intern(std::string_view term);

  // Adds a document; its length is the sum of its wdf. Docids increase within a shard; gaps are allowed, and
  // stand for no documents. Nothing of the arguments is kept. On Error{usage} (docid not above the last,
  // unknown or repeated term, positions out of order, a slot twice) and Error{limit} (data, a value or the
  // term list above kMaxTagBytes, length above 2^32 - 2) the shard is as before; after Error{io}, from
  // writing a run, the builder is good for nothing but destruction.
  void add(std::uint32_t docid, std::span<const Posting> postings, std::string_view data,
           std::span<const Value> values = {});

  // The last docid that was added, 0 at first.
  std::uint32_t last_docid() const;

  struct Impl;  // bulk_shard.h

 private:
  friend class BulkBuilder;
  explicit BulkShard(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// REQUIRES: one builder for a target at a time.
class BulkBuilder {
 public:
  // Throws Error{usage} if `target` exists and is not an empty directory or an option makes no sense,
  // Error{io} if the hidden directory cannot be made.
  BulkBuilder(std::filesystem::path target, const BulkOptions& options);
  ~BulkBuilder();
  BulkBuilder(const BulkBuilder&) = delete;
  BulkBuilder& operator=(const BulkBuilder&) = delete;

  // Where finish() will write before it publishes; it appears then.
  std::filesystem::path directory() const;

  // 0 <= number < options.shards. Safe from several threads.
  BulkShard& shard(unsigned number);

  // An empty value removes the entry. Throws Error{limit} for an empty key, a key above 253 bytes, a value
  // above kMaxTagBytes.
  void set_metadata(std::string_view key, std::string_view value);

  // Writes the database and puts it in its place. No shard may be in use, and nothing may be called
  // afterwards. Throws Error{io}; Error{usage} if two shards have the same docid; Error{limit} if one term
  // occurs more than 2^32 - 1 times. On an error there is no target.
  BulkResult finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda::glass
