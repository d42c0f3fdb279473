#include "indexer/index_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <string>
#include <thread>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/system_reason.h"
#include "indexer/durable_files.h"

namespace kwerenda {
namespace {

constexpr std::chrono::milliseconds kPoll{20}, kTellAfter{500};

// "inny proces (PID 123)". The file keeps the number of a holder that died; that one is not named.
std::string holder_of(int fd) {
  char text[32] = {};
  const ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  long pid = 0;
  if (size > 0) std::from_chars(text, text + size, pid);
  if (pid <= 0 || (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH))
    return message("inny proces", "another process");
  if (pid == ::getpid())
    return message("już ten sam proces (PID {})", "this very process already (PID {})", pid);
  return message("inny proces (PID {})", "another process (PID {})", pid);
}

int open_lock_file(const std::filesystem::path& path, LockMode mode) {
  for (;;) {
    int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0 && mode == LockMode::shared && (errno == EACCES || errno == EROFS)) {
      fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
      if (fd < 0 && errno == ENOENT) return fd;  // nobody ever wrote here, and nobody can
    }
    if (fd >= 0) return fd;
    if (errno == EINTR) continue;
    const int reason = errno;
    const std::string room = room_left(path);
    throw Error(ErrorKind::io,
                message("{}: nie można otworzyć pliku blokady: {}{}. Sprawdź wolne miejsce i uprawnienia do "
                        "katalogu indeksu, potem powtórz to samo polecenie.",
                        "{}: cannot open the lock file: {}{}. Check free space and the permissions of the "
                        "index's directory, then repeat the same command.",
                        path.string(), system_reason(reason), room.empty() ? "" : " (" + room + ")"));
  }
}

bool is_still_at(int fd, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

}  // namespace

IndexLock::IndexLock(const std::filesystem::path& index, std::chrono::milliseconds timeout, LockMode mode,
                     const std::function<void(const std::string&)>& waiting) {
  const std::filesystem::path path = index / kLockName;
  const auto start = std::chrono::steady_clock::now();
  const auto deadline = start + timeout;
  bool told = !waiting;
  const int operation = (mode == LockMode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  fd_ = open_lock_file(path, mode);
  if (fd_ < 0) return;
  // flock belongs to the open file: it dies with the process and is not lost when another descriptor of the
  // file is closed.
  for (;;) {
    if (::flock(fd_, operation) == 0) {
      if (is_still_at(fd_, path)) break;
      ::close(fd_);
      fd_ = open_lock_file(path, mode);
      if (fd_ < 0) return;
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      const int reason = errno;
      ::close(fd_);
      throw Error(
          ErrorKind::io,
          message(
              "{}: nie można założyć blokady: {}. Indeks musi leżeć w systemie plików, który zna flock().",
              "{}: cannot take the lock: {}. The index has to be in a file system that knows flock().",
              path.string(), system_reason(reason)));
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      const std::string holder = holder_of(fd_);
      ::close(fd_);
      throw Error(
          ErrorKind::locked,
          message("{}: indeksu używa teraz {}. Spróbuj później albo czekaj dłużej: --lock-timeout SEKUNDY.",
                  "{}: the index is in use by {}. Try later or wait longer: --lock-timeout SECONDS.",
                  index.string(), holder));
    }
    if (!told && std::chrono::steady_clock::now() >= start + kTellAfter) {
      told = true;
      waiting(holder_of(fd_));
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
