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

// Of 346 pairs of frequent words, gerunds and aspects among them, read once, 8 were no relatives. Diminutives
// in -ek and -ka are left out: too many were accidents.
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
    {Kind::verb, "ać", Kind::common_noun, "awca", 3},
    {Kind::verb, "ować", Kind::common_noun, "ownik", 3},
    // what is done: wybrać - wybór; przekazać - przekaz; kontrolować - kontrola; zakupić - zakup; ochronić -
    // ochrona
    {Kind::verb, "brać", Kind::common_noun, "bór", 2},
    {Kind::verb, "azać", Kind::common_noun, "az", 2},
    {Kind::verb, "isać", Kind::common_noun, "is", 1},
    {Kind::verb, "upić", Kind::common_noun, "up", 2},
    {Kind::verb, "ozić", Kind::common_noun, "óz", 2},
    {Kind::verb, "ować", Kind::common_noun, "a", 4},
    {Kind::verb, "ować", Kind::common_noun, "", 4},
    {Kind::verb, "ować", Kind::common_noun, "owa", 3},
    {Kind::verb, "kować", Kind::common_noun, "ek", 4},
    {Kind::verb, "kować", Kind::common_noun, "kcja", 4},
    {Kind::verb, "tować", Kind::common_noun, "tycja", 4},
    {Kind::verb, "nić", Kind::common_noun, "na", 4},
    {Kind::verb, "enić", Kind::common_noun, "ana", 2},
    {Kind::verb, "prawić", Kind::common_noun, "prawa", 2},
    {Kind::verb, "mówić", Kind::common_noun, "mowa", 1},
    {Kind::verb, "łacić", Kind::common_noun, "łata", 1},
    {Kind::verb, "chwalić", Kind::common_noun, "chwała", 1},
    // of it: szkolenie - szkoleniowy; podatek - podatkowy; szpital - szpitalny; nauczyciel - nauczycielski
    {Kind::common_noun, "nie", Kind::adjective, "niowy", 4},
    {Kind::common_noun, "ek", Kind::adjective, "kowy", 3},
    {Kind::common_noun, "al", Kind::adjective, "alny", 4},
    {Kind::common_noun, "ciel", Kind::adjective, "cielski", 3},
    {Kind::common_noun, "tor", Kind::adjective, "torski", 3},
    {Kind::common_noun, "ctwo", Kind::adjective, "czy", 3},
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

// Perfective and imperfective, by their ends. That both are verbs of these aspects is what makes the short
// ones safe.
struct AspectPattern {
  std::string_view perfective, imperfective;
  std::size_t least = 2;  // letters of the beginning that both share
};
constexpr AspectPattern kAspects[] = {
    // naprawić - naprawiać; naruszyć - naruszać; ustalić - ustalać; sprawdzić - sprawdzać; opuścić -
    // opuszczać
    {"ić", "iać"},
    {"yć", "ać"},
    {"lić", "lać"},
    {"dzić", "dzać"},
    {"cić", "cać"},
    {"sić", "szać"},
    {"zić", "żać"},
    {"ścić", "szczać"},
    // with another vowel: zamówić - zamawiać; ogłosić - ogłaszać; zwrócić - zwracać; powtórzyć - powtarzać
    {"ówić", "awiać", 1},
    {"owić", "awiać"},
    {"obić", "abiać"},
    {"omić", "amiać"},
    {"onić", "aniać"},
    {"olić", "alać"},
    {"osić", "aszać"},
    {"ozić", "ażać"},
    {"odzić", "adzać"},
    {"ócić", "acać"},
    {"ocić", "acać"},
    {"órzyć", "arzać"},
    {"łożyć", "kładać", 1},
    {"stąpić", "stępować", 1},
    {"kupić", "kupować", 0},
    // przekazać - przekazywać; sprzedać - sprzedawać; uznać - uznawać; odkryć - odkrywać; odczuć - odczuwać
    {"ać", "ywać"},
    {"kać", "kiwać"},
    {"gać", "giwać"},
    {"chać", "chiwać"},
    {"dać", "dawać", 1},
    {"znać", "znawać", 1},
    {"stać", "stawać", 1},
    {"yć", "ywać", 1},
    {"ić", "ijać"},
    {"uć", "uwać"},
    // wybrać - wybierać; zebrać - zbierać; przyjąć - przyjmować; zacząć - zaczynać; zamknąć - zamykać
    {"brać", "bierać", 1},
    {"ebrać", "bierać", 1},
    {"jąć", "jmować", 1},
    {"cząć", "czynać", 1},
    {"ciąć", "cinać", 1},
    {"piąć", "pinać", 1},
    {"mknąć", "mykać", 1},
    {"gnąć", "gać"},
    {"knąć", "kać"},
    {"rwać", "rywać", 1},
    {"słać", "syłać", 1},
    {"zwać", "zywać", 1},
    {"przeć", "pierać", 1},
    {"trzeć", "cierać", 1},
    {"tworzyć", "twierać", 1},
    // przenieść - przenosić; wprowadzić by dzić; przejść - przechodzić; pomóc - pomagać; zapobiec -
    // zapobiegać
    {"nieść", "nosić", 1},
    {"wieźć", "wozić", 1},
    {"wieść", "wodzić", 1},
    {"jść", "chodzić", 1},
    {"jechać", "jeżdżać", 1},
    {"paść", "padać", 1},
    {"móc", "magać", 2},
    {"biec", "biegać", 2},
    {"lec", "legać", 1},
};

// Frequent words of public life whose derivation follows no pattern.
constexpr std::pair<std::string_view, std::string_view> kIrregular[] = {{"miasto", "miejski"},
                                                                        {"wieś", "wiejski"},
                                                                        {"woda", "wodny"},
                                                                        {"rzeka", "rzeczny"},
                                                                        {"las", "leśny"},
                                                                        {"praca", "pracowniczy"},
                                                                        {"sąd", "sądowy"},
                                                                        {"państwo", "państwowy"},
                                                                        {"rząd", "rządowy"},
                                                                        {"powietrze", "powietrzny"},
                                                                        {"śnieg", "śnieżny"},
                                                                        {"lato", "letni"},
                                                                        {"zima", "zimowy"},
                                                                        {"dzień", "dzienny"},
                                                                        {"noc", "nocny"},
                                                                        {"morze", "morski"},
                                                                        {"góra", "górski"},
                                                                        {"ziemia", "ziemski"},
                                                                        {"zdrowie", "zdrowotny"},
                                                                        {"życie", "życiowy"},
                                                                        {"chronić", "ochrona"},
                                                                        {"bronić", "obrona"},
                                                                        {"bronić", "obrońca"},
                                                                        {"ocenić", "ocena"},
                                                                        {"oceniać", "ocena"},
                                                                        {"sprzedać", "sprzedaż"},
                                                                        {"sprzedawać", "sprzedaż"},
                                                                        {"kupować", "zakup"},
                                                                        {"kupić", "zakup"},
                                                                        {"decydować", "decyzja"},
                                                                        {"uczyć", "nauczyciel"},
                                                                        {"uczyć", "nauka"},
                                                                        {"leczyć", "lekarz"},
                                                                        {"mieszkać", "mieszkaniec"},
                                                                        {"tworzyć", "twórca"},
                                                                        {"odebrać", "odbiór"},
                                                                        {"zebrać", "zbiór"},
                                                                        {"podzielić", "podział"},
                                                                        {"dzielić", "podział"},
                                                                        {"umrzeć", "śmierć"},
                                                                        {"wybierać", "wybór"},
                                                                        {"zmieniać", "zmiana"},
                                                                        {"odmawiać", "odmowa"},
                                                                        {"wydać", "wydatek"},
                                                                        {"województwo", "wojewódzki"},
                                                                        {"wojewoda", "wojewódzki"},
                                                                        {"minister", "ministerialny"},
                                                                        {"energia", "energetyczny"},
                                                                        {"ubezpieczyć", "ubezpieczyciel"},
                                                                        {"szkolić", "szkoleniowiec"},
                                                                        {"pożyczyć", "pożyczka"}};

bool has(std::string_view tags, std::string_view part) { return tags.find(part) != std::string_view::npos; }

std::vector<std::string> sorted(const std::unordered_set<std::string>& words) {
  std::vector<std::string> in_order(words.begin(), words.end());
  std::sort(in_order.begin(), in_order.end());
  return in_order;
}

}  // namespace

std::vector<VerbalNoun> find_verbal_nouns(const Morphology& m) {
  std::vector<VerbalNoun> found;
  for (const Analysis& a : m.analyses) {
    if (a.tags == kNoString || a.word_class != WordClass::gerund) continue;
    const std::string_view tags = m.tags[a.tags];
    if (has(tags, "ger:sg:nom") && has(tags, ":aff"))
      found.push_back({lower_case(m.strings[a.lemma]), lower_case(m.strings[a.form])});
  }
  return found;
}

std::vector<Family> find_families(const Morphology& m, const std::vector<VerbalNoun>& verbal_nouns) {
  // The lemmas of each kind, in lower case. A place is a proper name of things: masculine inanimate,
  // feminine, neuter or plural.
  std::array<std::unordered_set<std::string>, 5> lemmas;
  std::unordered_set<std::string> perfective, imperfective;
  std::map<std::string, std::vector<std::string>> relatives;
  const auto relate = [&](const std::string& a, const std::string& b) {
    if (a == b) return;
    for (const auto& [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
      std::vector<std::string>& known = relatives[*one];
      if (std::find(known.begin(), known.end(), *other) == known.end()) known.push_back(*other);
    }
  };
  for (const Analysis& a : m.analyses) {
    if (a.tags == kNoString || a.form != a.lemma) continue;
    const std::string_view tags = m.tags[a.tags];
    const std::string_view lemma = m.strings[a.lemma];
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
        if (has(tags, ":perf")) perfective.insert(std::string(lemma));
        if (has(tags, ":imperf")) imperfective.insert(std::string(lemma));
        break;
      default:
        break;
    }
  }
  const auto& nouns = lemmas[static_cast<std::size_t>(Kind::common_noun)];
  std::unordered_map<std::string, std::vector<std::string>> nouns_of;
  for (const VerbalNoun& pair : verbal_nouns) {
    if (nouns.count(pair.noun) == 0) continue;  // a form of its verb
    relate(pair.verb, pair.noun);
    nouns_of[pair.verb].push_back(pair.noun);
  }
  for (const std::string& perfect : sorted(perfective)) {
    if (nouns.count(perfect) != 0) continue;  // powieść is a novel
    for (const AspectPattern& pattern : kAspects) {
      if (!perfect.ends_with(pattern.perfective)) continue;
      std::string other = perfect.substr(0, perfect.size() - pattern.perfective.size());
      if (code_points(other) < pattern.least) continue;
      other.append(pattern.imperfective);
      if (imperfective.count(other) == 0) continue;
      relate(perfect, other);
      for (const std::string& noun : nouns_of[perfect]) relate(other, noun);
      for (const std::string& noun : nouns_of[other]) relate(perfect, noun);
    }
  }
  for (const auto& [base, derived] : kIrregular) relate(std::string(base), std::string(derived));
  std::array<std::vector<std::string>, 5> in_order;
  std::transform(lemmas.begin(), lemmas.end(), in_order.begin(), sorted);
  for (const Pattern& pattern : kPatterns) {
    const auto& to = lemmas[static_cast<std::size_t>(pattern.to)];
    for (const std::string& base : in_order[static_cast<std::size_t>(pattern.from)]) {
      if (!base.ends_with(pattern.cut)) continue;
      std::string derived = base.substr(0, base.size() - pattern.cut.size());
      if (code_points(derived) < pattern.least) continue;
      derived.append(pattern.add);
      if (to.count(derived) != 0) relate(base, derived);
    }
  }
  std::vector<Family> families;
  for (auto& [lemma, others] : relatives) families.push_back({lemma, std::move(others)});
  return families;
}

}  // namespace kwerenda
