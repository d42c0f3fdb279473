// The size and time of files whose reports the index has but whose records in it say otherwise: a file that
// got a new time and not a new content, which need not be read again next time; and files of JSON Lines, of
// which it is known that all they hold is in the index.
//
// Kept beside the index in a file of its own, "files", because the records of reports stand in segments that
// never change. It says for which segments it was written, by their list and their checksums, and is ignored
// beside any other, and it is written after that list: what is lost with it, in a crash or by damage, is the
// reading of files that need not have been read.
//
// THE FILE "files". First the checksum of the list and of the segments' sums, then one line a file: key of
// its path (schema.h, report_key), key of its source as reports store it, size, times of its content and of
// its status in nanoseconds, content hash, number of records; hexadecimal but for the last, which is 0 for a
// file that is one report. The last line is xxh3-64 of all before it. 110 bytes a file, in memory about the
// same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kwerenda {

inline constexpr const char* kFileTimesName = "files";

struct FileTime {
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint64_t content_hash = 0;  // of a file that is one report: as in its record; 0 for JSON Lines
  std::uint64_t records = 0;       // of a file of JSON Lines; 0 for a file that is one report

  friend bool operator==(const FileTime&, const FileTime&) = default;
};

// One thread at a time.
class FileTimes {
 public:
  // What is kept beside the index; nothing if it is missing, damaged or of another state.
  static FileTimes of(const std::filesystem::path& index);

  std::optional<FileTime> find(std::string_view path) const;
  void put(std::string_view path, std::string_view source, const FileTime& time);
  void erase(std::string_view path);
  // Of all files with this source: a report of theirs was removed or is another file's now.
  void erase_source(std::string_view source);

  // Writes what is known beside the index's present list, if that or anything here changed since it was read.
  // Throws Error{io}; what is there then is ignored.
  void save(const std::filesystem::path& index);

 private:
  struct Entry {
    std::uint64_t source = 0;
    FileTime time;
  };
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::unordered_map<std::uint64_t, std::size_t> sources_;  // how many entries have it
  std::uint64_t state_ = 0;  // checksum of the state of the index that they belong to
  bool changed_ = false;
};

}  // namespace kwerenda
