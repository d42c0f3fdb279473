// An open index, for one thread: the Xapian database with what belongs to it, and the rules for reading it
// while somebody writes.
#pragma once

#include <xapian.h>

#include <filesystem>
#include <memory>
#include <string>

#include "analysis/error.h"
#include "analysis/key_table.h"
#include "analysis/manifest.h"
#include "analysis/stored.h"
#include "searcher/index_vocabulary.h"

namespace kwerenda {

// The user's own words that the index was built with (analysis/extra_forms.h), as text; empty: none. Throws
// as IndexReader().
std::string stored_extra_lexicon(const std::filesystem::path& index);

class IndexReader {
 public:
  // Throws Error: not_found, incompatible, corrupt, io.
  IndexReader(const std::filesystem::path& index, std::shared_ptr<const KeyMaker> keys);

  // Brings the reader to the last commit. Throws as the constructor.
  void refresh();

  // Runs `read` so that all it read belongs to one committed state: it is run again when a commit came
  // between, five times at most. Throws Error{busy} then, Error{corrupt} if the database is damaged although
  // nobody wrote, and what `read` throws.
  template <typename Read>
  auto consistently(Read read) {
    for (int attempt = 0;; ++attempt) {
      refresh();
      try {
        auto result = read();
        if (!changed_meanwhile()) return result;
      } catch (const Xapian::Error& error) {
        if (!changed_meanwhile(error)) throw_error(error);
      } catch (const Error& error) {
        // A damaged record may be a half-overwritten block of a state that is gone.
        if (error.kind() != ErrorKind::corrupt || !changed_meanwhile()) throw;
      }
      if (attempt == kMaxAttempts - 1) throw_busy();
    }
  }

  const Xapian::Database& database() const { return database_; }
  const XapianVocabulary& vocabulary() const { return *vocabulary_; }
  KeyTable& table() { return *table_; }
  const Manifest& manifest() const { return manifest_; }
  // Mean bytes of a passage's text, 1 at least.
  double mean_passage_bytes() const;

  // Throw Error{corrupt} if the record is missing or fails its checksum.
  StoredPassage passage(Xapian::docid id) const;
  void read_keys(Xapian::docid id, PassageKeys& keys) const;  // overwrites `keys`
  StoredReport report(std::uint64_t key) const;

 private:
  static constexpr int kMaxAttempts = 5;

  void open();
  bool changed_meanwhile();
  bool changed_meanwhile(const Xapian::Error& error);  // also if the error itself says so
  [[noreturn]] void throw_error(const Xapian::Error& error) const;
  [[noreturn]] void throw_busy() const;
  [[noreturn]] void throw_damaged(Xapian::docid id) const;

  std::filesystem::path index_;
  std::shared_ptr<const KeyMaker> keys_;
  std::filesystem::path generation_;
  std::filesystem::file_time_type stub_time_;
  Xapian::Database database_;
  Manifest manifest_;
  std::unique_ptr<XapianVocabulary> vocabulary_;
  std::unique_ptr<KeyTable> table_;
};

}  // namespace kwerenda
