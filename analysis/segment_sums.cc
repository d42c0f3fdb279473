#include "analysis/segment_sums.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <new>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/system_reason.h"

namespace kwerenda {
namespace {

constexpr std::size_t kMostSumsBytes = 4096;  // six lines are 300
constexpr std::size_t kReadBytes = 1u << 20;
constexpr const char* kVersionFileName = "iamglass";  // Xapian's

const char* remedy() {
  return message(". Przywróć indeks z kopii albo zbuduj go od nowa.",
                 ". Restore the index from a backup or build it anew.");
}

std::string hexadecimal(std::uint64_t number) { return fmt::format("{:016x}", number); }

std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

[[noreturn]] void throw_corrupt(const std::filesystem::path& path, std::string_view what) {
  throw Error(ErrorKind::corrupt, fmt::format("{}: {}{}", path.string(), what, remedy()));
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (descriptor_ < 0 && (errno == ENOENT || errno == ELOOP))
      throw_corrupt(path, message("nie ma tego pliku", "the file is missing"));
    if (descriptor_ < 0) fail(message("nie można otworzyć pliku", "cannot open the file"));
  }
  ~File() { ::close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // 0 at the end.
  std::size_t read(char* bytes, std::size_t size) {
    for (;;) {
      const ssize_t got = ::read(descriptor_, bytes, size);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) fail(message("nie można odczytać pliku", "cannot read the file"));
    }
  }

  std::uint64_t size() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

 private:
  [[noreturn]] void fail(const char* attempted) const {
    throw Error(ErrorKind::io, message("{}: {}: {}. Sprawdź uprawnienia i dysk.",
                                       "{}: {}: {}. Check the permissions and the disk.", path_.string(),
                                       attempted, system_reason(errno)));
  }

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace

std::string to_text(const std::vector<SummedFile>& files) {
  std::string text;
  for (const SummedFile& file : files)
    text += fmt::format("{} {} {}\n", hexadecimal(file.xxh3), file.size, file.name);
  return text + hexadecimal(hash_of(text)) + "\n";
}

std::vector<SummedFile> read_sums(const std::filesystem::path& segment) {
  const std::filesystem::path path = segment / kSumsName;
  std::string text(kMostSumsBytes, '\0');
  File in(path);
  std::size_t size = 0;
  for (std::size_t got; size < text.size() && (got = in.read(text.data() + size, text.size() - size)) > 0;)
    size += got;
  text.resize(size);
  std::vector<SummedFile> files;
  std::string_view rest = text;
  while (true) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos)
      throw_corrupt(path, message("plik jest uszkodzony albo ucięty", "the file is damaged or cut short"));
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (rest.empty()) {
      const std::string_view summed(text.data(), text.size() - line.size() - 1);
      if (line != hexadecimal(hash_of(summed)))
        throw_corrupt(path, message("plik jest uszkodzony", "the file is damaged"));
      return files;
    }
    // The last line vouches for the others once all are read.
    SummedFile file;
    const char* const line_end = line.data() + line.size();
    const auto hash = std::from_chars(line.data(), line_end, file.xxh3, 16);
    const auto bytes = std::from_chars(std::min(hash.ptr + 1, line_end), line_end, file.size);
    if (bytes.ec != std::errc{} || bytes.ptr >= line_end - 1)
      throw_corrupt(path, message("plik jest uszkodzony", "the file is damaged"));
    file.name.assign(bytes.ptr + 1, line_end);
    if (file.name.find('/') != std::string::npos)
      throw_corrupt(path, message("plik jest uszkodzony", "the file is damaged"));
    files.push_back(std::move(file));
  }
}

std::string damage_of(const std::filesystem::path& segment, const SummedFile& file) {
  const std::filesystem::path path = segment / file.name;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, ignored))) {
    return message("{}: nie ma tego pliku", "{}: the file is missing", path.string());
  }
  File in(path);
  if (in.size() != file.size) {
    return message("{}: ma mieć {} bajtów, ma {}", "{}: should have {} bytes, has {}", path.string(),
                   file.size, in.size());
  }
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  const std::unique_ptr<XXH3_state_t, Free> state(XXH3_createState());
  if (!state) throw std::bad_alloc();
  XXH3_64bits_reset(state.get());
  const auto buffer = std::make_unique_for_overwrite<char[]>(kReadBytes);
  for (std::size_t got; (got = in.read(buffer.get(), kReadBytes)) > 0;)
    XXH3_64bits_update(state.get(), buffer.get(), got);
  if (XXH3_64bits_digest(state.get()) != file.xxh3) {
    return message("{}: treść nie zgadza się z sumą kontrolną",
                   "{}: the content does not agree with the checksum", path.string());
  }
  return {};
}

void verify_files(const std::filesystem::path& segment) {
  for (const SummedFile& file : read_sums(segment)) {
    if (const std::string damage = damage_of(segment, file); !damage.empty())
      throw Error(ErrorKind::corrupt, damage + remedy());
  }
}

void verify_file(const std::filesystem::path& segment, std::string_view name) {
  for (const SummedFile& file : read_sums(segment)) {
    if (file.name != name) continue;
    if (const std::string damage = damage_of(segment, file); !damage.empty()) {
      throw Error(ErrorKind::corrupt, damage + remedy());
    }
    return;
  }
  throw_corrupt(segment / kSumsName, message("brak w nim pliku {}", "it does not list the file {}", name));
}

void verify_version_file(const std::filesystem::path& segment) {
  verify_file(segment, kVersionFileName);
  for (const SummedFile& file : read_sums(segment)) {
    struct stat status {};
    if (::lstat((segment / file.name).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        static_cast<std::uint64_t>(status.st_size) == file.size) {
      continue;
    }
    if (const std::string damage = damage_of(segment, file); !damage.empty())
      throw Error(ErrorKind::corrupt, damage + remedy());
  }
}

}  // namespace kwerenda
