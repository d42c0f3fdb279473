// A file written once from front to back, with the errors of the operating system told in full, and its
// checksum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "analysis/error.h"
#include "analysis/segment_sums.h"

namespace kwerenda::glass {

// What a call to finish() promises.
enum class Durability {
  synced,    // the bytes are on the disk
  unsynced,  // the bytes are the kernel's affair (tests, temporary files)
};

// Which thread hands the bytes to the kernel.
enum class Writing {
  here,   // the caller's
  aside,  // one of the file's own, begun with the first full buffer: the caller fills another one meanwhile
};

// Error{io} for a failed system call: path, what was tried, the reason, and for a full disk or quota how much
// room is left.
Error io_error(const std::filesystem::path& path, std::string_view attempted, int error_number);

// Makes the directory's entries durable. Throws Error{io}.
void sync_directory(const std::filesystem::path& directory);

// One thread at a time. Throws Error{io}; after that the file is good for nothing but removal.
class OutputFile {
 public:
  // The file must not exist. Nothing is written before `buffer_bytes` have come together; aside, there are
  // two such buffers, and an error of writing one is thrown when the next is full, by finish() at last.
  OutputFile(std::filesystem::path path, std::size_t buffer_bytes, Durability durability,
             Writing writing = Writing::here);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // At least `bytes` of room to write into, good until the next call; `bytes` must not exceed buffer_bytes.
  char* room(std::size_t bytes) {
    if (buffer_bytes_ - used_ < bytes) flush();
    return buffer_.get() + used_;
  }
  void advance(std::size_t bytes) { used_ += bytes; }
  void append(std::string_view bytes);

  // Flushes, syncs if so asked, and closes. Called once; without it the file is left incomplete.
  void finish();

  std::uint64_t size() const { return flushed_ + used_; }
  // xxh3-64 of all bytes. REQUIRES: finish() was called.
  std::uint64_t checksum() const { return checksum_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  void flush();
  bool flush_aside();
  void finish_aside();
  void write_all(const char* bytes, std::size_t size);

  std::filesystem::path path_;
  std::size_t buffer_bytes_;
  Durability durability_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0;
  std::uint64_t flushed_ = 0;  // out of the buffer
  // Of write_all(), in whatever thread that runs.
  std::uint64_t written_ = 0;
  std::uint64_t write_back_started_ = 0;
  struct Hash;
  std::unique_ptr<Hash> hash_;
  Writing writing_;
  struct Aside;
  std::unique_ptr<Aside> aside_;  // once the thread has begun
  std::uint64_t checksum_ = 0;
  int descriptor_ = -1;
};

}  // namespace kwerenda::glass
