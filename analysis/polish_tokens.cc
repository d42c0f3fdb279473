#include "analysis/polish_tokens.h"

#include <unicode/uchar.h>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes 0 to 9 of `text` are a date of digits and hyphens: 2025-05-14 or 14-05-2025.
bool looks_like_date(std::string_view text) {
  if (text.size() < 10) return false;
  const bool year_first = text[4] == '-' && text[7] == '-';
  const bool day_first = text[2] == '-' && text[5] == '-';
  if (year_first == day_first) return false;
  for (std::size_t i = 0; i < 10; ++i) {
    const bool hyphen = year_first ? (i == 4 || i == 7) : (i == 2 || i == 5);
    if (!hyphen && !is_ascii_digit(text[i])) return false;
  }
  return true;
}

}  // namespace

std::size_t hyphen_size(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '-') return 1;
  const std::string_view three = text.substr(at, 3);
  return three == "\u2010" || three == "\u2011" ? 3 : 0;
}

void append_long_token(std::string_view text, std::size_t begin, std::size_t end,
                       std::vector<Token>& tokens) {
  const BreakClasses& classes = BreakClasses::get();
  while (begin < end) {
    // Cut before the code point that would cross the limit; a piece of marks alone is no token.
    std::size_t at = begin;
    bool has_word = false;
    while (at < end) {
      const ClassAt here = classes.full_at(text, at);
      if (at + here.size - begin > kMaxTokenBytes) break;
      has_word = has_word || is_word(here.break_class);
      at += here.size;
    }
    if (has_word) append_token(text, begin, at, tokens);
    begin = at;
  }
}

void PolishTokens::add_word(std::size_t begin, std::size_t end) {
  Piece piece;
  bool open = false;
  std::size_t part_letters = 0;  // letters and digits since the piece's last full stop
  const auto close = [&] {
    if (open) add_piece(piece);
    open = false;
  };
  bool at_word = false;  // only marks since the piece's last letter or digit
  for (std::size_t at = begin; at < end;) {
    const ClassAt here = classes_.full_at(text_, at);
    const std::size_t next = at + here.size;
    switch (here.break_class) {
      case BreakClass::letter:
      case BreakClass::digit: {
        const bool digit = here.break_class == BreakClass::digit;
        if (!open) {
          piece = {at, next, digit, digit};
          open = true;
          part_letters = 0;
        }
        piece.end = next;
        piece.ends_with_digit = digit;
        ++part_letters;
        at_word = true;
        break;
      }
      case BreakClass::ignorable:
        if (open && at_word) piece.end = next;
        break;
      case BreakClass::mid_num_let:
        if (text_[at] == '.' && open && !piece.ends_with_digit) {
          if (!keeps_full_stop(part_letters, next, end)) close();
          part_letters = 0;
        }
        at_word = false;
        break;
      case BreakClass::mid_num:
        if (text_[at] != ',' && here.size == 1) close();  // the semicolon
        at_word = false;
        break;
      case BreakClass::mid_letter:
      case BreakClass::single_quote:
        part_letters += 2;  // "d'a.b" is no abbreviation
        at_word = false;
        break;
      case BreakClass::other:
      case BreakClass::complex:
        close();
        at_word = false;
        break;
    }
    at = next;
  }
  close();
}

// The full stop between letters stays in the token if one letter stands before it, and one letter or two to
// three small ones behind.
bool PolishTokens::keeps_full_stop(std::size_t letters_before, std::size_t after, std::size_t end) const {
  if (letters_before != 1) return false;
  std::size_t letters = 0;
  bool small = true;
  for (std::size_t at = after; at < end;) {
    const ClassAt here = classes_.full_at(text_, at);
    if (here.break_class == BreakClass::letter) {
      small = small && u_isULowercase(code_point_at(text_, at).value);
      if (++letters > 3) return false;
    } else if (here.break_class != BreakClass::ignorable) {
      if (here.break_class == BreakClass::mid_num_let || here.break_class == BreakClass::other) break;
      return false;
    }
    at += here.size;
  }
  return letters == 1 || (letters > 1 && small);
}

void PolishTokens::add_piece(const Piece& piece) {
  if (open_ && joins(piece)) {
    token_.end = piece.end;
    token_.ends_with_digit = piece.ends_with_digit;
    return;
  }
  finish();
  token_ = piece;
  open_ = true;
}

bool PolishTokens::joins(const Piece& next) const {
  const std::size_t hyphen = hyphen_size(text_, token_.end);
  if (hyphen == 0 || token_.end + hyphen != next.begin || next.end - token_.begin > kMaxTokenBytes)
    return false;
  if (date_covers(token_.begin, token_.end)) return date_covers(token_.begin, next.end);
  return !(token_.ends_with_digit && next.starts_with_digit);
}

// Is [begin, end) one, two or all three parts of a date with hyphens, after which the token would end?
bool PolishTokens::date_covers(std::size_t begin, std::size_t end) const {
  const std::string_view rest = text_.substr(begin);
  if (end - begin > 10 || !looks_like_date(rest)) return false;
  if (end - begin != 10 && text_[end] != '-') return false;
  if (rest.size() == 10) return true;
  const ClassAt after = classes_.full_at(rest, 10);
  switch (after.break_class) {
    case BreakClass::letter:
    case BreakClass::digit:
    case BreakClass::ignorable:
      return false;
    case BreakClass::mid_num:
    case BreakClass::mid_num_let:
    case BreakClass::single_quote:
      return rest.size() == 10u + after.size ||
             !is_word(classes_.full_at(rest, 10u + after.size).break_class);
    default:
      break;
  }
  return true;
}

void PolishTokens::finish() {
  if (open_) append_token(text_, token_.begin, token_.end, tokens_);
  open_ = false;
}

}  // namespace kwerenda
