// Operators that are also words people write in capitals, and how to tell.
//
//   I    is AND only between two single operands: "schrony I ukrycia", but not "Jan Paweł I" and not "w I
//   wojnie światowej" NIE  is NOT only before a single operand: "schrony NIE garaże", but not "czego NIE
//   wolno robić" NOT  (and NIE) with nothing behind it to exclude is a word: "siedziba NOT" All the Polish
//   ones are words in a query without any small letter in which two words stand side by side: Caps Lock.
//
// A single operand is a word, phrase or group that no other word stands beside; filters, signs, brackets and
// operators may. Rejected: operators by spelling alone. Eight of 3,583 questions in public test sets hold a
// lone "I", every one a numeral.
#pragma once

#include <string_view>
#include <vector>

#include "searcher/query_lexer.h"

namespace kwerenda {

// Turns such operators among the lexemes of `text` into operands. Brackets must be balanced.
void read_operators(std::string_view text, std::vector<Lexeme>& lexemes);

}  // namespace kwerenda
