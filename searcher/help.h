// The help page of kwerenda-search.
#pragma once

#include <string>

namespace kwerenda {

// In the language of messages: lines of about 110 columns, examples first. Names every option that
// parse_search_options() takes.
std::string search_help();

}  // namespace kwerenda
