// The help pages of kwerenda-index.
#pragma once

#include <optional>
#include <string>

#include "indexer/options.h"

namespace kwerenda {

// The help page of one verb, or of the program, in the language of messages: lines of about 100 columns,
// examples first. Each verb's page names every option that parse_options() takes for it.
std::string help_text(std::optional<Verb> verb);

}  // namespace kwerenda
