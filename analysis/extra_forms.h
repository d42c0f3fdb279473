// A user's own words: lines "forma TAB lemat" that overlay the lexicon.
//
//   # comments and empty lines are skipped
//   Kwerendą	Kwerenda
//   kwerendą	kwerenda
//
// A form in small letters holds for every case of its letters, one with capitals only for what is written so.
// Several lines of one form give it several lemmas of equal weight. What an own word says replaces what the
// lexicon says.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

struct ExtraForms {
  std::map<std::string, std::vector<std::string>, std::less<>>
      lemmas_of;  // both normalized(); lemmas in the order of the lines

  // Adds the lines of `text`; `name` is what messages call it. Throws Error{usage} "name:line: …" for a line
  // without a tab, with more than one, with an empty form or lemma, with a blank within either, or longer
  // than 64 bytes, and Error{limit} beyond a million forms.
  void add(std::string_view text, const std::string& name);
  // The same words as a text that add() reads, sorted: what an index keeps.
  std::string text() const;
  std::uint64_t hash() const;  // xxh3 of text(); 0 if empty
  bool empty() const { return lemmas_of.empty(); }
};

}  // namespace kwerenda
