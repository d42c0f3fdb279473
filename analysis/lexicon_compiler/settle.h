// The decisions about which lemma stands for a form where the dictionaries offer several equivalent ones.
#pragma once

#include <vector>

#include "analysis/lexicon_compiler/estimate.h"
#include "analysis/lexicon_compiler/guesser_rules.h"
#include "analysis/lexicon_compiler/morphology.h"

namespace kwerenda {

// What a gerund or participle is a form of.
enum class Convention {
  dictionary,  // whatever the dictionaries say, often both
  own,         // itself: zarządzaniu -> zarządzanie
  verb,        // the verb: zarządzaniu -> zarządzać
  lexical,     // itself if the dictionaries also list it as a noun or adjective, else the verb
  in_use,  // itself if it is listed, and its plural is in use or it is more in use than the verb; else the
           // verb
};

struct LemmaRules {
  Convention gerund = Convention::in_use;
  Convention passive = Convention::in_use;
  Convention active = Convention::in_use;
  double plural_share = 0.03;  // of the singular's occurrences
  double gerund_ratio = 3;     // of the verb's occurrences
  double participle_ratio = 2;
};

// Changes lemmas and word classes of `morphology` in place, and drops analyses that others make needless.
void settle(Morphology& morphology, const std::vector<FormCount>& counts, const LemmaRules& rules);

// Gives words that hunspell-pl lists without any inflection ("Plymouthem") the lemma that the guesser leads
// to, if that is a known one; the number of words changed.
std::size_t settle_bare_forms(Morphology& morphology, const std::vector<GuesserRule>& rules);

}  // namespace kwerenda
