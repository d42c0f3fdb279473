// The two records that an index stores: a passage (document data) and a report (metadata). Both start with a
// checksum, which every read verifies: Xapian itself does not notice damage inside stored texts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analysis/text_compression.h"

namespace kwerenda {

// A passage of a report as it is stored. Layout of the record, integers as LEB128 varints unless a size is
// given:
//   xxh3-64 of all that follows, 8 bytes little-endian
//   report key, 8 bytes big-endian | ordinal | begin | size of heading in bytes | size of text | heading and
//   text end to end, compressed (text_compression.h) where that makes them shorter
struct StoredPassage {
  std::uint64_t report_key = 0;
  std::uint32_t ordinal = 0;  // 1 is the report's first passage
  std::uint64_t begin = 0;  // byte offset of the passage in the report's text; the end is begin + text.size()
  std::string heading;      // headings that it stands under, outermost first, joined by " › "; may be empty
  std::string text;         // the report's bytes between begin and end, unchanged
};

// A report as it is stored, for citations and for telling changed reports from unchanged ones.
struct StoredReport {
  std::string id;      // path as given, lexically normal, or `_id`
  std::string source;  // the path it was read from
  std::string title;
  std::string place;
  std::string url;
  std::uint32_t date = 0;  // YYYYMMDD, 0 if unknown
  std::uint32_t passages = 0;
  std::uint64_t passage_bytes = 0;  // of their texts together
  std::uint64_t size = 0;           // of the source in bytes
  std::int64_t mtime_ns = 0;        // of the source; nanoseconds since 1970
  std::int64_t ctime_ns = 0;        // the same; 0: not known. Not in dumps: it is of one disk.
  std::uint64_t content_hash =
      0;  // xxh3 of what the report was read from: the file's bytes or the record's line
};

// True if the record is as it was written: its checksum holds.
bool is_sealed(std::string_view record);

// Encoding never fails. Decoding verifies checksum and every length; false, and `out` is unspecified, if
// anything does not hold.
std::string encode_passage(const StoredPassage& passage, TextCompressor& compressor);
void encode_passage(const StoredPassage& passage, TextCompressor& compressor,
                    std::string& out);  // overwrites
bool decode_passage(std::string_view bytes, TextDecompressor& decompressor, StoredPassage& out);
std::string encode_report(const StoredReport& report);
bool decode_report(std::string_view bytes, StoredReport& out);

}  // namespace kwerenda
