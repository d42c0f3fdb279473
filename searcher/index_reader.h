// An open index, for one thread: its segments as one Xapian database, with what belongs to them.
//
// Segments never change (analysis/schema.h), so what a reader has open is one committed state, however often
// somebody commits meanwhile.
#pragma once

#include <xapian.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/error.h"
#include "analysis/key_streams.h"
#include "analysis/key_table.h"
#include "analysis/manifest.h"
#include "analysis/stored.h"
#include "searcher/dead_passages.h"
#include "searcher/glass_table.h"
#include "searcher/index_vocabulary.h"
#include "searcher/verified_segments.h"

namespace kwerenda {

// The user's own words that the index was built with (analysis/extra_forms.h), as text; empty: none. Throws
// as IndexReader().
std::string stored_extra_lexicon(const std::filesystem::path& index, VerifiedSegments& verified);

// Which file of segments' names it is (analysis/schema.h): it is replaced, never changed.
struct SegmentNames {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t seconds = 0, nanoseconds = 0;

  friend bool operator==(const SegmentNames&, const SegmentNames&) = default;
};

class IndexReader {
 public:
  // Throws Error: not_found, incompatible, corrupt, io.
  IndexReader(
      const std::filesystem::path& index, std::shared_ptr<const KeyMaker> keys,
      std::shared_ptr<VerifiedSegments> verified = std::make_shared<VerifiedSegments>(VerifyFiles::yes));

  // Brings the reader to the last commit. Throws as the constructor.
  void refresh();

  // Runs `read` on the last committed state. Throws Error{corrupt} or Error{io} for what Xapian says of the
  // database, and what `read` throws.
  template <typename Read>
  auto consistently(Read read) {
    refresh();
    try {
      return read();
    } catch (const Xapian::Error& error) {
      throw_error(error);
    }
  }

  // All segments; document numbers here are those of this database. For Xapian's own matcher, which knows no
  // checksums: the files that it reads are verified first, which takes the time of reading them if nobody did
  // before. Throws Error{corrupt}, Error{io}.
  const Xapian::Database& database() const;
  const TermVocabulary& vocabulary() const { return *vocabulary_; }
  KeyTable& table() { return *table_; }
  const Manifest& manifest() const { return manifest_; }
  // Mean bytes of a passage's text, 1 at least.
  double mean_passage_bytes() const { return mean_passage_bytes_; }

  // Throw Error{corrupt} if the record is missing or fails its checksum.
  void read(Xapian::docid id, StoredPassage& passage);        // overwrites `passage`
  void read_keys(Xapian::docid id, PassageKeys& keys) const;  // overwrites `keys`; good until refresh()
  // The key of the passage's report, as the streams say; not checked: 0 or that of another report if damaged.
  std::uint64_t report_of(Xapian::docid id) const {
    return segment_of(id).keys->report_of(number_in_segment(id));
  }
  // Fetches into the processor's caches what read() will read of these. Throws Error{corrupt}.
  void prefetch(std::span<const Xapian::docid> ids) const;
  // Fetch into the processor's caches what prefetch_keys() will read, and what read_keys() will.
  void prefetch_place_of_keys(Xapian::docid id) const {
    segment_of(id).keys->prefetch_place(number_in_segment(id));
  }
  void prefetch_keys(Xapian::docid id) const { segment_of(id).keys->prefetch(number_in_segment(id)); }
  StoredReport report(std::uint64_t key) const;

  // Throws Error{corrupt} about the passage's records.
  [[noreturn]] void throw_damaged(Xapian::docid id) const;

  // True if a later segment replaces or removes the document's report.
  bool is_dead(Xapian::docid id, std::uint64_t report_key) const {
    const auto& dead = segment_of(id).dead_reports;
    return !dead.empty() && dead.contains(report_key);
  }
  // The query without dead passages.
  Xapian::Query of_the_living(const Xapian::Query& query) const;
  // The living passages of a report, in their order.
  std::vector<Xapian::docid> passages_of(std::uint64_t report_key) const;

  struct Segment {
    std::filesystem::path path;
    Xapian::Database database;
    std::unique_ptr<GlassTable> postlist;
    std::unique_ptr<GlassTable> docdata;  // null: no passages
    std::unique_ptr<KeyStreamFile> keys;
    std::unique_ptr<TextDecompressor> decompressor;
    std::unordered_set<std::uint64_t> dead_reports;
    std::vector<Xapian::docid> dead_passages;  // numbers within the segment, increasing
  };
  const std::vector<Segment>& segments() const { return segments_; }  // the oldest first

 private:
  void open();
  void open_segments();
  // Document numbers alternate between the segments.
  const Segment& segment_of(Xapian::docid id) const { return segments_[(id - 1) % segments_.size()]; }
  Xapian::docid number_in_segment(Xapian::docid id) const {
    return static_cast<Xapian::docid>((id - 1) / segments_.size() + 1);
  }
  [[noreturn]] void throw_error(const Xapian::Error& error) const;

  std::filesystem::path index_;
  std::shared_ptr<const KeyMaker> keys_;
  std::shared_ptr<VerifiedSegments> verified_;
  SegmentNames stub_;
  std::vector<Segment> segments_;
  Xapian::Database database_;
  std::shared_ptr<const DeadDocuments> dead_;  // null: there are none
  double mean_passage_bytes_ = 1;
  Manifest manifest_;
  std::string joined_;  // a record that was stored in pieces
  std::unique_ptr<TermVocabulary> vocabulary_;
  std::unique_ptr<KeyTable> table_;
};

}  // namespace kwerenda
