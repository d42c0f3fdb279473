#include "analysis/lexicon_compiler/morphology.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <unicode/uchar.h>
#include <unicode/utf8.h>
#include <xxhash.h>

#include "analysis/lexicon_compiler/cfsa2.h"
#include "analysis/lexicon_compiler/hunspell.h"
#include "analysis/lexicon_compiler/letters.h"

namespace kwerenda {
namespace {

constexpr std::size_t kBlockBytes = 1 << 20;
constexpr std::size_t kLongestForm = 96;  // bytes; the dictionaries' longest words have 60

std::string plain_apostrophe(std::string_view text) {
  constexpr std::string_view kCurly = "\u2019";
  std::string out;
  while (true) {
    const std::size_t at = text.find(kCurly);
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    out.push_back('\'');
    text.remove_prefix(at + kCurly.size());
  }
  return out;
}

}  // namespace

std::size_t StringPool::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = XXH3_64bits(text.data(), text.size()) & mask;
  while (slots_[at] != 0 && views_[slots_[at] - 1] != text) at = (at + 1) & mask;
  return at;
}

std::uint32_t StringPool::add(std::string_view text) {
  if (views_.size() * 2 >= slots_.size()) {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 4), 0);
    for (std::uint32_t id = 0; id < views_.size(); ++id) slots_[slot_of(views_[id])] = id + 1;
  }
  const std::size_t slot = slot_of(text);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  if (blocks_.empty() || blocks_.back().size() + text.size() > blocks_.back().capacity()) {
    blocks_.emplace_back().reserve(std::max(kBlockBytes, text.size()));
  }
  std::string& block = blocks_.back();
  const std::size_t start = block.size();
  block += text;
  views_.push_back(std::string_view(block).substr(start, text.size()));
  slots_[slot] = static_cast<std::uint32_t>(views_.size());
  return slots_[slot] - 1;
}

std::uint32_t StringPool::find(std::string_view text) const {
  if (slots_.empty()) return kNoString;
  const std::uint32_t entry = slots_[slot_of(text)];
  return entry == 0 ? kNoString : entry - 1;
}

bool is_proper(std::string_view lemma) {
  UChar32 c = 0;
  std::int32_t i = 0;
  U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(lemma.data()), i,
                  static_cast<std::int32_t>(lemma.size()), c);
  return u_isupper(c);
}

WordClass class_of(std::string_view tag) {
  static const std::unordered_map<std::string_view, WordClass> classes = {
      {"subst", WordClass::noun},
      {"depr", WordClass::depreciative},
      {"adj", WordClass::adjective},
      {"adja", WordClass::adjective},
      {"adjp", WordClass::adjective},
      {"adjc", WordClass::adjective},
      {"adv", WordClass::adverb},
      {"verb", WordClass::verb},
      {"ger", WordClass::gerund},
      {"pact", WordClass::active_participle},
      {"ppas", WordClass::passive_participle},
      {"pcon", WordClass::adverbial_participle},
      {"pant", WordClass::adverbial_participle},
      {"num", WordClass::numeral},
      {"ppron12", WordClass::pronoun},
      {"ppron3", WordClass::pronoun},
      {"siebie", WordClass::pronoun},
      {"prep", WordClass::function_word},
      {"conj", WordClass::function_word},
      {"comp", WordClass::function_word},
      {"qub", WordClass::function_word},
      {"pred", WordClass::function_word},
      {"brev", WordClass::abbreviation},
      {"interj", WordClass::interjection},
      {"burk", WordClass::foreign}};
  const auto found = classes.find(tag.substr(0, tag.find(':')));
  return found == classes.end() ? WordClass::foreign : found->second;
}

std::pair<std::size_t, std::size_t> Morphology::range_of(std::uint32_t form) const {
  if (form >= first_of.size() || first_of[form] == kNoString) return {0, 0};
  const std::size_t begin = first_of[form];
  std::size_t end = begin;
  while (end < analyses.size() && analyses[end].form == form) ++end;
  return {begin, end};
}

void Morphology::sort() {
  const auto key = [](const Analysis& a) { return std::tuple(a.form, a.lemma, a.word_class, a.tags); };
  std::sort(analyses.begin(), analyses.end(),
            [&](const Analysis& a, const Analysis& b) { return key(a) < key(b); });
  analyses.erase(std::unique(analyses.begin(), analyses.end(),
                             [&](const Analysis& a, const Analysis& b) { return key(a) == key(b); }),
                 analyses.end());
  first_of.assign(strings.size(), kNoString);
  for (std::size_t i = analyses.size(); i-- > 0;) first_of[analyses[i].form] = static_cast<std::uint32_t>(i);
}

Morphology read_morphology(std::string_view polimorf, const std::string& polimorf_name, std::string_view aff,
                           const std::string& aff_name, std::string_view dic, const std::string& dic_name) {
  Morphology result;
  std::string last_form;
  std::uint32_t last_id = kNoString;
  read_morfologik(polimorf, polimorf_name, [&](const DictionaryEntry& entry) {
    if (entry.form.size() > kLongestForm) return;
    if (last_id == kNoString || entry.form != last_form) {  // the forms come sorted: intern each once
      last_form = entry.form;
      last_id = result.strings.add(plain_apostrophe(entry.form));
    }
    const std::uint32_t lemma = result.strings.add(plain_apostrophe(entry.lemma));
    // "adj:…+subst:…" says two classes at once: one analysis for each.
    std::string_view tags = entry.tags;
    std::string one;
    WordClass current = WordClass::count;
    const auto flush = [&] {
      if (!one.empty()) result.analyses.push_back({last_id, lemma, result.tags.add(one), current});
      one.clear();
    };
    while (!tags.empty()) {
      const std::string_view tag = tags.substr(0, tags.find('+'));
      tags.remove_prefix(std::min(tag.size() + 1, tags.size()));
      const WordClass word_class = class_of(tag);
      if (word_class != current) flush();
      current = word_class;
      if (!one.empty()) one += '+';
      one += tag;
    }
    flush();
  });
  const std::size_t known = result.strings.size();
  result.sort();
  std::vector<Analysis> added;
  read_hunspell(aff, aff_name, dic, dic_name, [&](const HunspellForm& entry) {
    if (entry.form.size() > kLongestForm) return;
    const std::uint32_t old = result.strings.find(entry.form);
    if (old != kNoString && old < known && result.first_of[old] != kNoString) return;
    const std::uint32_t form = result.strings.add(entry.form);
    const std::uint32_t stem = result.strings.add(entry.stem);
    // A stem that PoliMorf reads as an inflected form (nieburzenie, uspławniający) leads on to its lemma.
    const auto [begin, end] =
        stem < known ? result.range_of(stem) : std::pair<std::size_t, std::size_t>{0, 0};
    if (begin == end) {
      added.push_back({form, stem, kNoString, WordClass::noun});
      return;
    }
    for (std::size_t i = begin; i < end; ++i) {
      added.push_back({form, result.analyses[i].lemma, kNoString, result.analyses[i].word_class});
    }
  });
  result.analyses.insert(result.analyses.end(), added.begin(), added.end());
  result.sort();
  return result;
}

}  // namespace kwerenda
