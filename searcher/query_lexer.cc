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
#include "analysis/tokenizer.h"
#include "searcher/query_error.h"

namespace kwerenda {
namespace {

struct CodePoint {
  UChar32 value = 0;
  std::size_t end = 0;  // byte behind it
};

// Of valid UTF-8, at < text.size().
CodePoint code_point_at(std::string_view text, std::size_t at) {
  auto i = static_cast<std::int32_t>(at);
  UChar32 c = 0;
  U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i, static_cast<std::int32_t>(text.size()), c);
  return {c, static_cast<std::size_t>(i)};
}

bool is_space_at(std::string_view text, std::size_t at) {
  return u_isUWhiteSpace(code_point_at(text, at).value);
}

// A stretch of the query without its backslashes.
struct Run {
  std::string text;
  std::vector<std::size_t> at;     // by byte of `text`: its byte in the query
  std::vector<bool> escaped;       // by byte of `text`: a backslash stood before it
  std::size_t begin = 0, end = 0;  // in the query

  bool is(std::size_t i, char c) const { return i < text.size() && text[i] == c && !escaped[i]; }
  bool has_escapes() const { return std::find(escaped.begin(), escaped.end(), true) != escaped.end(); }
  ByteRange range(std::size_t first, std::size_t last) const {
    return byte_range(at[first] - (escaped[first] ? 1 : 0), at[last - 1] + 1);
  }
};

struct Quotes {
  std::string_view open;
  std::array<std::string_view, 2> close;
  std::string_view
      last_resort;  // closes if none of `close` follows: typed by hand, or half corrected by an editor
};

constexpr std::array<Quotes, 6> kQuotes = {{
    {"\"", {"\"", "\""}, "”"},
    {"„", {"”", "“"}, "\""},
    {"“", {"”", "“"}, "\""},
    {"”", {"”", "”"}, "\""},
    {"«", {"»", "»"}, ""},
    {"»", {"«", "«"}, ""},
}};

const Quotes* quotes_at(std::string_view text, std::size_t at) {
  for (const Quotes& quotes : kQuotes) {
    if (text.substr(at, quotes.open.size()) == quotes.open) return &quotes;
  }
  return nullptr;
}

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
      if (!words.empty()) push(LexemeKind::operand, 0).nodes.push_back(phrase(std::move(words)));
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
    while (pos_ < text_.size() && is_space_at(text_, pos_)) pos_ = code_point_at(text_, pos_).end;
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
      const Run run = read_run(text_.size(), true);
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

  // ---- Pieces ----

  // From pos_ to white space, a bracket or a quotation mark, but not beyond `end`. Inside a phrase only white
  // space ends it.
  Run read_run(std::size_t end, bool in_phrase) {
    Run run;
    run.begin = pos_;
    while (pos_ < end && !is_space_at(text_, pos_)) {
      const char c = text_[pos_];
      if (!in_phrase && (c == '(' || c == ')' || quotes_at(text_, pos_) != nullptr)) break;
      bool escaped = false;
      if (c == '\\' && pos_ + 1 < end) {
        ++pos_;
        escaped = true;
      }
      const std::size_t next = code_point_at(text_, pos_).end;
      for (; pos_ < next; ++pos_) {
        run.text += text_[pos_];
        run.at.push_back(pos_);
        run.escaped.push_back(escaped);
        escaped = escaped && pos_ + 1 < next;
      }
    }
    run.end = pos_;
    return run;
  }

  // digits[.,]digits at `at`; its end, or `at` if there is none.
  static std::size_t number_end(std::string_view text, std::size_t at) {
    auto digits_end = [&](std::size_t i) {
      while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
      return i;
    };
    const std::size_t whole = digits_end(at);
    if (whole == at || whole >= text.size() || (text[whole] != '.' && text[whole] != ',')) return whole;
    const std::size_t fraction = digits_end(whole + 1);
    return fraction == whole + 1 ? whole : fraction;
  }

  double checked_boost(std::string_view number, std::size_t begin, std::size_t end) const {
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
      fail_here(
          begin, end,
          message(
              "po „^” oczekiwano wagi od {} do {}, np. ^2 albo ^0.5; sam znak zapisz „\\^”",
              "expected a weight from {} to {} after “^”, e.g. ^2 or ^0.5; write the sign itself as “\\^”",
              kMinBoost, kMaxBoost));
    }
    return value;
  }

  // ^number behind a phrase, a bracket or a topic, where nothing else may follow it; 1 if there is none.
  double read_boost() {
    if (peek() != '^') return 1;
    const std::size_t begin = pos_++;
    const std::size_t end = number_end(text_, pos_);
    const double boost = checked_boost(text_.substr(pos_, end - pos_), begin, std::max(end, pos_));
    pos_ = end;
    if (peek() == '^' || peek() == '~') fail_second_sign(pos_, pos_ + 1);
    return boost;
  }

  // "schron^2^3" has no meaning that everybody would guess.
  [[noreturn]] void fail_second_sign(std::size_t begin, std::size_t end) const {
    fail_here(
        begin, end,
        message(
            "oczekiwano najwyżej jednego „~”, a za nim najwyżej jednej wagi „^”; sam znak zapisz „\\{}”",
            "expected one “~” at most, and behind it one weight “^” at most; write the sign itself as “\\{}”",
            text_[begin]));
  }

  // ---- Words ----

  void read_word() {
    const Lexeme* before = attached(pos_);
    const bool bound = before != nullptr && (is_sign(*before) || before->kind == LexemeKind::field);
    const Run run = read_run(text_.size(), false);
    std::vector<QueryNode> nodes = words_of(run, true);
    note_foreign_signs(run);
    if (!bound && !run.has_escapes() && read_operator(run, nodes)) return;
    if (nodes.empty()) return drop_prefixes(run.begin, run.end);
    lexemes_.emplace_back();
    lexemes_.back().range = byte_range(run.begin, run.end);
    lexemes_.back().nodes = std::move(nodes);
  }

  // What other engines have signs for, or what stands a space too far, is punctuation here. It is searched
  // for as such, since pasted text is full of it, but not without a word.
  void note_foreign_signs(const Run& run) {
    if (run.has_escapes()) return;
    const std::string_view text = run.text;
    const Lexeme* before = attached(run.begin);
    const bool word_start = before == nullptr || before->kind == LexemeKind::open;
    for (const bool both : {true, false}) {
      if (text.find(both ? "&&" : "||") == std::string_view::npos) continue;
      note(both ? message("„&&” pominięto; oba słowa muszą wystąpić, gdy stoi między nimi AND albo I.",
                          "“&&” was passed over; both words must be there with AND between them.")
                : message("„||” pominięto; jedno ze słów wystarczy, gdy stoi między nimi OR albo LUB.",
                          "“||” was passed over; one of the words is enough with OR between them."));
    }
    if (word_start && text.size() > 1 && (text[0] == '!' || text[0] == '~') && has_letter_at(text, 1)) {
      const std::string_view word = without_end_punctuation(text.substr(1));
      note(text[0] == '!'
               ? message("„!” pominięto; wykluczenie zapisuje się „-{}”.",
                         "“!” was passed over; an exclusion is written “-{}”.", word)
               : message("„~” pominięto; literówkę dopuszcza ten znak za słowem: „{}~”.",
                         "“~” was passed over; behind the word it allows a typing error: “{}~”.", word));
    }
    for (const std::string_view dash : {"–", "—", "−"}) {
      if (!word_start || !text.starts_with(dash) || !has_letter_at(text, dash.size())) continue;
      note(message("„{0}” przed słowem niczego nie wyklucza; wykluczenie zapisuje się „-{1}”.",
                   "“{0}” before a word excludes nothing; an exclusion is written “-{1}”.", dash,
                   without_end_punctuation(text.substr(dash.size()))));
    }
    if (const std::string name = near_in_small_letters(text); !name.empty()) {
      note(message("„{}” szukano jak słów; operator pisze się wielkimi literami: „{}”.",
                   "“{}” was searched for as words; the operator is written in capitals: “{}”.", text, name));
    }
    if (word_start && !lexemes_.empty() && text.size() > 1 &&
        text.find_first_not_of("0123456789", 1) == std::string_view::npos) {
      const Lexeme& last = lexemes_.back();
      if (text[0] == '~' && last.kind == LexemeKind::operand && quotes_at(text_, last.range.begin)) {
        note(message("„{}” szukano jak słowa; znak ten pisze się tuż za cudzysłowem, bez odstępu.",
                     "“{}” was searched for as a word; it is written right behind the quotation mark.",
                     text));
      } else if (text[0] == '^' && (last.kind == LexemeKind::operand || last.kind == LexemeKind::close)) {
        note(message(
            "„{}” szukano jak słowa; wagę pisze się tuż za słowem, cudzysłowem albo nawiasem, bez odstępu.",
            "“{}” was searched for as a word; a weight is written right behind the word, quotation mark "
            "or bracket.",
            text));
      }
    }
    if (text == "*" && before != nullptr && before->kind == LexemeKind::operand &&
        (quotes_at(text_, before->range.begin) || text_[before->range.begin] == '=')) {
      note(message("Gwiazdkę za cudzysłowem pominięto; pisze się ją przy słowie, także w cudzysłowie.",
                   "The asterisk behind the quotation mark was passed over; it is written at a word, inside "
                   "quotation marks too."));
    }
    note_inner_signs(run.text);
  }

  void note_inner_signs(std::string_view text) {
    const std::string_view body = without_end_punctuation(text);
    const bool address = text.find_first_of("/=") != std::string_view::npos;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
      if ((text[i] != '*' && (text[i] != '?' || address)) || !has_letter(text.substr(0, i)) ||
          !has_letter_at(text, i + 1) || !ends_in_letter(text.substr(0, i)))
        continue;
      note(text[i] == '*'
               ? message("„{}”: gwiazdka działa na początku albo na końcu słowa; tu rozdzieliła słowa.",
                         "“{}”: an asterisk works in front of a word or at its end; here it parted words.",
                         body)
               : message("„{}”: znak „?” nie zastępuje litery; tu rozdzielił słowa. Zob. „*” i „~”.",
                         "“{}”: “?” does not stand for a letter; here it parted words. See “*” and “~”.",
                         body));
      return;
    }
    // Two of them on either side are how Markdown writes bold.
    if (text_.find("**") != text_.rfind("**")) return;
    if (body.size() > 2 && body.ends_with("**") && ends_in_letter(body.substr(0, body.size() - 2))) {
      note(message("„{0}”: dwie gwiazdki nic nie znaczą; dowolne zakończenie to „{1}*”.",
                   "“{0}”: two asterisks mean nothing; any ending is “{1}*”.", body,
                   body.substr(0, body.size() - 2)));
    } else if (body.starts_with("**") && has_letter_at(body, 2)) {
      note(message("„{0}”: dwie gwiazdki nic nie znaczą; dowolny początek to „*{1}”.",
                   "“{0}”: two asterisks mean nothing; any beginning is “*{1}”.", body, body.substr(2)));
    }
  }

  static bool has_letter_at(std::string_view text, std::size_t at) {
    return at < text.size() && u_isalpha(code_point_at(text, at).value);
  }
  static bool ends_in_letter(std::string_view text) {
    std::size_t at = text.size();
    while (at > 0 && U8_IS_TRAIL(static_cast<unsigned char>(text[--at]))) {
    }
    return has_letter_at(text, at);
  }
  static std::string_view without_end_punctuation(std::string_view text) {
    return text.substr(0, text.find_last_not_of(".,;:!?'") + 1);
  }

  // "near/3" and "Blisko/3" to what they would be as operators; empty for anything else.
  static std::string near_in_small_letters(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash + 1 == text.size() ||
        text.find_first_not_of("0123456789", slash + 1) != std::string_view::npos)
      return {};
    const std::string name = folded(text.substr(0, slash));
    if (name != "near" && name != "blisko") return {};
    const std::string capitals = std::string(name == "near" ? "NEAR" : "BLISKO").append(text.substr(slash));
    return text == capitals ? std::string() : capitals;
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

  bool read_operator(const Run& run, std::vector<QueryNode>& nodes) {
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

  struct Modifiers {
    WordMatch match = WordMatch::lemma;
    int edits = 0;  // fuzzy; 0: not said
    double boost = 1;
    std::size_t begin = 0, end = 0;              // the words themselves, in bytes of the run
    std::size_t outer_begin = 0, outer_end = 0;  // with the modifiers
  };

  // Modifiers are seen through punctuation at the end: "schron*, ukry*?". What looks like one but has no word
  // is punctuation.
  Modifiers modifiers_of(const Run& run, bool may_boost) const {
    const std::string_view text = run.text;
    Modifiers found;
    std::size_t end = text.size();
    while (end > 0 && std::string_view(".,;:!?'").find(text[end - 1]) != std::string_view::npos &&
           !run.escaped[end - 1])
      --end;
    found.outer_end = end;

    const std::size_t caret = end == 0 ? std::string_view::npos : text.rfind('^', end - 1);
    if (may_boost && caret != std::string_view::npos && run.is(caret, '^') &&
        has_word(text.substr(0, caret))) {
      std::string_view number = text.substr(caret + 1, end - caret - 1);
      if (number_end(number, 0) != number.size()) number = "";
      found.boost = checked_boost(number, run.at[caret], run.at[end - 1] + 1);
      const std::size_t other = text.rfind('^', caret - 1);
      if (other != std::string_view::npos && run.is(other, '^') && has_word(text.substr(0, other)))
        fail_second_sign(run.at[other], run.at[other] + 1);
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
    const std::size_t tilde =
        end == 0 ? std::string_view::npos : text.find_last_not_of("0123456789", end - 1);
    if (tilde != std::string_view::npos && tilde > found.begin && run.is(tilde, '~') &&
        !run.is(tilde - 1, '~') && has_letter(text.substr(found.begin, tilde - found.begin))) {
      const std::string_view edits = text.substr(tilde + 1, end - tilde - 1);
      if (!edits.empty() && edits != "1" && edits != "2") {
        fail_here(
            run.at[tilde], run.at[end - 1] + 1,
            message("po „~” przy słowie oczekiwano 1 albo 2 (tyle liter może się różnić), a jest „{}”",
                    "after “~” at a word expected 1 or 2 (so many letters may differ), found “{}”", edits));
      }
      found.match = WordMatch::fuzzy;
      found.edits = edits.empty() ? 0 : edits[0] - '0';
      end = tilde;
      ++count;
    }
    if (end > found.begin + 1 && run.is(end - 1, '*') && !run.is(end - 2, '*') &&
        is_wildcard_base(text.substr(found.begin, end - 1 - found.begin))) {
      found.match = WordMatch::prefix;
      --end;
      ++count;
    }
    found.end = end;
    if (!has_word(text.substr(found.begin, end - found.begin)))
      return {WordMatch::lemma, 0, 1, 0, text.size(), 0, text.size()};
    if (count > 1) {
      const bool asterisks = found.match == WordMatch::prefix && run.is(0, '*');
      fail_here(run.begin, run.end,
                asterisks
                    ? message("przy słowie oczekiwano jednej gwiazdki, na początku albo na końcu, a są dwie",
                              "a word takes one asterisk, in front or at its end, and there are two")
                    : one_sign_of_a_word());
    }
    return found;
  }

  static const char* one_sign_of_a_word() {
    return message("przy jednym słowie oczekiwano jednego ze znaków „=”, „*” i „~”, a jest ich więcej",
                   "a word takes only one of the signs “=”, “*” and “~”");
  }

  static bool has_word(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
      const CodePoint c = code_point_at(text, i);
      if (u_isalnum(c.value)) return true;
      i = c.end;
    }
    return false;
  }

  static std::size_t count_letters(std::string_view text, bool digits_too) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size();) {
      const CodePoint c = code_point_at(text, i);
      if (u_isalpha(c.value) || (digits_too && u_isdigit(c.value))) ++count;
      i = c.end;
    }
    return count;
  }
  static bool has_letter(std::string_view text) { return count_letters(text, false) > 0; }

  // "hotel 5*" has five stars, "hotel*" has an ending.
  bool is_wildcard_base(std::string_view text) const {
    return has_letter(text) || count_letters(text, true) >= limits_.min_wildcard_letters;
  }

  // The words of a run; empty if it has no letter or digit.
  std::vector<QueryNode> words_of(const Run& run, bool may_boost) const {
    const Modifiers modifiers = modifiers_of(run, may_boost);
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
      check_letters(node);
      nodes.push_back(std::move(node));
    }
    if (may_boost && nodes.size() > 1 && (modifiers.match == WordMatch::exact || modifiers.boost != 1)) {
      QueryNode joined = phrase(std::move(nodes));
      nodes.clear();
      nodes.push_back(std::move(joined));
    }
    if (!nodes.empty()) nodes.front().boost = modifiers.boost;
    return nodes;
  }

  // A word of five letters has many neighbours within two edits, and few of them are meant.
  static int default_edits(std::string_view word) { return count_letters(word, true) > 5 ? 2 : 1; }

  void check_letters(const QueryNode& word) const {
    if (word.match == WordMatch::lemma || word.match == WordMatch::exact) return;
    const std::size_t letters = count_letters(word.text, true);
    if (letters >= limits_.min_wildcard_letters) return;
    const char sign = word.match == WordMatch::fuzzy ? '~' : '*';
    fail_at(
        text_, word.range,
        message(
            "przy „{0}” oczekiwano co najmniej {1} liter lub cyfr, a jest {2}; sam znak zapisz „\\{0}”",
            "with “{0}” expected at least {1} letters or digits, found {2}; write the sign itself as “\\{0}”",
            sign, limits_.min_wildcard_letters, letters));
  }

  // ---- Phrases ----

  static QueryNode phrase(std::vector<QueryNode> words) {
    if (words.size() == 1) return std::move(words.front());
    QueryNode node;
    node.kind = NodeKind::phrase;
    node.range = {words.front().range.begin, words.back().range.end};
    node.children = std::move(words);
    return node;
  }

  std::vector<QueryNode> phrase_words(std::size_t begin, std::size_t end) {
    std::vector<QueryNode> words;
    pos_ = begin;
    while (pos_ < end) {
      if (is_space_at(text_, pos_)) {
        pos_ = code_point_at(text_, pos_).end;
        continue;
      }
      for (QueryNode& word : words_of(read_run(end, true), false)) words.push_back(std::move(word));
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
    pos_ = code_point_at(text_, end).end;
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
    if (peek() == '~') fail_second_sign(pos_, pos_ + 1);
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
    QueryNode node = phrase(std::move(words));
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
        node.text += read_run(quotation.end, true).text;
        while (pos_ < quotation.end && is_space_at(text_, pos_)) {
          const std::size_t space_end = code_point_at(text_, pos_).end;
          node.text += text_.substr(pos_, space_end - pos_);
          pos_ = space_end;
        }
      }
      pos_ = end;
      if (kind == NodeKind::topic) node.boost = read_boost();
    } else {
      const Run run = read_run(text_.size(), false);
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
        node.boost = checked_boost(number, run.at[caret], run.at[end - 1] + 1);
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
