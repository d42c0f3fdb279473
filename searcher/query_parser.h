// Query text to a tree. docs/query-language.md describes the language to its users; its examples are run by
// the tests.
//
//   parse_query("schrony LUB ukrycia")            (or schrony ukrycia)
//   parse_query("Ile schronów jest w Polsce?")    (words Ile schronów jest w Polsce)
//   parse_plain("a) (?:[x] AND \"")               (words a x AND)
//
// Two passes. The lexer cuts the text into words (by the same tokenizer as the index), phrases, prefixes and
// operators, and decides from its neighbours whether "I" or "NIE" is an operator or an ordinary word. The
// parser goes down by precedence, one function a level; it recurses at opening brackets only, and their depth
// is checked before it starts. From tightest to loosest: modifiers of a word, + and - and NOT, NEAR/n, /z,
// /a, AND, OR, words side by side.
//
// Rejected: repairing what is not understood, as most engines do. "(schrony LUB" then finds something, and
// nobody knows what was searched for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "searcher/query_error.h"
#include "searcher/query_tree.h"

namespace kwerenda {

struct QueryLimits {
  std::size_t max_bytes = 4096;  // of the query text
  std::size_t max_words =
      64;  // words, those in phrases included; an OR of 256 words costs four times as much as of 64
  std::size_t max_depth = 32;            // brackets within brackets
  std::size_t max_wildcards = 4;         // words with an asterisk: each may stand for many
  std::size_t min_wildcard_letters = 3;  // letters and digits beside the asterisk, and in a fuzzy word
};

inline constexpr int kMaxNearDistance = 100;
inline constexpr int kDefaultNearDistance = 10;  // NEAR without a number
inline constexpr int kMaxPhraseGap = 50;

struct Query {
  std::string text;  // as given; the ranges of `root` point into it
  QueryNode root;
  std::size_t dropped_words = 0;  // distinct words beyond the limit that parse_plain() left out
};

// Throws QueryError, whose what() is with_caret() of what was expected and what was found; it is without the
// query when that is empty, too long, not UTF-8 or holds a NUL byte. Beyond a limit the message names it.
// Time and memory are linear in the text. Safe from several threads at once.
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
