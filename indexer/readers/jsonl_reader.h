// JSON Lines: one report a line, an object with "_id" (a string or a whole number), "text", and optional
// "title", "date", "place", "url".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "indexer/readers/reader.h"

namespace kwerenda {

// One line to a report or to what is wrong with it (cause and detail; `where` is left to the caller). Other
// fields are ignored.
std::variant<Report, Problem> read_json_line(std::string_view line);

// Cuts a stream of bytes into lines, whatever pieces it comes in, and hands on their reports; memory is one
// line.
class JsonLinesReader {
 public:
  // `input` and `output` must outlive the reader.
  JsonLinesReader(const Input& input, const ReadLimits& limits, const ReaderOutput& output);

  void feed(std::string_view bytes);
  // After the last piece: the line without a line break at its end.
  void finish();

 private:
  void line(std::string_view line);
  void problem(ProblemCause cause, std::string detail);

  const Input& input_;
  const ReadLimits& limits_;
  const ReaderOutput& output_;
  std::string pending_;
  std::uint64_t line_number_ = 0;
  bool too_long_ = false;  // the pending line is beyond the limit; its bytes are dropped
  bool seen_text_ = false;
};

}  // namespace kwerenda
