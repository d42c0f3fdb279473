// Plain text, one report a file.
#pragma once

#include "indexer/readers/reader.h"

namespace kwerenda {

// `text` as decode_text() gives it. The title is the first line if it is short and stands alone: before a
// blank line, an underline or fields ("Data: …"), or above paragraphs of one line each; else a "Tytuł:"
// field, else the file's name. Fields near the top give date, place and address; without one, the first date
// of the first paragraph counts.
Report read_text(std::string text, Report report);

}  // namespace kwerenda
