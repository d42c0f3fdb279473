// The file "iamglass": what makes a directory of tables a database, at one revision.
//
// THE FORMAT. 14 bytes 0f 0d "Xapian Glass"; the format version in two bytes, big-endian, as a date ((year -
// 2014) << 9 | month << 5 | day; Xapian 1.4 knows 2016-03-14 only); 16 bytes UUID; varint revision. Then for
// each of the six tables, in the order postlist, docdata, termlist, position, spelling, synonym, varints:
// block number of the root; level of the root << 2 | 2 if the table is sequential | 1 if there is no root
// block; entries; block size >> 11; tags above which length are deflated (0: none); length of the free list's
// string and the string itself: varints revision, number of blocks, and two cursors of two varints each, all
// zero for an empty list. At last the statistics, varints: documents; last docid less documents; the shortest
// document that is not empty; the greatest wdf; the longest document less the greatest wdf; the oldest
// changeset (0); the sum of all lengths; the greatest spelling frequency (0).
//
// A table without a root block need not exist as a file, except postlist and, unless it was opened without
// term lists, termlist.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "indexer/glass/table_writer.h"

namespace kwerenda::glass {

inline constexpr const char* kVersionFileName = "iamglass";

// The statistics that weights are computed from. Lengths and wdf count occurrences of terms.
struct Statistics {
  std::uint32_t documents = 0;
  std::uint32_t last_docid = 0;
  std::uint64_t total_length = 0;
  std::uint32_t shortest_document = 0;  // of those that are not empty; 0: there are none
  std::uint32_t longest_document = 0;
  std::uint32_t greatest_wdf = 0;
};

struct VersionFile {
  TableRoot postlist, docdata, termlist, position;
  std::array<unsigned char, 16> uuid{};
  Statistics statistics;
};

// A random UUID (version 4). Throws Error{io}.
std::array<unsigned char, 16> make_uuid();

// Writes `directory`/iamglass, which must not exist. Throws Error{io}.
SummedFile write_version_file(const std::filesystem::path& directory, const VersionFile& version,
                              Durability durability);

}  // namespace kwerenda::glass
