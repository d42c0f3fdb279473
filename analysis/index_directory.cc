#include "analysis/index_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <memory>
#include <new>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/system_reason.h"

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

// Small files only: a stub of a thousand segments has 17 KB.
std::string head_of(const std::filesystem::path& file, std::size_t most) {
  std::string bytes(most, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

unsigned highest_segment(const std::filesystem::path& index) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(index.c_str()), ::closedir);
  if (!directory) {
    if (errno == ENOMEM) throw std::bad_alloc();
    return 0;
  }
  unsigned highest = 0;
  while (const dirent* entry = ::readdir(directory.get()))
    highest = std::max(highest, segment_number(entry->d_name));
  return highest;
}

// Segments without the list of those that count: to build here would be to delete them.
[[noreturn]] void throw_without_stub(const std::filesystem::path& index) {
  throw Error(
      ErrorKind::corrupt,
      message(
          "{}: brak pliku {}, choć są części indeksu (gen-…); nie wiadomo, które z nich są aktualne. "
          "Przywróć ten plik albo cały indeks z kopii, albo zbuduj indeks od nowa w innym katalogu: "
          "kwerenda-index add --index NOWY RAPORTY…",
          "{}: file {} is missing, although there are parts of an index (gen-…); which of them are current "
          "is not known. Restore that file or the whole index from a backup, or build the index anew in "
          "another directory: kwerenda-index add --index NEW REPORTS…",
          index.string(), kStubName));
}

// What may not be seen must not be taken for what is not there.
void refuse_unseen(const std::filesystem::path& path, const std::filesystem::path& index) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 || errno == ENOENT || errno == ENOTDIR) return;
  throw Error(
      ErrorKind::io,
      message("{}: nie można sprawdzić, co tu jest: {}. Uzyskaj prawo odczytu i przeszukiwania katalogu "
              "{} i tych nad nim albo uruchom polecenie jako właściciel indeksu.",
              "{}: cannot see what is here: {}. Get permission to read and search the directory {} and "
              "those above it, or run the command as the owner of the index.",
              path.string(), system_reason(errno), index.string()));
}

}  // namespace

bool is_index(const std::filesystem::path& index) {
  refuse_unseen(index / kStubName, index);
  std::error_code error;
  return std::filesystem::is_regular_file(index / kStubName, error) && !is_begun(index);
}

bool is_begun(const std::filesystem::path& index) {
  std::error_code error;
  const std::string empty = stub_of({});
  return std::filesystem::is_regular_file(index / kStubName, error) &&
         head_of(index / kStubName, empty.size() + 1) == empty;
}

bool has_segments(const std::filesystem::path& index) { return highest_segment(index) > 0; }

bool is_summed_stub(std::string_view stub) {
  if (!stub.ends_with('\n')) return false;
  stub.remove_suffix(1);
  const std::size_t last = stub.rfind('\n') + 1;  // 0 if there is one line only
  return stub.substr(last) == checksum_line(stub.substr(0, last));
}

unsigned segment_number(const std::filesystem::path& segment) {
  const std::string name = segment.filename().string();
  unsigned number = 0;
  constexpr std::size_t kDigits = 6;  // at least; more have no nought in front
  const std::size_t digits = name.size() - std::min(name.size(), kSegmentPrefix.size());
  if (!name.starts_with(kSegmentPrefix) || digits < kDigits ||
      (digits > kDigits && name[kSegmentPrefix.size()] == '0')) {
    return 0;
  }
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
  refuse_unseen(index, index);
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
    if (is_begun(index)) {
      throw Error(
          ErrorKind::not_found,
          message("{}: indeks jest dopiero budowany albo przerwano jego budowę. Poczekaj albo powtórz "
                  "polecenie, które go budowało (kwerenda-index add --index {} RAPORTY…).",
                  "{}: the index is just being built, or its building was interrupted. Wait, or repeat "
                  "the command that built it (kwerenda-index add --index {} REPORTS…).",
                  index.string(), index.string()));
    }
    if (has_segments(index)) throw_without_stub(index);
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
  bool whole = false, all_ended = true;  // each line read by a line break
  for (std::string line; !whole && std::getline(in, line);) {
    if (line == checksum_line(lines)) {
      whole = in.peek() == std::ifstream::traits_type::eof();
      break;
    }
    all_ended = !in.eof();
    lines += line + "\n";
    if (line.starts_with("# ")) {
      all_ended = false;
      break;
    }
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
  const bool earlier_form =
      !whole && all_ended && !segments.empty() && segment_number(segments.back()) == highest_segment(index);
  if (segments.empty() || (!whole && !earlier_form)) {
    throw Error(
        ErrorKind::corrupt,
        message("{}: ostatni wiersz nie jest sumą kontrolną poprzednich: plik jest ucięty albo "
                "uszkodzony. Przywróć indeks z kopii albo zbuduj go od nowa. Jeśli indeks zbudowała "
                "wcześniejsza wersja, która sumy nie pisała, zrób nią zrzut (kwerenda-index dump) i "
                "odtwórz go tą: kwerenda-index restore --index NOWY",
                "{}: the last line is not the checksum of those before: the file is cut short or "
                "damaged. Restore the index from a backup or build it anew. If the index was built by "
                "an earlier version, which wrote no checksum, dump it with that one (kwerenda-index "
                "dump) and restore the dump with this one: kwerenda-index restore --index NEW",
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
