// ICU knows no Polish abbreviations (its suppression lists have none), and UAX #29 breaks after "21." before
// a capital. The alternative, a trained splitter, wins little over two short lists: what is left over is
// "r.", "w." and the like before a capital, where the words before decide. A missed boundary costs a longer
// sentence, a false one tears a name apart, so doubt means no boundary.
#include "analysis/sentences.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <memory>
#include <string>

#include "analysis/error.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// Something always follows these. Sorted by bytes.
constexpr auto kNeverEnds = std::to_array<std::string_view>({
    "abp",  "adm",    "al",      "art",     "asp",    "bp",  "bryg", "bł",    "cyt",  "cz",   "dh",   "doc",
    "dot",  "dr",     "ds",      "dyr",     "gen",    "gm",  "hab",  "im",    "insp", "inż",  "jw",   "kan",
    "kard", "kol",    "kom",     "kpr",     "kpt",    "ks",  "lek",  "lic",   "m.in", "mec",  "mgr",  "mjr",
    "mł",   "nadkom", "nadinsp", "nb",      "nowoż",  "np",  "nr",   "nt",    "ob",   "ogn",  "ok",   "os",
    "pkt",  "pl",     "plut",    "podinsp", "podkom", "por", "pos",  "pow",   "poz",  "ppor", "ppłk", "prof",
    "prok", "ps",     "pt",      "px",      "płk",    "rad", "red",  "rozdz", "rozp", "rtm",  "sekr", "sierż",
    "st",   "sygn",   "szer",    "tel",     "tj",     "tow", "tyt",  "tzn",   "tzw",  "ul",   "ust",  "ws",
    "wg",   "wic",    "woj",     "wyd",     "zob",    "zw",  "zzw",  "śp",    "św",   "żn",
});

// These may end a sentence: the words before them and the character after decide.
constexpr auto kMayEnd = std::to_array<std::string_view>({
    "bm",    "br",  "cd", "cm", "e",   "etc", "g",    "godz", "gr",  "ha",  "in",  "itd",
    "itp",   "kg",  "km", "l",  "m",   "min", "mies", "mld",  "mln", "n.e", "o.o", "p",
    "p.n.e", "par", "r",  "s",  "s.a", "sek", "str",  "szt",  "tys", "w",   "z",   "zł",
});

// Words of a date, which do not make a sentence by themselves: "Dnia 14 maja 2024 r. Rada Miasta przyjęła".
constexpr auto kDateWords = std::to_array<std::string_view>({
    "czerwca",  "czerwcu",  "dnia",     "dniach",       "dniu",         "grudnia", "grudniu",   "koniec",
    "końcu",    "kwietnia", "kwietniu", "latach",       "lipca",        "lipcu",   "listopada", "listopadzie",
    "lutego",   "lutym",    "maja",     "maju",         "marca",        "marcu",   "między",    "od",
    "około",    "połowie",  "początku", "październiku", "października", "roku",    "sierpnia",  "sierpniu",
    "stycznia", "styczniu", "wiosną",   "września",     "wrześniu",
});

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_ascii_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// ASCII letters and digits, and every byte above ASCII but those of the usual quotes and dashes (U+2000 and
// up).
bool is_word_byte(char c) { return is_ascii_digit(c) || is_ascii_letter(c) || (c & 0x80) != 0; }

// The characters of valid UTF-8 in `word`.
std::size_t length_in_characters(std::string_view word) {
  return static_cast<std::size_t>(std::count_if(
      word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The last run without white space and opening marks of `sentence`: "(m.in" gives "m.in".
std::string_view last_word(std::string_view sentence) {
  constexpr std::string_view kOpening[] = {"(", "[", "\"", "„", "«",      "»",
                                           "“", "–", "—",  "/", "\u00A0", "\u202F"};
  constexpr std::size_t kLongest = 64;  // no abbreviation comes near; keeps hostile text linear
  std::size_t begin = sentence.size();
  while (begin > 0 && sentence.size() - begin < kLongest && !is_ascii_white(sentence[begin - 1])) --begin;
  std::string_view word = sentence.substr(begin);
  for (const std::string_view mark : kOpening) {
    const std::size_t at = word.rfind(mark);
    if (at != std::string_view::npos && at + mark.size() < word.size()) word.remove_prefix(at + mark.size());
  }
  return word;
}

// Whether `sentence` has a word that can carry it: four letters or more, not of a date.
bool says_something(std::string_view sentence) {
  if (sentence.size() > 200) return true;
  std::size_t at = 0;
  while (at < sentence.size()) {
    while (at < sentence.size() && (!is_word_byte(sentence[at]) || is_ascii_digit(sentence[at]))) ++at;
    std::size_t end = at;
    while (end < sentence.size() && is_word_byte(sentence[end])) ++end;
    const std::string word = lowered(sentence.substr(at, end - at));
    if (length_in_characters(word) >= 4 && !contains(kDateWords, word)) return true;
    at = end;
  }
  return false;
}

// Whether ICU's boundary after `sentence` (no white space at its ends) and before `next` is one.
bool ends_sentence(std::string_view sentence, std::string_view next) {
  if (sentence.empty() || sentence.back() != '.') return true;
  sentence.remove_suffix(1);
  if (sentence.empty() || sentence.back() == '.') return true;
  const std::string_view word = last_word(sentence);
  if (word.empty()) return true;

  if (std::all_of(word.begin(), word.end(), is_ascii_digit)) {
    // "21. Smart City Forum", "1. Cel ćwiczeń"; few sentences end in a number that small, unless it follows
    // its unit: "godz. 12."
    return word.size() > 2 || trimmed(sentence.substr(0, sentence.size() - word.size())).ends_with('.');
  }
  const std::string lower = lowered(word);
  if (contains(kNeverEnds, lower)) return false;
  const bool numeral =
      std::all_of(word.begin(), word.end(), [](char c) { return c == 'I' || c == 'V' || c == 'X'; });
  if (numeral && word.size() == sentence.size()) return false;  // "IV. Wnioski"
  if (contains(kMayEnd, lower)) {
    if (!next.empty() && is_ascii_digit(next.front()))
      return lower == "r" || lower == "itd" || lower == "itp";
    // "J. Nowak" in capitals is an initial, "2025 r." is not.
    if (word != lower && length_in_characters(word) == 1) return false;
    return says_something(sentence.substr(0, sentence.size() - word.size()));
  }
  return length_in_characters(word) > 1 || is_ascii_digit(word.front());  // an initial
}

// Whether a list item begins at the start of `line`: "- ", "• ", "1. ", "a) ".
bool begins_item(std::string_view line) {
  for (const std::string_view mark : {"- ", "* ", "+ ", "– ", "— ", "• ", "· ", "◦ ", "▪ ", "→ "}) {
    if (line.starts_with(mark)) return true;
  }
  std::size_t i = 0;
  while (i < line.size() && i < 3 && is_ascii_digit(line[i])) ++i;
  if (i == 0 && !line.empty() && is_ascii_letter(line[0])) {
    return line.size() > 2 && line[1] == ')' && line[2] == ' ';
  }
  return i > 0 && i + 1 < line.size() && (line[i] == '.' || line[i] == ')') && line[i + 1] == ' ';
}

// `text` with the line breaks that end no sentence made spaces, byte for byte.
std::string with_joined_lines(std::string_view text) {
  std::string out(text);
  std::size_t at = 0;
  while ((at = out.find('\n', at)) != std::string::npos) {
    std::size_t next = at + 1;
    while (next < out.size() && (out[next] == ' ' || out[next] == '\t' || out[next] == '\r')) ++next;
    const bool breaks =
        next == out.size() || out[next] == '\n' || begins_item(std::string_view(out).substr(next));
    if (!breaks) {
      out[at] = ' ';
      if (at > 0 && out[at - 1] == '\r') out[at - 1] = ' ';
    }
    at = next;
  }
  return out;
}

struct TextCloser {
  void operator()(UText* text) const { utext_close(text); }
};

[[noreturn]] void fail(const char* what, UErrorCode status) {
  throw Error(ErrorKind::io,
              std::string("ICU: ") + what + ": " + u_errorName(status) +
                  message("; sprawdź, czy zainstalowano pełne dane ICU 72 (pakiet libicu72)",
                          "; check that the full data of ICU 72 are installed (package libicu72)"));
}

// One prototype for the process, cloned for each call: a clone takes microseconds, and the prototype is never
// moved.
std::unique_ptr<icu::BreakIterator> make_iterator() {
  static const std::unique_ptr<const icu::BreakIterator> prototype = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<const icu::BreakIterator> made(
        icu::BreakIterator::createSentenceInstance(icu::Locale("pl"), status));
    if (U_FAILURE(status)) fail(message("podział na zdania", "splitting into sentences"), status);
    return made;
  }();
  return std::unique_ptr<icu::BreakIterator>(prototype->clone());
}

}  // namespace

void sentences(std::string_view text, std::vector<std::uint32_t>& starts) {
  starts.clear();
  assert(text.size() < static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()));
  const std::string_view core = trimmed(text);
  if (core.empty()) return;

  const auto base = static_cast<std::size_t>(core.data() - text.data());
  std::string joined;
  std::string_view scanned = core;
  if (core.find('\n') != std::string_view::npos) {
    joined = with_joined_lines(core);
    scanned = joined;
  }
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UText, TextCloser> source(
      utext_openUTF8(nullptr, scanned.data(), static_cast<std::int64_t>(scanned.size()), &status));
  if (U_FAILURE(status)) fail(message("otwarcie tekstu", "opening the text"), status);
  const std::unique_ptr<icu::BreakIterator> iterator = make_iterator();
  iterator->setText(source.get(), status);
  if (U_FAILURE(status)) fail(message("podział na zdania", "splitting into sentences"), status);

  std::size_t start = 0;
  starts.push_back(static_cast<std::uint32_t>(base));
  for (std::int32_t found = iterator->first(); found != icu::BreakIterator::DONE; found = iterator->next()) {
    std::size_t at = static_cast<std::size_t>(found);
    if (at <= start || at >= core.size()) continue;
    const std::string_view before = scanned.substr(start, at - start);
    const std::string_view sentence = trimmed(before);
    if (sentence.empty()) continue;
    at = skip_white(core, at);
    const bool line_break = before.find('\n', sentence.size()) != std::string_view::npos;
    if (!line_break && !ends_sentence(sentence, core.substr(at))) continue;
    start = at;
    starts.push_back(static_cast<std::uint32_t>(base + at));
  }
}

}  // namespace kwerenda
