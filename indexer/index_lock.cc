#include "indexer/index_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <thread>

#include "analysis/error.h"
#include "analysis/schema.h"

namespace kwerenda {
namespace {

constexpr std::chrono::milliseconds kPoll{50};

std::string holder_of(int fd) {
  char text[32] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  return size > 0 ? std::string(text, static_cast<std::size_t>(std::find(text, text + size, '\n') - text)) : "nieznany";
}

}  // namespace

IndexLock::IndexLock(const std::filesystem::path& index, std::chrono::milliseconds timeout) {
  const std::filesystem::path path = index / kLockName;
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    throw Error(ErrorKind::io, fmt::format("{}: nie można otworzyć pliku blokady: {}. Sprawdź uprawnienia do katalogu indeksu.",
                                           path.string(), std::strerror(errno)));
  }
  // flock belongs to the open file: it dies with the process and is not lost when another descriptor of the file is closed.
  for (const auto deadline = std::chrono::steady_clock::now() + timeout; ::flock(fd_, LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      const int reason = errno;
      ::close(fd_);
      throw Error(ErrorKind::io, fmt::format("{}: nie można założyć blokady: {}.", path.string(), std::strerror(reason)));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      const std::string holder = holder_of(fd_);
      ::close(fd_);
      throw Error(ErrorKind::locked, fmt::format("{}: indeks zapisuje teraz inny proces (PID {}). Spróbuj później albo czekaj dłużej: "
                                                 "--lock-timeout SEKUNDY.",
                                                 index.string(), holder));
    }
    std::this_thread::sleep_for(kPoll);
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) < 0) {
    // The lock itself holds; only the name of the holder is missing, which no one may need.
  }
}

IndexLock::~IndexLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace kwerenda
