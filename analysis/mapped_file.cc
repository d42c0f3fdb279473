#include "analysis/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda {

MappedFile::MappedFile(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int code = file < 0 ? errno : 0;
    if (file >= 0) ::close(file);
    throw Error(code == ENOENT || code == 0 || code == ELOOP ? ErrorKind::corrupt : ErrorKind::io,
                message("{}: nie można otworzyć pliku{}{}. Przywróć indeks z kopii albo zbuduj go od nowa.",
                        "{}: cannot open the file{}{}. Restore the index from a backup or build it anew.",
                        path.string(), code ? ": " : "", code ? system_reason(code) : std::string()));
  }
  size_ = static_cast<std::size_t>(status.st_size);
  void* const data = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
  const int code = errno;
  ::close(file);
  if (data == MAP_FAILED) {
    throw Error(ErrorKind::io, message("{}: nie można odwzorować pliku w pamięci: {}. Spróbuj ponownie.",
                                       "{}: cannot map the file into memory: {}. Try again.", path.string(),
                                       system_reason(code)));
  }
  data_ = static_cast<const unsigned char*>(data);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<unsigned char*>(data_), size_);
}

}  // namespace kwerenda
