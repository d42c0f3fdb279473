// Rules for words that no dictionary has, learnt from the ones they have: ending of a form -> what to do with
// it.
//
// The target is not the lemma but a class that all forms of a word can reach: the lemma without its final
// vowel and without a fleeting e (Czubek, Czubka: czubk). Whether "Ladena" is a form of Laden or of Ladena,
// nobody can know; with the class nobody has to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/lexicon_compiler/estimate.h"
#include "analysis/lexicon_compiler/morphology.h"

namespace kwerenda {

struct GuesserRule {
  std::string ending;    // lower case, UTF-8; empty for the last resort
  bool proper = false;   // for capitalised words
  std::string cut, add;  // the form's end and what replaces it
  float share = 0;       // of the seen forms with that ending for which it is right
};

struct GuesserOptions {
  std::size_t longest_ending = 8;  // letters
  double least_weight = 0.5;       // of the forms with an ending, for a rule of its own
  double least_gain = 0.15;        // weight of forms that the rule puts right
  std::uint32_t hidden = 0;        // of a hundred lemmas, so many are left out, for measuring
};

// The rules ready for use while the lexicon is being made.
class GuesserTable {
 public:
  explicit GuesserTable(const std::vector<GuesserRule>& rules);
  // The class of an unknown form, lower case; empty if it is shorter than four letters.
  std::string class_of(std::string_view form, bool proper) const;

 private:
  std::unordered_map<std::string, const GuesserRule*> rules_[2];  // by ending; common, proper
};

// The class of a lemma, lower case.
std::string guess_class(std::string_view lemma);
// Whether a lemma is among the hidden ones.
bool is_hidden(std::string_view lemma, const GuesserOptions& options);

std::vector<GuesserRule> learn_guesser(const Morphology& morphology, const Estimate& estimate,
                                       const GuesserOptions& options);

}  // namespace kwerenda
