#include "searcher/query_words.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"
#include "analysis/message.h"
#include "analysis/shape.h"
#include "analysis/tokenizer.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// How many likely corrections of one misspelt word are searched for together: its neighbours in the query
// decide between them.
constexpr std::size_t kMaxCorrections = 3;
constexpr std::size_t kStemBytes = 5;  // that keys of one stem share at least
constexpr std::size_t kMinLettersForOneEdit = 4;
constexpr std::size_t kMinLettersForTwoEdits = 8;

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool starts_with_capital(std::string_view text) {
  return !text.empty() && u_isUUppercase(code_point_at(text, 0).value);
}

// Lemmas of verbs are infinitives; a few nouns look like one (sieć, nić). "-ść" is nearly always a noun's.
bool is_infinitive(std::string_view lemma) {
  constexpr std::string_view kEndings[] = {"ać", "eć", "ić", "yć", "uć", "ąć", "óc"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return lemma.ends_with(ending); });
}

std::uint32_t passages_of(const std::vector<Key>& keys, const Vocabulary& vocabulary) {
  std::uint32_t sum = 0;
  for (const Key& key : keys) sum += vocabulary.passages_with(key.text);
  return sum;
}

void add_key(const std::string& key, QueryTerm& term) {
  if (std::find(term.keys.begin(), term.keys.end(), key) == term.keys.end()) term.keys.push_back(key);
}

// A folded form as people write it: acronyms in capitals, if most passages mean one, names with one.
std::string as_written(const std::string& form, const std::vector<Key>& keys, const KeyMaker& maker,
                       const Vocabulary& vocabulary) {
  const auto most = std::max_element(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    return vocabulary.passages_with(a.text) < vocabulary.passages_with(b.text);
  });
  if (most != keys.end() && starts_with_capital(most->text)) return upper_cased(form);
  std::vector<Reading> readings;
  return maker.lexicon().lookup(form, readings) && readings.front().proper ? title_cased(form) : form;
}

// A form that may have been meant.
struct Correction {
  std::string shown;
  std::vector<std::string> keys;
  int edits = 0;
  double weight = 0;  // passages in the index, and how often the form is written
};

void add_correction(Correction correction, std::vector<Correction>& corrections) {
  for (const Correction& known : corrections) {
    if (known.keys == correction.keys) return;
  }
  corrections.push_back(std::move(correction));
}

std::vector<Correction> corrections_of(const std::string& typed, const std::string& form,
                                       const std::string& key, int edits, const KeyMaker& maker,
                                       const Vocabulary& vocabulary) {
  std::vector<SimilarForm> forms;
  if (edits == 0) {
    maker.lexicon().find_accent_free(form, 8, forms);
  } else {
    maker.lexicon().find_within(form, edits, 24, forms);
  }
  std::vector<Correction> corrections;
  std::vector<Key> keys;
  for (const SimilarForm& similar : forms) {
    maker.keys_of(with_case_of(similar.form, typed), keys);
    const std::uint32_t passages = passages_of(keys, vocabulary);
    if (passages == 0) continue;
    Correction correction{
        as_written(similar.form, keys, maker, vocabulary), {}, similar.edits, 1.0 + similar.frequency};
    for (const Key& found : keys) correction.keys.push_back(found.text);
    add_correction(std::move(correction), corrections);
  }
  for (const SimilarKey& similar : vocabulary.similar_keys(key, edits, 8)) {
    add_correction({similar.key, {similar.key}, similar.edits, 1.0 + similar.passages}, corrections);
  }
  std::stable_sort(corrections.begin(), corrections.end(), [](const Correction& a, const Correction& b) {
    return a.edits != b.edits ? a.edits < b.edits : a.weight > b.weight;
  });
  if (!corrections.empty()) {
    const int fewest = corrections.front().edits;
    std::erase_if(corrections, [&](const Correction& correction) { return correction.edits > fewest; });
  }
  if (corrections.size() > kMaxCorrections) corrections.resize(kMaxCorrections);
  return corrections;
}

void take_corrections(const std::vector<Correction>& corrections, const Vocabulary& vocabulary,
                      QueryTerm& term) {
  term.keys.clear();
  term.form.clear();
  term.repaired = corrections.front().shown;
  for (const Correction& correction : corrections) {
    for (const std::string& key : correction.keys) add_key(key, term);
  }
  term.passages = 0;
  for (const std::string& key : term.keys) term.passages += vocabulary.passages_with(key);
}

void repair(const KeyMaker& maker, const Vocabulary& vocabulary, QueryTerm& term) {
  const std::size_t letters = code_points(term.form);
  for (int edits = 0; edits <= 2; ++edits) {
    if (edits == 1 && letters < kMinLettersForOneEdit) return;
    if (edits == 2 && letters < kMinLettersForTwoEdits) return;
    const auto corrections =
        corrections_of(term.typed, term.form, term.keys.front(), edits, maker, vocabulary);
    if (!corrections.empty()) return take_corrections(corrections, vocabulary, term);
  }
}

// An unknown form whose lemma was guessed from how it would be written with marks ("lodz"), or from a word
// that it is alike to: what it was taken for.
void name_guess(const KeyMaker& maker, const Vocabulary& vocabulary, QueryTerm& term) {
  std::vector<SimilarForm> forms;
  maker.lexicon().find_accent_free(term.form, 4, forms);
  std::vector<Key> keys;
  for (const SimilarForm& similar : forms) {
    if (similar.form == term.form) return;
    maker.keys_of(with_case_of(similar.form, term.typed), keys);
    if (keys.front().text != term.keys.front()) continue;
    term.form = similar.form;
    term.repaired = as_written(similar.form, keys, maker, vocabulary);
    return;
  }
  // "inteligencjaa"
  std::vector<Reading> readings;
  const std::string& key = term.keys.front();
  if (edit_distance(term.form, folded(key), 1) <= 1 && maker.lexicon().lookup(key, readings))
    term.repaired = key;
}

// A known word is this much rarer than what it may stand for.
constexpr std::uint32_t kRarer = 10;

// In a query without marks the most frequent form that differs in marks alone is what was meant. One or two
// words without marks prove nothing; but a word that is much rarer than the other is still less likely to be
// meant, even if only one person in three leaves the marks out. Both are searched for then.
void restore_marks(const KeyMaker& maker, const Vocabulary& vocabulary, Marks marks, QueryTerm& term) {
  std::vector<SimilarForm> forms;
  maker.lexicon().find_accent_free(term.form, 4, forms);
  if (forms.empty() || forms.front().form == term.form || forms.front().frequency == 0) return;
  std::vector<Key> keys;
  maker.keys_of(with_case_of(forms.front().form, term.typed), keys);
  if (passages_of(keys, vocabulary) == 0) return;
  if (keys.front().text == term.keys.front())
    return;  // only another ending of the same word: "ochrona" is not "ochroną"
  const bool as_typed_is_rare = maker.lexicon().frequency(term.form) * kRarer < forms.front().frequency;
  if (marks == Marks::unsure && !as_typed_is_rare) return;
  std::vector<std::string> as_typed =
      as_typed_is_rare && marks == Marks::missing ? std::vector<std::string>{} : term.keys;
  term.keys.clear();
  for (const Key& key : keys) add_key(key.text, term);
  for (const std::string& key : as_typed) add_key(key, term);
  term.form = forms.front().form;
  term.repaired = as_written(term.form, keys, maker, vocabulary);
  term.passages = 0;
  for (const std::string& key : term.keys) term.passages += vocabulary.passages_with(key);
}

void add_synonyms(const Thesaurus& thesaurus, const KeyMaker& maker, const Vocabulary& vocabulary,
                  std::size_t limit, QueryTerm& term) {
  std::size_t added = 0;
  std::vector<Key> keys;
  for (const std::string& synonym : thesaurus.synonyms(term.keys.front())) {
    if (added == limit) return;
    maker.keys_of(synonym, keys);
    const std::string& key = keys.front().text;
    if (std::find(term.keys.begin(), term.keys.end(), key) != term.keys.end() ||
        std::find(term.relatives.begin(), term.relatives.end(), key) != term.relatives.end() ||
        vocabulary.passages_with(key) == 0) {
      continue;
    }
    term.relatives.push_back(key);
    ++added;
  }
}

}  // namespace

Marks marks_of(std::string_view query) {
  std::vector<Token> tokens;
  tokenize(query, tokens);
  std::size_t words = 0;
  for (const Token& token : tokens) {
    const std::string form = folded(query.substr(token.begin, token.end - token.begin));
    if (form != without_marks(form)) return Marks::present;
    if (code_points(form) >= 4) ++words;
  }
  return words >= 3 ? Marks::missing : Marks::unsure;
}

std::vector<std::string> keys_of_one_stem(const std::vector<std::string>& keys,
                                          const Vocabulary& vocabulary) {
  std::vector<std::string> found;
  for (const std::string& key : keys) {
    if (key.size() < kStemBytes) continue;
    const std::string beginning = key.substr(0, std::max(kStemBytes, (key.size() + 1) / 2));
    for (std::string& other : vocabulary.keys_beginning_with(beginning)) {
      const auto same = static_cast<std::size_t>(
          std::mismatch(key.begin(), key.end(), other.begin(), other.end()).first - key.begin());
      if (2 * same >= other.size() && std::find(keys.begin(), keys.end(), other) == keys.end())
        found.push_back(std::move(other));
    }
  }
  return found;
}

QueryTerm resolve_word(std::string_view surface, const KeyMaker& maker, const StopWords& stop,
                       const StopWords& question, const Vocabulary& vocabulary,
                       const ResolveSettings& settings) {
  QueryTerm term;
  term.typed = surface;
  term.form = folded(surface);
  term.capitalised = starts_with_capital(surface);
  term.has_digit = std::any_of(surface.begin(), surface.end(), [](char c) { return c >= '0' && c <= '9'; });
  std::vector<Key> keys;
  maker.query_keys_of(surface, keys);
  for (const Key& key : keys) add_key(key.text, term);
  term.passages = passages_of(keys, vocabulary);
  if (settings.repair && settings.marks != Marks::present)
    restore_marks(maker, vocabulary, settings.marks, term);
  if (settings.repair && term.passages == 0) {
    std::vector<Reading> readings;
    if (!maker.lexicon().lookup(normalized(surface), readings)) repair(maker, vocabulary, term);
  }
  if (settings.repair && term.repaired.empty() && term.passages > 0 &&
      keys.front().source == ReadingSource::guesser) {
    name_guess(maker, vocabulary, term);
  }
  term.known = !term.repaired.empty() || keys.front().source == ReadingSource::lexicon ||
               keys.front().source == ReadingSource::extra;
  term.verb = is_infinitive(term.keys.front());
  const std::string judged = term.repaired.empty() ? term.form : folded(term.repaired);
  if (question.contains(judged)) {
    term.role = WordRole::question;
  } else if (stop.contains(judged)) {
    term.role = WordRole::stop;
  }
  if (term.role == WordRole::content) {
    for (const std::string& relative : maker.lexicon().relatives(term.keys.front())) {
      if (term.relatives.size() == settings.max_relatives) break;
      if (std::find(term.keys.begin(), term.keys.end(), relative) == term.keys.end() &&
          vocabulary.passages_with(relative) > 0) {
        term.relatives.push_back(relative);
      }
    }
    if (settings.thesaurus) add_synonyms(*settings.thesaurus, maker, vocabulary, settings.max_synonyms, term);
  }
  return term;
}

std::string repair_note(const QueryTerm& term) {
  if (term.repaired.empty() || folded(term.repaired) == folded(term.typed)) return {};
  return message("Szukano: {} (wpisano: {})", "Searched for: {} (typed: {})", term.repaired, term.typed);
}

}  // namespace kwerenda
