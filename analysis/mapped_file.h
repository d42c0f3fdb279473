// A file of the index as bytes in memory, read in place.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace kwerenda {

// Constant; safe from several threads. The file may be removed meanwhile; it must not be cut or written to,
// which no file of a segment ever is.
class MappedFile {
 public:
  // Throws Error: corrupt (missing, not a regular file), io. An empty file is no error.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const unsigned char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace kwerenda
