// What people set once instead of typing it each time: kwerenda.toml, of a project and of a user. Both
// programs read the same files; each takes what it knows.
//
//   index = "indeks"                 # relative paths start at the file's directory
//   topics-dir = ["tematy"]
//   limit = 20
//   color = "never"
//
// The names are those of the options. Only what is safe to be found in a foreign directory can be set: no
// file says what to run, to overwrite or to remove.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

struct Preference {
  std::string where;                // "…/kwerenda.toml: limit", for messages
  std::vector<std::string> values;  // one, or several of a list; paths are absolute
};

struct PreferenceFile {
  std::filesystem::path file;
  std::map<std::string, std::vector<std::string>, std::less<>> values;
};

struct Preferences {
  std::vector<PreferenceFile> files;  // an earlier one wins

  std::optional<Preference> find(std::string_view name) const;
};

inline constexpr const char* kPreferenceFile = "kwerenda.toml";
inline constexpr std::size_t kMaxPreferenceBytes = 64u << 10;

// The project's file, in `directory` or the nearest above it that has one, then the user's,
// `config_home`/kwerenda/kwerenda.toml; `config_home` may be empty. Throws Error as parse_preferences(), and
// Error{io}.
Preferences read_preferences(const std::filesystem::path& directory,
                             const std::filesystem::path& config_home);

// $XDG_CONFIG_HOME, or ~/.config; empty if neither is known.
std::filesystem::path config_home();

// One file's text. Throws Error{usage} "file:line: …" if it is not TOML, or has a name or a value that no
// option has.
PreferenceFile parse_preferences(std::string_view toml, const std::filesystem::path& file);

}  // namespace kwerenda
