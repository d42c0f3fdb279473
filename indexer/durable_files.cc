#include "indexer/durable_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "analysis/error.h"

namespace kwerenda {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what, int reason) {
  throw Error(ErrorKind::io, fmt::format("{}: {}: {}. Sprawdź wolne miejsce i uprawnienia, potem powtórz to samo polecenie.",
                                         path.string(), what, std::strerror(reason)));
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
    if (written < 0) fail(path, "nie można zapisać pliku", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void fsync_checked(int fd, const std::filesystem::path& path) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR) fail(path, "nie można utrwalić zapisu (fsync)", errno);
  }
}

}  // namespace

void fsync_file(const std::filesystem::path& path) {
  const Descriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0) fail(path, "nie można otworzyć pliku", errno);
  fsync_checked(opened.get(), path);
}

void fsync_directory(const std::filesystem::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) fail(directory, "nie można otworzyć katalogu", errno);
  fsync_checked(opened.get(), directory);
}

void replace_file(const std::filesystem::path& path, std::string_view contents) {
  std::filesystem::path aside = path;
  aside += ".tmp";
  {
    Descriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) fail(aside, "nie można utworzyć pliku", errno);
    write_all(file, contents, aside);
    fsync_checked(file.get(), aside);
    if (::close(file.release()) != 0) fail(aside, "nie można zamknąć pliku", errno);
  }
  rename_durably(aside, path);
}

void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, "nie można zmienić nazwy", errno);
  fsync_directory(to.has_parent_path() ? to.parent_path() : std::filesystem::path("."));
}

}  // namespace kwerenda
