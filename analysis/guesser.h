// The lemma, or what stands for it, of a word that no dictionary has. How the rules come about:
// lexicon_compiler/guesser_rules.h.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "analysis/lexicon.h"
#include "analysis/lexicon_file.h"

namespace kwerenda {

// What a class (lexicon_compiler/guesser_rules.h) may have lost at its end, most frequent first: the way back
// to a known lemma. The vowels that every class lacks, then fleeting e and rz. That n was ń is not tried:
// unknown words are seldom forms of known ones, and Fionę became a form of Fionia.
struct LostEnding {
  std::string_view of_class, of_lemma;
};
inline constexpr std::array<LostEnding, 11> kLostEndings = {{{"", ""},
                                                             {"", "a"},
                                                             {"", "o"},
                                                             {"", "e"},
                                                             {"", "y"},
                                                             {"", "i"},
                                                             {"r", "er"},
                                                             {"k", "ek"},
                                                             {"c", "ec"},
                                                             {"l", "el"},
                                                             {"r", "rz"}}};

// Each appends readings and returns true, or returns false and leaves `out` alone. `form` is normalized() and
// unknown.

// cyberatakami: a prefix and a known word, the longest prefix first.
bool guess_by_prefix(const LexiconFile& file, std::string_view form, std::vector<Reading>& out);
// geoportalem: the rule of the longest ending. The same class always finds the same known lemma, so forms of
// one word stay together.
bool guess_by_ending(const LexiconFile& file, std::string_view form, std::vector<Reading>& out);

}  // namespace kwerenda
