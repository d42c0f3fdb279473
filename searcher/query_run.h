// A stretch of a query without white space, as the lexer reads it: what stands in it, and where.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/query_tree.h"

namespace kwerenda {

// Of valid UTF-8, at < text.size().
std::size_t end_of_code_point(std::string_view text, std::size_t at);
bool is_space_at(std::string_view text, std::size_t at);

// A stretch of the query without its backslashes.
struct QueryRun {
  std::string text;
  std::vector<std::size_t> at;     // by byte of `text`: its byte in the query
  std::vector<bool> escaped;       // by byte of `text`: a backslash stood before it
  std::size_t begin = 0, end = 0;  // in the query

  bool is(std::size_t i, char c) const { return i < text.size() && text[i] == c && !escaped[i]; }
  bool has_escapes() const { return std::find(escaped.begin(), escaped.end(), true) != escaped.end(); }
  ByteRange range(std::size_t first, std::size_t last) const {
    return byte_range(at[first] - (escaped[first] ? 1 : 0), at[last - 1] + 1);
  }
};

// Marks that open a quotation, and those that close it.
struct Quotes {
  std::string_view open;
  std::array<std::string_view, 2> close;
  std::string_view
      last_resort;  // closes if none of `close` follows: typed by hand, or half corrected by an editor
};

// Null if none opens at byte `at`.
const Quotes* quotes_at(std::string_view text, std::size_t at);

// From byte `pos` of `text` to white space, a bracket or a quotation mark, but not beyond `end`; moves `pos`
// there. Inside a phrase only white space ends it.
QueryRun read_run(std::string_view text, std::size_t& pos, std::size_t end, bool in_phrase);

// digits[.,]digits at `at`; its end, or `at` if there is none.
std::size_t number_end(std::string_view text, std::size_t at);

bool has_word(std::string_view text);  // a letter or a digit
bool has_letter(std::string_view text);
std::size_t count_letters(std::string_view text, bool digits_too);

}  // namespace kwerenda
