#include "analysis/lexicon_compiler/estimate.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "analysis/error.h"
#include "analysis/fold.h"
#include "analysis/utf8.h"
#include "analysis/lexicon_compiler/letters.h"

namespace kwerenda {
namespace {

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
    bool good = fields.size() == 4 && !fields[0].empty();
    for (std::size_t i = 0; good && i < 3; ++i) {
      const std::string_view field = fields[i + 1];
      const auto parsed = std::from_chars(field.data(), field.data() + field.size(), count.by_case[i]);
      good = parsed.ec == std::errc() && parsed.ptr == field.data() + field.size();
    }
    if (!good)
      throw Error(ErrorKind::corrupt,
                  fmt::format("{}:{}: oczekiwano „forma TAB liczba TAB liczba TAB liczba”", name, number));
    counts.push_back(std::move(count));
  }
  return counts;
}

void add_unigrams(std::string_view model, const std::string& name, std::uint32_t divisor, std::vector<FormCount>& counts) {
  const std::size_t begin = model.find("\\1-grams:\n"), end = model.find("\\2-grams:", begin);
  if (begin == std::string_view::npos) {
    throw Error(ErrorKind::corrupt, fmt::format("{}: oczekiwano modelu języka z częścią „\\1-grams:”, nie ma jej", name));
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
    const bool title = !lower && folded(capital_first.substr(0, first.bytes)) + capital_first.substr(first.bytes) == form;
    counts[entry->second].by_case[lower ? 0 : title ? 1 : 2] += (count + divisor / 2) / divisor;
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
        if (fresh) slot_class_.push_back(class_of(tag));
        slots.push_back(place->second);
      }
    }
    std::sort(slots.begin(), slots.end());
    slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  }
  slot_probability_.assign(slot_class_.size(), 1.0);

  struct Seen {
    double count;
    std::vector<Candidate> candidates;
  };
  std::vector<Seen> seen;
  for (const FormCount& count : counts) {
    for (std::size_t c = 0; c < 3; ++c) {
      if (count.by_case[c] == 0) continue;
      const std::string surface = c == 0   ? count.form
                                  : c == 1 ? title_case(count.form)
                                           : upper_case(count.form);
      auto found = candidates(surface);
      if (!found.empty())
        seen.push_back(
            {(c == 2 ? options.capitals : 1) * static_cast<double>(count.by_case[c]), std::move(found)});
    }
  }
  for (const Seen& s : seen) {
    for (const Candidate& c : s.candidates) units_[c.unit] = 1;
  }
  for (int round = 0; round < options.rounds; ++round) {
    std::unordered_map<std::uint64_t, double> next;
    next.reserve(units_.size());
    for (const auto& [unit, weight] : units_) next[unit] = options.unseen * options.class_weight[unit & 0xff];
    std::vector<double> slot_counts(slot_class_.size(), 0.5);
    std::vector<double> weights;
    for (const Seen& s : seen) {
      weights.clear();
      double sum = 0;
      for (const Candidate& c : s.candidates) {
        weights.push_back(units_[c.unit] * c.weight * slot_weight(c));
        sum += weights.back();
      }
      if (sum <= 0) continue;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const Candidate& c = s.candidates[i];
        const double share = s.count * weights[i] / sum;
        next[c.unit] += share;
        double all = 0;
        for (const auto slot : c.slots) all += slot_probability_[slot];
        for (const auto slot : c.slots) slot_counts[slot] += share * slot_probability_[slot] / all;
      }
    }
    units_ = std::move(next);
    std::array<double, kWordClasses> totals{};
    for (std::size_t i = 0; i < slot_counts.size(); ++i)
      totals[static_cast<std::size_t>(slot_class_[i])] += slot_counts[i];
    for (std::size_t i = 0; i < slot_counts.size(); ++i) {
      slot_probability_[i] = slot_counts[i] / totals[static_cast<std::size_t>(slot_class_[i])];
    }
  }
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
        place = found.insert(found.end(), Candidate{unit, 1, {}});
        const bool proper = is_proper(morphology_.strings[a.lemma]);
        if (written_lower && proper) place->weight = options_.proper_in_lower;
        if (written_title && !proper) place->weight = options_.common_in_title;
      }
      if (a.tags == kNoString) continue;
      for (const auto slot : slots_of_tags_[a.tags]) {
        if (std::find(place->slots.begin(), place->slots.end(), slot) == place->slots.end())
          place->slots.push_back(slot);
      }
    }
  }
  return found;
}

double Estimate::slot_weight(const Candidate& candidate) const {
  if (options_.slot_exponent == 0 || candidate.slots.empty()) return 1;
  double sum = 0;
  for (const auto slot : candidate.slots) sum += slot_probability_[slot];
  return std::pow(sum, options_.slot_exponent);
}

double Estimate::unit_weight(std::uint64_t unit) const {
  const auto found = units_.find(unit);
  return found != units_.end() ? found->second : options_.unseen * options_.class_weight[unit & 0xff];
}

std::vector<Posterior> Estimate::posterior(std::string_view surface) const {
  std::vector<Posterior> result;
  double sum = 0;
  for (const Candidate& c : candidates(surface)) {
    const double weight = unit_weight(c.unit) * c.weight * slot_weight(c);
    sum += weight;
    const auto lemma = static_cast<std::uint32_t>(c.unit >> 8);
    auto place =
        std::find_if(result.begin(), result.end(), [&](const Posterior& p) { return p.lemma == lemma; });
    if (place == result.end()) place = result.insert(result.end(), Posterior{lemma, 0});
    place->probability += static_cast<float>(weight);
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
      same->probability += p.probability;
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
