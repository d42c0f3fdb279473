// The keys of an index: how often each occurs, and which are alike.
//
// Counts are looked up as needed. The list of all keys is read once, when a query first holds a word
// that neither lexicon nor index know: half a million keys take some 0.1 s. Alike ones are then found by
// comparing with every key that a bit mask of letters does not rule out, 1 ms for 300,000 keys; an index of
// deletions would take twenty times the memory for queries that are rare.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/stored.h"
#include "searcher/compiled_query.h"
#include "searcher/glass_table.h"

namespace kwerenda {

// Over the segments' tables of postings. One thread at a time; they must outlive it. Functions throw
// Error{corrupt}.
class TermVocabulary : public IndexVocabulary {
 public:
  // `passages`: in all of them.
  TermVocabulary(std::vector<const GlassTable*> postlists, std::uint32_t passages)
      : postlists_(std::move(postlists)), passages_(passages) {}

  double passages() const override { return passages_; }
  std::vector<std::uint32_t> years() const override;
  std::vector<std::string> place_keys() const override;
  std::vector<std::string> terms_of_reports(std::string_view part, std::size_t limit,
                                            bool& more) const override;
  std::uint32_t passages_with(std::string_view key) const override;
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override;
  std::vector<std::string> keys_beginning_with(std::string_view beginning) const override;
  std::vector<std::string> keys_with_prefix(std::string_view part, std::size_t limit,
                                            bool& more) const override;
  std::vector<std::string> keys_with_suffix(std::string_view part, std::size_t limit,
                                            bool& more) const override;

 private:
  struct Entry {
    std::string key;
    std::string bare;  // folded, without marks
    std::uint32_t passages = 0;
  };
  // All keys. Most are ruled out by what stands in the two smaller arrays, so those are what a search reads.
  struct Entries {
    std::vector<Entry> entries;
    std::vector<std::uint64_t> letters;  // which letters the bare key has
    std::vector<std::uint8_t> lengths;   // of the bare key in code points, 255 at most
  };

  const Entries& entries() const;

  // Terms that begin with `prefix`, which is left off, in the order of bytes, and the passages of each.
  std::vector<std::pair<std::string, std::uint32_t>> terms(std::string_view prefix) const;

  std::vector<const GlassTable*> postlists_;
  std::uint32_t passages_;
  mutable Entries entries_;
};

// What "plik:" looks in, folded: the name of the report's file, and behind a newline the report's own if it
// has another, as records of JSON Lines have.
std::string file_text_of(const StoredReport& report);

}  // namespace kwerenda
