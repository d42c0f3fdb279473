// Derivational families: which lemmas were made from which (zarządzać: zarządzanie, zarządca; Wrocław:
// wrocławski).
#pragma once

#include <string>
#include <vector>

#include "analysis/lexicon_compiler/estimate.h"
#include "analysis/lexicon_compiler/morphology.h"

namespace kwerenda {

struct Family {
  std::string lemma;                   // lower case
  std::vector<std::string> relatives;  // lower case, without the lemma, each once
};

// Direct derivations alone, both ways, by pattern, where both ends are lemmas of the right class; a chain of
// two (szkoła: szkolny: szkolność) is not followed. Sorted by lemma.
std::vector<Family> find_families(const Morphology& morphology);

}  // namespace kwerenda
