// The keys of an index: how often each occurs, and which are alike.
//
// Counts are asked of Xapian as needed. The list of all keys is read once, when a query first holds a word
// that neither lexicon nor index know: half a million keys take some 0.1 s. Alike ones are then found by
// comparing with every key that a bit mask of letters does not rule out, 1 ms for 300,000 keys; an index of
// deletions would take twenty times the memory for queries that are rare.
#pragma once

#include <xapian.h>

#include <string>
#include <string_view>
#include <vector>

#include "searcher/compiled_query.h"

namespace kwerenda {

// One thread at a time. Refers to the database, which must outlive it and not change state under it: make a
// new one after a reopen() that returned true.
class XapianVocabulary : public IndexVocabulary {
 public:
  explicit XapianVocabulary(const Xapian::Database& database) : database_(database) {}

  double passages() const override { return database_.get_doccount(); }
  std::vector<std::uint32_t> years() const override;
  std::vector<std::string> place_keys() const override;
  std::uint32_t passages_with(std::string_view key) const override;
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override;
  std::vector<std::string> keys_with_prefix(std::string_view part, std::size_t limit,
                                            bool& more) const override;
  std::vector<std::string> keys_with_suffix(std::string_view part, std::size_t limit,
                                            bool& more) const override;

 private:
  struct Entry {
    std::string key;
    std::string bare;           // folded, without marks
    std::uint64_t letters = 0;  // which letters occur
    std::uint32_t passages = 0;
  };

  const std::vector<Entry>& entries() const;

  const Xapian::Database& database_;
  mutable std::vector<Entry> entries_;
};

}  // namespace kwerenda
