// The checksums of a segment's files, written when they were complete: a segment never changes afterwards, so
// any difference is damage.
//
// THE FILE "sums". One line a file: xxh3-64 of its bytes as 16 hexadecimal digits, a space, its size in
// bytes, a space, its name. The last line is xxh3-64 of all lines before it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kwerenda {

inline constexpr const char* kSumsName = "sums";

struct SummedFile {
  std::string name;
  std::uint64_t size = 0;  // bytes
  std::uint64_t xxh3 = 0;
};

std::string to_text(const std::vector<SummedFile>& files);

// Throws Error{corrupt} if the file is missing or not as it was written, Error{io}.
std::vector<SummedFile> read_sums(const std::filesystem::path& segment);

// What is wrong with a file of the segment, in the language of messages, or nothing. Reads all of it. Throws
// Error{io}.
std::string damage_of(const std::filesystem::path& segment, const SummedFile& file);

// Verifies all files of the segment; one without sums passes, see below. Throws Error{corrupt}, Error{io}.
void verify_files(const std::filesystem::path& segment);

// Verifies the one small file whose damage can crash Xapian when it opens the database: its version file. A
// segment without sums passes: there were none in format 1, whose manifest then says what it is.
// Throws Error{corrupt}, Error{io}.
void verify_version_file(const std::filesystem::path& segment);

}  // namespace kwerenda
