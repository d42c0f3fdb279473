// How probable each lemma of an ambiguous form is, from raw text: expectation-maximisation over counts of
// forms.
//
// A form is drawn by its lemma's frequency, by how often the lemma's class stands in the form's cases,
// numbers and persons, and by what stands beside it ("w stanie" is no verb). Measured on the tuning half of a
// hand-annotated treebank (11,705 types; F1 of pairs that share a lemma; the second leaves pairs of a verb
// and its gerund or participle out):
//
//                                                              pair F1   second   first lemma right
//   lemma frequency alone                                        .929     .961     .938
//   + one lemma for suppletive degrees (większy: duży)           .936     .969     .939
//   + participles count for their verb, gerunds apart            .946     .971     .942
//   + cases and persons, exponent .3                             .948     .972     .947
//   + what stands beside the form                                .950     .974     .951
//   + the guesser, first parts in -o, substantivised adjectives  .951     .976     .950
//   + gerunds and participles in use stand alone (settle.h)      .954     .976     .954
//   + general word frequencies of onboard-data, exponent .5      .956     .977     .956
//   + each lemma's own share of plurals (życie, żyć)              .957     .978     .950
//   + each lemma's own share of capitals, plurals of persons rarer  .957     .978     .950
//   + words without inflection, exponent .75, proven plurals        .959     .978     .952
//   + plurals that look like infinitives prove nothing (settle.h)   .961     .978     .953
//   + fields of knowledge (technika) hardly ever in the plural      .962     .979     .953
//   + adverbs of colours go to their adjective (settle.h)           .962     .980     .954
//
// Other steps join names of towns, villages, peoples and families (Augustowie, Płońska, krakowianie,
// Kowalskich), of which that text has few. The last five were chosen by what one half of its lemmas got
// wrong, and hold on the other: pairs .9726 to .9748, second figure .9870 to .9878.
//
// Several keys a form, those of probability .3 and more, score .953 and .975: recall rises by .004, precision
// falls by .008. So one lemma is best for matching by itself; keys.cc decides by retrieval. Tried without
// gain: the exponent at 1 (.951, .970: a class's usual cases are not every lemma's), each lemma's own cases
// learnt as well (.951, .974), rare plurals merged into their singular (.954, .976), 5 or 60 rounds instead
// of 20 (± .0005), slots of verbs, participles and gerunds normalised together (± .0002). The share of
// plurals holds on both halves of that text (by lemma: .960 to .961 and .9665 to .967). Shares of slots
// among those that a lemma has forms for, for words that inflect as well: .957 and .977, since plurals
// without a singular (święta, zdjęcia) then win over their noun.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/lexicon_compiler/morphology.h"

namespace kwerenda {

// What stands beside a word says something about it: after "w" comes a locative, beside "się" a verb. The
// numbers are what the table of counts and scripts/count_forms.py call them by.
inline constexpr std::size_t kContexts = 10;

// How often a form was seen, by the case it was written in.
struct FormCount {
  std::string form;                        // lower case
  std::array<std::uint32_t, 3> by_case{};  // lower, First letter, ALL or MiXed
  std::array<std::uint32_t, kContexts>
      by_context{};  // of the lower-case and capitalised ones; 0: nothing of note beside it
};

// Parses lines "form TAB lower TAB title TAB other TAB contexts", contexts as "number:count number:count".
// Throws Error{corrupt} naming the line.
std::vector<FormCount> parse_counts(std::string_view text, const std::string& name);

// Adds the single words of an ARPA-like language model, lines "count word" between "\\1-grams:" and
// "\\2-grams:", to `counts`. The model counts some hundred times as much text, of a wider kind; `divisor`
// brings its counts to the scale of the table. Throws Error{corrupt} naming the file if it has no such
// section.
void add_unigrams(std::string_view model, const std::string& name, std::uint32_t divisor,
                  std::vector<FormCount>& counts);

struct Posterior {
  std::uint32_t lemma = 0;  // string id
  float probability = 0;
};

struct EstimateOptions {
  double unseen = 0.3;            // count given to every lemma on top of what the text shows
  double proper_in_lower = 0.02;  // weight of a proper name when the form is written in lower case
  double common_in_title = 0.2;   // weight of a common word when a proper name is written the same
  double vocative = 0.1;          // further weight of a noun that can only be called (serio: seria)
  double little_man = 0.3;        // weight of kurierek, whose forms are kurierka's too
  // Further weight of an adjective of a place (płoński) there: it is seldom the first word of a sentence.
  double local_in_title = 0.25;
  // Least probability of a name that is written in its citation form, whatever else the form may be.
  double citation = 0.34;
  double title_prior =
      100;  // occurrences of all words that a common word's own share of capitals is mixed with
  // 1: weigh readings by how often their case, number, person occur in the class
  double slot_exponent = 0.75;
  double capitals = 0.1;  // weight of words in capitals, many of which are acronyms that spell a word
  // Occurrences of its kind that a lemma's own singulars and plurals are mixed with.
  double number_prior = 4;
  double context_exponent = 1;  // 0: what stands beside a word does not matter
  double context_free = 1;      // occurrences that the reading without regard to context counts for
  int rounds = 20;

  std::array<double, kWordClasses> class_weight;  // multiplies `unseen`
  EstimateOptions() { class_weight.fill(1); }
};

class Estimate {
 public:
  Estimate(const Morphology& morphology, const std::vector<FormCount>& counts,
           const EstimateOptions& options);

  // The lemmas of a surface, most probable first, summing to 1; empty for an unknown one. Draws on its own
  // case, and on the capitalised and lower-case spelling of the same letters.
  std::vector<Posterior> posterior(std::string_view surface) const;
  // How much of its class's occurrences fall on the slots of a tag set.
  double tag_weight(std::uint32_t tags) const;
  // Expected occurrences of a lemma in the counted text.
  double lemma_count(std::uint32_t lemma) const;

 private:
  // Whose numbers are alike: names of persons and of fields of knowledge (technika, beside technik) hardly
  // ever stand in the plural, peoples (krakowianin) mostly do.
  enum class Kind : std::uint8_t { common, person, name, verb, field, people };
  static constexpr std::size_t kKinds = 6;
  using Numbers = std::array<double, 2>;  // singular, plural
  struct Candidate {
    std::uint64_t unit = 0;  // lemma << 8 | class
    double weight = 1;
    Kind kind = Kind::common;
    bool capitalised = false;  // a common word, written with a capital
    std::vector<std::uint16_t> slots;
    std::uint32_t paradigm = 0;  // index into paradigms_
  };
  Kind kind_of(const Analysis& analysis) const;
  // Whether a lemma in -a or -kie stands beside a person's: technika (technik), Kowalska and Zawadzkie
  // (Kowalski, Zawadzki), Dominika.
  // Whether a lemma is a diminutive (kurierek) whose forms are those of a woman of the same calling.
  bool is_little_man(const Analysis& analysis) const;
  bool is_place(std::uint32_t lemma) const;  // the name of a thing, as a noun
  bool has_masculine_twin(std::string_view lemma) const;
  std::vector<Candidate> candidates(std::string_view surface) const;
  double weight_of(const Candidate& candidate) const;
  double slot_weight(const Candidate& candidate) const;
  double context_weight(const Candidate& candidate, std::size_t context) const;
  double unit_weight(std::uint64_t unit) const;
  void find_paradigms();
  void find_masculine();
  double slot_probability(const Candidate& candidate, std::uint16_t slot) const;

  const Morphology& morphology_;
  EstimateOptions options_;
  std::vector<std::vector<std::uint16_t>> slots_of_tags_;  // by tag-set id
  std::vector<WordClass> slot_class_;
  std::vector<double> slot_probability_;
  std::vector<bool> vocative_;                               // nouns' slots
  std::vector<std::uint8_t> slot_number_;                    // 0: none, 1: singular, 2: plural
  std::unordered_map<std::uint64_t, Numbers> numbers_;       // of a unit: seen in each number
  std::unordered_map<std::uint64_t, Numbers> sure_numbers_;  // the same, in forms of no other unit
  std::array<Numbers, kKinds> number_of_kind_{};             // the share of each
  std::array<Numbers, kWordClasses> number_of_class_{};
  std::unordered_map<std::uint64_t, std::uint32_t> paradigm_of_;  // of a unit without inflection
  std::vector<std::vector<std::uint16_t>> paradigms_;             // all slots that such a unit has
  std::unordered_set<std::uint32_t> masculine_;                   // lemmas of persons, as nouns
  std::vector<std::array<double, kContexts>> context_of_slot_;    // P(context | slot)
  std::array<double, kContexts> context_probability_{};
  // Of units of common words: how often a capital is written, 1 for as often as of all together, at most 1.
  // Months hardly ever have one, so Września is the town.
  std::unordered_map<std::uint64_t, double> capitals_;
  std::unordered_map<std::uint64_t, double> units_;
  std::unordered_map<std::string, std::array<std::uint32_t, kContexts>> contexts_;  // of forms in lower case
};

}  // namespace kwerenda
