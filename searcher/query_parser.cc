#include "searcher/query_parser.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/tokenizer.h"
#include "searcher/query_lexer.h"
#include "searcher/query_operators.h"

namespace kwerenda {
namespace {

const char* an_operand() { return message("słowa, frazy albo nawiasu", "a word, a phrase or a bracket"); }

// Throws for what is no query text at all. Everything after this may rely on valid UTF-8 of a bounded length.
void check_text(std::string_view text, std::size_t max_bytes, const char* way_out = "") {
  if (text.size() > max_bytes) {
    throw QueryError(message("zapytanie jest za długie: ma {} bajtów, a najwyżej może mieć {}; skróć je{}",
                             "the query is too long: it has {} bytes, it may have {} at most; shorten it{}",
                             text.size(), max_bytes, way_out),
                     {});
  }
  bool blank = true;
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    const std::int32_t begin = i;
    UChar32 c = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i, length, c);
    const auto at = static_cast<std::size_t>(begin);
    if (c < 0) {
      throw QueryError(message("zapytanie nie jest poprawnym UTF-8: oczekiwano znaku, a w bajcie {} jest "
                               "0x{:02X}; sprawdź kodowanie terminala lub pliku",
                               "the query is not valid UTF-8: expected a character, byte {} is 0x{:02X}; "
                               "check the encoding of the terminal or file",
                               at, static_cast<unsigned char>(text[at])),
                       byte_range(at, at + 1));
    }
    if (c == 0) {
      throw QueryError(message("zapytanie zawiera znak NUL w bajcie {}: oczekiwano samego tekstu",
                               "the query has a NUL character at byte {}: expected plain text", at),
                       byte_range(at, at + 1));
    }
    if (!u_isUWhiteSpace(c)) blank = false;
  }
  if (blank)
    throw QueryError(message("puste zapytanie: oczekiwano co najmniej jednego słowa",
                             "an empty query: expected at least one word"),
                     {});
}

// Every bracket has its partner and they are not too deep. After this the parser's recursion is bounded.
void check_brackets(std::string_view text, const std::vector<Lexeme>& lexemes, const QueryLimits& limits) {
  std::vector<ByteRange> open;
  for (const Lexeme& lexeme : lexemes) {
    if (lexeme.kind == LexemeKind::open) {
      open.push_back(lexeme.range);
      if (open.size() > limits.max_depth) {
        fail_at(text, lexeme.range,
                message("za głębokie nawiasy: jeden w drugim może ich być najwyżej {}",
                        "brackets are too deep: at most {} may stand one in another", limits.max_depth));
      }
    } else if (lexeme.kind == LexemeKind::close) {
      if (open.empty()) {
        fail_at(
            text, byte_range(lexeme.range.begin, lexeme.range.begin + 1),
            message("ten nawias niczego nie zamyka: oczekiwano wcześniej „(”; sam znak zapisz „\\)”, a "
                    "wklejonego tekstu szukaj z --plain",
                    "this bracket closes nothing: expected “(” before it; write the sign itself as “\\)”, or "
                    "search for pasted text with --plain"));
      }
      open.pop_back();
    }
  }
  if (!open.empty()) {
    fail_at(text, open.back(),
            message("nawias otwarty w tym miejscu nie jest zamknięty: oczekiwano „)” przed końcem zapytania; "
                    "sam znak zapisz „\\(”, a wklejonego tekstu szukaj z --plain",
                    "the bracket opened here is not closed: expected “)” before the end of the query; write "
                    "the sign itself as “\\(”, or search for pasted text with --plain"));
  }
}

void check_counts(std::string_view text, const std::vector<Lexeme>& lexemes, const QueryLimits& limits) {
  std::vector<const QueryNode*> words;
  for (const Lexeme& lexeme : lexemes) {
    if (lexeme.kind != LexemeKind::operand) continue;
    for (const QueryNode& node : lexeme.nodes) {
      for (const QueryNode* word : wanted_words(node)) words.push_back(word);
    }
  }
  if (words.size() > limits.max_words) {
    fail_at(
        text, words[limits.max_words]->range,
        message(
            "za dużo słów: jest ich {}, a najwyżej może być {}; skróć zapytanie, a wklejonego tekstu szukaj "
            "z --plain",
            "too many words: there are {}, at most there may be {}; shorten the query, or search for "
            "pasted text with --plain",
            words.size(), limits.max_words));
  }
  std::erase_if(words, [](const QueryNode* word) {
    return word->match != WordMatch::prefix && word->match != WordMatch::suffix;
  });
  if (words.size() > limits.max_wildcards) {
    fail_at(text, words[limits.max_wildcards]->range,
            message("za dużo słów z gwiazdką: jest ich {}, a najwyżej może być {}",
                    "too many words with an asterisk: there are {}, at most there may be {}", words.size(),
                    limits.max_wildcards));
  }
  std::erase_if(words, [](const QueryNode* word) { return word->match != WordMatch::suffix; });
  if (words.size() > limits.max_endings) {
    fail_at(text, words[limits.max_endings]->range,
            message("za dużo słów z gwiazdką na początku: jest ich {}, a najwyżej może być {}",
                    "too many words with an asterisk in front: there are {}, at most there may be {}",
                    words.size(), limits.max_endings));
  }
}

// From loosest to tightest.
constexpr std::array<NodeKind, 5> kLevels = {NodeKind::any_of, NodeKind::all_of, NodeKind::same_passage,
                                             NodeKind::same_sentence, NodeKind::near};

bool is_proximity(NodeKind kind) {
  return kind == NodeKind::near || kind == NodeKind::same_sentence || kind == NodeKind::same_passage;
}

bool is_field(NodeKind kind) {
  return kind == NodeKind::title || kind == NodeKind::place || kind == NodeKind::date_range ||
         kind == NodeKind::file || kind == NodeKind::topic;
}

// The first node below that must not stand beside NEAR and its kin, or in a field.
const QueryNode* find_misplaced(const QueryNode& node, bool negation_too) {
  if (is_field(node.kind) || (negation_too && node.kind == NodeKind::negation)) return &node;
  for (const QueryNode& child : node.children) {
    if (const QueryNode* found = find_misplaced(child, negation_too)) return found;
  }
  return nullptr;
}

// Whether anything is looked for, and not only left out.
bool is_positive(const QueryNode& node) {
  if (node.kind == NodeKind::negation) return false;
  return node.children.empty() || std::any_of(node.children.begin(), node.children.end(), is_positive);
}

void apply_boost(QueryNode& node, double boost) {
  if (boost == 1) return;
  switch (node.kind) {
    case NodeKind::negation:
    case NodeKind::date_range:
    case NodeKind::file:
      return;  // they have no score
    case NodeKind::title:
    case NodeKind::place:
      return apply_boost(node.children.front(), boost);
    default:
      node.boost = std::clamp(node.boost * boost, kMinBoost, kMaxBoost);
  }
}

QueryNode wrapped(NodeKind kind, QueryNode child, std::size_t begin) {
  QueryNode node;
  node.kind = kind;
  node.range = byte_range(begin, child.range.end);
  node.children.push_back(std::move(child));
  return node;
}

QueryNode joined(NodeKind kind, std::vector<QueryNode> children) {
  QueryNode node;
  node.kind = kind;
  node.range = {children.front().range.begin, children.back().range.end};
  node.children = std::move(children);
  return node;
}

QueryNode without_must(QueryNode node) {
  if (node.kind != NodeKind::must) return node;
  QueryNode child = std::move(node.children.front());
  return child;
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Lexeme> lexemes) : text_(text), lexemes_(std::move(lexemes)) {}

  QueryNode run() {
    std::optional<QueryNode> root = sequence();
    if (!root) fail_without_words(text_);
    if (!is_positive(*root)) {
      fail_at(
          text_, root->range,
          message("zapytanie składa się z samych wykluczeń: oczekiwano choć jednego słowa, którego szukać",
                  "the query consists of exclusions only: expected at least one word to search for"));
    }
    return std::move(*root);
  }

 private:
  const Lexeme* current() const { return next_ < lexemes_.size() ? &lexemes_[next_] : nullptr; }
  std::string_view shown(ByteRange range) const { return text_.substr(range.begin, range.end - range.begin); }

  // Operands side by side up to a closing bracket or the end; empty if there is none.
  std::optional<QueryNode> sequence() {
    std::vector<QueryNode> items;
    while (current() != nullptr && current()->kind != LexemeKind::close) {
      std::optional<QueryNode> item = level(0);
      if (!item) continue;
      if (is_mergeable(*item)) {
        std::move(item->children.begin(), item->children.end(), std::back_inserter(items));
      } else {
        items.push_back(std::move(*item));
      }
    }
    if (items.empty()) return std::nullopt;
    // A word alone is ranked with its relatives, but for one that must be there.
    if (items.size() == 1 && is_word_that_must(items.front())) return std::move(items.front());
    if (items.size() == 1) return without_must(std::move(items.front()));
    for (QueryNode& item : items) {
      if (is_field(item.kind) || is_proximity(item.kind) || item.kind == NodeKind::all_of) {
        const std::size_t begin = item.range.begin;
        item = wrapped(NodeKind::must, std::move(item), begin);
      }
    }
    return joined(NodeKind::words, std::move(items));
  }

  static bool is_word_that_must(const QueryNode& item) {
    return item.kind == NodeKind::must && item.children.front().kind == NodeKind::word;
  }

  // "Co (i gdzie) zrobiono" is one row of words; "(+a b) c" is not, since the plus speaks of its own bracket.
  static bool is_mergeable(const QueryNode& item) {
    if (item.kind != NodeKind::words || item.boost != 1) return false;
    return std::none_of(item.children.begin(), item.children.end(), [](const QueryNode& child) {
      return child.kind == NodeKind::must || child.kind == NodeKind::negation;
    });
  }

  std::optional<QueryNode> level(std::size_t depth) {
    if (depth == kLevels.size()) return prefixed();
    std::optional<QueryNode> left = level(depth + 1);
    const NodeKind kind = kLevels[depth];
    auto at_operator = [&] {
      return current() != nullptr && current()->kind == LexemeKind::binary && current()->node_kind == kind;
    };
    if (!at_operator()) return left;
    int number = current()->number;
    std::vector<QueryNode> items;
    items.push_back(operand(std::move(left), *current(), true));
    while (at_operator()) {
      const Lexeme& sign = *current();
      if (sign.number != number) {  // a NEAR/2 b NEAR/5 c
        QueryNode inner = joined(kind, std::move(items));
        inner.number = std::exchange(number, sign.number);
        items.clear();
        items.push_back(std::move(inner));
      }
      ++next_;
      if (current() == nullptr) {
        fail_at(text_, byte_range(text_.size(), text_.size()),
                message("po „{}” oczekiwano {}, a zapytanie się kończy",
                        "after “{}” expected {}, but the query ends", shown(sign.range), an_operand()));
      }
      if (current()->kind == LexemeKind::close || current()->kind == LexemeKind::binary) {
        fail_at(text_, current()->range,
                message("po „{}” oczekiwano {}, a jest „{}”", "after “{}” expected {}, found “{}”",
                        shown(sign.range), an_operand(), shown(current()->range)));
      }
      items.push_back(operand(level(depth + 1), sign, false));
    }
    QueryNode node = joined(kind, std::move(items));
    node.number = number;
    return node;
  }

  // What stands on one side of `sign`.
  QueryNode operand(std::optional<QueryNode> node, const Lexeme& sign, bool before) const {
    if (!node) {
      fail_at(text_, sign.range,
              message("{} „{}” oczekiwano {}, a w nawiasie nie ma ani jednego słowa",
                      "{} “{}” expected {}, but the bracket holds no word",
                      before ? message("przed", "before") : message("po", "after"), shown(sign.range),
                      an_operand()));
    }
    if (node->kind == NodeKind::must && sign.node_kind == NodeKind::any_of) {
      fail_at(text_, node->range,
              message("obok „{}” plus nie ma znaczenia: oczekiwano słowa bez plusa albo plusa przed "
                      "całością, np. +(schron OR ukrycie)",
                      "beside “{}” a plus means nothing: expected a word without it or a plus before the "
                      "whole, e.g. +(schron OR ukrycie)",
                      shown(sign.range)));
    }
    if (is_proximity(sign.node_kind)) {
      if (const QueryNode* found = find_misplaced(*node, true)) {
        fail_at(text_, found->range,
                found->kind == NodeKind::negation
                    ? message("obok „{}” oczekiwano słów i fraz, a jest wykluczenie",
                              "beside “{}” expected words and phrases, found an exclusion", shown(sign.range))
                    : message("obok „{}” oczekiwano słów i fraz, a jest pole; napisz je osobno albo przed "
                              "całością, np. tytuł:(schron NEAR/3 gmina)",
                              "beside “{}” expected words and phrases, found a field; write it apart or "
                              "before the whole, e.g. title:(schron NEAR/3 gmina)",
                              shown(sign.range)));
      }
    }
    return without_must(std::move(*node));
  }

  std::optional<QueryNode> prefixed() {
    const std::size_t begin = current()->range.begin;
    bool negated = false, must = false;
    for (; current()->kind != LexemeKind::field && is_prefix(*current()); ++next_) {
      if (current()->kind == LexemeKind::plus) {
        must = true;
      } else {
        negated = !negated;
      }
    }
    std::optional<QueryNode> node = primary();
    if (!node) return std::nullopt;
    if (negated && node->kind == NodeKind::negation) {
      QueryNode child = std::move(node->children.front());
      return child;
    }
    if (negated) return wrapped(NodeKind::negation, std::move(*node), begin);
    if (must && node->kind != NodeKind::negation) return wrapped(NodeKind::must, std::move(*node), begin);
    return node;
  }

  std::optional<QueryNode> primary() {
    const Lexeme& lexeme = *current();
    switch (lexeme.kind) {
      case LexemeKind::operand:
        return operand_of(lexeme);
      case LexemeKind::open:
        return group();
      case LexemeKind::field:
        return field();
      default:
        break;
    }
    const std::string_view name = shown(lexeme.range);
    fail_at(text_, lexeme.range,
            message("przed „{}” oczekiwano {}; zwykłe słowo zapisz „\\{}”",
                    "before “{}” expected {}; write the plain word as “\\{}”", name, an_operand(), name));
  }

  // A run of several words, such as "tak/nie", belongs together where an operator or a sign takes hold of it.
  QueryNode operand_of(const Lexeme& lexeme) {
    const auto is_operator = [&](std::size_t i) {
      return i < lexemes_.size() && (lexemes_[i].kind == LexemeKind::binary || is_prefix(lexemes_[i]));
    };
    const bool held = (next_ > 0 && is_operator(next_ - 1)) ||
                      (next_ + 1 < lexemes_.size() && lexemes_[next_ + 1].kind == LexemeKind::binary);
    ++next_;
    if (lexeme.nodes.size() == 1) return lexeme.nodes.front();
    return joined(held ? NodeKind::phrase : NodeKind::words, lexeme.nodes);
  }

  std::optional<QueryNode> group() {
    const std::size_t begin = current()->range.begin;
    ++next_;
    std::optional<QueryNode> node = sequence();
    const Lexeme& close = *current();  // check_brackets() has seen it
    ++next_;
    if (!node) return std::nullopt;
    if (!node->children.empty()) node->range = byte_range(begin, close.range.end);
    apply_boost(*node, close.boost);
    return node;
  }

  std::optional<QueryNode> field() {
    const Lexeme& name = *current();
    ++next_;
    std::optional<QueryNode> value = primary();
    if (!value) {
      fail_at(
          text_, name.range,
          message("po „{}” oczekiwano {}, a w nawiasie nie ma ani jednego słowa",
                  "after “{}” expected {}, but the bracket holds no word", shown(name.range), an_operand()));
    }
    if (const QueryNode* found = find_misplaced(*value, false)) {
      fail_at(
          text_, found->range,
          message("w polu „{}” oczekiwano słów i fraz, a jest następne pole",
                  "in the field “{}” expected words and phrases, found another field", shown(name.range)));
    }
    return wrapped(name.node_kind, std::move(*value), name.range.begin);
  }

  std::string_view text_;
  std::vector<Lexeme> lexemes_;
  std::size_t next_ = 0;
};

}  // namespace

Query parse_query(std::string_view text, const QueryLimits& limits) {
  check_text(text, limits.max_bytes,
             message(", a wklejonego tekstu szukaj z --plain", ", or search for pasted text with --plain"));
  Query query;
  std::vector<Lexeme> lexemes = lex_query(text, limits, query.notes);
  check_brackets(text, lexemes, limits);
  read_operators(text, lexemes);
  check_counts(text, lexemes, limits);
  query.text = text;
  query.root = Parser(text, std::move(lexemes)).run();
  return query;
}

Query parse_plain(std::string_view text, const QueryLimits& limits) {
  check_text(text, limits.max_plain_bytes);
  std::vector<Token> tokens;
  tokenize(text, tokens);
  if (tokens.empty()) fail_without_words(text);
  Query query;
  query.text = text;
  auto surface = [&](const Token& token) { return text.substr(token.begin, token.end - token.begin); };
  const auto words_that_fit = [&] {
    std::size_t bytes = 0, fit = 0;
    while (fit < std::min(tokens.size(), limits.max_words)) {
      bytes += surface(tokens[fit]).size();
      if (bytes > limits.max_bytes) break;
      ++fit;
    }
    return fit;
  };
  if (words_that_fit() < tokens.size()) {
    std::set<std::string> seen;
    std::erase_if(tokens, [&](const Token& token) { return !seen.insert(folded(surface(token))).second; });
    const std::size_t fit = words_that_fit();
    if (fit == 0) check_text(surface(tokens.front()), limits.max_bytes);
    query.dropped_words = tokens.size() - fit;
    tokens.resize(fit);
  }
  std::vector<QueryNode> words;
  for (const Token& token : tokens) {
    QueryNode word;
    word.kind = NodeKind::word;
    word.range = {token.begin, token.end};
    word.text = surface(token);
    words.push_back(std::move(word));
  }
  query.root = words.size() == 1 ? std::move(words.front()) : joined(NodeKind::words, std::move(words));
  return query;
}

QueryNode parse_term(std::string_view text, const QueryLimits& limits) {
  check_text(text, limits.max_bytes);
  return lex_term(text, limits);
}

}  // namespace kwerenda
