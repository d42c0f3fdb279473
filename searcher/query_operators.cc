#include "searcher/query_operators.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace kwerenda {
namespace {

bool has_small_letter(std::string_view text) {
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(reinterpret_cast<const std::uint8_t*>(text.data()), i, length, c);
    if (c > 0 && u_hasBinaryProperty(c, UCHAR_LOWERCASE)) return true;
  }
  return false;
}

class OperatorReader {
 public:
  explicit OperatorReader(std::vector<Lexeme>& lexemes) : lexemes_(lexemes) {}

  void run(std::string_view text) {
    if (is_caps_lock(text)) {
      for (std::size_t i = 0; i < lexemes_.size(); ++i) {
        if (lexemes_[i].spelling != Spelling::english) make_word(i);
      }
    }
    for (std::size_t i = 0; i < lexemes_.size(); ++i) {
      const Lexeme& lexeme = lexemes_[i];
      const bool word = lexeme.spelling == Spelling::polish_word;
      if (lexeme.kind == LexemeKind::negation) {
        if (!starts_operand(i + 1) || (word && !is_single_after(i))) make_word(i);
      } else if (lexeme.kind == LexemeKind::binary && word) {
        if (!is_single_before(i) || !is_single_after(i)) make_word(i);
      }
    }
  }

 private:
  static bool is_word(const Lexeme& lexeme) { return lexeme.kind == LexemeKind::operand && !lexeme.filter; }

  void make_word(std::size_t i) {
    lexemes_[i].kind = LexemeKind::operand;
    lexemes_[i].spelling = Spelling::english;
  }

  bool is_caps_lock(std::string_view text) const {
    bool side_by_side = false, polish = false;
    for (std::size_t i = 0; i < lexemes_.size(); ++i) {
      if (lexemes_[i].spelling != Spelling::english) polish = true;
      if (i > 0 && is_word(lexemes_[i - 1]) && is_word(lexemes_[i])) side_by_side = true;
    }
    if (!polish || !side_by_side) return false;
    return !has_small_letter(text);
  }

  bool starts_operand(std::size_t i) const {
    while (i < lexemes_.size() && lexemes_[i].kind == LexemeKind::negation) ++i;
    if (i >= lexemes_.size()) return false;
    const LexemeKind kind = lexemes_[i].kind;
    return kind == LexemeKind::operand || kind == LexemeKind::open || is_prefix(lexemes_[i]);
  }

  // An operand ends at i - 1, and before it there is no word that belongs to nothing else.
  bool is_single_before(std::size_t i) const {
    if (i == 0) return false;
    std::size_t first = i - 1;
    if (lexemes_[first].kind == LexemeKind::close) {
      for (int depth = 0;; --first) {
        if (lexemes_[first].kind == LexemeKind::close) ++depth;
        if (lexemes_[first].kind == LexemeKind::open && --depth == 0) break;
      }
    } else if (lexemes_[first].kind != LexemeKind::operand) {
      return false;
    }
    while (first > 0 && is_prefix(lexemes_[first - 1])) --first;
    if (first == 0) return true;
    const bool of_prefix = first > 1 && is_prefix(lexemes_[first - 2]);
    return !is_word(lexemes_[first - 1]) || of_prefix;
  }

  bool is_single_after(std::size_t i) const {
    std::size_t last = i + 1;
    while (last < lexemes_.size() && is_prefix(lexemes_[last])) ++last;
    if (last >= lexemes_.size()) return false;
    if (lexemes_[last].kind == LexemeKind::open) {
      for (int depth = 0;; ++last) {
        if (lexemes_[last].kind == LexemeKind::open) ++depth;
        if (lexemes_[last].kind == LexemeKind::close && --depth == 0) break;
      }
    } else if (lexemes_[last].kind != LexemeKind::operand) {
      return false;
    }
    return last + 1 == lexemes_.size() || !is_word(lexemes_[last + 1]);
  }

  std::vector<Lexeme>& lexemes_;
};

}  // namespace

void read_operators(std::string_view text, std::vector<Lexeme>& lexemes) {
  OperatorReader(lexemes).run(text);
}

}  // namespace kwerenda
