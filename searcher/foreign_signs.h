// Signs of other query languages, and signs that stand a space too far.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "searcher/query_lexer.h"
#include "searcher/query_run.h"

namespace kwerenda {

using NoteOfQuery = std::function<void(std::string)>;

// What other engines have signs for ("&&", "!schron", "schr?n"), or what stands a space too far, is
// punctuation here. It is searched for as such, since pasted text is full of it, but not without a note.
// `lexemes`: those of `query` before `run`.
void note_foreign_signs(std::string_view query, const QueryRun& run, const std::vector<Lexeme>& lexemes,
                        const NoteOfQuery& note);

}  // namespace kwerenda
