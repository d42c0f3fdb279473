// What the dictionaries know, in one sorted table: form, lemma, tags. Decisions about the lemma (which normal
// form stands for a word) are made here and nowhere else.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

inline constexpr std::uint32_t kNoString = 0xffffffff;

// Strings by number, each once. Views stay valid as long as the pool lives.
class StringPool {
 public:
  std::uint32_t add(std::string_view text);
  std::uint32_t find(std::string_view text) const;  // kNoString if absent
  std::string_view operator[](std::uint32_t id) const { return views_[id]; }
  std::size_t size() const { return views_.size(); }

 private:
  std::size_t slot_of(std::string_view text) const;

  std::deque<std::string> blocks_;
  std::vector<std::string_view> views_;
  std::vector<std::uint32_t>
      slots_;  // open addressing by hash, id + 1; five million strings fit a node-based map half as well
};

// Word classes as far as lemmas, priors and derivations need them.
enum class WordClass : std::uint8_t {
  noun,
  depreciative,
  adjective,
  adverb,
  verb,
  gerund,
  active_participle,
  passive_participle,
  adverbial_participle,
  numeral,
  pronoun,
  function_word,
  abbreviation,
  interjection,
  foreign,
  count
};
inline constexpr std::size_t kWordClasses = static_cast<std::size_t>(WordClass::count);

// One way to read a form. `tags` is a PoliMorf tag set (kNoString for words of hunspell-pl, which has none).
struct Analysis {
  std::uint32_t form = 0;
  std::uint32_t lemma = 0;
  std::uint32_t tags = kNoString;
  WordClass word_class = WordClass::noun;
};

struct Morphology {
  StringPool strings;  // forms and lemmas, own case, apostrophes as U+0027
  StringPool tags;
  std::vector<Analysis> analyses;  // by form, then lemma; all of one form stand together
  std::vector<std::uint32_t>
      first_of;  // string id -> index of its first analysis as a form, kNoString if it is none

  // Sorts the analyses, drops repeated ones and fills first_of. Needed after any change.
  void sort();
  // The analyses of a form written exactly so: [begin, end) into `analyses`.
  std::pair<std::size_t, std::size_t> range_of(std::uint32_t form) const;
};

// Reads both dictionaries. The arguments are the bytes of the files and their names for messages.
// Throws what read_morfologik and read_hunspell throw.
Morphology read_morphology(std::string_view polimorf, const std::string& polimorf_name, std::string_view aff,
                           const std::string& aff_name, std::string_view dic, const std::string& dic_name);

WordClass class_of(std::string_view tag);  // of one tag, "subst:sg:nom:f"
bool is_proper(std::string_view lemma);    // starts with a capital letter

}  // namespace kwerenda
