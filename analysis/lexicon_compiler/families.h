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

// A verb and its gerund, lower case.
struct VerbalNoun {
  std::string verb, noun;
};

// Every gerund the dictionaries give. Call it before settle(), which gives some of them lemmas of their own.
std::vector<VerbalNoun> find_verbal_nouns(const Morphology& morphology);

// What is a lemma after settle(): a verb, its other aspect and their gerunds (zgłosić, zgłaszać, zgłoszenie)
// are relatives of one another; beyond them direct derivations alone, both ways, by pattern, where both ends
// are lemmas of the right class; a chain of two (szkoła: szkolny: szkolność) is not followed. Sorted by
// lemma; the relatives nearest first, so that who takes a few takes the best.
std::vector<Family> find_families(const Morphology& morphology, const std::vector<VerbalNoun>& verbal_nouns);

}  // namespace kwerenda
