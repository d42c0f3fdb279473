#include "analysis/index_directory.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <fstream>
#include <sstream>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/schema.h"

namespace kwerenda {
namespace {

constexpr std::string_view kSegmentPrefix = "gen-";
constexpr std::string_view kStubBackend = "glass ";

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
                message("{}: plik jest ucięty albo uszkodzony: jego ostatni wiersz nie jest sumą kontrolną "
                        "poprzednich. Przywróć indeks z kopii albo zbuduj go od nowa.",
                        "{}: the file is cut short or damaged: its last line is not the checksum of those "
                        "before. Restore the index from a backup or build it anew.",
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
  }
  return segments;
}

}  // namespace kwerenda
