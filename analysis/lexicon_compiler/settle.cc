#include "analysis/lexicon_compiler/settle.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

#include "analysis/guesser.h"
#include "analysis/lexicon_compiler/letters.h"
#include "analysis/shape.h"

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
constexpr std::array<Suppletion, 9> kSuppletions = {{{"więcej", "dużo"},
                                                     {"najwięcej", "dużo"},
                                                     {"mniej", "mało"},
                                                     {"najmniej", "mało"},
                                                     {"dalej", "daleko"},
                                                     {"ludzie", "człowiek"},
                                                     {"najbardziej", "bardzo"},
                                                     {"większy", "duży"},
                                                     {"powinny", "powinien"}}};

// Forms that stand for themselves, whatever other word the dictionaries have them of.
struct OwnWord {
  std::string_view form;
  WordClass word_class;
};
constexpr std::array<OwnWord, 2> kOwnWords = {{
    // "art. 5 ust. 2" stands in every provision, "z ust" (of usta) hardly anywhere, and a form cannot tell
    // the
    // two apart.
    {"ust", WordClass::abbreviation},
    // The particle, once in 80 words, and not "na nie" (of on), whose other forms are frequent.
    {"nie", WordClass::function_word},
}};

// Adverbs of colours: "biało" of biało-czerwony, and "na biało", are the colour, in use or not.
constexpr std::array<std::string_view, 16> kColours = {
    "biało",  "czarno",    "czerwono",     "zielono", "żółto",   "szaro",    "różowo", "brązowo",
    "beżowo", "granatowo", "pomarańczowo", "siwo",    "bordowo", "błękitno", "rudo",   "fioletowo"};

// Occurrences in the counted text that make a form in -o an adverb in use.
constexpr double kAdverbInUse = 3;

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
    std::unordered_map<std::uint32_t, WordClass> own_words;
    for (const OwnWord& own : kOwnWords) own_words[m_.strings.add(own.form)] = own.word_class;
    for (Analysis a : m_.analyses) {
      if (const auto own = own_words.find(a.form); own != own_words.end()) {
        settled.push_back({a.form, a.form, kNoString, own->second});
        continue;
      }
      const std::string_view tags = a.tags == kNoString ? std::string_view() : m_.tags[a.tags];
      if ((has(tags, ":com") || has(tags, ":sup")) && without_degrees.count(a.lemma) != 0) continue;
      if (const auto found = suppletions.find(a.lemma); found != suppletions.end()) a.lemma = found->second;
      // An abbreviation is itself: "art." is no form of "artykuł" that a reader would type.
      if (a.word_class == WordClass::abbreviation) a.lemma = a.form;
      settle_verbal(a);
      settle_first_part(a);
      settled.push_back(a);
    }
    m_.analyses = std::move(settled);
    m_.sort();
    drop_shadows();
    drop_capitals();
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
      if (a.word_class == WordClass::adverb && has(tags, ":com")) with_degrees_.insert(a.lemma);
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

  // How often verbs and what is made of them were seen, and gerunds that are nouns too in each number.
  void count_numbers() {
    std::vector<std::uint32_t> verbs, own;
    for (const FormCount& count : counts_) {
      const std::uint32_t form = m_.strings.find(count.form);
      if (form == kNoString) continue;
      const double times = count.by_case[0];
      const auto [begin, end] = m_.range_of(form);
      verbs.clear();
      own.clear();
      // The genitive plural of wejście and użycie looks like the infinitive, which is far more frequent.
      const bool is_infinitive = std::any_of(
          m_.analyses.begin() + static_cast<std::ptrdiff_t>(begin),
          m_.analyses.begin() + static_cast<std::ptrdiff_t>(end),
          [&](const Analysis& a) { return a.tags != kNoString && has(m_.tags[a.tags], "verb:inf"); });
      for (std::size_t i = begin; i < end; ++i) {
        const Analysis& a = m_.analyses[i];
        if (a.tags == kNoString) continue;
        if (a.word_class == WordClass::adverb && a.lemma == a.form) adverb_uses_[form] = times;
        if (a.word_class == WordClass::verb || a.word_class == WordClass::adverbial_participle) {
          verbs.push_back(a.lemma);
        }
        if (a.word_class != WordClass::adjective && is_infinitive) continue;
        std::uint32_t mine = kNoString;
        if (const auto found = own_.find(unit(a.lemma, a.word_class)); found != own_.end()) {
          mine = found->second;
        } else if ((a.word_class == WordClass::noun || a.word_class == WordClass::adjective) &&
                   verb_of_.count(a.lemma) != 0) {
          mine = a.lemma;
          if (a.word_class == WordClass::noun) {
            auto& [singular, plural] = numbers_[a.lemma];
            (has(m_.tags[a.tags], "subst:sg") ? singular : plural) += times;
          }
        }
        if (mine != kNoString && std::find(own.begin(), own.end(), mine) == own.end()) own.push_back(mine);
      }
      for (const std::uint32_t lemma : verbs) verb_uses_[lemma] += times / static_cast<double>(verbs.size());
      for (const std::uint32_t lemma : own) own_uses_[lemma] += times / static_cast<double>(own.size());
    }
  }

  // "polsko" is rather the first part of polsko-niemiecki than an adverb, and "inwestycyjno" cannot be one;
  // so is what stands in the dictionary as an adverb but is hardly ever written (budowlano, ludowo). They
  // belong to the adjective. Adverbs that are in use as such (szybko, zawodowo) are words of their own.
  void settle_first_part(Analysis& a) const {
    if (a.lemma != a.form || (a.word_class != WordClass::adverb && a.tags != kNoString)) return;
    const std::string_view form = m_.strings[a.form];
    const bool colour = std::find(kColours.begin(), kColours.end(), form) != kColours.end();
    if (with_degrees_.count(a.lemma) != 0 && !colour) return;  // nisko, niżej
    if (!form.ends_with('o')) return;
    if (a.tags != kNoString && !colour && !form.ends_with("sko") && !form.ends_with("cko")) {
      const auto seen = adverb_uses_.find(a.form);
      if (seen != adverb_uses_.end() && seen->second >= kAdverbInUse) return;
    }
    std::string adjective(form.substr(0, form.size() - 1));
    for (const char ending : {'y', 'i'}) {
      const std::uint32_t lemma = m_.strings.find(adjective + ending);
      if (lemma == kNoString) continue;
      const auto [begin, end] = m_.range_of(lemma);
      for (std::size_t i = begin; i < end; ++i) {
        if (m_.analyses[i].word_class != WordClass::adjective || m_.analyses[i].lemma != lemma) continue;
        a.lemma = lemma;
        a.word_class = WordClass::adjective;
        return;
      }
    }
  }

  // Nouns that are nothing but an adjective's forms: starszy is stary, chora is chory. Such a noun goes where
  // its lemma is a comparative, and where each of its forms is also a form of one and the same adjective.
  void drop_shadows() {
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>>
        adjectives;  // noun -> adjectives that share all forms so far
    std::unordered_set<std::uint32_t> seen;
    std::vector<std::uint32_t> here, common;
    for (std::size_t begin = 0; begin < m_.analyses.size();) {
      std::size_t end = begin;
      here.clear();
      while (end < m_.analyses.size() && m_.analyses[end].form == m_.analyses[begin].form) {
        if (m_.analyses[end].word_class == WordClass::adjective) here.push_back(m_.analyses[end].lemma);
        ++end;
      }
      for (std::size_t i = begin; i < end; ++i) {
        const Analysis& a = m_.analyses[i];
        if (a.word_class != WordClass::noun || a.tags == kNoString) continue;
        if (seen.insert(a.lemma).second) {
          adjectives[a.lemma] = here;
        } else if (auto& shared = adjectives[a.lemma]; !shared.empty()) {
          common.clear();
          std::set_intersection(shared.begin(), shared.end(), here.begin(), here.end(),
                                std::back_inserter(common));
          shared = common;
        }
      }
      begin = end;
    }
    const auto is_degree = [&](std::uint32_t lemma, std::uint32_t& of) {
      const auto [begin, end] = m_.range_of(lemma);
      for (std::size_t i = begin; i < end; ++i) {
        const Analysis& a = m_.analyses[i];
        if (a.word_class != WordClass::adjective || a.tags == kNoString || a.lemma == lemma) continue;
        if (has(m_.tags[a.tags], ":com") || has(m_.tags[a.tags], ":sup")) {
          of = a.lemma;
          return true;
        }
      }
      return false;
    };
    for (Analysis& a : m_.analyses) {
      if (a.tags == kNoString || (a.word_class != WordClass::noun && a.word_class != WordClass::adjective))
        continue;
      const auto shared = adjectives.find(a.lemma);
      std::uint32_t positive = kNoString;
      if (is_degree(a.lemma, positive)) {
        a.lemma = positive;
        a.word_class = WordClass::adjective;
      } else if (a.word_class == WordClass::noun && shared != adjectives.end() && !shared->second.empty() &&
                 !is_proper(m_.strings[a.lemma])) {
        a.lemma = shared->second.front();
        a.word_class = WordClass::adjective;
      }
    }
    m_.sort();
  }

  bool is_inflected(std::string_view form) const {
    const auto [begin, end] = m_.range_of(m_.strings.find(form));
    for (std::size_t i = begin; i < end; ++i) {
      if (m_.analyses[i].tags != kNoString) return true;
    }
    return false;
  }

  // hunspell-pl lists parts of names that are forms of common words (Europejskiej, Komisją, Jeleniej) and
  // says no more about them. Without them the word in small letters answers.
  void drop_capitals() {
    std::vector<std::uint32_t> uses(m_.strings.size(), 0);
    for (const Analysis& a : m_.analyses) ++uses[a.lemma];
    std::vector<Analysis> kept;
    kept.reserve(m_.analyses.size());
    for (const Analysis& a : m_.analyses) {
      const bool bare = a.tags == kNoString && a.lemma == a.form && uses[a.lemma] == 1;
      if (!bare || !is_proper(m_.strings[a.form]) || !is_inflected(lower_case(m_.strings[a.form])))
        kept.push_back(a);
    }
    m_.analyses = std::move(kept);
    m_.sort();
  }

  bool stands_alone(Convention convention, std::uint32_t lemma) const {
    switch (convention) {
      case Convention::own:
        return true;
      case Convention::lexical:
        return listed_.count(lemma) != 0;
      case Convention::in_use: {
        if (listed_.count(lemma) == 0) return false;
        const auto verb = verb_of_.find(lemma);
        if (verb == verb_of_.end()) return false;
        const bool gerund = verb->second.second == WordClass::gerund;
        if (const auto found = numbers_.find(lemma); gerund && found != numbers_.end()) {
          const auto [singular, plural] = found->second;
          if (plural > 0 && plural >= rules_.plural_share * singular) return true;
        }
        const auto uses = own_uses_.find(lemma);
        if (uses == own_uses_.end()) return false;
        const auto verb_uses = verb_uses_.find(verb->second.first);
        const double ratio = gerund ? rules_.gerund_ratio : rules_.participle_ratio;
        return uses->second >= 3 &&
               uses->second >= ratio * (verb_uses == verb_uses_.end() ? 0 : verb_uses->second);
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
  std::unordered_set<std::uint32_t> with_degrees_;                                  // adverbs
  std::unordered_set<std::uint32_t> listed_;  // own lemmas that the dictionaries list as such
  std::unordered_map<std::uint32_t, double> verb_uses_, own_uses_;
  std::unordered_map<std::uint32_t, double> adverb_uses_;  // by form
  std::unordered_map<std::uint32_t, std::pair<double, double>>
      numbers_;  // own lemma -> seen in singular, plural
};

}  // namespace

void settle(Morphology& morphology, const std::vector<FormCount>& counts, const LemmaRules& rules) {
  Settler(morphology, counts, rules).run();
}

std::size_t settle_bare_forms(Morphology& morphology, const std::vector<GuesserRule>& rules) {
  std::vector<std::uint32_t> uses(morphology.strings.size(), 0);
  for (const Analysis& a : morphology.analyses) ++uses[a.lemma];
  const GuesserTable table(rules);
  std::size_t settled = 0;
  for (Analysis& a : morphology.analyses) {
    if (a.tags != kNoString || a.lemma != a.form || uses[a.lemma] != 1) continue;
    const std::string_view form = morphology.strings[a.form];
    const bool proper = is_proper(form);
    const std::string guessed = table.class_of(form, proper);
    if (guessed.empty()) continue;
    for (const LostEnding& lost : kLostEndings) {
      if (!guessed.ends_with(lost.of_class)) continue;
      std::string lemma = guessed.substr(0, guessed.size() - lost.of_class.size());
      lemma += lost.of_lemma;
      if (proper) lemma = with_case_of(lemma, form);  // YouTubie: YouTube
      const std::uint32_t known = morphology.strings.find(lemma);
      if (known == kNoString || uses[known] == 0) continue;
      if (known != a.form) ++settled;
      a.lemma = known;
      break;
    }
  }
  return settled;
}

}  // namespace kwerenda
