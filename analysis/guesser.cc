#include "analysis/guesser.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace kwerenda {
namespace {

constexpr std::size_t kLeastGuessLetters = 4;  // shorter words have no ending to go by
constexpr std::size_t kLeastRestLetters = 4;   // of the known word behind a prefix
bool at_least_letters(std::string_view text, std::size_t least) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size() && n < least; i += LexiconFile::letter_size(text, i)) ++n;
  return n >= least;
}

}  // namespace

bool guess_by_prefix(const LexiconFile& file, std::string_view form, std::vector<Reading>& out) {
  std::array<std::size_t, 8> ends;  // of the prefixes found, in bytes
  std::size_t found = 0;
  std::uint32_t state = file.prefixes.root;
  bool first = true;
  for (std::size_t i = 0; i < form.size();) {
    const std::size_t size = file.letter_size(form, i);
    const std::uint8_t label = file.to_lower()[file.label_at(form, i, size)];
    if (label == 0 || (!first && label != file.label_at(form, i, size)) || !file.prefixes.step(state, label))
      break;
    first = false;
    i += size;
    std::uint32_t value = 0;
    if (file.prefixes.value(state, value) && found < ends.size()) ends[found++] = i;
  }
  std::vector<Reading> rest;
  while (found > 0) {
    const std::size_t end = ends[--found];
    std::string_view tail = form.substr(end);
    if (!at_least_letters(tail, kLeastRestLetters) || file.label_at(tail, 0, file.letter_size(tail, 0)) == 0)
      continue;
    rest.clear();
    Labels labels;
    std::uint32_t value = 0;
    if (!file.encode(tail, labels) || !file.find(labels, value) ||
        !file.read(file.readings, value, tail, ReadingSource::guesser, rest))
      continue;
    std::string prefix;
    file.append_lower(form.substr(0, end), prefix);
    for (Reading& r : rest) {
      if (r.proper) continue;
      r.lemma.insert(0, prefix);
      out.push_back(std::move(r));
    }
    if (!rest.empty()) return true;
  }
  return false;
}

bool guess_by_ending(const LexiconFile& file, std::string_view form, std::vector<Reading>& out) {
  if (!at_least_letters(form, kLeastGuessLetters)) return false;
  std::string folded;
  file.append_lower(form, folded);
  if (folded.empty()) return false;
  const std::uint8_t first = file.label_at(form, 0, file.letter_size(form, 0));
  const bool proper = first != 0 && file.to_lower()[first] != first;
  std::uint32_t state = file.suffixes.root, best = 0, value = 0;
  if (!file.suffixes.step(state, proper ? 2 : 1)) return false;
  bool any = file.suffixes.value(state, best);
  for (std::size_t end = folded.size(); end > 0;) {
    std::size_t begin = end - 1;
    while (begin > 0 && (static_cast<std::uint8_t>(folded[begin]) & 0xc0u) == 0x80u) --begin;
    const std::uint8_t label = file.label_at(folded, begin, end - begin);
    if (label == 0 || !file.suffixes.step(state, label)) break;
    if (file.suffixes.value(state, value)) {
      best = value;
      any = true;
    }
    end = begin;
  }
  if (!any) return false;
  const std::size_t before = out.size();
  if (!file.read(file.guesses, best, folded, ReadingSource::guesser, out) || out.size() == before)
    return false;
  for (std::size_t i = before; i < out.size(); ++i) {
    Reading& reading = out[i];
    reading.proper = proper;
    bool is_known = false;
    for (const LostEnding& lost : kLostEndings) {
      if (!reading.lemma.ends_with(lost.of_class)) continue;
      std::string lemma = reading.lemma.substr(0, reading.lemma.size() - lost.of_class.size());
      lemma += lost.of_lemma;
      if (proper) file.capitalise(lemma);
      Labels labels;
      if (!file.encode(lemma, labels) || !file.find(labels, value)) continue;
      std::vector<Reading> known;
      if (file.read(file.readings, value, lemma, ReadingSource::guesser, known) && !known.empty() &&
          known.front().lemma == lemma) {
        reading.lemma = std::move(lemma);
        is_known = true;
        break;
      }
    }
    // Netflix, Netfliksie
    if (!is_known && reading.lemma.ends_with('x')) reading.lemma.replace(reading.lemma.size() - 1, 1, "ks");
  }
  return true;
}

}  // namespace kwerenda
