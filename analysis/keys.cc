// The chain, in order; keys_of() below is its one screen. The first rule that knows the form answers.
//
// What decides between rules is only the form's own shape and the lexicon, never its neighbours: keys are a
// pure function of the surface, so an indexer computes them once per distinct surface.
#include "analysis/keys.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "analysis/fold.h"
#include "analysis/shape.h"

namespace kwerenda {
namespace {

// Readings of a form that become keys: the best one, and others of at least this probability, which is to say
// ties. On hand-annotated text (the half to tune on; pair F1, second F1, token F1, keys a type): 0.2 gives
// .9470 .9704 .9827 1.031, 0.4 .9472 .9706 .9822 1.016, 0.45 .9493 .9729 .9831 1.010, the best reading alone
// .9491 .9727 .9825 1.001.
constexpr float kMinProbability = 0.45f;

// The same of a form with a capital first: towns and villages share their cases with others, with people and
// with words (Augustowie: Augustów, August), and no text is large enough to tell them all apart. Of 198
// families of towns and villages 0.3 joins 194 and 0.45 joins 189, and questions about Wikipedia gain .0007
// of nDCG@10; the two figures above lose .0003.
constexpr float kMinNameProbability = 0.3f;

// The same of a form that the lexicon's text never shows, in small letters or with a capital: hardly more
// than its letters speaks for either reading (huby: huba, hub; awatary: awatara, awatar). Such forms are rare
// enough that the two figures stay as they are (.9625, .9796), while 0.2 loses .0003; of 1,934 families of
// new words and names they join 5 more.
constexpr float kMinUnseenProbability = 0.25f;

// In capitals a word of up to so many letters may be an acronym although the lexicon knows it in small
// letters (PAN, WOT, POPIS); a longer one is a heading (OCHRONA LUDNOŚCI).
constexpr std::size_t kMaxAmbiguousLetters = 5;

// An acronym of fewer letters is hardly written as a name.
constexpr std::size_t kLeastNameLetters = 4;

// A form counted at least so often in the lexicon's text is an ordinary word, whatever else its letters may
// spell. The counts do not tell case: gis is 27 and ai 152, nearly all of them GIS and AI, so words of two
// letters need a higher bar; the function words among them are seen tens of thousands of times (do 55,109).
constexpr std::uint32_t kCommonFrequency = 50;
constexpr std::uint32_t kCommonFrequencyOfTwoLetters = 2000;

// What Polish appends to an acronym: GIS-u, GIS-owi, NASK-iem, LOT-cie, GOPR-ze, SMS-ów. `s` is English
// (KPIs).
constexpr std::array<std::string_view, 22> kAcronymEndings = {
    "a",   "u", "owi", "em", "ie",  "y",   "i",  "e",    "ów", "om", "ami",
    "ach", "ę", "ą",   "o",  "iem", "cie", "ze", "dzie", "m",  "mi", "s"};

// What it appends to a foreign name after an apostrophe: Kennedy'ego, Joyce'a, deepfake'ów, McDonald's.
constexpr std::array<std::string_view, 21> kForeignEndings = {"a", "u",  "owi", "em",  "ie",  "y",   "i",
                                                              "e", "ów", "om",  "ami", "ach", "ego", "emu",
                                                              "m", "go", "mu",  "mi",  "ch",  "s",   "iem"};

// What it appends to a number: 21-szy, 5-ciu, 80-tych, II-go. The number alone is the key.
constexpr std::array<std::string_view, 29> kOrdinalEndings = {
    "ty",   "ta",  "te",    "tych", "tej",  "tym",  "tego",  "temu", "tu", "ciu",
    "ech",  "szy", "sza",   "sze",  "szej", "szym", "szego", "gi",   "ga", "gie",
    "giej", "gim", "giego", "go",   "ego",  "mu",   "ej",    "ma",   "u"};

// Words made of an acronym, by their last part: forms and the lemma's ending. GIS-owskiego is of GIS-owski,
// AK-owca of AK-owiec.
struct Derived {
  std::string_view lemma;
  std::string_view forms;  // each between blanks
};
constexpr std::array<Derived, 4> kDerived = {{
    {"owski", " owski owska owskie owskiego owskiej owskiemu owskich owskim owskimi owską owsku "},
    {"owy", " owy owa owe owego owej owemu owych owym owymi ową owo "},
    {"owiec", " owiec owca owcowi owcem owcu owcy owców owcom owcami owcach owcze "},
    {"ówka", " ówka ówki ówce ówkę ówką ówko ówek ówkom ówkami ówkach "},
}};

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// 10-lecie, 10-lecia, XX-leciem. The lexicon would take "lecie" for a summer.
bool is_anniversary(std::string_view ending) { return ending.substr(0, 3) == "lec" && ending.size() <= 8; }

// The lemma ending of a derived word's ending, or nothing.
std::string_view derived_ending(std::string_view ending) {
  if (ending.empty() || ending.find(' ') != std::string_view::npos) return {};
  std::string wanted(1, ' ');
  wanted.append(ending).push_back(' ');
  for (const Derived& derived : kDerived) {
    if (derived.forms.find(wanted) != std::string_view::npos) return derived.lemma;
  }
  return {};
}

// GIS, GUGiK, ePUAP, PiS, COVID, 3D: at least two capitals (or one and a digit), and at least half of the
// letters capitals.
bool is_acronym(const Shape& shape) {
  return shape.hyphens + shape.apostrophes + shape.others == 0 && shape.upper * 2 >= shape.letters &&
         (shape.upper >= 2 || (shape.upper == 1 && shape.digits > 0));
}

// Without a hyphen an ending may follow GUGiK or ChatGPT, but ForSa is no FORS.
bool ends_like_acronym(std::string_view head) {
  const Shape shape = shape_of(head);
  const bool two_capitals =
      head.size() >= 2 &&
      head.substr(head.size() - 2).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
  return two_capitals || shape.upper * 3 >= shape.letters * 2;
}

bool is_lower(std::string_view text) {
  const Shape shape = shape_of(text);
  return shape.only_letters() && shape.letters > 0 && shape.upper == 0;
}

bool is_roman_numeral(std::string_view form) {
  if (form.size() < 2 || form.find_first_not_of("IVXLCDM") != std::string_view::npos) return false;
  std::size_t at = 0;
  const auto digit = [&](char one, char five, char ten) {
    const std::string nine{one, ten}, four{one, five};
    if (form.substr(at, 2) == nine || form.substr(at, 2) == four) {
      at += 2;
      return;
    }
    if (at < form.size() && form[at] == five) ++at;
    for (int i = 0; i < 3 && at < form.size() && form[at] == one; ++i) ++at;
  };
  for (int i = 0; i < 3 && at < form.size() && form[at] == 'M'; ++i) ++at;
  digit('C', 'D', 'M');
  digit('X', 'L', 'C');
  digit('I', 'V', 'X');
  return at == form.size();
}

// Where the small letters at the end of the form begin.
std::size_t small_tail(std::string_view form) {
  std::size_t tail = form.size();
  for (std::size_t at = form.size(); at > 0;) {
    std::size_t begin = at - 1;
    while (begin > 0 && (static_cast<unsigned char>(form[begin]) & 0xC0) == 0x80) --begin;
    if (!is_lower(form.substr(begin, at - begin))) break;
    at = tail = begin;
  }
  return tail;
}

std::string limited(std::string key) {
  if (key.size() <= kMaxKeyBytes) return key;
  char hash[18];
  std::snprintf(hash, sizeof hash, "#%016llx",
                static_cast<unsigned long long>(XXH3_64bits(key.data(), key.size())));
  std::size_t cut = kMaxKeyBytes - 17;
  while ((static_cast<unsigned char>(key[cut]) & 0xC0) == 0x80) --cut;
  key.resize(cut);
  return key + hash;
}

// A lemma as a key: folded, or an acronym in capitals. The lexicon finds UNESCO for Unesco and agd; but ai
// and it in small letters are not taken for AI and IT.
std::string key_of_lemma(std::string lemma, bool form_has_capitals) {
  const Plain plain = plainness(lemma);
  if (plain == Plain::small) return lemma;
  if (plain == Plain::title) return folded(lemma);
  const Shape shape = shape_of(lemma);
  if (shape.upper >= 2 && is_acronym(shape) && (form_has_capitals || shape.letters > 2))
    return upper_cased(lemma);
  return folded(lemma);
}

// The rules. Each `bool` rule appends keys and returns true, or returns false and leaves them alone.
class Chain {
 public:
  Chain(const Lexicon& lexicon, std::vector<Key>& keys) : lexicon_(lexicon), keys_(keys) {}

  void answer(std::string_view form);

  bool number(std::string_view form, const Shape& shape);
  bool acronym(std::string_view form, const Shape& shape);
  bool acronym_with_ending(std::string_view form);
  void also_as_word(const std::string& title);
  bool foreign_name_with_ending(std::string_view form, const Shape& shape);
  bool number_with_ending(std::string_view form, const Shape& shape);
  bool compound(std::string_view form, const Shape& shape);
  bool heading_compound(std::string_view form, const Shape& shape);
  bool camel_case(std::string_view form, const Shape& shape);
  bool dotted(std::string_view form, const Shape& shape);
  void word(std::string_view form);

  bool known(std::string_view form, float share = 1);
  bool guessed(std::string_view form, float share = 1);
  bool as_written(std::string_view form);
  void add(std::string text, float probability, ReadingSource source);

  bool is_known(std::string_view form) {
    readings_.clear();
    return lexicon_.lookup(form, readings_);
  }
  bool is_common(std::string_view lower) {
    const bool two_letters = shape_of(lower).letters <= 2;
    return lexicon_.frequency(lower) >= (two_letters ? kCommonFrequencyOfTwoLetters : kCommonFrequency);
  }

 private:
  bool add_readings(std::string_view form, float share);
  bool add_parts(std::string_view form, const std::vector<std::string_view>& parts);
  void linked_adjective(std::string_view part);

  const Lexicon& lexicon_;
  std::vector<Key>& keys_;
  std::vector<Reading> readings_;
  bool form_has_capitals_ = false;  // two at least
};

void Chain::answer(std::string_view form) {
  if (plainness(form) != Plain::no) return word(form);  // miasto, Łodzi, W: nine tokens in ten
  const Shape shape = shape_of(form);
  form_has_capitals_ = shape.upper >= 2;
  const bool ordinary = shape.only_letters() && shape.upper == (shape.starts_upper ? 1u : 0u);
  if (ordinary) return word(form);              // the same in other alphabets
  number(form, shape) ||                        // 2.0, 12, 2025-05-14
      acronym_with_ending(form) ||              // GIS-u, GISu, AI-owy, ePUAP-u
      acronym(form, shape) ||                   // GIS, XXI, 5G, OCHRONA
      foreign_name_with_ending(form, shape) ||  // Kennedy'ego
      number_with_ending(form, shape) ||        // 21-szy, 10-lecie, 2025r
      compound(form, shape) ||                  // polsko-niemiecki, e-usług, COVID-19
      camel_case(form, shape) ||                // mObywatelu, SmartCity
      dotted(form, shape) ||                    // m.in, S.A
      known(form) || as_written(form);
}

// Of an acronym that is written as a name the dictionaries often have that form alone: Enea is ENEA, but Enei
// is guessed. Then Enea is guessed as well.
void Chain::word(std::string_view form) {
  if (!known(form)) {
    guessed(form) || as_written(form);
  } else if (const std::string& key = keys_.front().text;
             key.size() >= kLeastNameLetters && key.front() >= 'A' && key.front() <= 'Z') {
    guessed(form);
  }
}

bool Chain::number(std::string_view form, const Shape& shape) {
  if (shape.letters > 0 || shape.digits == 0) return false;
  // A date meets the other ways of writing it, and its year is found alone.
  if (form.size() == 10) {
    const bool dots = form[2] == '.' && form[5] == '.';
    const bool day_first = dots || (form[2] == '-' && form[5] == '-');
    const bool year_first = form[4] == '-' && form[7] == '-';
    if (shape.digits == 8 && (day_first || year_first)) {
      const std::string_view day = form.substr(day_first ? 0 : 8, 2);
      const std::string_view month = form.substr(day_first ? 3 : 5, 2);
      const std::string_view year = form.substr(day_first ? 6 : 0, 4);
      if (day >= "01" && day <= "31" && month >= "01" && month <= "12") {
        add(std::string(year) + "-" + std::string(month) + "-" + std::string(day), 1,
            ReadingSource::as_written);
        add(std::string(year), 1, ReadingSource::as_written);
        return true;
      }
    }
  }
  return as_written(form);
}

bool Chain::acronym(std::string_view form, const Shape& shape) {
  if (!is_acronym(shape)) return false;
  const bool all_upper = shape.upper == shape.letters;
  if (shape.digits > 0 || !all_upper || is_roman_numeral(form)) {
    if (shape.digits > 0 && shape.upper * 2 <= shape.letters && shape.letters > 2) return false;
    add(upper_cased(form), 1, ReadingSource::acronym);
    return true;
  }
  // What the lexicon has in capitals (NATO) is an acronym, and a word besides only if that is a common one
  // (PAN). Two or three letters that make a rare word (gis, a note) are an acronym when they are written like
  // one; four or five may be either.
  const bool known_acronym = is_known(form) && is_acronym(shape_of(readings_.front().lemma));
  const std::string title = title_cased(form);
  const bool known_word = is_known(title);
  const bool may_be_acronym = known_acronym || !known_word || shape.letters <= kMaxAmbiguousLetters;
  const bool may_be_word = known_word && (shape.letters > 3 ? !known_acronym : is_common(lower_cased(form)));
  const float share = may_be_acronym && may_be_word ? 0.5f : 1.0f;
  if (known_acronym) add(std::string(form), share, ReadingSource::lexicon);
  if (may_be_word) known(title, share);
  if (may_be_acronym && !known_acronym) add(std::string(form), share, ReadingSource::acronym);
  if (shape.letters >= kMaxAmbiguousLetters) also_as_word(title);
  return true;
}

// A long unknown one may be a heading's name or new word: GEOPORTALEM, but also COVID, which others write
// Covid.
void Chain::also_as_word(const std::string& title) {
  if (is_known(title) && !is_acronym(shape_of(readings_.front().lemma))) return;
  guessed(title) || as_written(title);
}

bool Chain::acronym_with_ending(std::string_view form) {
  const std::size_t hyphen = form.rfind('-');
  std::string_view head, ending;
  if (hyphen != std::string_view::npos) {
    head = form.substr(0, hyphen);
    ending = form.substr(hyphen + 1);
  } else {
    const std::size_t tail = small_tail(form);
    head = form.substr(0, tail);
    ending = form.substr(tail);
  }
  if (ending.empty() || !is_acronym(shape_of(head))) return false;
  if (hyphen == std::string_view::npos && !ends_like_acronym(head)) return false;
  if (is_roman_numeral(head) && is_one_of(ending, kOrdinalEndings)) {
    add(std::string(head), 1, ReadingSource::acronym);
    return true;
  }
  if (is_roman_numeral(head) && is_anniversary(ending)) {
    add(folded(head) + "-lecie", 1, ReadingSource::as_written);
    add(std::string(head), 1, ReadingSource::acronym);
    return true;
  }
  const std::string_view derived = derived_ending(ending);
  if (derived.empty() && !is_one_of(ending, kAcronymEndings)) return false;
  add(upper_cased(head), 1, ReadingSource::acronym);
  if (const Shape letters = shape_of(head);
      letters.upper == letters.letters && letters.digits == 0 && letters.letters >= kMaxAmbiguousLetters) {
    const std::string title = title_cased(head);
    known(title);  // SANEPID-u: others write sanepidu
    also_as_word(title);
  }
  if (!derived.empty()) add(folded(head) + "-" + std::string(derived), 1, ReadingSource::acronym);
  return true;
}

bool Chain::foreign_name_with_ending(std::string_view form, const Shape& shape) {
  if (shape.apostrophes == 0) return false;
  const std::size_t apostrophe = form.rfind('\'');
  const std::string_view ending = form.substr(apostrophe + 1);
  if (is_one_of(ending, kForeignEndings) || !derived_ending(ending).empty()) {
    if (known(form)) return true;
    answer(form.substr(0, apostrophe));
    return true;
  }
  return known(form) || as_written(form);
}

bool Chain::number_with_ending(std::string_view form, const Shape& shape) {
  const std::size_t digits = form.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || shape.upper > 0) return false;
  const bool hyphen = form[digits] == '-';
  const std::string_view tail = form.substr(digits + (hyphen ? 1 : 0));
  if (!is_lower(tail)) return false;
  const std::string head(form.substr(0, digits));
  if (tail == "r" || (is_one_of(tail, kOrdinalEndings) && (hyphen || tail.size() > 1))) {
    add(head, 1, ReadingSource::as_written);
    return true;
  }
  if (is_anniversary(tail)) {
    add(head + "-lecie", 1, ReadingSource::as_written);
    add(head, 1, ReadingSource::as_written);
    return true;
  }
  if (!hyphen && tail.size() >= 4)
    return add_parts(head + "-" + std::string(tail), {form.substr(0, digits), tail});
  if (!hyphen) {
    add(upper_cased(form), 1, ReadingSource::as_written);  // 5g is 5G
    return true;
  }
  return false;
}

bool Chain::compound(std::string_view form, const Shape& shape) {
  if (shape.hyphens == 0) return false;
  if (heading_compound(form, shape)) return true;
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= form.size();) {
    const std::size_t end = std::min(form.find('-', begin), form.size());
    if (end > begin) parts.push_back(form.substr(begin, end - begin));
    begin = end + 1;
  }
  return add_parts(form, parts);
}

// KĘDZIERZYN-KOŹLE: in capitals and every part a word, so no acronyms are looked for.
bool Chain::heading_compound(std::string_view form, const Shape& shape) {
  if (shape.upper != shape.letters || shape.digits > 0) return false;
  std::string title;
  for (std::size_t begin = 0; begin <= form.size();) {
    const std::size_t end = std::min(form.find('-', begin), form.size());
    const std::string part = title_cased(form.substr(begin, end - begin));
    if (shape_of(part).letters <= 3 || !is_known(part) || is_acronym(shape_of(readings_.front().lemma)))
      return false;
    if (!title.empty()) title += '-';
    title += part;
    begin = end + 1;
  }
  return compound(title, shape_of(title));
}

// The first half of polsko-niemiecki and społeczno-gospodarczy: an adjective that ends in o. If the lexicon
// knows that adjective, it is the key.
void Chain::linked_adjective(std::string_view part) {
  if (part.size() < 3 || part.back() != 'o') return;
  const std::string stem = lower_cased(part.substr(0, part.size() - 1));
  for (const std::string& adjective : {stem + "y", stem + "i", stem}) {
    if (!is_known(adjective) || folded(readings_.front().lemma) != adjective) continue;
    keys_.clear();
    add(adjective, 1, ReadingSource::lexicon);
    return;
  }
}

// The whole and the parts. The whole's keys are made of the parts' best keys, and of each of the last
// part's (e-recept: e-recept, e-recepta), unless the lexicon knows the whole, so that all forms of
// Kędzierzyn-Koźle meet although both halves inflect.
bool Chain::add_parts(std::string_view form, const std::vector<std::string_view>& parts) {
  std::vector<Key> part_keys;
  std::string whole;                       // up to the last part
  std::vector<std::string> last_keys{""};  // of the last part, each of which makes a whole
  for (const std::string_view part : parts) {
    const Shape shape = shape_of(part);
    whole += last_keys.front();
    if (!whole.empty()) whole += '-';
    if (shape.letters + shape.digits <= 1 && shape.digits == 0) {
      last_keys = {folded(part)};  // the e of e-usługa is no word of its own
      continue;
    }
    std::vector<Key> own;
    Chain(lexicon_, own).answer(part);
    last_keys.clear();
    for (const Key& key : own) last_keys.push_back(key.text);
    if (part.data() != parts.back().data()) Chain(lexicon_, own).linked_adjective(part);
    part_keys.insert(part_keys.end(), own.begin(), own.end());
  }
  const Shape shape = shape_of(form);
  const bool all_upper = shape.upper == shape.letters && shape.upper > 0;
  const bool numbered = shape.letters > 0 && shape_of(parts.back()).letters == 0;
  if (numbered) {
    add(upper_cased(whole + last_keys.front()), 1,
        ReadingSource::as_written);  // COVID-19, F-16, however they are written
  } else if (!known(form) && !(all_upper && known(lower_cased(form)))) {
    const ReadingSource source = part_keys.empty() ? ReadingSource::as_written : part_keys.back().source;
    for (const std::string& last : last_keys) add(folded(whole + last), 1, source);
  }
  for (Key& key : part_keys) add(std::move(key.text), key.probability, key.source);
  return true;
}

bool Chain::camel_case(std::string_view form, const Shape& shape) {
  if (!shape.only_letters() || shape.upper == 0) return false;
  if (known(form)) return true;
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  bool after_small = false;
  for (std::size_t at = 0; at < form.size();) {
    std::size_t next = at + 1;
    while (next < form.size() && (static_cast<unsigned char>(form[next]) & 0xC0) == 0x80) ++next;
    const bool small = is_lower(form.substr(at, next - at));
    if (!small && after_small) {
      parts.push_back(form.substr(begin, at - begin));
      begin = at;
    }
    after_small = small;
    at = next;
  }
  parts.push_back(form.substr(begin));
  const std::string lower = lower_cased(form);
  if (parts.size() == 2 && parts[0].size() == 1 && is_lower(parts[0])) {
    // eDoręczenia is e-Doręczenia; mObywatel is no kind of obywatel, it only inflects like one.
    if (parts[0] == "e") return add_parts(std::string("e-").append(parts[1]), parts);
    if (is_known(lower)) return add_readings(lower, 1);
    std::vector<Key> own;
    if (is_known(parts[1])) {
      Chain(lexicon_, own).known(parts[1]);
      for (const Key& key : own)
        add(std::string(parts[0]) + key.text, key.probability, ReadingSource::guesser);
      guessed(lower);  // what those get who write mobywatel
      return true;
    }
    return guessed(lower) || as_written(form);
  }
  known(lower) || guessed(lower) || as_written(form);
  const bool long_parts =
      std::all_of(parts.begin(), parts.end(), [](auto part) { return shape_of(part).letters >= 3; });
  if (parts.size() >= 2 && long_parts) {
    for (const std::string_view part : parts) Chain(lexicon_, keys_).answer(part);
  }
  return true;
}

bool Chain::dotted(std::string_view form, const Shape& shape) {
  if (shape.others == 0 || form.find('.') == std::string_view::npos) return false;
  if (known(form)) return true;
  if (shape.digits == 0 && shape.upper == shape.letters) {
    std::string bare;
    std::copy_if(form.begin(), form.end(), std::back_inserter(bare), [](char c) { return c != '.'; });
    add(upper_cased(bare), 1, ReadingSource::acronym);  // S.A. is SA
    return true;
  }
  return as_written(form);
}

bool Chain::known(std::string_view form, float share) {
  readings_.clear();
  return lexicon_.lookup(form, readings_) && add_readings(form, share);
}

bool Chain::guessed(std::string_view form, float share) {
  readings_.clear();
  return lexicon_.guess(form, readings_) && add_readings(form, share);
}

bool Chain::as_written(std::string_view form) {
  add(folded(form), 1, ReadingSource::as_written);
  return true;
}

bool Chain::add_readings(std::string_view form, float share) {
  float least = kMinProbability;
  if (readings_.size() > 1 && readings_[1].probability < kMinProbability &&
      readings_[1].probability >= kMinUnseenProbability) {
    if (shape_of(form).starts_upper) least = kMinNameProbability;
    if (lexicon_.frequency(lower_cased(form)) == 0) least = kMinUnseenProbability;
  }
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    Reading& reading = readings_[i];
    if (i > 0 && reading.probability < least) break;
    add(key_of_lemma(std::move(reading.lemma), form_has_capitals_), reading.probability * share,
        reading.source);
  }
  return !readings_.empty();
}

void Chain::add(std::string text, float probability, ReadingSource source) {
  text = limited(std::move(text));
  for (Key& key : keys_) {
    if (key.text == text) {
      key.probability = std::min(1.0f, key.probability + probability);
      return;
    }
  }
  keys_.push_back({std::move(text), probability, source});
}

}  // namespace

KeyMaker::KeyMaker(std::shared_ptr<const Lexicon> lexicon) : lexicon_(std::move(lexicon)) {}

void KeyMaker::keys_of(std::string_view surface, std::vector<Key>& keys) const {
  keys.clear();
  if (plainness(surface) != Plain::no) return Chain(*lexicon_, keys).word(surface);  // is its own normal form
  std::string buffer;
  Chain(*lexicon_, keys).answer(normalized_view(surface, buffer));
}

void KeyMaker::query_keys_of(std::string_view surface, std::vector<Key>& keys) const {
  keys_of(surface, keys);
  const std::string form = normalized(surface);
  const Shape shape = shape_of(form);
  if (shape.upper > (shape.starts_upper ? 1u : 0u) || shape.apostrophes + shape.others > 0 ||
      shape.hyphens > 1)
    return;

  Chain chain(*lexicon_, keys);
  const std::string lower = lower_cased(form);
  const auto add_capitals = [&](std::string_view word) {
    const Shape letters = shape_of(word);
    if (letters.only_letters() && letters.letters >= 2 && letters.letters <= 6) {
      chain.add(upper_cased(word), 0.5f, ReadingSource::acronym);
    }
  };
  const auto is_ending = [](std::string_view ending) {
    return is_one_of(ending, kAcronymEndings) || !derived_ending(ending).empty();
  };
  if (shape.hyphens == 1) {
    const std::size_t hyphen = lower.find('-');
    if (is_ending(std::string_view(lower).substr(hyphen + 1)))
      add_capitals(std::string_view(lower).substr(0, hyphen));
    return;
  }
  if (chain.is_known(lower) && chain.is_common(lower)) return;
  std::vector<Reading> readings;
  add_capitals(lower);
  if (lexicon_->lookup(lower, readings)) {
    add_capitals(lower_cased(readings.front().lemma));
    return;
  }
  for (std::size_t cut = 2; cut < lower.size(); ++cut) {
    const std::string_view ending = std::string_view(lower).substr(cut);
    if (ending == "s" || !is_ending(ending)) continue;  // zus is no plural
    add_capitals(std::string_view(lower).substr(0, cut));
    break;  // the longest ending: of ZUS-owi, not of ZUSOW-i
  }
}

}  // namespace kwerenda
