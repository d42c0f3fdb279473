// What is wrong with a query, shown under the place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "analysis/error.h"
#include "searcher/query_tree.h"

namespace kwerenda {

// Error{ErrorKind::query} that also knows the place, for programs that mark it themselves.
class QueryError : public Error {
 public:
  QueryError(const std::string& message, ByteRange place) : Error(ErrorKind::query, message), place_(place) {}
  ByteRange place() const noexcept { return place_; }  // empty, at 0, when it is about the whole query

 private:
  ByteRange place_;
};

// Three lines without a trailing newline: the message, the query on one line (control characters as spaces;
// when wider than kCaretLineColumns, the stretch around the place with … at the cut ends), and ^~~~ under the
// place:
//
//   oczekiwano słowa, frazy albo nawiasu po „AND”, a zapytanie się kończy
//     schrony AND
//             ^~~
//
// Columns are what a terminal shows: 0 for combining marks, 2 for wide East Asian characters. `text` is
// UTF-8; an invalid byte counts as one column and is shown as U+FFFD. Safe from several threads at once.
std::string with_caret(std::string_view message, std::string_view text, ByteRange place);

inline constexpr std::size_t kCaretLineColumns = 76;

// Throws QueryError with with_caret(message, text, place).
[[noreturn]] void fail_at(std::string_view text, ByteRange place, std::string_view message);

// As fail_at() for a text without a single word.
[[noreturn]] void fail_without_words(std::string_view text);

}  // namespace kwerenda
