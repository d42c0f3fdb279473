#include "indexer/glass/output_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "analysis/message.h"

namespace kwerenda::glass {
namespace {

// Ask the kernel to start writing every so often, so that the final fsync does not wait for hundreds of
// megabytes at once.
constexpr std::uint64_t kWriteBackBytes = 16u << 20;

std::string reason(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return message("brak uprawnień", "permission denied");
    case ENOENT:
      return message("nie ma takiego pliku ani katalogu", "no such file or directory");
    case EEXIST:
      return message("już istnieje", "already exists");
    case ENOTDIR:
      return message("to nie jest katalog", "this is not a directory");
    case ENOTEMPTY:
      return message("katalog nie jest pusty", "the directory is not empty");
    case EFBIG:
      return message("plik przekroczyłby dozwolony rozmiar", "the file would exceed the allowed size");
    case EROFS:
      return message("system plików tylko do odczytu", "the file system is read-only");
    case EIO:
      return message("błąd wejścia-wyjścia", "input/output error");
    case EMFILE:
    case ENFILE:
      return message("za dużo otwartych plików", "too many open files");
    default:
      return std::generic_category().message(error_number);
  }
}

}  // namespace

Error io_error(const std::filesystem::path& path, std::string_view attempted, int error_number) {
  std::string text = path.string() + ": " + std::string(attempted) + ": ";
  if (error_number == ENOSPC || error_number == EDQUOT) {
    text += error_number == ENOSPC
                ? message("brak miejsca na dysku", "no space left on the disk")
                : message("przekroczony przydział miejsca na dysku", "the disk quota is exceeded");
    std::error_code ignored;
    const auto space = std::filesystem::space(path.parent_path(), ignored);
    if (!ignored) text += message(" (wolne {} MB)", " ({} MB free)", space.available >> 20);
    text += message("; zwolnij miejsce i powtórz to samo polecenie",
                    "; free some space and repeat the same command");
  } else {
    text += reason(error_number);
  }
  return Error(ErrorKind::io, text);
}

void sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    throw io_error(directory, message("nie można otworzyć katalogu", "cannot open the directory"), errno);
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed)
    throw io_error(directory,
                   message("nie można utrwalić katalogu na dysku", "cannot make the directory durable"),
                   failed);
}

struct OutputFile::Hash {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state{XXH3_createState()};

  Hash() {
    if (!state) throw std::bad_alloc();
    XXH3_64bits_reset(state.get());
  }
};

OutputFile::OutputFile(std::filesystem::path path, std::size_t buffer_bytes, Durability durability)
    : path_(std::move(path)),
      buffer_bytes_(buffer_bytes),
      durability_(durability),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)),
      hash_(std::make_unique<Hash>()) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw io_error(path_, message("nie można utworzyć pliku", "cannot create the file"), errno);
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (bytes.size() > buffer_bytes_ - used_) {
    flush();
    if (bytes.size() > buffer_bytes_) {
      write_all(bytes.data(), bytes.size());
      return;
    }
  }
  std::memcpy(buffer_.get() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void OutputFile::flush() {
  write_all(buffer_.get(), used_);
  used_ = 0;
}

void OutputFile::write_all(const char* bytes, std::size_t size) {
  XXH3_64bits_update(hash_->state.get(), bytes, size);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, bytes, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      throw io_error(path_, message("nie można zapisać pliku", "cannot write the file"), errno);
    }
    bytes += written;
    size -= static_cast<std::size_t>(written);
    flushed_ += static_cast<std::uint64_t>(written);
  }
  if (durability_ == Durability::synced && flushed_ - write_back_started_ >= kWriteBackBytes) {
    // A hint only: what it misses, fsync reports.
    (void)::sync_file_range(descriptor_, static_cast<off64_t>(write_back_started_),
                            static_cast<off64_t>(flushed_ - write_back_started_), SYNC_FILE_RANGE_WRITE);
    write_back_started_ = flushed_;
  }
}

void OutputFile::finish() {
  flush();
  buffer_.reset();
  checksum_ = XXH3_64bits_digest(hash_->state.get());
  while (durability_ == Durability::synced && ::fsync(descriptor_) != 0) {
    if (errno != EINTR)
      throw io_error(path_, message("nie można utrwalić pliku na dysku", "cannot make the file durable"),
                     errno);
  }
  if (::close(std::exchange(descriptor_, -1)) != 0)
    throw io_error(path_, message("nie można zamknąć pliku", "cannot close the file"), errno);
}

}  // namespace kwerenda::glass
