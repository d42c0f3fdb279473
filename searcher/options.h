// kwerenda-search's command line: argv to a plain struct.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "searcher/searcher.h"

namespace kwerenda {

enum class OutputFormat { text, json, ndjson, trec };
enum class ColorChoice { automatic, always, never };
enum class SearchAction { search, batch, list_topics, topic_matrix, similar, why_not, help, version };

struct SearchProgramOptions {
  SearchAction action = SearchAction::search;
  std::filesystem::path index;
  std::string query;            // the words of the command line joined by single spaces
  std::string citation;         // of similar and why_not
  std::filesystem::path batch;  // "-" is standard input
  OutputFormat format = OutputFormat::text;
  ColorChoice color = ColorChoice::automatic;
  SearcherOptions open;
  SearchOptions search;
};

// `arguments` without the program's name; `environment` looks a KWERENDA_* variable up (nullptr if unset):
// flags win over it. Throws Error{usage} that names the option, what was expected and the nearest known one.
SearchProgramOptions parse_search_options(const std::vector<std::string>& arguments,
                                          const char* (*environment)(const char*));

// Examples first, then every option. In Polish.
std::string search_help();

}  // namespace kwerenda
