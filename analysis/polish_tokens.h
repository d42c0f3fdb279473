// From the words of UAX #29 to Kwerenda's tokens: what Polish writes together is joined, what UAX #29 joins
// against Polish use is split.
//
//   joined at one hyphen (U+002D, U+2010, U+2011)   GIS-u, e-usług, polsko-niemiecki, COVID-19, 10-lecie,
//   2025-05-14, 14-05-2025 not joined                                       2007-2018 (two years, two
//   tokens), a--b, "- a", "Warszawa – Kraków" kept as UAX #29 has them                         O'Neill'a,
//   deepfake’ów, 2.0, 1,5, 14.05.2024, 5G kept with their full stops                       m.in, m.st, p.n.e,
//   S.A: a one-letter part, then one letter or up to three small ones split at other full stops between
//   letters        mmcpolska.pl, koniec.Początek split at @ _ ; :                                 addresses,
//   identifiers; "12 500" is two tokens anyway
//
// The full stop after an abbreviation (art., r., godz.) belongs to no token. A word divided at the end of a
// line ("samo-", "rządów") stays two tokens: nothing tells it from a compound that keeps its hyphen
// ("polsko-", "niemiecki").
#pragma once

#include <string_view>
#include <vector>

#include "analysis/break_class.h"
#include "analysis/token.h"

namespace kwerenda {

// A longer token is cut on a code-point edge into tokens of at most so many bytes. The longest Polish words
// have some 70 bytes; what is longer is an address, a hash or base64.
inline constexpr std::uint32_t kMaxTokenBytes = 256;

// Appends to `tokens`. Both tokenizers feed it the UAX #29 words of one text in order, so they can only
// differ in finding those.
class PolishTokens {
 public:
  PolishTokens(std::string_view text, std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), classes_(BreakClasses::get()) {}

  // A UAX #29 segment of bytes [begin, end). Segments without a letter or digit are let pass.
  void add_word(std::size_t begin, std::size_t end);
  // Ends the token under way; call it after the last word.
  void finish();

 private:
  struct Piece {
    std::size_t begin = 0, end = 0;
    bool starts_with_digit = false, ends_with_digit = false;
  };
  void add_piece(const Piece& piece);
  bool joins(const Piece& next) const;
  bool keeps_full_stop(std::size_t letters_before, std::size_t after, std::size_t end) const;
  bool date_covers(std::size_t begin, std::size_t end) const;

  std::string_view text_;
  std::vector<Token>& tokens_;
  const BreakClasses& classes_;
  bool open_ = false;
  Piece token_;
};

// Appends the token [begin, end) in pieces of at most kMaxTokenBytes.
void append_long_token(std::string_view text, std::size_t begin, std::size_t end, std::vector<Token>& tokens);

// Appends the token [begin, end), cut if it is too long.
inline void append_token(std::string_view text, std::size_t begin, std::size_t end,
                         std::vector<Token>& tokens) {
  if (end - begin > kMaxTokenBytes) return append_long_token(text, begin, end, tokens);
  tokens.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                    static_cast<std::uint32_t>(tokens.size() + 1)});
}

// Bytes of the hyphen at text[at]: 1 for U+002D, 3 for U+2010 and U+2011, otherwise 0.
std::size_t hyphen_size(std::string_view text, std::size_t at);

}  // namespace kwerenda
