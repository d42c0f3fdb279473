// The inner loop works on bits. 64 bytes of text become two words of 64 bits: `word` has the bytes of ASCII
// letters and digits and of the letters U+00C0 to U+017F, `ask` the bytes that need thought. Where `word`
// changes, a token begins or ends; 98 of 100 words of running text need no more. At an `ask` bit (a wider
// character, or a full stop, comma, hyphen or apostrophe that has a word before and no white space behind it)
// the rules of UAX #29 run over the classes of break_class.h, then those of polish_tokens.h; where a class is
// not in the tables, the run of text between two pieces of ASCII white space is read again by ICU.
//
// Measured on 8 MB of Polish, one core: BreakIterator 49 MB/s, a look-up a byte 318, in blocks 854; on
// reports alone 38, 362 and 1,270 (MiB/s; bench/analysis_bench). The tables are still there: for the last 64
// bytes of a text, and for machines without SSE2.
#include "analysis/tokenizer.h"

#include <array>
#include <bit>
#include <cassert>
#include <limits>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "analysis/break_class.h"
#include "analysis/icu_words.h"
#include "analysis/polish_tokens.h"
#include "analysis/utf8.h"

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

#ifdef __SSE2__
// 64 bytes of text, a bit a byte, the first byte lowest.
struct Bits {
  std::uint64_t word = 0;    // in a word for certain
  std::uint64_t high = 0;    // not ASCII
  std::uint64_t joiner = 0;  // may join the words on its two sides
  std::uint64_t space = 0;   // ASCII white space
};

constexpr std::size_t kBlock = 64;

Bits bits_of(const char* bytes) {
  std::uint64_t alnum = 0, high = 0, joiner = 0, space = 0, lead = 0, lead_c3 = 0, tail = 0, sign = 0;
  const auto all = [](int value) { return _mm_set1_epi8(static_cast<char>(value)); };
  const auto in_range = [&](__m128i v, int first, int count) {  // unsigned
    const __m128i from_first = _mm_sub_epi8(v, all(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(from_first, all(count - 1)), from_first);
  };
  const auto mask = [](__m128i v) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(v)));
  };
  for (std::size_t shift = 0; shift < kBlock; shift += 16) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + shift));
    alnum |= mask(_mm_or_si128(in_range(_mm_or_si128(v, all(0x20)), 'a', 26), in_range(v, '0', 10))) << shift;
    high |= mask(v) << shift;
    space |= mask(_mm_or_si128(in_range(v, '\t', 5), _mm_cmpeq_epi8(v, all(' ')))) << shift;
    joiner |= mask(_mm_or_si128(_mm_or_si128(in_range(v, ',', 3), _mm_cmpeq_epi8(v, all('\''))),
                                _mm_or_si128(_mm_cmpeq_epi8(v, all(';')), _mm_cmpeq_epi8(v, all('@')))))
              << shift;
    // U+00C0 to U+017F are C3 80 to C5 BF; all are letters but the signs of multiplication (C3 97) and
    // division (C3 B7).
    lead |= mask(in_range(v, 0xC3, 3)) << shift;
    lead_c3 |= mask(_mm_cmpeq_epi8(v, all(0xC3))) << shift;
    tail |= mask(in_range(v, 0x80, 0x40)) << shift;
    sign |= mask(_mm_or_si128(_mm_cmpeq_epi8(v, all(0x97)), _mm_cmpeq_epi8(v, all(0xB7)))) << shift;
  }
  // A lead byte at the end of the block is left for the next one, see below.
  const std::uint64_t second = tail & (lead << 1) & ~(sign & (lead_c3 << 1));
  return {alnum | second | (second >> 1), high, joiner, space};
}
#endif

constexpr std::size_t kAskIcu = std::numeric_limits<std::size_t>::max();

// One text on its way through the tokenizer.
class Run {
 public:
  Run(std::string_view text, std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), polish_(text, tokens) {}
  void tokenize();

 private:
  std::size_t tokenize_blocks();
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
  std::size_t at = tokenize_blocks();
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
        plain = at + 1 == size || is_ascii_white(text_[at + 1]);
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

// All but the end of the text. Returns where to go on, never inside a word.
std::size_t Run::tokenize_blocks() {
  std::size_t at = 0;
#ifdef __SSE2__
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t begin = kNone;  // of the word that is open at `at`
  // A block is followed by one more byte at least, which tells whether white space follows its last byte.
  while (at + kBlock < text_.size()) {
    const Bits bits = bits_of(text_.data() + at);
    std::size_t length = kBlock;
    // A two-byte letter across the edge belongs to the next block.
    if ((bits.high & ~bits.word) >> 63 != 0 && static_cast<unsigned char>(text_[at + kBlock - 1]) >= 0xC0)
      --length;
    const std::uint64_t here = length == kBlock ? ~std::uint64_t{0} : ~(std::uint64_t{1} << 63);
    const std::uint64_t word = bits.word & here;
    const std::uint64_t before = word << 1 | (begin != kNone ? 1u : 0u);
    const std::uint64_t space_next = bits.space >> 1 | std::uint64_t{is_ascii_white(text_[at + kBlock])}
                                                           << 63;
    const std::uint64_t ask = ((bits.high & ~word) | (bits.joiner & before & ~space_next)) & here;
    std::uint64_t events = ((word ^ before) & here) | ask;
    std::size_t next = at + length;
    while (events != 0) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(events));
      events &= events - 1;
      const std::size_t place = at + bit;
      if ((ask >> bit & 1) == 0) {
        if (begin == kNone) {
          begin = place;
        } else {
          append_token(text_, begin, place, tokens_);
          begin = kNone;
        }
        continue;
      }
      if (begin != kNone) {
        next = add_joined_words(begin);
        begin = kNone;
        break;
      }
      const ClassAt sign = classes_.fast_at(text_, place);
      if (sign.break_class == BreakClass::complex) {
        next = add_by_icu(place);
        break;
      }
      if (is_word(sign.break_class)) {
        next = add_joined_words(place);
        break;
      }
      if (bit + sign.size >= length) {
        next = place + sign.size;
        break;
      }
      events &= ~std::uint64_t{0} << (bit + sign.size);
    }
    at = next;
  }
  if (begin != kNone) at = begin;
#endif
  return at;
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
  while (begin > 0 && !is_ascii_white(text_[begin - 1])) --begin;
  std::size_t end = at;
  while (end < text_.size() && !is_ascii_white(text_[end])) ++end;
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
