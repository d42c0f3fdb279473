#include "indexer/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"

namespace kwerenda {

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

namespace {

std::int64_t settled_ctime(const struct stat& status) {
  constexpr std::time_t kSettled = 2;  // seconds: FAT's times are even
  if (status.st_mtim.tv_nsec != 0 || status.st_ctim.tv_nsec != 0) return nanoseconds(status.st_ctim);
  const std::time_t age = std::time(nullptr) - status.st_ctim.tv_sec;
  return age >= 0 && age < kSettled ? kUnsettled : nanoseconds(status.st_ctim);
}

}  // namespace

std::int64_t nanoseconds(const struct timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::int64_t>(time.tv_nsec);
}

OpenedFile open_regular(const std::string& path, Links links) {
  OpenedFile opened;
  const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (links == Links::refuse ? O_NOFOLLOW : 0);
  int fd = -1;
  do fd = ::open(path.c_str(), flags);
  while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    opened.error = errno;
    if (opened.error == ENOENT || opened.error == ENOTDIR) opened.result = OpenResult::not_found;
    if (opened.error == ELOOP || opened.error == ENXIO) opened.result = OpenResult::not_regular;
    return opened;
  }
  opened.fd = FileDescriptor(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) {
    opened.error = errno;
    return opened;
  }
  if (!S_ISREG(status.st_mode)) {
    opened.result = OpenResult::not_regular;
    return opened;
  }
  opened.result = OpenResult::ok;
  opened.size = static_cast<std::uint64_t>(status.st_size);
  opened.mtime_ns = nanoseconds(status.st_mtim);
  opened.ctime_ns = settled_ctime(status);
  return opened;
}

std::ptrdiff_t read_some(int fd, std::size_t most, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + most);
  ssize_t got = -1;
  do got = ::read(fd, out.data() + before, most);
  while (got < 0 && errno == EINTR);
  const int error = errno;
  out.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
  errno = error;
  return got;
}

std::string read_named_file(const std::string& path, std::uint64_t limit_bytes) {
  const std::string name = printable(path);
  const OpenedFile file = open_regular(path, Links::follow);
  switch (file.result) {
    case OpenResult::ok:
      break;
    case OpenResult::not_found:
      throw Error(ErrorKind::not_found, name + message(": nie ma takiego pliku; sprawdź ścieżkę",
                                                       ": there is no such file; check the path"));
    case OpenResult::not_regular:
      throw Error(ErrorKind::io, name + message(": oczekiwano zwykłego pliku, to coś innego",
                                                ": expected a regular file, this is something else"));
    case OpenResult::failed:
      throw Error(ErrorKind::io, name + ": " + error_text(file.error));
  }
  std::string bytes;
  for (;;) {
    if (bytes.size() > limit_bytes || file.size > limit_bytes) {
      throw Error(ErrorKind::limit,
                  message("{}: plik ma {} B, a limit to {} B", "{}: the file has {} B, the limit is {} B",
                          name, std::max<std::uint64_t>(file.size, bytes.size()), limit_bytes));
    }
    const std::ptrdiff_t got = read_some(file.fd.get(), std::size_t{1} << 20, bytes);
    if (got < 0)
      throw Error(ErrorKind::io,
                  name + message(": odczyt przerwany: ", ": reading broke off: ") + error_text(errno));
    if (got == 0) return bytes;
  }
}

std::string error_text(int error) {
  if (error == EACCES || error == EPERM) return message("brak uprawnień do odczytu", "no permission to read");
  return system_reason(error == ENOTDIR ? ENOENT : error);
}

}  // namespace kwerenda
