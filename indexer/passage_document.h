// What one passage puts into the index: terms, values, data and key streams.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/key_streams.h"
#include "analysis/key_table.h"
#include "analysis/stored.h"
#include "analysis/text_compression.h"
#include "indexer/passage_terms.h"
#include "indexer/passages.h"
#include "indexer/report.h"

namespace kwerenda {

// What is of the passage alone; see analysis/schema.h.
struct PassageDocument {
  std::vector<PassageTerm> terms;
  PassageKeys keys;  // good until the maker's next call
};

// Makes the documents of one report after another. One thread at a time, with a table of its own.
class PassageDocumentMaker {
 public:
  // The table must outlive it.
  explicit PassageDocumentMaker(KeyTable& table) : table_(table), terms_(table) {}

  // What follows belongs to this report, which must live until the next call.
  void begin_report(const Report& report, std::uint64_t key);
  // What all its passages have: whole terms of wdf 0, none twice; values, slot and bytes.
  const std::vector<std::string>& filters() const { return filters_; }
  const std::vector<std::pair<std::uint32_t, std::string>>& values() const { return values_; }
  // Overwrites `document`.
  void make(const Passage& passage, PassageDocument& document);

 private:
  KeyTable& table_;
  PassageTermMaker terms_;
  const Report* report_ = nullptr;
  std::uint64_t key_ = 0;
  std::vector<std::string> filters_;
  std::vector<std::pair<std::uint32_t, std::string>> values_;
};

// What a document has beside: the passage as it is stored.
StoredPassage stored_passage(const Report& report, std::uint64_t key, const Passage& passage);

// The record of a report, for its metadata entry.
StoredReport stored_report(const Report& report, const std::vector<Passage>& passages);
std::string report_metadata_key(std::uint64_t key);

}  // namespace kwerenda
