// Files as the operating system gives them: opened so that pipes, devices and links do no harm, read to the
// end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>

namespace kwerenda {

// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

std::int64_t nanoseconds(const struct timespec& time);  // since 1970; wraps in 2262

enum class OpenResult { ok, not_found, failed, not_regular };

struct OpenedFile {
  OpenResult result = OpenResult::failed;
  int error = 0;  // errno if failed
  FileDescriptor fd;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns =
      0;  // kUnsettled if a change within the next moment would leave all three as they are
};

// Where times are whole seconds (FAT, old file systems and shares) a file of this second may change again
// with the same times: no change of status happened at this time, so that it is read again.
inline constexpr std::int64_t kUnsettled = -1;

enum class Links { refuse, follow };

// Opens a regular file for reading, without waiting for a pipe's other end and without taking a terminal.
// With Links::refuse a link as the last part of the path counts as not regular.
OpenedFile open_regular(const std::string& path, Links links);

// Appends up to `most` bytes to `out`; 0 at the end, -1 with errno set on failure. Interrupted calls are
// repeated.
std::ptrdiff_t read_some(int fd, std::size_t most, std::string& out);

// The whole of a file that a user named; links are followed. Throws Error{not_found, io}, and Error{limit}
// above `limit_bytes`.
std::string read_named_file(const std::string& path, std::uint64_t limit_bytes);

// As system_reason(), of a file that was to be read: "brak uprawnień do odczytu".
std::string error_text(int error);

}  // namespace kwerenda
