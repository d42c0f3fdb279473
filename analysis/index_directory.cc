#include "analysis/index_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <new>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"

namespace kwerenda {
namespace {

constexpr std::string_view kSegmentPrefix = "gen-";
constexpr std::string_view kStubBackend = "glass ";

// Without std::filesystem, whose iterators end the process when memory runs out.
void check_regular_files(const std::filesystem::path& segment) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(segment.c_str()), ::closedir);
  if (!directory) {
    if (errno == ENOMEM) throw std::bad_alloc();
    return;  // gone meanwhile, or unreadable: who opens its files says so
  }
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    struct stat status {};
    if (name == "." || name == ".." ||
        ::fstatat(::dirfd(directory.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        S_ISREG(status.st_mode)) {
      continue;
    }
    throw Error(ErrorKind::corrupt,
                message("{}: oczekiwano zwykłego pliku. Przywróć indeks z kopii albo zbuduj go od nowa.",
                        "{}: expected a regular file. Restore the index from a backup or build it anew.",
                        (segment / name).string()));
  }
}

std::string checksum_line(std::string_view lines) {
  return fmt::format("# xxh3 {:016x}", XXH3_64bits(lines.data(), lines.size()));
}

}  // namespace

bool is_index(const std::filesystem::path& index) {
  std::error_code error;
  return std::filesystem::is_regular_file(index / kStubName, error);
}

unsigned segment_number(const std::filesystem::path& segment) {
  const std::string name = segment.filename().string();
  unsigned number = 0;
  if (!name.starts_with(kSegmentPrefix)) return 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + kSegmentPrefix.size(), end, number);
  return error == std::errc{} && stop == end ? number : 0;
}

std::string stub_of(const std::vector<std::filesystem::path>& segments) {
  std::string lines;
  for (const std::filesystem::path& segment : segments)
    lines += fmt::format("{}{}\n", kStubBackend, segment.filename().string());
  return lines + checksum_line(lines) + "\n";
}

std::vector<std::filesystem::path> current_segments(const std::filesystem::path& index) {
  std::error_code error;
  if (!std::filesystem::exists(index, error)) {
    throw Error(ErrorKind::not_found,
                message("{}: nie ma takiego indeksu. Zbuduj go: kwerenda-index add --index {} RAPORTY…",
                        "{}: there is no such index. Build it: kwerenda-index add --index {} REPORTS…",
                        index.string(), index.string()));
  }
  if (!std::filesystem::is_directory(index, error)) {
    throw Error(
        ErrorKind::incompatible,
        message(
            "{}: oczekiwano katalogu indeksu, znaleziono plik. Wskaż katalog zbudowany przez kwerenda-index.",
            "{}: expected the directory of an index, found a file. Name a directory built by kwerenda-index.",
            index.string()));
  }
  const std::filesystem::path stub = index / kStubName;
  if (!is_index(index)) {
    if (std::filesystem::exists(index / "iamglass", error) ||
        std::filesystem::exists(index / "iamchert", error)) {
      throw Error(ErrorKind::incompatible,
                  message("{}: to baza Xapiana innego programu, nie indeks Kwerendy. Wskaż inny katalog.",
                          "{}: this is a Xapian database of another program, not an index of Kwerenda. Name "
                          "another directory.",
                          index.string()));
    }
    throw Error(ErrorKind::not_found, message("{}: w katalogu nie ma indeksu (brak pliku {}). Zbuduj go: "
                                              "kwerenda-index add --index {} RAPORTY…",
                                              "{}: there is no index in the directory (file {} is missing). "
                                              "Build it: kwerenda-index add --index {} REPORTS…",
                                              index.string(), kStubName, index.string()));
  }
  std::ifstream in(stub);
  if (!in)
    throw Error(ErrorKind::io, message("{}: nie można odczytać pliku. Sprawdź uprawnienia.",
                                       "{}: cannot read the file. Check its permissions.", stub.string()));
  std::vector<std::filesystem::path> segments;
  std::string lines;
  bool whole = false;
  for (std::string line; !whole && std::getline(in, line);) {
    if (line == checksum_line(lines)) {
      whole = in.peek() == std::ifstream::traits_type::eof();
      break;
    }
    lines += line + "\n";
    if (line.starts_with("# ")) break;
    const std::string name = line.starts_with(kStubBackend) ? line.substr(kStubBackend.size()) : "";
    if (segment_number(name) == 0 || name.find('/') != std::string::npos) {  // nothing outside the index
      throw Error(
          ErrorKind::incompatible,
          message("{}: oczekiwano wierszy „glass gen-NNNNNN”, znaleziono „{}”. To nie jest indeks Kwerendy.",
                  "{}: expected lines “glass gen-NNNNNN”, found “{}”. This is not an index of Kwerenda.",
                  stub.string(), line.substr(0, 80)));
    }
    segments.push_back(index / name);
  }
  if (in.bad()) {  // streams swallow even std::bad_alloc
    throw Error(ErrorKind::io, message("{}: nie można odczytać pliku do końca. Sprawdź dysk i pamięć.",
                                       "{}: cannot read the file to its end. Check the disk and the memory.",
                                       stub.string()));
  }
  if (segments.empty() || !whole) {
    throw Error(ErrorKind::corrupt,
                message("{}: ostatni wiersz nie jest sumą kontrolną poprzednich: plik jest ucięty albo "
                        "uszkodzony, albo indeks zbudowała wcześniejsza wersja. Przywróć indeks z kopii albo "
                        "zbuduj go od nowa.",
                        "{}: the last line is not the checksum of those before: the file is cut short or "
                        "damaged, or an older version built the index. Restore the index from a backup or "
                        "build it anew.",
                        stub.string()));
  }
  for (const auto& segment : segments) {
    if (!std::filesystem::is_directory(segment, error)) {
      throw Error(
          ErrorKind::corrupt,
          message(
              "{}: {} wskazuje ten katalog, ale go nie ma. Przywróć indeks z kopii albo zbuduj go od nowa.",
              "{}: {} names this directory, but it is not there. Restore the index from a backup or build it "
              "anew.",
              segment.string(), stub.string()));
    }
    check_regular_files(segment);
  }
  return segments;
}

}  // namespace kwerenda
