// Synonyms out of a MyThes thesaurus (OpenOffice's; Debian's is th_pl_PL_v2.dat in mythes-pl): the user names
// the file, none comes with Kwerenda.
//
//   ISO8859-2                                the file's encoding, on the first line
//   żłobek|1                                 an entry: the word, and how many lines of senses follow
//   -|ochronka|przedszkole (pot.)|zakład (pojęcie nadrzędne)
//
// Broader and narrower words ("pojęcie nadrzędne", "podrzędne") are not synonyms and are passed over, and so
// are phrases of several words.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kwerenda {

// Constant once opened; safe from several threads at once. Takes three times the file's size in memory (16 MB
// for Debian's).
class Thesaurus {
 public:
  // Throws Error: io (unreadable), limit (longer than kMaxThesaurusBytes), incompatible (no such file format,
  // or neither UTF-8 nor ISO-8859-2).
  static Thesaurus open(const std::filesystem::path& file);
  // The same from bytes; `name` stands for the file in messages.
  static Thesaurus parse(std::string bytes, const std::string& name);

  // The single words that stand in a sense with `lemma` (folded), folded, the first sense's first; none if
  // the word has no entry.
  std::vector<std::string> synonyms(std::string_view lemma) const;

 private:
  std::string text_;  // UTF-8
  std::unordered_map<std::string, std::size_t>
      entries_;  // folded word to the byte where its first sense begins
};

inline constexpr std::size_t kMaxThesaurusBytes = std::size_t{64} << 20;

}  // namespace kwerenda
