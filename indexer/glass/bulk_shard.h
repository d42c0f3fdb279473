// The inside of a BulkShard: log, dictionary, inversion and runs. Only for bulk_builder.cc and bulk_shard.cc.
//
// The log has one record a document: varint docid less the one before; varint length of the document; slots
// (length and bytes as in the termlist table); data (varint length, bytes); varint number of terms; varint
// lengths of the second and the third column; then three columns, so that each pass reads what it needs
// without a branch a term: numbers of terms, 4 bytes each; varint wdf << 2 | PositionKind; positions, as
// run.h says. Positions are coded for good when they arrive, in the thread that feeds the shard: a list of
// one takes a byte or two, and the position table later copies bytes.
//
// Inversion: for every term the number of documents and the bytes of its list are known when the log is full,
// so the place of each list in the run follows from adding up in byte order of the terms, and one more pass
// over the log copies each posting to where it belongs. Lists of linked slices, one a term, filled as
// documents come, would save that pass, but scatter their memory and waste part of each slice, and the log is
// needed for the term lists anyway.
#pragma once

#include <deque>
#include <map>

#include "indexer/glass/bulk_builder.h"
#include "indexer/glass/run.h"
#include "indexer/glass/term_dictionary.h"
#include "indexer/glass/term_list.h"

namespace kwerenda::glass {

// One document on its way to the termlist and docdata tables. Views stay until the next one is read.
struct StoredDocument {
  std::uint32_t docid = 0;
  std::string_view slots;
  std::string_view data;
  std::string_view term_list;
};

class DocumentLog {
 public:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t used = 0;
    std::size_t size = 0;
  };

  char* room(std::size_t bytes);
  void advance(std::size_t bytes) {
    blocks_.back().used += bytes;
    used_ += bytes;
  }
  std::size_t used() const { return used_; }
  std::deque<Block>& blocks() { return blocks_; }
  void clear();

 private:
  std::deque<Block> blocks_;  // a record never crosses from one to the next
  std::size_t used_ = 0;
};

struct SlotValues {
  // Of the whole shard.
  std::uint32_t slot = 0;
  std::uint32_t values = 0;
  std::string least, greatest;
  // Of the run at hand.
  std::uint32_t documents = 0;
  std::uint32_t last_docid = 0;
  std::string list;
};

struct BulkShard::Impl {
  // Four to a cache line: add() and invert() look one up for each posting. That 32 bits are enough is seen to
  // by add().
  struct TermState {
    std::uint32_t last_docid = 0;  // in the run at hand, like the rest
    std::uint32_t documents = 0;
    std::uint32_t occurrences = 0;
    std::uint32_t bytes = 0;  // of the list; during inversion where its next posting goes
  };

  std::filesystem::path directory;  // of temporary files
  unsigned number = 0;
  std::uint64_t memory_limit = 0;
  bool write_term_lists = true;
  bool has_positions = false;  // of any term

  TermDictionary dictionary;
  std::vector<TermState> states;
  DocumentLog log;
  std::uint64_t list_bytes = 0;              // of all terms in the run at hand
  std::uint64_t run_length = 0;              // sum of the lengths of its documents
  std::map<std::string, SlotValues> values;  // by value_chunk_key()
  std::vector<SlotValues*> slots;            // the same, in the order in which they came
  std::string lengths;
  std::uint32_t documents_in_run = 0;
  std::uint32_t last_docid = 0;      // added
  std::uint32_t last_run_docid = 0;  // added to the run at hand, 0 at its start
  Statistics statistics;

  std::vector<std::filesystem::path> run_files;
  std::unique_ptr<OutputFile> documents_file;
  std::string scratch;
  std::vector<char> heads;
  std::string positions;
  std::vector<TermState> before;  // what add() has changed so far
  std::vector<Value> by_slot;

  // The run in memory once prepare() was called.
  std::unique_ptr<char[]> run;
  std::size_t run_bytes = 0;

  void add(std::uint32_t docid, std::span<const Posting> postings, std::string_view data,
           std::span<const Value> given);
  SlotValues& values_of(std::uint32_t slot);
  // Inverts the log into `run` and sets the counts back.
  void invert();
  void spill();
  // After the last add(): inverts what is left and closes the file of documents.
  void prepare();
  std::vector<std::unique_ptr<RunReader>> open_runs() const;
};

// Reads the documents of a shard in docid order: those of the file, then those of the log, whose memory it
// gives back on the way.
class DocumentReader {
 public:
  enum class Source { log, file_and_log };
  DocumentReader(BulkShard::Impl& shard, Source source);
  bool next();
  StoredDocument document;

 private:
  bool next_in_file();
  bool next_in_log();

  BulkShard::Impl& shard_;
  std::unique_ptr<ByteReader> file_;
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::uint32_t log_docid_ = 0;
  bool started_ = false;
  std::string slots_, data_, term_list_;
  TermListEncoder encoder_;
  std::vector<std::uint64_t> order_;                     // rank << 32 | index into terms_
  std::vector<std::pair<TermId, std::uint32_t>> terms_;  // with wdf
};

}  // namespace kwerenda::glass
