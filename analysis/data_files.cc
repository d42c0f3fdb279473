#include "analysis/data_files.h"

#include <fmt/format.h>

#include <cstdlib>
#include <system_error>
#include <fstream>
#include <string>
#include <vector>

#include "analysis/error.h"
#include "analysis/utf8.h"

namespace kwerenda {

std::filesystem::path data_file(std::string_view name, const std::filesystem::path& given) {
  namespace fs = std::filesystem;
  if (!given.empty()) return given;
  std::error_code error;
  std::vector<fs::path> places;
  if (const char* directory = std::getenv("KWERENDA_DATA")) places.push_back(fs::path(directory) / name);
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) places.push_back(program.parent_path().parent_path() / "share" / "kwerenda" / name);
  places.push_back(fs::path(KWERENDA_INSTALLED_DATA) / name);
  std::string looked_at;
  for (const fs::path& place : places) {
    if (fs::exists(place, error)) return place;
    looked_at += "\n  " + place.string();
  }
  throw Error(ErrorKind::not_found,
              fmt::format("nie znaleziono pliku {}; szukano w:{}\nZbuduj program do końca (cmake --build) albo wskaż katalog: KWERENDA_DATA=KATALOG",
                          name, looked_at));
}

std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  namespace fs = std::filesystem;
  const std::string name = printable(path.string());
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw Error(ErrorKind::not_found, fmt::format("{}: nie ma takiego pliku; sprawdź ścieżkę", name));
  if (!fs::is_regular_file(status)) throw Error(ErrorKind::io, fmt::format("{}: oczekiwano zwykłego pliku", name));
  const std::uintmax_t size = fs::file_size(path, error);
  if (!error && size > limit_bytes) {
    throw Error(ErrorKind::limit, fmt::format("{}: plik ma {} B, a limit to {} B", name, size, limit_bytes));
  }
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  if (!error) bytes.resize(size);
  if (!file || !file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw Error(ErrorKind::io, fmt::format("{}: nie można odczytać pliku; sprawdź uprawnienia", name));
  }
  return bytes;
}

}  // namespace kwerenda
