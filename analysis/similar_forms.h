// Known forms close to a word that is not known: a walk over the lexicon's automaton.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/extra_forms.h"
#include "analysis/lexicon.h"
#include "analysis/lexicon_file.h"

namespace kwerenda {

// Appends what Lexicon::find_accent_free (edits 0) and Lexicon::find_within (1 or 2) promise.
void find_similar(const LexiconFile& file, const ExtraForms& extra, std::string_view form, int edits,
                  std::size_t limit, std::vector<SimilarForm>& found);

}  // namespace kwerenda
