// A few passages in memory with what an index would know of them, and a search that reads every one: the
// plain answer that the searcher's is held against.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/compiled_query.h"
#include "searcher/topics.h"

namespace kwerenda {

struct MemoryPassage {
  std::string citation;
  std::string text, title = "", heading = "", place = "", source = "";
  std::uint32_t date = 0;
};

// Keys as the indexer makes them of text, title and headings.
class MemoryCollection : public IndexVocabulary {
 public:
  MemoryCollection(std::shared_ptr<const KeyMaker> keys, std::vector<MemoryPassage> passages);

  const std::vector<MemoryPassage>& all() const { return collection_; }
  KeyTable& table() { return table_; }

  double passages() const override { return static_cast<double>(collection_.size()); }
  std::vector<std::uint32_t> years() const override;
  std::vector<std::string> place_keys() const override;
  std::uint32_t passages_with(std::string_view key) const override;
  std::vector<SimilarKey> similar_keys(std::string_view key, int edits, std::size_t limit) const override;
  std::vector<std::string> terms_of_reports(std::string_view part, std::size_t limit,
                                            bool& more) const override;
  std::vector<std::string> keys_beginning_with(std::string_view beginning) const override;
  std::vector<std::string> keys_with_prefix(std::string_view part, std::size_t limit,
                                            bool& more) const override;
  std::vector<std::string> keys_with_suffix(std::string_view part, std::size_t limit,
                                            bool& more) const override;

 private:
  std::vector<MemoryPassage> collection_;
  std::map<std::string, std::uint32_t, std::less<>> counts_;
  KeyTable table_;
};

// One passage's texts against a compiled query.
class PassageScan {
 public:
  PassageScan(const CompiledQuery& query, KeyTable& table) : query_(query), matcher_(query.patterns, table) {}

  bool matches(const MemoryPassage& passage);
  // The passage's text with the highlighted spans in brackets.
  std::string highlighted(const MemoryPassage& passage);

 private:
  void read(const MemoryPassage& passage);

  const CompiledQuery& query_;
  PassageMatcher matcher_;
  PassageTexts texts_;
  std::string file_;
};

// The project's own files, as built.
std::shared_ptr<const KeyMaker> real_keys();
const WordLists& real_word_lists();

}  // namespace kwerenda
