// Text to tokens. ICU's word boundaries (UAX #29) are the authority; rules of our own then join what Polish
// writes together and split what it does not: GIS-u, e-usług, 2025-05-14 and O'Neill'a are one token each,
// mmcpolska.pl and 2007-2018 two. polish_tokens.h lists the rules.
//
// Two implementations that must agree, and are held to it by tests/tokenizer_test over real text and random
// bytes: tokenize() finds words by bit masks and by tables filled from ICU's own properties, and asks ICU
// only about runs of text that hold characters outside them; tokenize_with_icu() runs ICU's BreakIterator
// over everything.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/token.h"

namespace kwerenda {

// Clears `tokens` and fills it with the tokens of `text` in order. `text` is any bytes below 4 GiB: an
// invalid byte is read as U+FFFD, one byte long, which belongs to no token. A token has at most
// kMaxTokenBytes (polish_tokens.h); longer ones are cut. No errors, unless ICU's data are missing. Safe to
// call from several threads at once.
void tokenize(std::string_view text, std::vector<Token>& tokens);

// The same tokens by way of ICU alone, several times slower. For tests and for checking the tables.
void tokenize_with_icu(std::string_view text, std::vector<Token>& tokens);

}  // namespace kwerenda
