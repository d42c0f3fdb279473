// The lexicon file's bytes from what the dictionaries know.
#pragma once

#include <string>
#include <vector>

#include "analysis/lexicon_compiler/estimate.h"
#include "analysis/lexicon_compiler/families.h"
#include "analysis/lexicon_compiler/guesser_rules.h"
#include "analysis/lexicon_compiler/morphology.h"

namespace kwerenda {

struct CompileOptions {
  double least_probability = 0.08;  // readings below it are dropped
  std::size_t most_readings = 4;
};

// What goes into the file beside forms and lemmas.
struct LexiconParts {
  std::vector<GuesserRule> rules;
  std::vector<Family> families;
  std::vector<std::string> prefixes;
};

struct CompileReport {
  std::size_t forms = 0, states = 0, arcs = 0, cells = 0, record_bytes = 0;
  std::size_t rules = 0, families = 0;
};

// The whole file. Throws Error{limit} if the words do not fit the format.
std::string compile_lexicon(const Morphology& morphology, const Estimate& estimate,
                            const std::vector<FormCount>& counts, const LexiconParts& parts,
                            const CompileOptions& options, CompileReport& report);

}  // namespace kwerenda
