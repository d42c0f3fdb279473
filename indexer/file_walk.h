// Paths as given to the list of files to read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "indexer/problem.h"
#include "indexer/readers/reader.h"

namespace kwerenda {

struct WalkSettings {
  // by_name: the endings decide, and in a directory other files are passed over. Any other: every regular
  // file is read as that.
  InputFormat format = InputFormat::by_name;
  ReadLimits limits;
  std::string exclude;   // a directory that is passed over wherever it lies: the index itself; empty: none
  unsigned threads = 1;  // that look at files, 1 at least; the result is the same
};

// One of the given paths, for telling vanished files from a vanished root.
struct Root {
  enum class State : std::uint8_t { present, missing, empty };

  std::string path;  // as Input::id
  State state = State::present;
  bool directory = false;
};

struct WalkResult {
  std::vector<Input>
      inputs;  // in the order of the paths given, within a directory by the bytes of the names; none twice
  std::vector<Problem> problems;  // directories without reports, what could not be opened, links passed over
  std::vector<Root> roots;
  std::uint64_t total_bytes = 0;  // of the inputs, standard input not counted
  std::uint64_t passed_over = 0;  // files in directories whose ending is of no known kind
};

// Expands directories recursively: regular files only, hidden ones (".name") and README files left out, links
// named and not followed, no deeper than 100 levels. A path that is itself a link is followed: its name was
// typed. "-" is standard input. Reads no file.
WalkResult walk(const std::vector<std::string>& paths, const WalkSettings& settings);

// "./a//b/../c" is "a/c"; trailing slashes go. Bytes, no look at the disk.
std::string normal_path(std::string_view path);

// Whether `file` stands below `directory`; both are normal. "../../a" stands beside "..", and not below it.
bool is_below(std::string_view file, std::string_view directory);

// The names in a list, one a line or, with `separator` '\0', ended by NUL bytes. Empty ones are left out.
std::vector<std::string> split_names(std::string_view list, char separator);

}  // namespace kwerenda
