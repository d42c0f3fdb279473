// The data that come with the programs: lexicon and word lists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace kwerenda {

// share/kwerenda/`name` beside the running program's folder (bin/../share/kwerenda), where both a build and an installation have it. Throws
// Error{not_found} that names the place and `option`, the way to name another.
std::filesystem::path find_data_file(std::string_view name, std::string_view option);

// The whole of a file that a user named. Throws Error{not_found, io, limit}: `limit_bytes` at most.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit_bytes);

}  // namespace kwerenda
