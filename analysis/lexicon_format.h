// The lexicon file, pl.lex: little-endian, written once by kwerenda-lexicon, mapped and never changed.
//
// Form -> lemmas is a minimal automaton over letters. Polish has few endings and very many stems: 4.9 million
// forms share 0.4 million states. Three layouts were measured on the same words: an arc list in the manner of
// CFSA2 (2.9 MB, 66 ns a word), a hash of whole forms (24 MB, 19–34 ns), and the one below, a double array
// over letters instead of bytes.
//
//   header    LexiconHeader
//   letters   std::uint8_t[2048]: code point below U+0800 -> label 1..127, 0 if no form has it; then three
//   tables of 128 bytes,
//             label -> label: to lower case, to upper case, and to the lower-case letter without its marks
//             (0: there is none)
//   cells     std::uint32_t[]: the double array. A state is a base. Its arc with label l is the cell at base
//   ^ l, if that cell's
//             low byte is l; the upper 24 bits are the base of the next state. Bases are unique, so the low
//             byte proves that the cell belongs to the state. The cell at base ^ 0 = base has low byte 0 iff
//             a form ends there; its upper 24 bits are the offset of the form's readings. The root's base is
//             in the header. Cells nobody owns hold 0xffffffff.
//   readings  records, each: number of readings, then each reading: probability in 255ths (1 byte), flags (1
//   byte), bytes to
//             cut at the front of the form (1), bytes to cut at the end (1), number of bytes to append (1),
//             those bytes.
//   counts    form -> how often it was seen: buckets of four slots of three bytes {16-bit fingerprint, 8-bit
//   step} suffixes  a second double array, over the letters of a word from its last to its first: the guesser
//   guesses   its records, as `readings`
//   families  a third double array: lemma -> offset of its relatives' record
//   relatives its records: number of relatives, then each as in `readings` without probability
//   prefixes  a fourth double array over letters in reading order: the prefixes a known word may follow
#pragma once

#include <cstddef>
#include <cstdint>

namespace kwerenda {

inline constexpr char kLexiconMagic[8] = {'K', 'w', 'e', 'r', 'L', 'e', 'x', '\n'};
inline constexpr std::uint32_t kLexiconVersion = 1;

enum LexiconSection : std::uint32_t {
  kLetters,
  kCells,
  kReadings,
  kCounts,
  kSuffixes,
  kGuesses,
  kFamilies,
  kRelatives,
  kPrefixes,
  kLexiconSections
};

struct LexiconSpan {
  std::uint64_t offset = 0;  // from the start of the file, a multiple of 64
  std::uint64_t size = 0;    // bytes
};

struct LexiconHeader {
  char magic[8] = {};
  std::uint32_t version = 0;
  std::uint32_t header_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t checksum = 0;  // xxh3 of all bytes after this field
  LexiconSpan sections[kLexiconSections];
  std::uint32_t roots[kLexiconSections] = {};  // base of the root, for sections that are double arrays
  std::uint32_t unused = 0;
};
static_assert(sizeof(LexiconHeader) == 32 + 16 * kLexiconSections + 4 * kLexiconSections + 4);

inline constexpr std::uint32_t kLetterTable = 2048;
inline constexpr std::uint32_t kMaxLabels = 128;
inline constexpr std::uint32_t kLettersBytes = kLetterTable + 3 * kMaxLabels;
inline constexpr std::uint32_t kFreeCell = 0xffffffff;

inline constexpr std::uint8_t kReadingProper = 1;
inline constexpr std::uint8_t kReadingCapital = 2;  // the lemma's first letter is the form's, in upper case

// The counts: where a form's bucket is, what stands in its slot, what the step means. Buckets overflow into
// the next.
inline constexpr std::size_t kCountSlots = 4;
inline constexpr std::size_t kCountBucketBytes = 3 * kCountSlots;
inline std::size_t count_bucket(std::uint64_t hash, std::size_t buckets) {
  return static_cast<std::size_t>((hash >> 16) % buckets);
}
inline std::uint32_t count_fingerprint(std::uint64_t hash) {
  const auto print = static_cast<std::uint32_t>(hash & 0xffff);
  return print == 0 ? 1 : print;  // 0: an empty slot
}
// Step s stands for 2^((s - 1) / 8) occurrences: exact for 1 and 2, within 5 % above.

}  // namespace kwerenda
