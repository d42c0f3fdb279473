// A report: one text that a person cites, as a reader hands it on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace kwerenda {

// How the text marks headings and paragraphs.
enum class TextFormat : std::uint8_t { plain, markdown };

struct Report {
  // What the report is known by: a later one with the same id replaces it. For a file its path as given, made
  // lexically normal ("./raporty//a.txt" is "raporty/a.txt"), bytes; for a JSON Lines record its "_id"; "-"
  // for standard input.
  std::string id;
  // The file it came from, as citations show it (printable() UTF-8).
  std::string source;
  std::string title;  // UTF-8, one line, never empty
  // UTF-8, valid and without NUL: the file's own bytes without a byte order mark, or what they say in UTF-8
  // if the file is in another charset. Below 2 GiB. Passages are byte ranges of it.
  std::string text;
  TextFormat format = TextFormat::plain;
  std::uint32_t date = 0;  // YYYYMMDD; 0: not known
  std::string place;       // UTF-8, may be empty
  std::string url;         // may be empty
  // Where in `text` the body begins: what precedes it (a title line, front matter) is in the fields above.
  // Passages cover the body.
  std::size_t body_begin = 0;

  // The file, to tell on the next run whether it changed. For a JSON Lines record those of its file.
  std::uint64_t size = 0;          // bytes on disk
  std::int64_t mtime_ns = 0;       // since the epoch; 0 for standard input
  std::int64_t ctime_ns = 0;       // the same; 0: not known
  std::uint64_t content_hash = 0;  // xxh3 of the original bytes: of the file, or of the record's line
};

}  // namespace kwerenda
