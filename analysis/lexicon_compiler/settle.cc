#include "analysis/lexicon_compiler/settle.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace kwerenda {
namespace {

bool has(std::string_view tags, std::string_view part) { return tags.find(part) != std::string_view::npos; }

std::uint64_t unit(std::uint32_t lemma, WordClass c) {
  return (static_cast<std::uint64_t>(lemma) << 8) | static_cast<std::uint64_t>(c);
}

// Degrees that the dictionaries give to two lemmas: the second is the one that people mean.
constexpr std::array<std::string_view, 2> kWithoutDegrees = {"wielki", "wysoce"};

// Lemmas that stand for forms of another lemma.
struct Suppletion {
  std::string_view lemma, for_lemma;
};
constexpr std::array<Suppletion, 5> kSuppletions = {{{"więcej", "dużo"},
                                                     {"mniej", "mało"},
                                                     {"ludzie", "człowiek"},
                                                     {"najbardziej", "bardzo"},
                                                     {"większy", "duży"}}};

class Settler {
 public:
  Settler(Morphology& morphology, const std::vector<FormCount>& counts, const LemmaRules& rules)
      : m_(morphology), counts_(counts), rules_(rules) {}

  void run() {
    find_own_lemmas();
    count_numbers();
    std::vector<Analysis> settled;
    settled.reserve(m_.analyses.size());
    std::unordered_map<std::uint32_t, std::uint32_t> suppletions;
    for (const Suppletion& s : kSuppletions)
      suppletions[m_.strings.add(s.lemma)] = m_.strings.add(s.for_lemma);
    std::unordered_set<std::uint32_t> without_degrees;
    for (const std::string_view lemma : kWithoutDegrees) without_degrees.insert(m_.strings.add(lemma));
    for (Analysis a : m_.analyses) {
      const std::string_view tags = a.tags == kNoString ? std::string_view() : m_.tags[a.tags];
      if ((has(tags, ":com") || has(tags, ":sup")) && without_degrees.count(a.lemma) != 0) continue;
      if (const auto found = suppletions.find(a.lemma); found != suppletions.end()) a.lemma = found->second;
      // An abbreviation is itself: "art." is no form of "artykuł" that a reader would type.
      if (a.word_class == WordClass::abbreviation) a.lemma = a.form;
      settle_verbal(a);
      settled.push_back(a);
    }
    m_.analyses = std::move(settled);
    m_.sort();
  }

 private:
  Convention convention(WordClass c) const {
    switch (c) {
      case WordClass::gerund:
        return rules_.gerund;
      case WordClass::passive_participle:
        return rules_.passive;
      case WordClass::active_participle:
        return rules_.active;
      default:
        return Convention::dictionary;
    }
  }

  void find_own_lemmas() {
    for (const Analysis& a : m_.analyses) {
      if (a.tags == kNoString) continue;
      const std::string_view tags = m_.tags[a.tags];
      const bool participle =
          a.word_class == WordClass::passive_participle || a.word_class == WordClass::active_participle;
      if (!has(tags, ":aff") || !((a.word_class == WordClass::gerund && has(tags, "ger:sg:nom")) ||
                                  (participle && has(tags, ":sg:nom.voc:m1")))) {
        continue;
      }
      own_.emplace(unit(a.lemma, a.word_class), a.form);
      verb_of_.emplace(a.form, std::pair{a.lemma, a.word_class});
    }
    for (const Analysis& a : m_.analyses) {
      if ((a.word_class == WordClass::noun || a.word_class == WordClass::adjective) && a.tags != kNoString &&
          verb_of_.count(a.lemma) != 0) {
        listed_.insert(a.lemma);
      }
    }
  }

  // How often the nouns among the gerunds were seen in each number.
  void count_numbers() {
    for (const FormCount& count : counts_) {
      const std::uint32_t form = m_.strings.find(count.form);
      if (form == kNoString) continue;
      const auto [begin, end] = m_.range_of(form);
      std::uint32_t last = kNoString;
      for (std::size_t i = begin; i < end; ++i) {
        const Analysis& a = m_.analyses[i];
        if (a.word_class != WordClass::noun || a.tags == kNoString || a.lemma == last ||
            verb_of_.count(a.lemma) == 0)
          continue;
        last = a.lemma;
        auto& [singular, plural] = numbers_[a.lemma];
        (has(m_.tags[a.tags], "subst:sg") ? singular : plural) += count.by_case[0];
      }
    }
  }

  bool stands_alone(Convention convention, std::uint32_t lemma) const {
    switch (convention) {
      case Convention::own:
        return true;
      case Convention::lexical:
        return listed_.count(lemma) != 0;
      case Convention::plural: {
        const auto found = numbers_.find(lemma);
        return listed_.count(lemma) != 0 && found != numbers_.end() && found->second.second > 0 &&
               found->second.second >= rules_.plural_share * found->second.first;
      }
      default:
        return false;
    }
  }

  void settle_verbal(Analysis& a) const {
    if (const Convention c = convention(a.word_class); c != Convention::dictionary) {
      const auto own = own_.find(unit(a.lemma, a.word_class));
      if (own != own_.end() && stands_alone(c, own->second)) {
        a.lemma = own->second;
        a.word_class = a.word_class == WordClass::gerund ? WordClass::noun : WordClass::adjective;
      }
    } else if (a.word_class == WordClass::noun || a.word_class == WordClass::adjective) {
      const auto verb = verb_of_.find(a.lemma);
      if (verb == verb_of_.end()) return;
      const Convention its = convention(verb->second.second);
      if (its == Convention::dictionary || stands_alone(its, a.lemma)) return;
      a.lemma = verb->second.first;
      a.word_class = verb->second.second;
    }
  }

  Morphology& m_;
  const std::vector<FormCount>& counts_;
  const LemmaRules& rules_;
  std::unordered_map<std::uint64_t, std::uint32_t> own_;  // verb and class -> its own lemma
  std::unordered_map<std::uint32_t, std::pair<std::uint32_t, WordClass>> verb_of_;  // and back
  std::unordered_set<std::uint32_t> listed_;  // own lemmas that the dictionaries list as such
  std::unordered_map<std::uint32_t, std::pair<double, double>>
      numbers_;  // own lemma -> seen in singular, plural
};

}  // namespace

void settle(Morphology& morphology, const std::vector<FormCount>& counts, const LemmaRules& rules) {
  Settler(morphology, counts, rules).run();
}

}  // namespace kwerenda
