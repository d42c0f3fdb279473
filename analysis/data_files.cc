#include "analysis/data_files.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "analysis/error.h"
#include "analysis/utf8.h"

namespace kwerenda {

namespace fs = std::filesystem;

fs::path find_data_file(std::string_view name, std::string_view option) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path expected = (program.parent_path() / ".." / "share" / "kwerenda" / name).lexically_normal();
  if (error || !fs::exists(expected, error)) {
    throw Error(ErrorKind::not_found, fmt::format("{}: nie ma pliku, który dołączono do programu; zainstaluj program ponownie albo wskaż "
                                                  "plik przez {}",
                                                  printable(expected.string()), option));
  }
  return expected;
}

std::string read_file(const fs::path& path, std::uint64_t limit_bytes) {
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
