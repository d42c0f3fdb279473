// Query text to a tree. docs/query-language.md describes the language to its users; its examples are run by
// the tests.
//
//   parse_query("schrony LUB ukrycia")            (or schrony ukrycia)
//   parse_query("Ile schronów jest w Polsce?")    (words Ile schronów jest w Polsce)
//   parse_plain("a) (?:[x] AND \"")               (words a x AND)
//
// Three steps. query_lexer cuts the text into words (by the same tokenizer as the index), phrases, signs and
// operators; query_operators decides from its neighbours whether "I" or "NIE" is an operator or an ordinary
// word; the parser goes down by precedence, one function for all levels. It recurses at opening brackets
// only, and their depth is checked before it starts. From tightest to loosest: modifiers of a word, + and -
// and NOT, NEAR/n, /z, /a, AND, OR, words side by side.
//
// Rejected: repairing what is not understood, as most engines do. "(schrony LUB" then finds something, and
// nobody knows what was searched for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "searcher/query_error.h"
#include "searcher/query_limits.h"
#include "searcher/query_tree.h"

namespace kwerenda {

struct Query {
  std::string text;  // as given; the ranges of `root` point into it
  QueryNode root;
  std::size_t dropped_words = 0;   // distinct words beyond the limit that parse_plain() left out
  std::vector<std::string> notes;  // for people: what may have been meant
};

// Throws QueryError, whose what() is with_caret() of what was expected and what was found; it is without the
// query when that is empty, too long, not UTF-8 or holds a NUL byte. Beyond a limit the message names it.
// Milliseconds for a text of the default max_bytes, at worst its square beyond. Safe from several threads at
// once.
Query parse_query(std::string_view text, const QueryLimits& limits = {});

// All words of `text` side by side, whatever stands between them: for questions that were not written in the
// query language. Beyond max_words, repeated words go first (by folded form), then the last ones;
// dropped_words counts these. Throws QueryError for what is no text at all: empty, without a word, longer
// than max_bytes, a NUL byte, invalid UTF-8.
Query parse_plain(std::string_view text, const QueryLimits& limits = {});

// One word or phrase with its modifiers (=forma, słow*, *owisko, słowo~1, several words with or without
// quotes as a phrase, "…"~2), as topic files list them. Throws as parse_query().
QueryNode parse_term(std::string_view text, const QueryLimits& limits = {});

}  // namespace kwerenda
