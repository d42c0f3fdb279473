// A passage to its index terms, before any database: what both writers (Xapian's and the bulk builder) put
// in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/key_streams.h"
#include "analysis/key_table.h"
#include "analysis/token.h"

namespace kwerenda {

// One term of a passage: prefix (schema.h) and key number in the maker's table; wdf is an impact (impact.h)
// for lemma terms, 0 for the rest.
struct PassageTerm {
  char prefix = 0;
  KeyId key = 0;
  std::uint32_t wdf = 0;
};

// Counts keys of one passage after another; keeps its arrays. One thread at a time, with a table of its own.
class PassageTermMaker {
 public:
  explicit PassageTermMaker(KeyTable& table) : table_(table) {}

  // Sets what the following passages share. `title` and `heading` are UTF-8 texts.
  void set_title(std::string_view title);
  void set_heading(std::string_view heading);

  // Clears `terms` and fills it: lemma terms of text, title and heading, then title terms, then heading
  // terms; no term twice, no order promised. Returns the number of tokens of the text.
  std::size_t terms_of(std::string_view text, std::vector<PassageTerm>& terms);

  // Key streams (key_streams.h) of the last text and of the present title and heading.
  const KeyStream& text_stream() const { return text_stream_; }
  const KeyStream& title_stream() const { return title_stream_; }
  const KeyStream& heading_stream() const { return heading_stream_; }

  // The boolean terms of a report's place, none twice.
  std::vector<PassageTerm> place_terms_of(std::string_view place);

 private:
  struct Count {
    std::uint32_t text = 0, title = 0, heading = 0;
  };

  void keys_of_text(std::string_view text, std::vector<KeyId>& keys, KeyStream& stream);

  KeyTable& table_;
  std::string title_, heading_;
  std::vector<KeyId> text_keys_, title_keys_, heading_keys_;
  KeyStream text_stream_, title_stream_, heading_stream_;
  std::vector<Count> counts_;   // by key number
  std::vector<KeyId> touched_;  // keys of this passage
  std::vector<Token> tokens_;
  std::vector<KeyTable::Expected> expected_;  // of tokens_
};

// The term as it stands in the index.
std::string term_text(const PassageTerm& term, const KeyTable& table);

}  // namespace kwerenda
