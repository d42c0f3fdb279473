#include "searcher/word_signs.h"

#include <string>
#include <utility>

#include "analysis/message.h"
#include "analysis/tokenizer.h"
#include "searcher/query_error.h"

namespace kwerenda {
namespace {

// "hotel 5*" has five stars, "hotel*" has an ending.
bool is_wildcard_base(std::string_view text, const QueryLimits& limits) {
  return has_letter(text) || count_letters(text, true) >= limits.min_wildcard_letters;
}

// A word of five letters has many neighbours within two edits, and few of them are meant.
int default_edits(std::string_view word) { return count_letters(word, true) > 5 ? 2 : 1; }

void check_letters(std::string_view query, const QueryNode& word, const QueryLimits& limits) {
  if (word.match == WordMatch::lemma || word.match == WordMatch::exact) return;
  const std::size_t letters = count_letters(word.text, true);
  if (letters >= limits.min_wildcard_letters) return;
  const char sign = word.match == WordMatch::fuzzy ? '~' : '*';
  fail_at(
      query, word.range,
      message(
          "przy „{0}” oczekiwano co najmniej {1} liter lub cyfr, a jest {2}; sam znak zapisz „\\{0}”",
          "with “{0}” expected at least {1} letters or digits, found {2}; write the sign itself as “\\{0}”",
          sign, limits.min_wildcard_letters, letters));
}

struct Modifiers {
  WordMatch match = WordMatch::lemma;
  int edits = 0;  // fuzzy; 0: not said
  double boost = 1;
  std::size_t begin = 0, end = 0;              // the words themselves, in bytes of the run
  std::size_t outer_begin = 0, outer_end = 0;  // with the modifiers
};

// Modifiers are seen through punctuation at the end: "schron*, ukry*?". What looks like one but has no word
// is punctuation.
Modifiers modifiers_of(std::string_view query, const QueryRun& run, bool may_boost,
                       const QueryLimits& limits) {
  const std::string_view text = run.text;
  Modifiers found;
  std::size_t end = text.size();
  while (end > 0 && std::string_view(".,;:!?'").find(text[end - 1]) != std::string_view::npos &&
         !run.escaped[end - 1])
    --end;
  found.outer_end = end;

  const std::size_t caret = end == 0 ? std::string_view::npos : text.rfind('^', end - 1);
  if (may_boost && caret != std::string_view::npos && run.is(caret, '^') && has_word(text.substr(0, caret))) {
    std::string_view number = text.substr(caret + 1, end - caret - 1);
    if (number_end(number, 0) != number.size()) number = "";
    found.boost = checked_boost(query, number, run.at[caret], run.at[end - 1] + 1);
    const std::size_t other = text.rfind('^', caret - 1);
    if (other != std::string_view::npos && run.is(other, '^') && has_word(text.substr(0, other)))
      fail_second_sign(query, run.at[other], run.at[other] + 1);
    end = caret;
  }

  int count = 0;
  if (run.is(0, '=') && !run.is(1, '=')) {
    found.match = WordMatch::exact;
    found.begin = 1;
    ++count;
  }
  if (run.is(found.begin, '*') && !run.is(found.begin + 1, '*')) {
    found.match = WordMatch::suffix;
    ++found.begin;
    ++count;
  }
  const std::size_t tilde = end == 0 ? std::string_view::npos : text.find_last_not_of("0123456789", end - 1);
  if (tilde != std::string_view::npos && tilde > found.begin && run.is(tilde, '~') &&
      !run.is(tilde - 1, '~') && has_letter(text.substr(found.begin, tilde - found.begin))) {
    const std::string_view edits = text.substr(tilde + 1, end - tilde - 1);
    if (!edits.empty() && edits != "1" && edits != "2") {
      fail_at(query, byte_range(run.at[tilde], run.at[end - 1] + 1),
              message("po „~” przy słowie oczekiwano 1 albo 2 (tyle liter może się różnić), a jest „{}”",
                      "after “~” at a word expected 1 or 2 (so many letters may differ), found “{}”", edits));
    }
    found.match = WordMatch::fuzzy;
    found.edits = edits.empty() ? 0 : edits[0] - '0';
    end = tilde;
    ++count;
  }
  if (end > found.begin + 1 && run.is(end - 1, '*') && !run.is(end - 2, '*') &&
      is_wildcard_base(text.substr(found.begin, end - 1 - found.begin), limits)) {
    found.match = WordMatch::prefix;
    --end;
    ++count;
  }
  found.end = end;
  if (!has_word(text.substr(found.begin, end - found.begin)))
    return {WordMatch::lemma, 0, 1, 0, text.size(), 0, text.size()};
  if (count > 1) {
    const bool asterisks = found.match == WordMatch::prefix && run.is(0, '*');
    fail_at(query, byte_range(run.begin, run.end),
            asterisks
                ? message("przy słowie oczekiwano jednej gwiazdki, na początku albo na końcu, a są dwie",
                          "a word takes one asterisk, in front or at its end, and there are two")
                : one_sign_of_a_word());
  }
  return found;
}

}  // namespace

double checked_boost(std::string_view query, std::string_view number, std::size_t begin, std::size_t end) {
  double value = 0, unit = 1;
  bool fraction = false;
  for (char c : number) {
    if (c == '.' || c == ',') {
      fraction = true;
      continue;
    }
    value = value * 10 + (c - '0');
    if (fraction) unit *= 10;
  }
  value /= unit;
  if (number.empty() || number.size() > 16 || value < kMinBoost || value > kMaxBoost) {
    fail_at(
        query, byte_range(begin, end),
        message("po „^” oczekiwano wagi od {} do {}, np. ^2 albo ^0.5; sam znak zapisz „\\^”",
                "expected a weight from {} to {} after “^”, e.g. ^2 or ^0.5; write the sign itself as “\\^”",
                kMinBoost, kMaxBoost));
  }
  return value;
}

void fail_second_sign(std::string_view query, std::size_t begin, std::size_t end) {
  fail_at(
      query, byte_range(begin, end),
      message(
          "oczekiwano najwyżej jednego „~”, a za nim najwyżej jednej wagi „^”; sam znak zapisz „\\{}”",
          "expected one “~” at most, and behind it one weight “^” at most; write the sign itself as “\\{}”",
          query[begin]));
}

const char* one_sign_of_a_word() {
  return message("przy jednym słowie oczekiwano jednego ze znaków „=”, „*” i „~”, a jest ich więcej",
                 "a word takes only one of the signs “=”, “*” and “~”");
}

std::vector<QueryNode> words_of(std::string_view query, const QueryRun& run, bool may_boost,
                                const QueryLimits& limits) {
  const Modifiers modifiers = modifiers_of(query, run, may_boost, limits);
  const std::string_view body =
      std::string_view(run.text).substr(modifiers.begin, modifiers.end - modifiers.begin);
  std::vector<Token> tokens;
  tokenize(body, tokens);
  std::vector<QueryNode> nodes;
  for (const Token& token : tokens) {
    const bool first = nodes.empty(), last = nodes.size() + 1 == tokens.size();
    QueryNode node;
    node.kind = NodeKind::word;
    node.text = body.substr(token.begin, token.end - token.begin);
    node.match = modifiers.match;
    // Of several words, an asterisk goes with the one that it touches, a tilde with all but numbers.
    if ((node.match == WordMatch::prefix && !last) || (node.match == WordMatch::suffix && !first) ||
        (node.match == WordMatch::fuzzy && !has_letter(node.text))) {
      node.match = WordMatch::lemma;
    }
    const bool modified_before = first && modifiers.begin > modifiers.outer_begin;
    const bool modified_behind = last && modifiers.end < modifiers.outer_end;
    node.range = run.range(modified_before ? modifiers.outer_begin : modifiers.begin + token.begin,
                           modified_behind ? modifiers.outer_end : modifiers.begin + token.end);
    if (node.match == WordMatch::fuzzy)
      node.number = modifiers.edits > 0 ? modifiers.edits : default_edits(node.text);
    check_letters(query, node, limits);
    nodes.push_back(std::move(node));
  }
  if (may_boost && nodes.size() > 1 && (modifiers.match == WordMatch::exact || modifiers.boost != 1)) {
    QueryNode joined = phrase_of(std::move(nodes));
    nodes.clear();
    nodes.push_back(std::move(joined));
  }
  if (!nodes.empty()) nodes.front().boost = modifiers.boost;
  return nodes;
}

QueryNode phrase_of(std::vector<QueryNode> words) {
  if (words.size() == 1) return std::move(words.front());
  QueryNode node;
  node.kind = NodeKind::phrase;
  node.range = {words.front().range.begin, words.back().range.end};
  node.children = std::move(words);
  return node;
}

}  // namespace kwerenda
