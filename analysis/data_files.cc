#include "analysis/data_files.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "analysis/error.h"
#include "analysis/message.h"

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
  throw Error(ErrorKind::not_found, message("nie znaleziono pliku {}; szukano w:{}\nZbuduj program do końca "
                                            "(cmake --build) albo wskaż katalog: KWERENDA_DATA=KATALOG",
                                            "file {} not found; looked at:{}\nFinish building the program "
                                            "(cmake --build) or name the directory: KWERENDA_DATA=DIRECTORY",
                                            name, looked_at));
}

}  // namespace kwerenda
