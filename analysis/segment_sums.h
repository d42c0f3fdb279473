// The checksums of a segment's files, written when they were complete: a segment never changes afterwards, so
// any difference is damage.
//
// THE FILE "sums". One line a file: xxh3-64 of its bytes as 16 hexadecimal digits, a space, its size in
// bytes, a space, its name. The last line is xxh3-64 of all lines before it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
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

// Verifies all files of the segment. Throws Error{corrupt}, also if there are no sums, and Error{io}.
void verify_files(const std::filesystem::path& segment);

// Verifies one file of the segment, which its sums must list. Throws as verify_files().
void verify_file(const std::filesystem::path& segment, std::string_view name);

// Verifies the one small file whose damage can crash Xapian when it opens the database, its version file, and
// the sizes of the others: a table that was cut short would seem to end sooner.
// Throws as verify_files().
void verify_version_file(const std::filesystem::path& segment);

}  // namespace kwerenda
