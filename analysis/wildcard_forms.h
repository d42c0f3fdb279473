// Known forms that begin or end with given letters, as their lemmas: a walk over the lexicon's automaton.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "analysis/lexicon_file.h"

namespace kwerenda {

// Appends what Lexicon::lemmas_of_forms promises, own words aside.
void find_lemmas_of_forms(const LexiconFile& file, std::string_view part, FormEnd end, std::size_t limit,
                          std::vector<LemmaOfForms>& lemmas, bool& more);

}  // namespace kwerenda
