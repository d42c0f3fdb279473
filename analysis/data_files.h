// Where the files that come with the programs are: the lexicon, the word lists, the topics.
#pragma once

#include <filesystem>
#include <string_view>

namespace kwerenda {

// `given` if it is not empty (it is not looked at). Else the first that exists of: $KWERENDA_DATA/name,
// ../share/kwerenda/name beside the running program, name in the directory that the build was configured to
// install to. Throws Error{not_found} that names every place.
std::filesystem::path data_file(std::string_view name, const std::filesystem::path& given = {});

}  // namespace kwerenda
