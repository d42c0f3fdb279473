#include "indexer/durable_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what, int reason) {
  const std::string room = room_left(path);
  throw Error(ErrorKind::io,
              message("{}: {}: {}{}. Sprawdź wolne miejsce i uprawnienia, potem powtórz to samo polecenie.",
                      "{}: {}: {}{}. Check free space and permissions, then repeat the same command.",
                      path.string(), what, system_reason(reason), room.empty() ? "" : " (" + room + ")"));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

void write_all(const Descriptor& file, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      fail(path, message("nie można zapisać pliku", "cannot write the file"), written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void fsync_checked(int fd, const std::filesystem::path& path) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR)
      fail(path, message("nie można utrwalić zapisu (fsync)", "cannot make the write durable (fsync)"),
           errno);
  }
}

int open_checked(const fs::path& path, int flags, const char* what) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
    if (fd >= 0) return fd;
    if (errno != EINTR) fail(path, what, errno);
  }
}

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

std::string room_left(const fs::path& path) {
  fs::path place = path;
  std::error_code failed;
  while (!fs::exists(place, failed) && place.has_relative_path()) place = parent_of(place);
  const auto space = fs::space(place.empty() ? fs::path(".") : place, failed);
  return failed ? std::string() : message("wolne {} MB", "{} MB free", space.available >> 20);
}

void fsync_file(const std::filesystem::path& path) {
  const Descriptor opened(
      open_checked(path, O_RDONLY, message("nie można otworzyć pliku", "cannot open the file")));
  fsync_checked(opened.get(), path);
}

void fsync_directory(const std::filesystem::path& directory) {
  const Descriptor opened(open_checked(directory, O_RDONLY | O_DIRECTORY,
                                       message("nie można otworzyć katalogu", "cannot open the directory")));
  fsync_checked(opened.get(), directory);
}

void replace_file(const fs::path& path, std::string_view contents) {
  fs::path aside = path;
  aside += ".tmp";
  try {
    Descriptor file(open_checked(aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
                                 message("nie można utworzyć pliku", "cannot create the file")));
    write_all(file, contents, aside);
    fsync_checked(file.get(), aside);
    if (::close(file.release()) != 0 && errno != EINTR)
      fail(aside, message("nie można zamknąć pliku", "cannot close the file"), errno);
    rename_durably(aside, path);
  } catch (...) {
    std::error_code ignored;
    fs::remove(aside, ignored);
    throw;
  }
}

void make_directories(const fs::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) == 0) {
    if (!S_ISDIR(status.st_mode))
      fail(directory, message("oczekiwano katalogu, znaleziono plik", "expected a directory, found a file"),
           ENOTDIR);
    return;
  }
  if (errno != ENOENT)
    fail(directory, message("nie można otworzyć katalogu", "cannot open the directory"), errno);
  const fs::path whole = directory.has_filename() ? directory : directory.parent_path();  // "index/"
  if (!whole.parent_path().empty()) make_directories(whole.parent_path());
  if (::mkdir(whole.c_str(), 0777) != 0 && errno != EEXIST)
    fail(whole, message("nie można utworzyć katalogu", "cannot create the directory"), errno);
  fsync_directory(parent_of(whole));
}

void rename_durably(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    fail(to, message("nie można zmienić nazwy", "cannot rename"), errno);
  fsync_directory(parent_of(to));
}

}  // namespace kwerenda
