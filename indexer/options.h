// argv to a plain struct. A pure function: no file is opened, nothing printed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/preferences.h"
#include "indexer/add.h"
#include "indexer/readers/reader.h"

namespace kwerenda {

enum class Verb : std::uint8_t {
  help,
  version,
  add,
  info,
  tokens,
  remove,
  check,
  compact,
  dump,
  restore,
  backup
};
enum class ProgressMode : std::uint8_t { automatic, json, never };
enum class Verbosity : std::uint8_t { quiet, normal, verbose };

// What the verbs share; each verb reads its own part. Defaults here are the documented ones.
struct IndexerOptions {
  Verb verb = Verb::help;
  std::optional<Verb> help_about;  // with Verb::help: the verb asked about

  // Of all verbs but tokens: the directory of the index. KWERENDA_INDEX.
  std::string index;
  // add: files, directories, "-". tokens: files, "-"; none means "-". remove: ids, files, directories.
  // restore: one file or "-"; none means "-".
  std::vector<std::string> paths;

  // Analysis (add, tokens). Empty: the file that came with the program. Own lexicons are parsed and, until
  // the lexicon can be extended, refused by the program.
  std::string lexicon;  // KWERENDA_LEXICON
  std::vector<std::string>
      lexicon_extra;  // word lists of the user, later ones win; KWERENDA_LEXICON_EXTRA, separated by ':'

  // add
  std::string files_from;                               // a file with paths, "-" standard input
  bool null_separated = false;                          // the names in files_from end with NUL
  InputFormat format = InputFormat::by_name;            // --input-format
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;  // what the indexer may use, roughly; KWERENDA_MEMORY
  unsigned threads = 0;                                 // 0: one a core; KWERENDA_THREADS
  bool dry_run = false;                                 // reads and says what would be done, writes nothing
  bool strict = false;               // the first problem ends the run, the index stays as it was
  Purge purge = Purge::never;        // vanished: reports whose files are gone leave the index
  double lock_timeout_seconds = 10;  // waiting for another writer; KWERENDA_LOCK_TIMEOUT

  bool watch = false;  // add: stay and index what changes

  // check
  bool sources = false;  // compare the passages with the files that they were read from
  // backup
  std::string to;

  // tokens
  std::string explain;  // --explain WORD

  Verbosity verbosity = Verbosity::normal;
  ProgressMode progress = ProgressMode::automatic;  // KWERENDA_PROGRESS
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// `arguments` without the program's name. Flags win over KWERENDA_* variables, those over `preferences`,
// those over the defaults. Throws Error{usage} with a message that names the nearest verb or option.
// "--help" wins over everything that follows its verb.
IndexerOptions parse_options(const std::vector<std::string>& arguments, const Environment& environment,
                             const Preferences& preferences = {});

// Whether help or the version is asked for, which no mistake in a file of preferences is to withhold.
bool asks_for_help(const std::vector<std::string>& arguments);

// Whether the arguments ask for `--progress json`, even if they cannot be parsed: messages are JSON lines
// then.
bool asks_for_json(const std::vector<std::string>& arguments, const Environment& environment,
                   const Preferences& preferences = {});

// "512M", "1G", "64k", "1000000" to bytes; nothing if it is none.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace kwerenda
