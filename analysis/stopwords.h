// A list of stop words, from a file of stopwords/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kwerenda {

// Constant once loaded; safe from several threads at once.
class StopWords {
 public:
  StopWords() = default;  // no words

  // Reads UTF-8, one word a line; '#' starts a comment, white space around a word is ignored. Throws Error:
  // not_found or io; corrupt, with path and line, for ill-formed UTF-8, for two words in one line, and for a
  // word that is not in folded form.
  static StopWords load(const std::filesystem::path& path);

  // `folded_form` is a token's folded surface (fold.h), not a lemma.
  bool contains(std::string_view folded_form) const;

  std::size_t size() const { return words_.size(); }
  // xxh3 of the words in order of their bytes: comments, order and repetitions do not change it. 0 for no
  // words.
  std::uint64_t hash() const { return hash_; }

 private:
  std::vector<std::string> words_;  // sorted, each once
  std::uint64_t hash_ = 0;
};

}  // namespace kwerenda
