// The query's text cut into what the parser reads: finished words, phrases and filters, signs, brackets,
// operators.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "searcher/query_limits.h"
#include "searcher/query_tree.h"

namespace kwerenda {

enum class LexemeKind : std::uint8_t { operand, open, close, plus, minus, field, negation, binary };

// `I` and `NIE` are also ordinary words that people write in capitals, as a numeral and for stress.
enum class Spelling : std::uint8_t { english, polish, polish_word };

struct Lexeme {
  LexemeKind kind = LexemeKind::operand;
  ByteRange range;
  // operand: one finished node, or the words of a run such as "tak/nie" without space inside. Operators that
  // are spelt as words: what they are if they turn out to be ordinary words.
  std::vector<QueryNode> nodes;
  NodeKind node_kind = NodeKind::words;   // binary: of the node it makes; field: title or place
  int number = 0;                         // NEAR
  Spelling spelling = Spelling::english;  // negation, binary
  double boost = 1;                       // close
  bool filter = false;                    // operand: date, file or topic
};

// Signs and names that take hold of the operand behind them: + - NOT tytuł:
inline bool is_prefix(const Lexeme& lexeme) {
  return lexeme.kind == LexemeKind::plus || lexeme.kind == LexemeKind::minus ||
         lexeme.kind == LexemeKind::field || lexeme.kind == LexemeKind::negation;
}

// `text` is UTF-8. Everything spelt like an operator comes out as one, wherever it stands: read_operators()
// then decides. What is neither a letter, a digit nor syntax is dropped. What is worth telling people, as
// names that are nearly those of fields, is appended to `notes`. Throws QueryError. Does not recurse.
std::vector<Lexeme> lex_query(std::string_view text, const QueryLimits& limits,
                              std::vector<std::string>& notes);

// All of `text` as one word or one phrase, as parse_term() has it. Throws QueryError.
QueryNode lex_term(std::string_view text, const QueryLimits& limits);

}  // namespace kwerenda
