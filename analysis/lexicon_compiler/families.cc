#include "analysis/lexicon_compiler/families.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/lexicon_compiler/letters.h"

namespace kwerenda {
namespace {

// What a pattern's two ends must be.
enum class Kind : std::uint8_t { common_noun, place, adjective, adverb, verb };

struct Pattern {
  Kind from;
  std::string_view cut;  // the end of the base
  Kind to;
  std::string_view add;
  std::size_t least = 3;  // letters of the stem that both share
};

// Of 250 pairs of all patterns together, read once, some 96 % were relatives. Diminutives in -ek and -ka are
// left out: too many were accidents.
constexpr Pattern kPatterns[] = {
    // quality: szybki - szybkość, szybko; skuteczny - skutecznie
    {Kind::adjective, "y", Kind::common_noun, "ość", 3},
    {Kind::adjective, "i", Kind::common_noun, "ość", 3},
    {Kind::adjective, "ni", Kind::common_noun, "niość", 3},
    {Kind::adjective, "y", Kind::adverb, "o", 3},
    {Kind::adjective, "i", Kind::adverb, "o", 3},
    {Kind::adjective, "ni", Kind::adverb, "nio", 3},
    {Kind::adjective, "ny", Kind::adverb, "nie", 3},
    {Kind::adjective, "wy", Kind::adverb, "wie", 4},
    {Kind::adjective, "ły", Kind::adverb, "le", 3},
    {Kind::adjective, "ry", Kind::adverb, "rze", 3},
    // who does it: zarządzać - zarządca; nauczyć - nauczyciel; kierować - kierowca
    {Kind::verb, "dzać", Kind::common_noun, "dca", 4},
    {Kind::verb, "wać", Kind::common_noun, "wca", 4},
    {Kind::verb, "yć", Kind::common_noun, "yciel", 4},
    {Kind::verb, "ić", Kind::common_noun, "iciel", 4},
    {Kind::verb, "ować", Kind::common_noun, "ator", 4},
    {Kind::verb, "ować", Kind::common_noun, "acja", 4},
    {Kind::verb, "ować", Kind::common_noun, "acyjny", 4},
    // of it: samorząd - samorządowy; bank - bankowy
    {Kind::common_noun, "", Kind::adjective, "owy", 4},
    {Kind::common_noun, "a", Kind::adjective, "owy", 4},
    {Kind::common_noun, "cja", Kind::adjective, "cyjny", 3},
    {Kind::common_noun, "sja", Kind::adjective, "syjny", 3},
    {Kind::common_noun, "zja", Kind::adjective, "zyjny", 3},
    {Kind::common_noun, "ia", Kind::adjective, "iczny", 4},
    {Kind::common_noun, "yka", Kind::adjective, "yczny", 4},
    {Kind::common_noun, "ika", Kind::adjective, "iczny", 4},
    {Kind::common_noun, "um", Kind::adjective, "alny", 4},
    {Kind::common_noun, "stwo", Kind::adjective, "ski", 4},
    {Kind::common_noun, "ctwo", Kind::adjective, "cki", 3},
    {Kind::common_noun, "izm", Kind::adjective, "istyczny", 4},
    {Kind::common_noun, "yzm", Kind::adjective, "ystyczny", 4},
    {Kind::common_noun, "izm", Kind::common_noun, "ista", 4},
    {Kind::common_noun, "na", Kind::adjective, "nny", 3},
    {Kind::common_noun, "ła", Kind::adjective, "lny", 3},
    {Kind::common_noun, "ąd", Kind::adjective, "ędowy", 2},
    {Kind::adjective, "ny", Kind::common_noun, "eństwo", 4},
    // places: Wrocław - wrocławski; Polska - polski; Gdańsk - gdański; Łódź - łódzki; Kielce - kielecki
    {Kind::place, "", Kind::adjective, "ski", 3},
    {Kind::place, "a", Kind::adjective, "ski", 4},
    {Kind::place, "o", Kind::adjective, "ski", 4},
    {Kind::place, "e", Kind::adjective, "ski", 4},
    {Kind::place, "y", Kind::adjective, "ski", 4},
    {Kind::place, "ia", Kind::adjective, "ski", 4},
    {Kind::place, "sk", Kind::adjective, "ski", 2},
    {Kind::place, "ska", Kind::adjective, "ski", 3},
    {Kind::place, "sko", Kind::adjective, "ski", 3},
    {Kind::place, "cko", Kind::adjective, "cki", 3},
    {Kind::place, "ck", Kind::adjective, "cki", 3},
    {Kind::place, "ń", Kind::adjective, "ński", 3},
    {Kind::place, "na", Kind::adjective, "ński", 3},
    {Kind::place, "no", Kind::adjective, "ński", 3},
    {Kind::place, "nia", Kind::adjective, "ński", 3},
    {Kind::place, "ów", Kind::adjective, "owski", 3},
    {Kind::place, "ew", Kind::adjective, "ewski", 3},
    {Kind::place, "ź", Kind::adjective, "zki", 3},
    {Kind::place, "dź", Kind::adjective, "dzki", 2},
    {Kind::place, "ec", Kind::adjective, "ecki", 3},
    {Kind::place, "ca", Kind::adjective, "cki", 3},
    {Kind::place, "ce", Kind::adjective, "cki", 3},
    {Kind::place, "ica", Kind::adjective, "icki", 3},
    {Kind::place, "ice", Kind::adjective, "icki", 3},
    {Kind::place, "cza", Kind::adjective, "cki", 3},
    {Kind::place, "cz", Kind::adjective, "cki", 3},
    {Kind::place, "k", Kind::adjective, "cki", 3},
    {Kind::place, "ka", Kind::adjective, "cki", 3},
    {Kind::place, "ki", Kind::adjective, "cki", 3},
    {Kind::place, "ż", Kind::adjective, "ski", 3},
    {Kind::place, "ga", Kind::adjective, "ski", 3},
    {Kind::place, "g", Kind::adjective, "ski", 3},
    {Kind::place, "sz", Kind::adjective, "ski", 3},
    {Kind::place, "cja", Kind::adjective, "cki", 3},
    {Kind::place, "ra", Kind::adjective, "rski", 3},
};

// Frequent words of public life whose derivation follows no pattern.
constexpr std::pair<std::string_view, std::string_view> kIrregular[] = {
    {"miasto", "miejski"}, {"wieś", "wiejski"},         {"woda", "wodny"},        {"rzeka", "rzeczny"},
    {"las", "leśny"},      {"praca", "pracowniczy"},    {"sąd", "sądowy"},        {"państwo", "państwowy"},
    {"rząd", "rządowy"},   {"powietrze", "powietrzny"}, {"śnieg", "śnieżny"},     {"lato", "letni"},
    {"zima", "zimowy"},    {"dzień", "dzienny"},        {"noc", "nocny"},         {"morze", "morski"},
    {"góra", "górski"},    {"ziemia", "ziemski"},       {"zdrowie", "zdrowotny"}, {"życie", "życiowy"}};

bool has(std::string_view tags, std::string_view part) { return tags.find(part) != std::string_view::npos; }

}  // namespace

std::vector<Family> find_families(const Morphology& m) {
  // The lemmas of each kind, in lower case. A place is a proper name of things: masculine inanimate,
  // feminine, neuter or plural.
  std::array<std::unordered_set<std::string>, 5> lemmas;
  std::map<std::string, std::set<std::string>> relatives;
  const auto relate = [&](const std::string& a, const std::string& b) {
    if (a == b) return;
    relatives[a].insert(b);
    relatives[b].insert(a);
  };
  for (const Analysis& a : m.analyses) {
    if (a.tags == kNoString) continue;
    const std::string_view tags = m.tags[a.tags];
    const std::string_view lemma = m.strings[a.lemma];
    if (a.word_class == WordClass::gerund) {
      if (has(tags, "ger:sg:nom") && has(tags, ":aff"))
        relate(lower_case(lemma), lower_case(m.strings[a.form]));
    } else if (a.form == a.lemma) {
      switch (a.word_class) {
        case WordClass::noun:
          if (is_proper(lemma)) {
            if (!has(tags, ":m1")) lemmas[static_cast<std::size_t>(Kind::place)].insert(lower_case(lemma));
          } else {
            lemmas[static_cast<std::size_t>(Kind::common_noun)].insert(std::string(lemma));
          }
          break;
        case WordClass::adjective:
          lemmas[static_cast<std::size_t>(Kind::adjective)].insert(lower_case(lemma));
          break;
        case WordClass::adverb:
          lemmas[static_cast<std::size_t>(Kind::adverb)].insert(std::string(lemma));
          break;
        case WordClass::verb:
          lemmas[static_cast<std::size_t>(Kind::verb)].insert(std::string(lemma));
          break;
        default:
          break;
      }
    }
  }
  for (const Pattern& pattern : kPatterns) {
    const auto& to = lemmas[static_cast<std::size_t>(pattern.to)];
    for (const std::string& base : lemmas[static_cast<std::size_t>(pattern.from)]) {
      if (!base.ends_with(pattern.cut)) continue;
      std::string derived = base.substr(0, base.size() - pattern.cut.size());
      if (code_points(derived) < pattern.least) continue;
      derived.append(pattern.add);
      if (to.count(derived) != 0) relate(base, derived);
    }
  }
  for (const auto& [base, derived] : kIrregular) relate(std::string(base), std::string(derived));
  std::vector<Family> families;
  for (const auto& [lemma, others] : relatives) families.push_back({lemma, {others.begin(), others.end()}});
  return families;
}

}  // namespace kwerenda
