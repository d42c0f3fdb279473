// `kwerenda-index tokens`: what the analysis makes of a text, for people and for scripts.
#pragma once

#include <string>
#include <string_view>

#include "analysis/keys.h"

namespace kwerenda {

// One line a token, appended to `out`: begin TAB end TAB surface TAB key|key…, offsets in bytes of `text`.
// White space inside a surface is written as a space. REQUIRES: text below 4 GiB.
void append_token_lines(std::string_view text, const KeyMaker& keys, std::string& out);

// Every token of `word` with all its readings: lemma, where it comes from, probability, and the keys that the
// index gets.
std::string explain_word(std::string_view word, const KeyMaker& keys);

}  // namespace kwerenda
