// The inner loop knows three things about a byte: in a word, between words, or ask. A word that ends in white
// space or in punctuation which can never join (and a full stop or comma followed by white space) is a token
// as it stands: 97 of 100 words of running text. The others go through the rules of UAX #29 over the classes
// of break_class.h, then through polish_tokens.h; where a class is not in the tables, the run of text between
// two pieces of ASCII white space is read again by ICU.
//
// Rejected: BreakIterator for all (a tenth of the speed), and SIMD classification of 16 bytes at a time:
// words have 7 bytes, so the work is in ending them, not in running through them.
#include "analysis/tokenizer.h"

#include <array>
#include <cassert>
#include <limits>

#include "analysis/break_class.h"
#include "analysis/icu_words.h"
#include "analysis/polish_tokens.h"

namespace kwerenda {
namespace {

enum ByteKind : std::uint8_t { kOther, kWord, kMaybeJoiner, kWide };

// ASCII by its class; `.`, `,`, `;`, the apostrophe, the hyphen and `@` may join two words.
std::array<ByteKind, 256> make_byte_kinds() {
  const BreakClasses& classes = BreakClasses::get();
  std::array<ByteKind, 256> kinds{};
  for (std::size_t byte = 0; byte < 0x80; ++byte) {
    const BreakClass break_class = classes.below_0800(static_cast<std::uint32_t>(byte));
    kinds[byte] = is_word(break_class)                              ? kWord
                  : break_class == BreakClass::other && byte != '-' ? kOther
                                                                    : kMaybeJoiner;
  }
  for (std::size_t byte = 0x80; byte < 256; ++byte) kinds[byte] = kWide;
  return kinds;
}

const std::array<ByteKind, 256>& byte_kinds() {
  static const std::array<ByteKind, 256> kinds = make_byte_kinds();
  return kinds;
}

constexpr std::size_t kAskIcu = std::numeric_limits<std::size_t>::max();

// One text on its way through the tokenizer.
class Run {
 public:
  Run(std::string_view text, std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), polish_(text, tokens) {}
  void tokenize();

 private:
  std::size_t uax_word_end(std::size_t at) const;
  std::size_t add_joined_words(std::size_t begin);
  std::size_t add_by_icu(std::size_t at);

  std::string_view text_;
  std::vector<Token>& tokens_;
  const BreakClasses& classes_ = BreakClasses::get();
  PolishTokens polish_;
  IcuWords icu_;
};

void Run::tokenize() {
  const auto& kinds = byte_kinds();
  const auto* bytes = reinterpret_cast<const unsigned char*>(text_.data());
  const std::size_t size = text_.size();
  std::size_t at = 0;
  while (at < size) {
    const ByteKind kind = kinds[bytes[at]];
    if (kind == kOther) {
      ++at;
      continue;
    }
    if (kind != kWord) {
      const ClassAt here = classes_.fast_at(text_, at);
      if (here.break_class == BreakClass::complex) {
        at = add_by_icu(at);
        continue;
      }
      if (!is_word(here.break_class)) {
        at += here.size;
        continue;
      }
    }
    const std::size_t begin = at;
    bool plain = false;  // ends where nothing can join
    for (;;) {
      while (at < size && kinds[bytes[at]] == kWord) ++at;
      if (at == size || kinds[bytes[at]] == kOther) {
        plain = true;
        break;
      }
      if (kinds[bytes[at]] == kMaybeJoiner) {
        plain = at + 1 == size || is_ascii_space(text_[at + 1]);
        break;
      }
      // A two-byte letter. Anything wider or stranger is for the careful way.
      if (bytes[at] < 0xC2 || bytes[at] > 0xDF || at + 1 == size || (bytes[at + 1] & 0xC0) != 0x80) break;
      if (!is_word(classes_.below_0800((bytes[at] & 0x1Fu) << 6 | (bytes[at + 1] & 0x3Fu)))) break;
      at += 2;
    }
    if (plain) {
      append_token(text_, begin, at, tokens_);
    } else {
      at = add_joined_words(begin);
    }
  }
}

// The end of the UAX #29 word that starts at `at` with a letter or digit, or kAskIcu.
std::size_t Run::uax_word_end(std::size_t at) const {
  BreakClass last = BreakClass::other;
  while (at < text_.size()) {
    const ClassAt here = classes_.fast_at(text_, at);
    switch (here.break_class) {
      case BreakClass::complex:
        return kAskIcu;
      case BreakClass::other:
        return at;
      case BreakClass::letter:
      case BreakClass::digit:
        last = here.break_class;
        break;
      case BreakClass::ignorable:
        break;
      case BreakClass::mid_letter:
      case BreakClass::mid_num:
      case BreakClass::mid_num_let:
      case BreakClass::single_quote: {
        std::size_t after = at + here.size;
        ClassAt next{BreakClass::other, 0};
        for (; after < text_.size(); after += next.size) {
          next = classes_.fast_at(text_, after);
          if (next.break_class != BreakClass::ignorable) break;
        }
        if (after >= text_.size()) return at;
        if (next.break_class == BreakClass::complex) return kAskIcu;
        const BreakClass never = last == BreakClass::letter ? BreakClass::mid_num : BreakClass::mid_letter;
        if (next.break_class != last || here.break_class == never) return at;
        at = after + next.size;
        continue;
      }
    }
    at += here.size;
  }
  return at;
}

// The word at `begin` and those that hang on it by hyphens. Returns where to go on.
std::size_t Run::add_joined_words(std::size_t begin) {
  for (;;) {
    const std::size_t end = uax_word_end(begin);
    if (end == kAskIcu) return add_by_icu(begin);
    polish_.add_word(begin, end);
    const std::size_t next = end + hyphen_size(text_, end);
    const BreakClass break_class =
        next == end || next >= text_.size() ? BreakClass::other : classes_.fast_at(text_, next).break_class;
    if (break_class == BreakClass::complex) return add_by_icu(next);
    if (!is_word(break_class)) {
      polish_.finish();
      return end;
    }
    begin = next;
  }
}

// Everything between the two pieces of ASCII white space around `at`, anew. Returns the end of the run.
std::size_t Run::add_by_icu(std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && !is_ascii_space(text_[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text_.size() && !is_ascii_space(text_[end])) ++end;
  polish_.finish();
  while (!tokens_.empty() && tokens_.back().begin >= begin) tokens_.pop_back();
  icu_.add_words(text_, begin, end, polish_);
  polish_.finish();
  return end;
}

}  // namespace

void tokenize(std::string_view text, std::vector<Token>& tokens) {
  assert(text.size() <= std::numeric_limits<std::uint32_t>::max());
  tokens.clear();
  Run(text, tokens).tokenize();
}

void tokenize_with_icu(std::string_view text, std::vector<Token>& tokens) {
  assert(text.size() <= std::numeric_limits<std::uint32_t>::max());
  tokens.clear();
  PolishTokens polish(text, tokens);
  IcuWords().add_words(text, 0, text.size(), polish);
  polish.finish();
}

}  // namespace kwerenda
