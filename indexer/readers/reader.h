// What all readers share: where the bytes come from and where reports and problems go. One header per format;
// read_input() chooses among them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "indexer/problem.h"
#include "indexer/report.h"

namespace kwerenda {

enum class InputFormat : std::uint8_t { by_name, text, markdown, jsonl };

// By the ending, in any case: .txt; .md, .markdown; .jsonl, .ndjson. by_name if it is none of them.
InputFormat format_of_name(std::string_view path);

// One input to read.
struct Input {
  std::string path;    // bytes, for opening; "-" is standard input
  std::string id;      // Report::id of a file that is one report
  std::string source;  // printable, for messages and citations
  InputFormat format = InputFormat::by_name;
  bool named = false;  // on the command line, so that a link is followed
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;  // of the last change of its content, name, owner…: nobody sets it at will
};

struct ReaderOutput {
  std::function<void(Report&&)> report;
  std::function<void(Problem&&)> problem;
  // Asked between records; true ends the reading early (the user wants to stop).
  std::function<bool()> stop = [] { return false; };
  // Told about every piece read, in bytes.
  std::function<void(std::uint64_t)> bytes_read = [](std::uint64_t) {};
};

struct ReadLimits {
  // One file that is one report. Text is held in memory two to three times while it is read.
  std::uint64_t max_file_bytes = std::uint64_t{256} << 20;
  // One line of JSON Lines; the file itself has no limit. Memory: three times the line.
  std::uint64_t max_line_bytes = std::uint64_t{256} << 20;
};

// Opens the input, reads it to the end and hands on its reports. Whatever is wrong with it becomes a problem,
// nothing is thrown but Error{io} for a broken installation, std::bad_alloc and what `output` throws.
void read_input(const Input& input, const ReadLimits& limits, const ReaderOutput& output);

// The parts that the readers of whole files share: decodes `bytes` and refuses what is no text. False, with
// the problem handed on, if there is nothing to read.
bool decode_text(std::string bytes, const Input& input, const ReaderOutput& output, std::string& text);

// A report of `input` with everything but title, text and what the text says.
Report report_of(const Input& input, std::uint64_t content_hash);

// The file's name without folders and ending: a title for want of a better one. Printable.
std::string stem_of(std::string_view path);

}  // namespace kwerenda
