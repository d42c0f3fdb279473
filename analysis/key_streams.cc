#include "analysis/key_streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "analysis/error.h"

namespace kwerenda {
namespace {

static_assert(std::endian::native == std::endian::little, "streams are read in place");

// Reads within [at, end); once anything does not fit, ok stays false.
struct Reader {
  const unsigned char* at;
  const unsigned char* end;
  bool ok = true;

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && at < end; shift += 7) {
      const unsigned char byte = *at++;
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    ok = false;
    return 0;
  }

  KeyStreamView stream(std::uint64_t keys) {
    at += reinterpret_cast<std::uintptr_t>(at) & 1;
    if (!ok || at > end || keys > static_cast<std::uint64_t>(end - at) / 2) {
      ok = false;
      return {};
    }
    const KeyStreamView view(reinterpret_cast<const std::uint16_t*>(at), keys);
    at += 2 * keys;
    return view;
  }
};

template <typename T>
T number(const unsigned char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

std::uint32_t key_stream_checksum(std::uint32_t docid, std::uint64_t report_offset,
                                  std::span<const unsigned char> report,
                                  std::span<const unsigned char> rest) {
  // The report's hash is the seed of the passage's: no state to carry, and titles are short.
  const std::uint64_t seed =
      XXH3_64bits_withSeed(report.data(), report.size(), report_offset * 0x9e3779b97f4a7c15 + docid);
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(rest.data(), rest.size(), seed));
}

KeyStreamFile::KeyStreamFile(const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kKeyStreamsName;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    const int code = file < 0 ? errno : 0;
    if (file >= 0) ::close(file);
    throw Error(
        code == ENOENT || code == 0 || code == ELOOP ? ErrorKind::corrupt : ErrorKind::io,
        fmt::format("{}: nie można otworzyć pliku{}{}. Przywróć indeks z kopii albo zbuduj go od nowa.",
                    path.string(), code ? ": " : "", code ? std::strerror(code) : ""));
  }
  size_ = static_cast<std::size_t>(status.st_size);
  void* const data = size_ == 0 ? nullptr : ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, file, 0);
  const int code = errno;
  ::close(file);
  if (data == MAP_FAILED) {
    throw Error(ErrorKind::io, fmt::format("{}: nie można odwzorować pliku w pamięci: {}. Spróbuj ponownie.",
                                           path.string(), std::strerror(code)));
  }
  data_ = static_cast<const unsigned char*>(data);
  try {
    check_footer(path);
  } catch (...) {
    if (data_) ::munmap(const_cast<unsigned char*>(data_), size_);
    throw;
  }
}

KeyStreamFile::~KeyStreamFile() {
  if (data_) ::munmap(const_cast<unsigned char*>(data_), size_);
}

void KeyStreamFile::check_footer(const std::filesystem::path& path) {
  const unsigned char* const footer = data_ + size_ - kKeyStreamFooterBytes;
  const bool sound = size_ >= kKeyStreamFooterBytes &&
                     std::memcmp(footer, kKeyStreamMagic, sizeof kKeyStreamMagic) == 0 &&
                     number<std::uint64_t>(footer + 16) == size_ &&
                     number<std::uint64_t>(footer + 24) == XXH3_64bits(footer, 24);
  if (sound) documents_ = number<std::uint32_t>(footer + 8);
  if (!sound || std::uint64_t{documents_} * 4 > size_ - kKeyStreamFooterBytes) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: plik jest uszkodzony albo ucięty. Sprawdź indeks (kwerenda-index check), "
                            "przywróć go z kopii albo zbuduj od nowa.",
                            path.string()));
  }
  table_ = size_ - kKeyStreamFooterBytes - std::size_t{documents_} * 4;
}

bool KeyStreamFile::read(std::uint32_t docid, PassageKeys& out) const {
  if (docid == 0 || docid > documents_) return false;
  const std::size_t offset =
      std::size_t{2} * number<std::uint32_t>(data_ + table_ + 4 * (std::size_t{docid} - 1));
  if (offset + 4 > table_) return false;
  const unsigned char* const entry = data_ + offset;
  Reader in{entry + 4, data_ + table_};
  const std::uint64_t back = in.varint();
  out.ordinal = static_cast<std::uint32_t>(in.varint());
  out.text_bytes = static_cast<std::uint32_t>(in.varint());
  const std::uint64_t text = in.varint(), heading = in.varint();
  out.text = in.stream(text);
  out.heading = in.stream(heading);
  if (!in.ok || back > offset / 2) return false;
  const unsigned char* const report = entry - 2 * back;
  Reader title{report + 8, entry};
  if (title.at > title.end) return false;
  out.report_key = number<std::uint64_t>(report);
  out.title = title.stream(title.varint());
  if (!title.ok) return false;
  return number<std::uint32_t>(entry) == key_stream_checksum(docid,
                                                             static_cast<std::uint64_t>(report - data_),
                                                             {report, title.at}, {entry + 4, in.at});
}

}  // namespace kwerenda
