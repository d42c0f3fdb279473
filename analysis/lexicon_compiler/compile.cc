#include "analysis/lexicon_compiler/compile.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>
#include <xxhash.h>

#include "analysis/error.h"
#include "analysis/lexicon_compiler/automaton_builder.h"
#include "analysis/lexicon_compiler/letters.h"
#include "analysis/lexicon_format.h"
#include "analysis/message.h"

namespace kwerenda {
namespace {

std::vector<std::uint32_t> code_points_of(std::string_view text) {
  std::vector<std::uint32_t> points;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(bytes, i, size, c);
    points.push_back(static_cast<std::uint32_t>(c));
  }
  return points;
}

std::uint32_t without_mark(std::uint32_t c) {
  switch (c) {
    case 0x142:
      return 'l';
    case 0x141:
      return 'l';
    case 0xf8:
    case 0xd8:
      return 'o';
    case 0x111:
    case 0x110:
    case 0xf0:
    case 0xd0:
      return 'd';
    default:
      break;
  }
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  icu::UnicodeString parts;
  if (U_SUCCESS(status) && nfd->getDecomposition(static_cast<UChar32>(c), parts))
    c = static_cast<std::uint32_t>(parts.char32At(0));
  return static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(c)));
}

// Letters to labels: the most frequent lower-case letters first.
class Letters {
 public:
  explicit Letters(const std::vector<std::pair<std::string_view, std::uint32_t>>& forms) {
    std::map<std::uint32_t, std::size_t> count;
    for (const auto& [form, id] : forms) {
      for (const std::uint32_t c : code_points_of(form)) ++count[c];
    }
    // Both cases of every letter: no form has Ą in front, but OCHRONĄ is a word too. The rarest letters have
    // to go if there are too many, and a letter of either case counts for both.
    std::map<std::uint32_t, std::size_t> both;
    for (const auto& [c, n] : count) {
      const auto lower = static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(c)));
      const auto upper = static_cast<std::uint32_t>(u_toupper(static_cast<UChar32>(c)));
      for (const std::uint32_t letter : std::set<std::uint32_t>{c, lower, upper}) {
        if (letter < kLetterTable) both[letter] += n;
      }
    }
    std::vector<std::uint32_t> order;
    for (const auto& [c, n] : both) order.push_back(c);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return both[a] != both[b] ? both[a] > both[b] : a > b;
    });
    if (order.size() > kMaxLabels - 1) order.resize(kMaxLabels - 1);
    std::stable_sort(order.begin(), order.end(), [](std::uint32_t a, std::uint32_t b) {
      return u_isupper(static_cast<UChar32>(a)) < u_isupper(static_cast<UChar32>(b));
    });
    for (std::size_t i = 0; i < order.size(); ++i) label_[order[i]] = static_cast<std::uint8_t>(i + 1);
    order_ = order;
  }
  // False if a letter has no label.
  bool encode(std::string_view form, std::string& labels) const {
    labels.clear();
    for (const std::uint32_t c : code_points_of(form)) {
      const auto found = label_.find(c);
      if (found == label_.end()) return false;
      labels.push_back(static_cast<char>(found->second));
    }
    return true;
  }
  std::string section() const {
    std::string bytes(kLettersBytes, '\0');
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const std::uint32_t c = order_[i];
      bytes[c] = static_cast<char>(i + 1);
      const auto map_to = [&](std::uint32_t table, std::uint32_t to) {
        const auto found = label_.find(to);
        bytes[kLetterTable + table * kMaxLabels + i + 1] =
            found == label_.end() ? '\0' : static_cast<char>(found->second);
      };
      map_to(0, static_cast<std::uint32_t>(u_tolower(static_cast<UChar32>(c))));
      map_to(1, static_cast<std::uint32_t>(u_toupper(static_cast<UChar32>(c))));
      map_to(2, without_mark(c));
    }
    return bytes;
  }

 private:
  std::map<std::uint32_t, std::uint8_t> label_;
  std::vector<std::uint32_t> order_;
};

std::size_t common_prefix(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  while (n > 0 && n < a.size() && (static_cast<unsigned char>(a[n]) & 0xc0u) == 0x80u) --n;
  while (n > 0 && n < b.size() && (static_cast<unsigned char>(b[n]) & 0xc0u) == 0x80u) --n;
  return n;
}

// How to make a lemma from a form: cut in front, cut at the end, append. Cutting in front pays for naj- and
// nie-.
std::string edit_of(std::string_view form, std::string_view lemma, std::uint8_t flags) {
  std::string target(lemma);
  std::string source(form);
  if (is_proper(lemma) && !is_proper(form)) {
    target = lower_case(lemma);
    if (title_case(target) == lemma) {
      flags |= kReadingCapital;
    } else {
      target = lemma;
    }
  }
  std::size_t front = 0, kept = common_prefix(source, target);
  for (std::size_t cut = 1; cut <= 8 && cut < source.size(); ++cut) {
    const std::size_t n = common_prefix(std::string_view(source).substr(cut), target);
    if (n > kept + 2) {
      front = cut;
      kept = n;
    }
  }
  if (kept == 0) front = 0;
  std::string edit;
  edit.push_back(static_cast<char>(flags));
  edit.push_back(static_cast<char>(front));
  edit.push_back(static_cast<char>(source.size() - front - kept));
  edit.push_back(static_cast<char>(target.size() - kept));
  edit += target.substr(kept);
  return edit;
}

class Records {
 public:
  Records() : bytes_(1, '\0') {}  // offset 0: a record without readings
  std::uint32_t add(const std::string& record) {
    const auto [place, fresh] = offsets_.emplace(record, static_cast<std::uint32_t>(bytes_.size()));
    if (fresh) bytes_ += record;
    if (bytes_.size() >= (1u << 24))
      throw Error(ErrorKind::limit, message("odczytania form nie mieszczą się w 2^24 bajtach",
                                            "the readings of forms do not fit into 2^24 bytes"));
    return place->second;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::unordered_map<std::string, std::uint32_t> offsets_;
};

std::string bytes_of(const std::vector<std::uint32_t>& cells) {
  std::string bytes(cells.size() * 4, '\0');
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (unsigned k = 0; k < 4; ++k) bytes[4 * i + k] = static_cast<char>(cells[i] >> (8 * k) & 0xff);
  }
  return bytes;
}

std::string count_section(const std::vector<FormCount>& counts) {
  std::vector<std::pair<std::string_view, double>> kept;
  // Words in capitals are left out: the AIs and GISes of a text say nothing about ai, a sloth, and gis, a
  // note.
  for (const FormCount& c : counts) {
    if (c.by_case[0] + c.by_case[1] > 0) kept.emplace_back(c.form, c.by_case[0] + c.by_case[1]);
  }
  const std::size_t buckets = std::max<std::size_t>(1, kept.size() / 3);
  std::string bytes(buckets * kCountBucketBytes, '\0');
  for (const auto& [form, count] : kept) {
    const std::uint64_t hash = XXH3_64bits(form.data(), form.size());
    const std::uint32_t print = count_fingerprint(hash);
    std::size_t at = count_bucket(hash, buckets);
    while (true) {
      char* bucket = bytes.data() + at * kCountBucketBytes;
      std::size_t slot = 0;
      while (slot < kCountSlots && (bucket[3 * slot] != 0 || bucket[3 * slot + 1] != 0)) ++slot;
      if (slot == kCountSlots) {
        at = (at + 1) % buckets;
        continue;
      }
      bucket[3 * slot] = static_cast<char>(print & 0xff);
      bucket[3 * slot + 1] = static_cast<char>(print >> 8);
      bucket[3 * slot + 2] =
          static_cast<char>(std::min(255.0, 1 + std::round(8 * std::log2(std::max(1.0, count)))));
      break;
    }
  }
  return bytes;
}

void put(std::string& bytes, std::size_t at, std::uint64_t value, unsigned width) {
  for (unsigned k = 0; k < width; ++k) bytes[at + k] = static_cast<char>(value >> (8 * k) & 0xff);
}

}  // namespace

std::string compile_lexicon(const Morphology& morphology, const Estimate& estimate,
                            const std::vector<FormCount>& counts, const LexiconParts& parts,
                            const CompileOptions& options, CompileReport& report) {
  std::vector<std::pair<std::string_view, std::uint32_t>> forms;
  for (std::uint32_t id = 0; id < morphology.first_of.size(); ++id) {
    if (morphology.first_of[id] != kNoString) forms.emplace_back(morphology.strings[id], id);
  }
  const Letters letters(forms);

  std::unordered_map<std::string, double> heat;
  for (const FormCount& c : counts) {
    heat[c.form] += c.by_case[0];
    heat[title_case(c.form)] += c.by_case[1];
    heat[c.form] += c.by_case[1];
    heat[upper_case(c.form)] += c.by_case[2];
  }

  Records records;
  struct Word {
    std::string labels;
    std::uint32_t value;
    float heat;
  };
  std::vector<Word> words;
  words.reserve(forms.size());
  std::string labels;
  for (const auto& [form, id] : forms) {
    if (!letters.encode(form, labels)) continue;
    std::string record;
    std::size_t readings = 0;
    for (const Posterior& p : estimate.posterior(form)) {
      if (readings == options.most_readings || (readings > 0 && p.probability < options.least_probability))
        break;
      const std::string_view lemma = morphology.strings[p.lemma];
      const int step = std::max(1, static_cast<int>(std::lround(p.probability * 15)));
      record.push_back(static_cast<char>(step * 17));
      record += edit_of(form, lemma, is_proper(lemma) ? kReadingProper : 0);
      ++readings;
    }
    if (readings == 0) continue;
    record.insert(record.begin(), static_cast<char>(readings));
    const auto h = heat.find(std::string(form));
    words.push_back({labels, records.add(record), h == heat.end() ? 0.0f : static_cast<float>(h->second)});
  }
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) { return a.labels < b.labels; });
  AutomatonBuilder builder;
  for (const Word& word : words) builder.add(word.labels, word.value, word.heat);
  const BuiltAutomaton automaton = builder.build();
  report = {
      words.size(), automaton.states, automaton.arcs, automaton.cells.size(), records.bytes().size(), 0, 0};

  const auto build_from = [](std::map<std::string, std::uint32_t>& values) {
    AutomatonBuilder small;
    for (const auto& [word, value] : values) small.add(word, value, 0);
    values.clear();
    return small.build();
  };
  std::map<std::string, std::uint32_t> values;
  Records guesses;
  for (const GuesserRule& rule : parts.rules) {
    if (!letters.encode(rule.ending, labels)) continue;
    std::reverse(labels.begin(), labels.end());
    labels.insert(labels.begin(), rule.proper ? '\2' : '\1');
    std::string record(1, '\1');
    record.push_back(static_cast<char>(std::max(1l, std::lround(rule.share * 15)) * 17));
    record.push_back('\0');
    record.push_back('\0');
    record.push_back(static_cast<char>(rule.cut.size()));
    record.push_back(static_cast<char>(rule.add.size()));
    values[labels] = guesses.add(record + rule.add);
  }
  const BuiltAutomaton suffixes = build_from(values);
  Records related;
  for (const Family& family : parts.families) {
    if (!letters.encode(family.lemma, labels)) continue;
    std::string record;
    std::size_t count = 0;
    for (const std::string& relative : family.relatives) {
      if (count == 12) break;
      record.push_back('\0');
      record += edit_of(family.lemma, relative, 0);
      ++count;
    }
    record.insert(record.begin(), static_cast<char>(count));
    values[labels] = related.add(record);
  }
  const BuiltAutomaton families = build_from(values);
  for (const std::string& prefix : parts.prefixes) {
    if (letters.encode(prefix, labels)) values[labels] = 0;
  }
  const BuiltAutomaton prefixes = build_from(values);
  report.rules = parts.rules.size();
  report.families = parts.families.size();

  std::string sections[kLexiconSections];
  std::uint32_t roots[kLexiconSections] = {};
  sections[kLetters] = letters.section();
  sections[kCells] = bytes_of(automaton.cells);
  roots[kCells] = automaton.root;
  sections[kReadings] = records.bytes();
  sections[kCounts] = count_section(counts);
  sections[kSuffixes] = bytes_of(suffixes.cells);
  roots[kSuffixes] = suffixes.root;
  sections[kGuesses] = guesses.bytes();
  sections[kFamilies] = bytes_of(families.cells);
  roots[kFamilies] = families.root;
  sections[kRelatives] = related.bytes();
  sections[kPrefixes] = bytes_of(prefixes.cells);
  roots[kPrefixes] = prefixes.root;

  std::string file(sizeof(LexiconHeader), '\0');
  std::memcpy(file.data(), kLexiconMagic, sizeof kLexiconMagic);
  put(file, 8, kLexiconVersion, 4);
  put(file, 12, sizeof(LexiconHeader), 4);
  for (std::uint32_t s = 0; s < kLexiconSections; ++s) {
    file.resize((file.size() + 63) / 64 * 64, '\0');
    put(file, 32 + 16 * s, file.size(), 8);
    put(file, 40 + 16 * s, sections[s].size(), 8);
    put(file, 32 + 16 * kLexiconSections + 4 * s, roots[s], 4);
    file += sections[s];
  }
  put(file, 16, file.size(), 8);
  put(file, 24, XXH3_64bits(file.data() + 32, file.size() - 32), 8);
  return file;
}

}  // namespace kwerenda
