// The index schema: what stands where. Indexer and searcher read it from here.
//
// A Kwerenda index is a directory:
//   XAPIANDB     names the segments, the oldest first, one line "glass gen-NNNNNN" each, and ends in the
//                checksum of those lines; replaced atomically
//   gen-000001/  a segment: an ordinary Xapian database (glass) without term lists, the key streams of its
//                passages (key_streams.h), and the checksums of all its files (segment_sums.h)
//   lock         the writer's lock, outside Xapian's own directories, with the holder's process id
//
// A segment is written once, front to back, and never changes: readers need no care, damage shows against its
// checksums, and Xapian's own way of writing (1 to 2 MB/s, B-trees changed in place) is not used. What comes
// later goes into a segment of its own, which also names the reports that it replaces or removes in the
// segments before it; their passages there are dead: they count in statistics until a merge drops them, and
// are never shown. Merges keep the segments few (indexer/index_writer.h).
//
// No term lists: glass spends 1.2 times the text on them, and only changes in place need them.
//
// A segment's database holds one document a passage, numbered from 1 on without gaps. Its terms, by prefix:
//   Z + key          lemma or acronym key of the text (Z is Xapian's own letter for stems). Its wdf is not a
//                    count but the passage's quantised BM25 impact for the key (impact.h), title and headings
//                    included, so that the first ranking stage needs no document lengths: they cost seven
//                    eighths of an OR query.
//   S + key          key of the report's title
//   H + key          key of the headings that the passage stands under
//   Q + report key   the passage's report: the handle for finding and dropping it
//   Y + YYYY, M + YYYYMM, D + YYYYMMDD    the report's date; a value range costs six times as much
//   P + key          key of the report's place
// No positions are stored: glass spends 1.9 times the text on them. Phrases, NEAR, sentences and exact forms
// are decided on the stored text of the candidates by the same code that highlights them
// (searcher/passage_match.h).
//
// Values: slot 0 the report key (8 bytes, big-endian), for grouping; slot 1 the date as YYYYMMDD (8 digits),
// for sorting.
//
// Document data: a stored passage (stored.h). Metadata: "manifest" (manifest.h), "passage-bytes" (a sum),
// "lexicon-extra" (a user's word list), "text-dictionary" (text_compression.h; none in small segments),
// "r" + report key (a stored report, stored.h), "x" + report key (replaces or removes it in older segments).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

inline constexpr char kLemmaPrefix = 'Z';
inline constexpr char kTitlePrefix = 'S';
inline constexpr char kHeadingPrefix = 'H';
inline constexpr char kReportPrefix = 'Q';
inline constexpr char kYearPrefix = 'Y';
inline constexpr char kMonthPrefix = 'M';
inline constexpr char kDayPrefix = 'D';
inline constexpr char kPlacePrefix = 'P';

inline constexpr std::uint32_t kReportSlot = 0;
inline constexpr std::uint32_t kDateSlot = 1;

inline constexpr const char* kManifestKey = "manifest";
inline constexpr const char* kPassageBytesKey =
    "passage-bytes";  // of all passages' texts together, decimal: what a mean length is made of
inline constexpr const char* kTextDictionaryKey = "text-dictionary";
inline constexpr char kReportMetadataPrefix = 'r';
inline constexpr char kSupersededPrefix = 'x';

inline constexpr const char* kStubName = "XAPIANDB";
inline constexpr const char* kLockName = "lock";

// The key of a report: xxh3 of its id. 64 bits: among ten million reports the chance that any two meet is
// 3e-6; the writer refuses the second.
std::uint64_t report_key(std::string_view report_id);

// 8 bytes, big-endian, so that byte order is numeric order.
std::string encode_report_key(std::uint64_t key);
std::uint64_t decode_report_key(std::string_view bytes);  // 0 unless exactly 8 bytes

}  // namespace kwerenda
