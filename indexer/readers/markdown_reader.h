// Markdown, one report a file.
#pragma once

#include "indexer/readers/reader.h"

namespace kwerenda {

// As read_text(). Front matter between "---" lines gives title/tytuł, date/data, place/miejsce, url/źródło
// (one "key: value" a line; other YAML is passed over); without a title there, the first "# heading" is it.
Report read_markdown(std::string text, Report report);

}  // namespace kwerenda
