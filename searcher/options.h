// kwerenda-search's command line: argv to a plain struct.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/preferences.h"
#include "searcher/searcher.h"

namespace kwerenda {

enum class OutputFormat { text, json, ndjson, trec };
enum class TerminalChoice { automatic, always, never };  // automatic: if standard output is a terminal
enum class SearchAction { search, batch, list_topics, topic_matrix, similar, why_not, help, version };

struct SearchProgramOptions {
  SearchAction action = SearchAction::search;
  std::filesystem::path index;
  std::string query;            // the words of the command line joined by single spaces
  std::string citation;         // of similar and why_not
  std::filesystem::path batch;  // "-" is standard input
  OutputFormat format = OutputFormat::text;
  TerminalChoice color = TerminalChoice::automatic;
  TerminalChoice hyperlinks = TerminalChoice::automatic;
  TerminalChoice pager = TerminalChoice::automatic;
  bool quiet = false;    // hits alone: no notes, no sums
  bool verbose = false;  // on standard error: how the query was read, and how long it took
  SearcherOptions open;
  SearchOptions search;
};

// `arguments` without the program's name; `environment` looks a KWERENDA_* variable up (nullptr if unset):
// flags win over it, and it over `preferences`. Throws Error{usage} that names the option, what was expected
// and the nearest known one.
SearchProgramOptions parse_search_options(const std::vector<std::string>& arguments,
                                          const char* (*environment)(const char*),
                                          const Preferences& preferences = {});

// Whether help or the version is asked for, which no mistake in a file of preferences is to withhold.
bool asks_for_help(const std::vector<std::string>& arguments);

// The format that is asked for, even if the arguments cannot be parsed: how errors about them are to be told.
OutputFormat requested_format(const std::vector<std::string>& arguments,
                              const char* (*environment)(const char*), const Preferences& preferences = {});

}  // namespace kwerenda
