#include "searcher/query_lexer.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <variant>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/utf8.h"
#include "searcher/foreign_signs.h"
#include "searcher/query_error.h"
#include "searcher/query_run.h"
#include "searcher/word_signs.h"

namespace kwerenda {
namespace {

struct FieldName {
  std::string_view name;
  NodeKind kind;
};

constexpr std::array<FieldName, 11> kFields = {{
    {"tytuł", NodeKind::title},
    {"tytul", NodeKind::title},
    {"title", NodeKind::title},
    {"miejsce", NodeKind::place},
    {"place", NodeKind::place},
    {"data", NodeKind::date_range},
    {"date", NodeKind::date_range},
    {"plik", NodeKind::file},
    {"file", NodeKind::file},
    {"temat", NodeKind::topic},
    {"topic", NodeKind::topic},
}};

struct OperatorName {
  std::string_view name;
  LexemeKind kind;
  NodeKind node_kind;
  Spelling spelling;
};

constexpr std::array<OperatorName, 9> kOperators = {{
    {"AND", LexemeKind::binary, NodeKind::all_of, Spelling::english},
    {"I", LexemeKind::binary, NodeKind::all_of, Spelling::polish_word},
    {"OR", LexemeKind::binary, NodeKind::any_of, Spelling::english},
    {"LUB", LexemeKind::binary, NodeKind::any_of, Spelling::polish},
    {"NOT", LexemeKind::negation, NodeKind::negation, Spelling::english},
    {"NIE", LexemeKind::negation, NodeKind::negation, Spelling::polish_word},
    {"/z", LexemeKind::binary, NodeKind::same_sentence, Spelling::english},
    {"/a", LexemeKind::binary, NodeKind::same_passage, Spelling::english},
    {"NEAR", LexemeKind::binary, NodeKind::near, Spelling::english},
}};

class Lexer {
 public:
  Lexer(std::string_view text, const QueryLimits& limits) : text_(text), limits_(limits) {}

  const std::vector<std::string>& notes() const { return notes_; }

  std::vector<Lexeme> run() {
    while (skip_space()) next();
    return std::move(lexemes_);
  }

  QueryNode term() {
    skip_space();
    if (const Quotes* quotes = quotes_at(text_, pos_)) {
      read_phrase(*quotes, pos_);
    } else if (peek() == '=' && quotes_at(text_, pos_ + 1) != nullptr) {
      read_signed_group();
    } else {
      check_term_signs();
      std::vector<QueryNode> words = phrase_words(0, text_.size());
      if (!words.empty()) push(LexemeKind::operand, 0).nodes.push_back(phrase_of(std::move(words)));
    }
    if (lexemes_.empty()) fail_without_words(text_);
    if (skip_space())
      fail_here(pos_, text_.size(),
                message("po zamknięciu cudzysłowu oczekiwano końca albo „~liczba”",
                        "after the closing quotation mark expected the end or “~number”"));
    QueryNode node = std::move(lexemes_.front().nodes.front());
    if (node.boost != 1) fail_weight_of_term(text_.rfind('^'));
    return node;
  }

 private:
  [[noreturn]] void fail_here(std::size_t begin, std::size_t end, std::string_view what) const {
    fail_at(text_, byte_range(begin, end), what);
  }

  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }

  bool skip_space() {
    while (pos_ < text_.size() && is_space_at(text_, pos_)) pos_ = end_of_code_point(text_, pos_);
    return pos_ < text_.size();
  }

  Lexeme& push(LexemeKind kind, std::size_t begin) {
    lexemes_.emplace_back();
    lexemes_.back().kind = kind;
    lexemes_.back().range = byte_range(begin, pos_);
    return lexemes_.back();
  }

  [[noreturn]] void fail_weight_of_term(std::size_t at) const {
    fail_here(at, at + 1,
              message("wagę podaje się przy aspekcie („weight”), a nie przy słowie; sam znak zapisz „\\^”",
                      "the weight belongs to the aspect (“weight”), not to a word; write the sign itself as "
                      "“\\^”"));
  }

  // What a query reads as an operator and a term cannot hold, in a text outside quotation marks.
  void check_term_signs() {
    const std::size_t begin = pos_;
    while (skip_space()) {
      const QueryRun run = read_run(text_, pos_, text_.size(), true);
      for (std::size_t i = 1; i < run.text.size(); ++i) {
        if (run.is(i, '^') && has_word(run.text.substr(0, i))) fail_weight_of_term(run.at[i]);
      }
      const bool is_operator =
          !run.has_escapes() && run.text != "I" && run.text != "NIE" &&
          (std::any_of(kOperators.begin(), kOperators.end(),
                       [&](const OperatorName& name) { return run.text == name.name; }) ||
           run.text.starts_with("NEAR/") || run.text.starts_with("BLISKO/"));
      const bool sign = is_sign_at(run.begin) && starts_operand(run.begin + 1);
      const bool bracket = run.begin == begin && run.is(0, '(');  // else as in „centrum (RCB)”
      const std::size_t colon = run.has_escapes() ? std::string::npos : run.text.find(':');
      const bool field = colon != std::string::npos && colon + 1 < run.text.size() &&
                         std::any_of(kFields.begin(), kFields.end(), [&](const FieldName& name) {
                           return folded(run.text.substr(0, colon)) == name.name;
                         });
      if (!is_operator && !sign && !bracket && !field) continue;
      fail_here(
          run.begin,
          sign || bracket ? run.begin + 1
          : field         ? run.at[colon] + 1
                          : run.end,
          message("oczekiwano słowa albo frazy, a jest operator zapytania; słowa jednego aspektu i tak są "
                  "łączone przez LUB, a zwykły znak lub słowo poprzedza się „\\”",
                  "expected a word or a phrase, found an operator of queries; the words of an aspect are "
                  "joined by OR anyway, and a plain sign or word takes “\\” before it"));
    }
    pos_ = begin;
  }

  // The lexeme that ends right here, such as the plus of "+schron".
  const Lexeme* attached(std::size_t begin) const {
    return !lexemes_.empty() && lexemes_.back().range.end == begin ? &lexemes_.back() : nullptr;
  }

  void next() {
    const std::size_t begin = pos_;
    const Lexeme* before = attached(begin);
    const bool word_start =
        begin == 0 || is_space_before(begin) || (before != nullptr && before->kind == LexemeKind::open);
    if (peek() == '(') {
      ++pos_;
      push(LexemeKind::open, begin);
    } else if (peek() == ')') {
      ++pos_;
      if (peek() == '~') {
        fail_here(pos_, pos_ + 1,
                  message("„~” stoi za słowem albo za frazą w cudzysłowie: po nawiasie oczekiwano spacji, "
                          "„)” lub „^liczba”",
                          "“~” stands behind a word or a phrase in quotation marks: after the bracket "
                          "expected a space, “)” or “^number”"));
      }
      const double boost = read_boost();
      push(LexemeKind::close, begin).boost = boost;
    } else if (before != nullptr && before->kind == LexemeKind::field && is_sign_at(begin) &&
               starts_operand(begin + 1)) {
      fail_signed_value(begin, before->range);
    } else if (is_prefix_sign(begin, word_start, before)) {
      ++pos_;
      push(text_[begin] == '+' ? LexemeKind::plus : LexemeKind::minus, begin);
    } else if ((word_start || (before != nullptr && is_sign(*before))) && read_field()) {
      return;
    } else if (const Quotes* quotes = quotes_at(text_, pos_)) {
      read_phrase(*quotes, begin);
    } else if ((word_start || (before != nullptr && is_prefix(*before))) &&
               std::string_view("=*~").find(peek()) != std::string_view::npos && starts_group(pos_ + 1)) {
      read_signed_group();
    } else {
      read_word();
    }
  }

  bool is_space_before(std::size_t at) const {
    std::size_t begin = at - 1;
    while (begin > 0 && U8_IS_TRAIL(static_cast<unsigned char>(text_[begin]))) --begin;
    return is_space_at(text_, begin);
  }

  static bool is_sign(const Lexeme& lexeme) {
    return lexeme.kind == LexemeKind::plus || lexeme.kind == LexemeKind::minus;
  }

  bool is_sign_at(std::size_t at) const {
    return at < text_.size() && (text_[at] == '+' || text_[at] == '-');
  }

  // A plus or minus at the start of a word; of "+-schron" both, but not of "--schron", which is a dash.
  bool is_prefix_sign(std::size_t at, bool word_start, const Lexeme* before) const {
    if (!is_sign_at(at)) return false;
    if (word_start)
      return starts_operand(at + 1) ||
             (is_sign_at(at + 1) && text_[at] != text_[at + 1] && starts_operand(at + 2));
    if (before == nullptr || !is_sign(*before) || text_[at] == text_[before->range.begin]) return false;
    const bool third = lexemes_.size() > 1 && is_sign(lexemes_[lexemes_.size() - 2]) &&
                       lexemes_[lexemes_.size() - 2].range.end == before->range.begin;
    return !third && starts_operand(at + 1);
  }

  // "tytuł:-schron": whoever writes it wants -tytuł:schron, and must not get the opposite.
  [[noreturn]] void fail_signed_value(std::size_t sign, ByteRange field) const {
    const char c = text_[sign];
    fail_here(
        sign, sign + 1,
        message("„{0}” pisze się przed nazwą pola, a nie za dwukropkiem: oczekiwano „{0}{1}…”; sam znak "
                "zapisz „\\{0}”",
                "“{0}” is written before the name of a field, not behind its colon: expected “{0}{1}…”; "
                "write the sign itself as “\\{0}”",
                c, shown(field)));
  }

  // Whether a sign before this byte is an operator, and not a dash or a lone plus.
  bool starts_operand(std::size_t at) const {
    if (at >= text_.size()) return false;
    if (quotes_at(text_, at) != nullptr ||
        std::string_view("(=*~\\").find(text_[at]) != std::string_view::npos)
      return true;
    return u_isalnum(code_point_at(text_, at).value);
  }

  bool starts_group(std::size_t at) const {
    return at < text_.size() && (text_[at] == '(' || quotes_at(text_, at) != nullptr);
  }

  // ="obrona cywilna" is the phrase in these very forms; the other signs of words take no phrase or bracket.
  void read_signed_group() {
    const std::size_t begin = pos_;
    const Quotes* quotes = quotes_at(text_, begin + 1);
    if (text_[begin] == '=' && quotes != nullptr) {
      ++pos_;
      return read_phrase(*quotes, begin);
    }
    switch (text_[begin]) {
      case '=':
        fail_here(begin, begin + 2,
                  message("po „=” oczekiwano słowa albo frazy w cudzysłowie, a jest nawias; sam znak zapisz "
                          "„\\=”",
                          "after “=” expected a word or a phrase in quotation marks, found a bracket; write "
                          "the sign itself as “\\=”"));
      case '*':
        fail_here(
            begin, pos_ + 1,
            message(
                "gwiazdkę pisze się przy słowie, także wewnątrz cudzysłowu („obron* cywilna”), a nie przed "
                "całością; sam znak zapisz „\\*”",
                "an asterisk is written at a word, inside quotation marks too (“obron* cywilna”), not "
                "before the whole; write the sign itself as “\\*”"));
      default:
        fail_here(
            begin, pos_ + 1,
            message("„~” pisze się za słowem („schron~”) albo za cudzysłowem („…”~3), a nie przed nim; sam "
                    "znak zapisz „\\~”",
                    "“~” is written behind a word (“schron~”) or a closing quotation mark (“…”~3), not "
                    "before it; write the sign itself as “\\~”"));
    }
  }

  // ---- Weights ----

  // ^number behind a phrase, a bracket or a topic, where nothing else may follow it; 1 if there is none.
  double read_boost() {
    if (peek() != '^') return 1;
    const std::size_t begin = pos_++;
    const std::size_t end = number_end(text_, pos_);
    const double boost = checked_boost(text_, text_.substr(pos_, end - pos_), begin, std::max(end, pos_));
    pos_ = end;
    if (peek() == '^' || peek() == '~') fail_second_sign(text_, pos_, pos_ + 1);
    return boost;
  }

  // ---- Words ----

  void read_word() {
    const Lexeme* before = attached(pos_);
    const bool bound = before != nullptr && (is_sign(*before) || before->kind == LexemeKind::field);
    const QueryRun run = read_run(text_, pos_, text_.size(), false);
    std::vector<QueryNode> nodes = words_of(text_, run, true, limits_);
    note_foreign_signs(text_, run, lexemes_, [&](std::string text) { note(std::move(text)); });
    if (!bound && !run.has_escapes() && read_operator(run, nodes)) return;
    if (nodes.empty()) return drop_prefixes(run.begin, run.end);
    lexemes_.emplace_back();
    lexemes_.back().range = byte_range(run.begin, run.end);
    lexemes_.back().nodes = std::move(nodes);
  }

  void note(std::string text) {
    if (std::find(notes_.begin(), notes_.end(), text) == notes_.end()) notes_.push_back(std::move(text));
  }

  // Nothing but punctuation follows: a sign before it was punctuation as well.
  void drop_prefixes(std::size_t begin, std::size_t end) {
    const Lexeme* before = attached(begin);
    if (before == nullptr) return;
    if (before->kind == LexemeKind::field) {
      fail_here(begin, end,
                message("po „{}” oczekiwano słowa, frazy albo nawiasu, a jest „{}”",
                        "after “{}” expected a word, a phrase or a bracket, found “{}”", shown(before->range),
                        text_.substr(begin, end - begin)));
    }
    while (before != nullptr && is_sign(*before)) {
      begin = before->range.begin;
      lexemes_.pop_back();
      before = attached(begin);
    }
  }

  std::string_view shown(ByteRange range) const { return text_.substr(range.begin, range.end - range.begin); }

  bool read_operator(const QueryRun& run, std::vector<QueryNode>& nodes) {
    auto push_operator = [&](LexemeKind kind, NodeKind node_kind, Spelling spelling, int number) {
      Lexeme& lexeme = push(kind, run.begin);
      lexeme.node_kind = node_kind;
      lexeme.spelling = spelling;
      lexeme.number = number;
      lexeme.nodes = std::move(nodes);
    };
    for (const OperatorName& name : kOperators) {
      if (run.text != name.name) continue;
      push_operator(name.kind, name.node_kind, name.spelling,
                    name.node_kind == NodeKind::near ? kDefaultNearDistance : 0);
      return true;
    }
    for (std::string_view name : {"NEAR/", "BLISKO/"}) {
      if (run.text.compare(0, name.size(), name) != 0) continue;
      const std::string digits = run.text.substr(name.size());
      const bool number = !digits.empty() && digits.size() <= 4 && number_end(digits, 0) == digits.size() &&
                          digits.find_first_not_of("0123456789") == std::string::npos;
      const int distance = number ? std::stoi(digits) : 0;
      if (distance < 1 || distance > kMaxNearDistance) {
        fail_here(run.begin, run.end,
                  digits.empty() ? message("po „{}” oczekiwano liczby od 1 do {}, a jej nie ma",
                                           "after “{}” expected a number from 1 to {}, found none", name,
                                           kMaxNearDistance)
                                 : message("po „{}” oczekiwano liczby od 1 do {}, a jest „{}”",
                                           "after “{}” expected a number from 1 to {}, found “{}”", name,
                                           kMaxNearDistance, digits));
      }
      push_operator(LexemeKind::binary, NodeKind::near, name[0] == 'B' ? Spelling::polish : Spelling::english,
                    distance);
      return true;
    }
    return false;
  }

  // ---- Phrases ----

  std::vector<QueryNode> phrase_words(std::size_t begin, std::size_t end) {
    std::vector<QueryNode> words;
    pos_ = begin;
    while (pos_ < end) {
      if (is_space_at(text_, pos_)) {
        pos_ = end_of_code_point(text_, pos_);
        continue;
      }
      for (QueryNode& word : words_of(text_, read_run(text_, pos_, end, true), false, limits_))
        words.push_back(std::move(word));
    }
    return words;
  }

  struct Quotation {
    std::size_t begin = 0, end = 0;  // between the marks; pos_ is behind the closing one
  };

  Quotation read_quotation(const Quotes& quotes) {
    const std::size_t open = pos_;
    const std::size_t begin = open + quotes.open.size();
    auto find = [&](std::string_view mark) {
      for (std::size_t i = begin; !mark.empty() && i < text_.size(); ++i) {
        if (text_[i] == '\\') {
          ++i;
        } else if (text_.substr(i, mark.size()) == mark) {
          return i;
        }
      }
      return std::string_view::npos;
    };
    std::size_t end = std::min(find(quotes.close[0]), find(quotes.close[1]));
    if (end == std::string_view::npos) end = find(quotes.last_resort);
    if (end == std::string_view::npos) {
      fail_here(open, begin,
                message("cudzysłów otwarty w tym miejscu nie jest zamknięty: oczekiwano znaku {} przed "
                        "końcem zapytania; sam znak zapisz \\{}, a wklejonego tekstu szukaj z --plain",
                        "the quotation mark opened here is not closed: expected {} before the end of the "
                        "query; write the sign itself as \\{}, or search for pasted text with --plain",
                        quotes.close[0], quotes.open));
    }
    pos_ = end_of_code_point(text_, end);
    return {begin, end};
  }

  // `begin`: of the quotation, or of the equals sign before it, which makes its words exact.
  void read_phrase(const Quotes& quotes, std::size_t begin) {
    const bool exact = begin < pos_;
    const Quotation quotation = read_quotation(quotes);
    const std::size_t end = pos_;
    std::vector<QueryNode> words = phrase_words(quotation.begin, quotation.end);
    pos_ = end;
    for (QueryNode& word : words) {
      if (!exact) break;
      if (word.match != WordMatch::lemma && word.match != WordMatch::exact)
        fail_at(text_, word.range, one_sign_of_a_word());
      word.match = WordMatch::exact;
    }
    int gap = 0;
    if (peek() == '~') {
      const std::size_t digits = pos_ + 1;
      while (peek(1) >= '0' && peek(1) <= '9') ++pos_;
      ++pos_;
      const std::string number(text_.substr(digits, pos_ - digits));
      gap = number.empty() || number.size() > 4 ? -1 : std::stoi(number);
      if (gap < 0 || gap > kMaxPhraseGap) {
        fail_here(digits - 1, pos_,
                  number.empty() ? message("po „~” przy frazie oczekiwano liczby od 0 do {} (tyle obcych "
                                           "słów może stać w środku), a jej nie ma",
                                           "after “~” at a phrase expected a number from 0 to {} (so many "
                                           "other words may stand inside), found none",
                                           kMaxPhraseGap)
                                 : message("po „~” przy frazie oczekiwano liczby od 0 do {} (tyle obcych "
                                           "słów może stać w środku), a jest {}",
                                           "after “~” at a phrase expected a number from 0 to {} (so many "
                                           "other words may stand inside), found {}",
                                           kMaxPhraseGap, number));
      }
    }
    if (peek() == '~') fail_second_sign(text_, pos_, pos_ + 1);
    const double boost = read_boost();
    if (words.empty()) {
      if (text_.substr(quotation.begin, quotation.end - quotation.begin).find_first_not_of(' ') ==
          std::string_view::npos) {
        fail_here(begin, pos_,
                  message("w cudzysłowie oczekiwano co najmniej jednego słowa, a nic tam nie ma",
                          "between quotation marks expected at least one word, found nothing"));
      }
      return drop_prefixes(begin, pos_);
    }
    QueryNode node = phrase_of(std::move(words));
    node.range = byte_range(begin, pos_);
    node.boost = boost;
    if (node.kind == NodeKind::phrase) node.number = gap;
    push(LexemeKind::operand, begin).nodes.push_back(std::move(node));
  }

  // ---- Fields ----

  // A known name with a colon and its value right behind it: "Data: 12 maja" and "file:///etc" are text.
  bool read_field() {
    constexpr std::size_t kLongestName = 16;
    const std::size_t colon = text_.substr(pos_, kLongestName).find(':');
    if (colon == std::string_view::npos) return false;
    const std::string name = folded(text_.substr(pos_, colon));
    const std::size_t value = pos_ + colon + 1;
    if (value >= text_.size() || is_space_at(text_, value) || text_[value] == ')' ||
        text_.substr(value, 2) == "//")
      return false;
    const auto field = std::find_if(kFields.begin(), kFields.end(),
                                    [&](const FieldName& known) { return known.name == name; });
    if (field == kFields.end()) {
      note_misspelt_field(name);
      return false;
    }

    const std::size_t begin = pos_;
    pos_ = value;
    if (field->kind == NodeKind::title || field->kind == NodeKind::place) {
      push(LexemeKind::field, begin).node_kind = field->kind;
    } else {
      read_filter(field->kind, begin);
    }
    return true;
  }

  void note_misspelt_field(const std::string& name) {
    if (name.find('\\') != std::string::npos) return;
    for (const FieldName& known : kFields) {
      if (edit_distance(name, known.name, 1) > 1) continue;
      note(message("„{}:” to nie jest pole i szukano go jak słowa; czy chodziło o „{}:”?",
                   "“{}:” is not a field and was searched for as a word; did you mean “{}:”?", name,
                   known.name == "tytul" ? "tytuł" : known.name));
      return;
    }
  }

  void read_filter(NodeKind kind, std::size_t begin) {
    const std::size_t value = pos_;
    // The name of a file may begin with a hyphen.
    if (kind != NodeKind::file && is_sign_at(value) && starts_operand(value + 1))
      fail_signed_value(value, byte_range(begin, value));
    QueryNode node;
    node.kind = kind;
    std::size_t value_begin = value;  // without a quotation mark
    if (const Quotes* quotes = quotes_at(text_, pos_)) {
      const Quotation quotation = read_quotation(*quotes);
      value_begin = quotation.begin;
      const std::size_t end = pos_;
      pos_ = quotation.begin;
      while (pos_ < quotation.end) {
        node.text += read_run(text_, pos_, quotation.end, true).text;
        while (pos_ < quotation.end && is_space_at(text_, pos_)) {
          const std::size_t space_end = end_of_code_point(text_, pos_);
          node.text += text_.substr(pos_, space_end - pos_);
          pos_ = space_end;
        }
      }
      pos_ = end;
      if (kind == NodeKind::topic) node.boost = read_boost();
    } else {
      const QueryRun run = read_run(text_, pos_, text_.size(), false);
      node.text = run.text;
      std::size_t end = node.text.size();
      // A file name may end in anything, a date range in two full stops.
      if (kind != NodeKind::file) {
        auto is_punctuation = [&](std::size_t i) {
          if (run.escaped[i]) return false;
          if (node.text[i] == '.') return i == 0 || node.text[i - 1] != '.';
          return std::string_view(",;:!?").find(node.text[i]) != std::string_view::npos;
        };
        while (end > 0 && is_punctuation(end - 1)) --end;
      }
      const std::size_t caret = node.text.rfind('^');
      if (kind == NodeKind::topic && caret != std::string::npos && caret < end && run.is(caret, '^')) {
        std::string_view number = std::string_view(node.text).substr(caret + 1, end - caret - 1);
        if (number_end(number, 0) != number.size()) number = "";
        node.boost = checked_boost(text_, number, run.at[caret], run.at[end - 1] + 1);
        end = caret;
      }
      node.text.resize(end);
    }
    if (peek() == '(' && node.text.empty()) {
      fail_here(
          begin, pos_ + 1,
          message(
              "po „{}” oczekiwano jednej wartości, a jest nawias; kilka wartości zapisz tak: ({}… LUB {}…)",
              "after “{}” expected one value, found a bracket; write several values so: ({}… OR {}…)",
              text_.substr(begin, value - begin), text_.substr(begin, value - begin),
              text_.substr(begin, value - begin)));
    }
    if (kind == NodeKind::date_range) {
      const auto result = parse_date_range(node.text);
      if (const auto* problem = std::get_if<DateProblem>(&result)) {
        fail_here(value_begin + problem->begin, value_begin + problem->end, problem->message);
      }
      node.dates = std::get<DateRange>(result);
      node.text.clear();
    } else if (!has_word(node.text)) {
      fail_here(begin, pos_,
                message("po „{}” oczekiwano {}, a jest „{}”", "after “{}” expected {}, found “{}”",
                        text_.substr(begin, value - begin),
                        kind == NodeKind::file ? message("nazwy pliku", "the name of a file")
                                               : message("nazwy tematu", "the name of a topic"),
                        text_.substr(value, pos_ - value)));
    }
    node.range = byte_range(begin, pos_);
    Lexeme& lexeme = push(LexemeKind::operand, begin);
    lexeme.filter = true;
    lexeme.nodes.push_back(std::move(node));
  }

  std::string_view text_;
  const QueryLimits& limits_;
  std::size_t pos_ = 0;
  std::vector<Lexeme> lexemes_;
  std::vector<std::string> notes_;
};

}  // namespace

std::vector<Lexeme> lex_query(std::string_view text, const QueryLimits& limits,
                              std::vector<std::string>& notes) {
  Lexer lexer(text, limits);
  std::vector<Lexeme> lexemes = lexer.run();
  notes.insert(notes.end(), lexer.notes().begin(), lexer.notes().end());
  return lexemes;
}

QueryNode lex_term(std::string_view text, const QueryLimits& limits) { return Lexer(text, limits).term(); }

}  // namespace kwerenda
