#include "analysis/lexicon_compiler/estimate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/lexicon_compiler/letters.h"
#include "analysis/message.h"
#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// The share of a class's occurrences that a form without tags is taken to cover: a common case of a noun.
constexpr double kUnknownSlots = 0.1;

// Singular and plural before the first round: common nouns, persons, other names, gerunds, fields of
// knowledge, peoples; and all of a class.
constexpr std::array<std::array<double, 2>, 6> kFirstNumberOfKind = {
    {{0.75, 0.25}, {0.995, 0.005}, {0.85, 0.15}, {0.97, 0.03}, {0.97, 0.03}, {0.4, 0.6}}};
constexpr std::array<double, 2> kFirstNumberOfClass = {0.75, 0.25};

// Participles count for their verb. Gerunds and passive participles do not: one that is a word of its own
// would drag its verb along.
std::uint64_t group_of(WordClass c) {
  switch (c) {
    case WordClass::active_participle:
    case WordClass::adverbial_participle:
      return static_cast<std::uint64_t>(WordClass::verb);
    case WordClass::depreciative:
      return static_cast<std::uint64_t>(WordClass::noun);
    default:
      return static_cast<std::uint64_t>(c);
  }
}

bool inflects(WordClass c) {
  return c == WordClass::noun || c == WordClass::adjective || c == WordClass::verb ||
         c == WordClass::gerund || c == WordClass::passive_participle;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The grammatical slots of one tag: number and case for nouns; also gender class and degree for adjectives;
// person for verbs.
std::vector<std::string> slot_names(std::string_view tag) {
  const auto parts = split(tag, ':');
  const std::string_view pos = parts[0];
  std::vector<std::string> names;
  const bool nominal = pos == "subst" || pos == "depr" || pos == "ger";
  const bool adjectival = pos == "adj" || pos == "pact" || pos == "ppas";
  if ((nominal || adjectival) && parts.size() >= 4) {
    for (const auto grammatical_case : split(parts[2], '.')) {
      std::string name = fmt::format("{}:{}:{}", pos, parts[1], grammatical_case);
      if (nominal) {
        names.push_back(name);
        continue;
      }
      const bool marked =
          tag.find(":com") != tag.npos || tag.find(":sup") != tag.npos || tag.find(":neg") != tag.npos;
      for (const auto gender : split(parts[3], '.')) {
        char group = 'n';
        if (parts[1] == "sg") {
          group = gender[0] == 'm' ? 'm' : gender[0] == 'f' ? 'f' : 'n';
        } else {
          group = gender == "m1" || gender == "p1" ? 'p' : 'o';
        }
        names.push_back(fmt::format("{}:{}:{}", name, group, marked ? 1 : 0));
      }
    }
  } else if (pos == "verb" && parts.size() >= 2) {
    std::string name(parts[1]);
    for (const auto part : parts) {
      if (part == "sg" || part == "pl" || part == "pri" || part == "sec" || part == "ter")
        name.append(":").append(part);
    }
    names.push_back(name);
  } else {
    names.push_back(fmt::format("{}:{}", pos, parts.size() > 1 ? parts[1] : ""));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Of a noun's or gerund's slot: 1 for singular, 2 for plural; 0 of another.
std::uint8_t number_of(std::string_view slot) {
  if (!slot.starts_with("subst:") && !slot.starts_with("depr:") && !slot.starts_with("ger:")) return 0;
  return slot.find(":sg") != slot.npos ? 1 : slot.find(":pl") != slot.npos ? 2 : 0;
}

}  // namespace

std::vector<FormCount> parse_counts(std::string_view text, const std::string& name) {
  std::vector<FormCount> counts;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const auto fields = split(line, '\t');
    FormCount count;
    count.form = fields[0];
    bool good = (fields.size() == 4 || fields.size() == 5) && !fields[0].empty();
    for (std::size_t i = 0; good && i < 3; ++i) {
      const std::string_view field = fields[i + 1];
      const auto parsed = std::from_chars(field.data(), field.data() + field.size(), count.by_case[i]);
      good = parsed.ec == std::errc() && parsed.ptr == field.data() + field.size();
    }
    std::uint32_t elsewhere = 0;
    if (good && fields.size() == 5 && !fields[4].empty()) {
      for (const std::string_view pair : split(fields[4], ' ')) {
        const std::size_t colon = pair.find(':');
        std::uint32_t context = 0, times = 0;
        const char* const end_of_pair = pair.data() + pair.size();
        good = good && colon != std::string_view::npos &&
               std::from_chars(pair.data(), pair.data() + colon, context).ptr == pair.data() + colon &&
               std::from_chars(pair.data() + colon + 1, end_of_pair, times).ptr == end_of_pair &&
               context < kContexts;
        if (!good) break;
        count.by_context[context] = times;
        elsewhere += times;
      }
    }
    const std::uint32_t all = count.by_case[0] + count.by_case[1];
    good = good && elsewhere <= all;
    count.by_context[0] = all - elsewhere;
    if (!good)
      throw Error(ErrorKind::corrupt,
                  message("{}:{}: oczekiwano „forma TAB liczba TAB liczba TAB liczba TAB sąsiedztwa”",
                          "{}:{}: expected “form TAB number TAB number TAB number TAB neighbourhoods”", name,
                          number));
    counts.push_back(std::move(count));
  }
  return counts;
}

void add_unigrams(std::string_view model, const std::string& name, std::uint32_t divisor,
                  std::vector<FormCount>& counts) {
  const std::size_t begin = model.find("\\1-grams:\n"), end = model.find("\\2-grams:", begin);
  if (begin == std::string_view::npos) {
    throw Error(ErrorKind::corrupt,
                message("{}: oczekiwano modelu języka z częścią „\\1-grams:”, nie ma jej",
                        "{}: expected a language model with a part “\\1-grams:”, there is none", name));
  }
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < counts.size(); ++i) known.emplace(counts[i].form, i);
  std::string_view lines = model.substr(begin, end == std::string_view::npos ? end : end - begin);
  for (lines.remove_prefix(lines.find('\n') + 1); !lines.empty();) {
    const std::size_t stop = std::min(lines.find('\n'), lines.size());
    const auto fields = split(lines.substr(0, stop), ' ');
    lines.remove_prefix(std::min(stop + 1, lines.size()));
    std::uint32_t count = 0;
    if (fields.size() != 2 || fields[1].empty() || fields[1][0] == '<') continue;
    std::from_chars(fields[0].data(), fields[0].data() + fields[0].size(), count);
    const std::string surface(fields[1]), form = folded(surface);
    const std::string capital_first = normalized(surface);
    const auto [entry, is_new] = known.try_emplace(form, counts.size());
    if (is_new) counts.push_back({form, {}});
    const bool lower = capital_first == form;
    const CodePoint first = code_point_at(capital_first, 0);
    const bool title =
        !lower && folded(capital_first.substr(0, first.bytes)) + capital_first.substr(first.bytes) == form;
    const std::uint32_t more = (count + divisor / 2) / divisor;
    FormCount& known_count = counts[entry->second];
    known_count.by_case[lower ? 0 : title ? 1 : 2] += more;
    if (!lower && !title) continue;
    // The model does not say what stands beside a word: as in the table, in proportion.
    std::uint64_t all = 0;
    for (const std::uint32_t times : known_count.by_context) all += times;
    if (all == 0) {
      known_count.by_context[0] += more;
      continue;
    }
    for (std::uint32_t& times : known_count.by_context)
      times += static_cast<std::uint32_t>(std::uint64_t{more} * times / all);
  }
}

Estimate::Estimate(const Morphology& morphology, const std::vector<FormCount>& counts,
                   const EstimateOptions& options)
    : morphology_(morphology), options_(options) {
  std::map<std::string, std::uint16_t> slot_ids;
  for (std::uint32_t t = 0; t < morphology.tags.size(); ++t) {
    std::vector<std::uint16_t>& slots = slots_of_tags_.emplace_back();
    for (const auto tag : split(morphology.tags[t], '+')) {
      for (const std::string& name : slot_names(tag)) {
        const auto [place, fresh] = slot_ids.emplace(name, static_cast<std::uint16_t>(slot_ids.size()));
        if (fresh) {
          // A depreciative is one of its noun's forms, so its slots compete with the noun's.
          const WordClass own = class_of(tag);
          slot_class_.push_back(own == WordClass::depreciative ? WordClass::noun : own);
          slot_number_.push_back(number_of(name));
          vocative_.push_back(name.ends_with(":voc"));
        }
        slots.push_back(place->second);
      }
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  }
  slot_probability_.assign(slot_class_.size(), 1.0);
  find_paradigms();
  find_masculine();
  number_of_kind_ = kFirstNumberOfKind;
  number_of_class_.fill(kFirstNumberOfClass);

  struct Seen {
    std::vector<Candidate> candidates;
    std::array<double, kContexts> by_context{};
    std::size_t written = 0;  // as in FormCount::by_case
  };
  std::vector<Seen> seen;
  std::array<double, kContexts> contexts{};
  for (const FormCount& count : counts) {
    contexts_[count.form] = count.by_context;
    const double known = static_cast<double>(count.by_case[0]) + count.by_case[1];
    for (std::size_t c = 0; c < 3; ++c) {
      if (count.by_case[c] == 0) continue;
      const std::string surface = c == 0   ? count.form
                                  : c == 1 ? title_case(count.form)
                                           : upper_case(count.form);
      Seen one{candidates(surface), {}, c};
      if (one.candidates.empty()) continue;
      if (c == 2) {
        one.by_context[0] = options.capitals * count.by_case[2];
      } else {
        for (std::size_t x = 0; x < kContexts; ++x)
          one.by_context[x] = count.by_context[x] * count.by_case[c] / known;
      }
      for (std::size_t x = 0; x < kContexts; ++x) contexts[x] += one.by_context[x];
      seen.push_back(std::move(one));
    }
  }
  double all_contexts = 1e-9;
  for (const double x : contexts) all_contexts += x;
  for (std::size_t x = 0; x < kContexts; ++x) context_probability_[x] = contexts[x] / all_contexts + 1e-9;
  context_of_slot_.assign(slot_class_.size(), context_probability_);
  for (const Seen& s : seen) {
    for (const Candidate& c : s.candidates) units_[c.unit] = 1;
  }
  constexpr double kContextPrior =
      20;  // occurrences: a rare slot keeps close to what all words have beside them
  for (int round = 0; round < options.rounds; ++round) {
    std::unordered_map<std::uint64_t, double> next;
    next.reserve(units_.size());
    for (const auto& [unit, weight] : units_)
      next[unit] = options_.unseen * options.class_weight[unit & 0xff];
    std::vector<double> slot_counts(slot_class_.size(), 0.5);
    std::vector<std::array<double, kContexts>> slot_contexts(slot_class_.size());
    for (auto& of_slot : slot_contexts) {
      for (std::size_t x = 0; x < kContexts; ++x) of_slot[x] = kContextPrior * context_probability_[x];
    }
    std::unordered_map<std::uint64_t, std::array<double, 2>> numbers;
    std::unordered_map<std::uint64_t, std::array<double, 2>> sure;
    std::unordered_map<std::uint64_t, std::array<double, 2>> written;  // of common words: lower, title
    std::array<Numbers, kKinds> of_kind;
    std::array<std::array<double, 2>, kWordClasses> of_class;
    of_kind.fill({1, 1});
    of_class.fill({1, 1});
    std::vector<double> weights, shares;
    for (const Seen& s : seen) {
      weights.clear();
      for (const Candidate& c : s.candidates) weights.push_back(weight_of(c));
      for (std::size_t x = 0; x < kContexts; ++x) {
        if (s.by_context[x] == 0) continue;
        shares = weights;
        double sum = 0;
        for (std::size_t i = 0; i < shares.size(); ++i)
          sum += shares[i] *= context_weight(s.candidates[i], x);
        if (sum <= 0) continue;
        for (std::size_t i = 0; i < shares.size(); ++i) {
          const Candidate& c = s.candidates[i];
          const double share = s.by_context[x] * shares[i] / sum;
          next[c.unit] += share;
          if (s.written < 2 && c.kind != Kind::person && c.kind != Kind::name)
            written[c.unit][s.written] += share;
          double all = 0;
          for (const auto slot : c.slots) all += slot_probability(c, slot) * context_of_slot_[slot][x];
          for (const auto slot : c.slots) {
            const double part = share * slot_probability(c, slot) * context_of_slot_[slot][x] / all;
            if (const std::size_t number = slot_number_[slot]; number != 0) {
              numbers[c.unit][number - 1] += part;
              if (s.candidates.size() == 1) sure[c.unit][number - 1] += part;
              of_kind[static_cast<std::size_t>(c.kind)][number - 1] += part;
              of_class[static_cast<std::size_t>(slot_class_[slot])][number - 1] += part;
            }
            slot_counts[slot] += part;
            slot_contexts[slot][x] += part;
          }
        }
      }
    }
    units_ = std::move(next);
    std::array<double, 2> all_written{1, 1};
    for (const auto& [unit, cases] : written) {
      all_written[0] += cases[0];
      all_written[1] += cases[1];
    }
    const double title_share = all_written[1] / (all_written[0] + all_written[1]);
    for (const auto& [unit, cases] : written) {
      const double share =
          (cases[1] + options_.title_prior * title_share) / (cases[0] + cases[1] + options_.title_prior);
      capitals_[unit] = std::min(1.0, share / title_share);
    }
    const auto normalise = [](std::array<double, 2> pair) {
      return std::array<double, 2>{pair[0] / (pair[0] + pair[1]), pair[1] / (pair[0] + pair[1])};
    };
    numbers_ = std::move(numbers);
    sure_numbers_ = std::move(sure);
    std::transform(of_kind.begin(), of_kind.end(), number_of_kind_.begin(), normalise);
    // Persons keep theirs: nearly every plural that seems to be one (Augustów) is the name of a town. So do
    // fields: what looks like their genitive plural (technik) is the person.
    for (const Kind kind : {Kind::person, Kind::field, Kind::people}) {
      const auto k = static_cast<std::size_t>(kind);
      number_of_kind_[k] = kFirstNumberOfKind[k];
    }
    std::transform(of_class.begin(), of_class.end(), number_of_class_.begin(), normalise);
    std::array<double, kWordClasses> totals{};
    for (std::size_t i = 0; i < slot_counts.size(); ++i) {
      totals[static_cast<std::size_t>(slot_class_[i])] += slot_counts[i];
      double sum = 0;
      for (const double n : slot_contexts[i]) sum += n;
      for (std::size_t x = 0; x < kContexts; ++x) context_of_slot_[i][x] = slot_contexts[i][x] / sum;
    }
    for (std::size_t i = 0; i < slot_counts.size(); ++i) {
      slot_probability_[i] = slot_counts[i] / totals[static_cast<std::size_t>(slot_class_[i])];
    }
  }
}

void Estimate::find_paradigms() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> tags_of;
  for (const Analysis& a : morphology_.analyses) {
    const std::uint64_t group = group_of(a.word_class);
    if (a.tags != kNoString && !inflects(static_cast<WordClass>(group)))
      tags_of.emplace_back(static_cast<std::uint64_t>(a.lemma) << 8 | group, a.tags);
  }
  std::sort(tags_of.begin(), tags_of.end());
  std::map<std::vector<std::uint16_t>, std::uint32_t> ids;
  paradigms_.assign(1, {});
  for (std::size_t i = 0; i < tags_of.size();) {
    std::vector<std::uint16_t> slots;
    const std::uint64_t unit = tags_of[i].first;
    for (; i < tags_of.size() && tags_of[i].first == unit; ++i) {
      const auto& more = slots_of_tags_[tags_of[i].second];
      slots.insert(slots.end(), more.begin(), more.end());
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
    const auto [place, fresh] = ids.emplace(slots, static_cast<std::uint32_t>(paradigms_.size()));
    if (fresh) paradigms_.push_back(slots);
    paradigm_of_[unit] = place->second;
  }
}

bool Estimate::is_little_man(const Analysis& analysis) const {
  const std::string_view lemma = morphology_.strings[analysis.lemma];
  if (analysis.word_class != WordClass::noun || !lemma.ends_with("ek")) return false;
  const std::string stem(lemma.substr(0, lemma.size() - 2));
  std::string person = stem;
  if (stem.ends_with("icz") || stem.ends_with("ycz")) person.replace(person.size() - 2, 2, "k");
  return masculine_.count(morphology_.strings.find(person)) != 0 &&
         morphology_.strings.find(stem + "ka") != kNoString;
}

bool Estimate::is_place(std::uint32_t lemma) const {
  const auto [begin, end] = morphology_.range_of(lemma);
  for (std::size_t i = begin; i < end; ++i) {
    const Analysis& a = morphology_.analyses[i];
    if (a.lemma == lemma && a.tags != kNoString && a.word_class == WordClass::noun &&
        kind_of(a) == Kind::name)
      return true;
  }
  return false;
}

void Estimate::find_masculine() {
  for (const Analysis& a : morphology_.analyses) {
    if (a.form == a.lemma && a.tags != kNoString && a.word_class == WordClass::noun &&
        morphology_.tags[a.tags].find("sg:nom:m1") != std::string_view::npos)
      masculine_.insert(a.lemma);
  }
}

double Estimate::context_weight(const Candidate& candidate, std::size_t context) const {
  if (options_.context_exponent == 0) return 1;
  double sum = 0, with = 0;
  for (const auto slot : candidate.slots) {
    const double p = slot_probability(candidate, slot);
    sum += p;
    with += p * context_of_slot_[slot][context];
  }
  return std::pow(sum > 0 ? with / sum : context_probability_[context], options_.context_exponent);
}

bool Estimate::has_masculine_twin(std::string_view lemma) const {
  std::string twin(lemma.substr(0, lemma.size() - 1));
  if (lemma.ends_with('a') && (twin.ends_with("sk") || twin.ends_with("ck"))) twin += 'i';
  return masculine_.count(morphology_.strings.find(twin)) != 0;
}

Estimate::Kind Estimate::kind_of(const Analysis& analysis) const {
  if (group_of(analysis.word_class) == static_cast<std::uint64_t>(WordClass::verb)) return Kind::verb;
  const std::string_view lemma = morphology_.strings[analysis.lemma];
  if (analysis.word_class == WordClass::noun && lemma.ends_with("anin")) return Kind::people;
  if (!is_proper(lemma)) {
    const bool field = analysis.word_class == WordClass::noun &&
                       (lemma.ends_with("yka") || lemma.ends_with("ika")) && has_masculine_twin(lemma);
    return field ? Kind::field : Kind::common;
  }
  if (analysis.tags == kNoString) return Kind::name;
  if ((lemma.ends_with('a') || lemma.ends_with("kie")) && has_masculine_twin(lemma)) return Kind::person;
  return morphology_.tags[analysis.tags].find(":m1") != std::string_view::npos ? Kind::person : Kind::name;
}

std::vector<Estimate::Candidate> Estimate::candidates(std::string_view surface) const {
  std::vector<Candidate> found;
  const std::string lower = lower_case(surface);
  const std::string title = title_case(surface);
  const bool written_lower = surface == lower;
  const bool written_title = surface == title && !written_lower;
  std::vector<std::string> spellings{std::string(surface)};
  if (surface != lower) spellings.push_back(lower);
  if (surface != title) spellings.push_back(title);
  for (const std::string& spelling : spellings) {
    const std::uint32_t form = morphology_.strings.find(spelling);
    if (form == kNoString) continue;
    const auto [begin, end] = morphology_.range_of(form);
    for (std::size_t i = begin; i < end; ++i) {
      const Analysis& a = morphology_.analyses[i];
      const std::uint64_t unit = (static_cast<std::uint64_t>(a.lemma) << 8) | group_of(a.word_class);
      auto place =
          std::find_if(found.begin(), found.end(), [&](const Candidate& c) { return c.unit == unit; });
      if (place == found.end()) {
        const bool proper = is_proper(morphology_.strings[a.lemma]);
        const Kind kind = kind_of(a);
        const auto paradigm = paradigm_of_.find(unit);
        place = found.insert(
            found.end(),
            Candidate{unit, 1, kind, false, {}, paradigm == paradigm_of_.end() ? 0 : paradigm->second});
        if (written_lower && proper) place->weight = options_.proper_in_lower;
        if (!proper && is_little_man(a)) place->weight = options_.little_man;
        if (written_title && !proper) {
          place->weight = options_.common_in_title;
          place->capitalised = true;
        }
      }
      if (a.tags == kNoString) continue;
      for (const auto slot : slots_of_tags_[a.tags]) {
        if (std::find(place->slots.begin(), place->slots.end(), slot) == place->slots.end())
          place->slots.push_back(slot);
      }
    }
  }
  for (Candidate& c : found) {
    if (c.kind == Kind::common && !c.slots.empty() &&
        std::all_of(c.slots.begin(), c.slots.end(), [&](std::uint16_t slot) { return vocative_[slot]; }))
      c.weight *= options_.vocative;
  }
  const bool place = std::any_of(found.begin(), found.end(), [](const Candidate& c) {
    return c.kind == Kind::name && !c.slots.empty() &&
           static_cast<WordClass>(c.unit & 0xff) == WordClass::noun;
  });
  for (Candidate& c : found) {
    const std::string_view lemma = morphology_.strings[static_cast<std::uint32_t>(c.unit >> 8)];
    if (place && c.capitalised && (lemma.ends_with("ski") || lemma.ends_with("cki")))
      c.weight *= options_.local_in_title;
  }
  return found;
}

double Estimate::weight_of(const Candidate& candidate) const {
  double weight = unit_weight(candidate.unit) * candidate.weight * slot_weight(candidate);
  if (!candidate.capitalised) return weight;
  const auto found = capitals_.find(candidate.unit);
  return found == capitals_.end() ? weight : weight * found->second;
}

double Estimate::slot_weight(const Candidate& candidate) const {
  if (options_.slot_exponent == 0) return 1;
  if (candidate.slots.empty()) return std::pow(kUnknownSlots, options_.slot_exponent);
  // The exponent softens the class's distribution, which is not every lemma's; its own number counts in full.
  double of_class = 0, own = 0;
  for (const auto slot : candidate.slots) {
    of_class += slot_probability_[slot];
    own += slot_probability(candidate, slot);
  }
  if (candidate.paradigm != 0) {
    // What does not inflect has no share of slots: "można" is no rarer for being one of few predicatives.
    double all_class = 0, all = 0;
    for (const auto slot : paradigms_[candidate.paradigm]) {
      all_class += slot_probability_[slot];
      all += slot_probability(candidate, slot);
    }
    of_class /= all_class;
    own /= all;
  }
  return std::pow(of_class, options_.slot_exponent) * own / of_class;
}

// How probable a slot is for a unit: as for its class, but with the unit's own share of plurals. A share
// above its kind's counts only as far as forms of no other unit show it (polityków, Francuzi): "tak" would
// become the plural of a taka and be the proof of it.
double Estimate::slot_probability(const Candidate& candidate, std::uint16_t slot) const {
  const std::size_t number = slot_number_[slot];
  if (number == 0) return slot_probability_[slot];
  const Numbers& kind = number_of_kind_[static_cast<std::size_t>(candidate.kind)];
  Numbers own{};
  if (const auto found = numbers_.find(candidate.unit); found != numbers_.end()) own = found->second;
  double share = (own[number - 1] + options_.number_prior * kind[number - 1]) /
                 (own[0] + own[1] + options_.number_prior);
  if (number == 2) {
    Numbers sure{};
    if (const auto found = sure_numbers_.find(candidate.unit); found != sure_numbers_.end())
      sure = found->second;
    const double proven =
        (sure[1] + options_.number_prior * kind[1]) / (sure[0] + sure[1] + options_.number_prior);
    share = std::min(share, std::max(proven, kind[1]));
  }
  return slot_probability_[slot] * share /
         number_of_class_[static_cast<std::size_t>(slot_class_[slot])][number - 1];
}

double Estimate::unit_weight(std::uint64_t unit) const {
  const auto found = units_.find(unit);
  return found != units_.end() ? found->second : options_.unseen * options_.class_weight[unit & 0xff];
}

std::vector<Posterior> Estimate::posterior(std::string_view surface) const {
  const std::vector<Candidate> found = candidates(surface);
  std::vector<double> weights, shares(found.size(), 0);
  for (const Candidate& c : found) weights.push_back(weight_of(c));
  const auto divide = [&](double count, const std::vector<double>& parts) {
    double sum = 0;
    for (const double part : parts) sum += part;
    if (sum <= 0) return;
    for (std::size_t i = 0; i < parts.size(); ++i) shares[i] += count * parts[i] / sum;
  };
  divide(options_.context_free, weights);
  const std::string lower = lower_case(surface);
  if (const auto places = contexts_.find(lower);
      found.size() > 1 && places != contexts_.end() && (surface == lower || surface == title_case(surface))) {
    for (std::size_t x = 0; x < kContexts; ++x) {
      if (places->second[x] == 0) continue;
      std::vector<double> parts = weights;
      for (std::size_t i = 0; i < parts.size(); ++i) parts[i] *= context_weight(found[i], x);
      divide(places->second[x], parts);
    }
  }
  std::vector<Posterior> result;
  double sum = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    sum += shares[i];
    const auto lemma = static_cast<std::uint32_t>(found[i].unit >> 8);
    auto place =
        std::find_if(result.begin(), result.end(), [&](const Posterior& p) { return p.lemma == lemma; });
    if (place == result.end()) place = result.insert(result.end(), Posterior{lemma, 0});
    place->probability += static_cast<float>(shares[i]);
  }
  for (Posterior& p : result) p.probability = static_cast<float>(p.probability / sum);
  const bool capital = is_proper(surface);
  std::sort(result.begin(), result.end(), [&](const Posterior& a, const Posterior& b) {
    if (a.probability != b.probability) return a.probability > b.probability;
    const std::string_view x = morphology_.strings[a.lemma], y = morphology_.strings[b.lemma];
    if (is_proper(x) != is_proper(y)) return is_proper(x) == capital;
    return x.size() != y.size() ? x.size() < y.size() : x < y;  // ties to the shorter lemma
  });
  // Łódź the town and łódź the boat become one key: their probabilities belong together.
  std::vector<Posterior> merged;
  for (const Posterior& p : result) {
    const std::string folded = lower_case(morphology_.strings[p.lemma]);
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const Posterior& m) {
      return lower_case(morphology_.strings[m.lemma]) == folded;
    });
    if (same == merged.end()) {
      merged.push_back(p);
    } else {
      // A name that is a word too stays a name if that is likely: Łódź does, Dom does not.
      if (capital && is_proper(morphology_.strings[p.lemma]) && 4 * p.probability >= same->probability)
        same->lemma = p.lemma;
      same->probability += p.probability;
    }
  }
  // Who writes Świecie means the town, however often the same letters open a sentence about the world.
  if (capital && merged.size() > 1) {
    for (Posterior& m : merged) {
      if (morphology_.strings[m.lemma] != surface || m.probability >= options_.citation || !is_place(m.lemma))
        continue;
      const float rest = (1 - static_cast<float>(options_.citation)) / (1 - m.probability);
      for (Posterior& other : merged) other.probability *= rest;
      m.probability = static_cast<float>(options_.citation);
    }
  }
  std::stable_sort(merged.begin(), merged.end(),
                   [](const Posterior& a, const Posterior& b) { return a.probability > b.probability; });
  return merged;
}

double Estimate::tag_weight(std::uint32_t tags) const {
  double sum = 0;
  for (const auto slot : slots_of_tags_[tags]) sum += slot_probability_[slot];
  return sum;
}

double Estimate::lemma_count(std::uint32_t lemma) const {
  double sum = 0;
  for (std::size_t c = 0; c < kWordClasses; ++c) {
    if (const auto found = units_.find((static_cast<std::uint64_t>(lemma) << 8) | c); found != units_.end())
      sum += found->second;
  }
  return sum;
}

}  // namespace kwerenda
