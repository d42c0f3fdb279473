// Polish morphology: a written form to its lemmas, from one immutable memory-mapped file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/extra_forms.h"

namespace kwerenda {

enum class ReadingSource : std::uint8_t { lexicon, extra, acronym, guesser, as_written };

// One lemma of a form.
struct Reading {
  std::string lemma;  // UTF-8, NFC; proper names keep their capital ("Łódź"), the rest is lower case
  float probability =
      0;  // of this lemma given the form as it was written; best first, they sum to 1 before pruning
  bool proper = false;  // a proper name
  ReadingSource source = ReadingSource::lexicon;
};

// A known form close to a word that is not known.
struct SimilarForm {
  std::string form;             // folded
  std::uint32_t frequency = 0;  // in the text that the lexicon's counts come from; 0 if never seen
  int edits = 0;                // Damerau edits; a difference in marks alone counts 0
};

enum class FormEnd : std::uint8_t { beginning, ending };

struct LemmaOfForms {
  std::string lemma;            // folded
  std::uint32_t frequency = 0;  // of the forms in question together, as in SimilarForm
};

class Lexicon {
 public:
  // Maps the file and verifies header and checksum. Throws Error{not_found, incompatible, corrupt, io}.
  static std::shared_ptr<const Lexicon> open(const std::filesystem::path& path);
  // The same with a user's own words over it; they hold in everything but relatives().
  static std::shared_ptr<const Lexicon> open(const std::filesystem::path& path, ExtraForms extra);
  // The same from bytes in memory instead of a file, which `name` stands for in messages.
  static std::shared_ptr<const Lexicon> from_bytes(std::string bytes, const std::string& name);
  ~Lexicon();
  Lexicon(const Lexicon&) = delete;
  Lexicon& operator=(const Lexicon&) = delete;

  // Everything below is const, without hidden state and safe from several threads at once. `form` is
  // normalized() as of fold.h: case as written. Results are appended, best first.

  // The readings of a known form: its own case first, then lower case. False, and nothing appended, if
  // unknown.
  bool lookup(std::string_view form, std::vector<Reading>& readings) const;
  // The readings of an unknown form by its likeness to known ones. False if there is nothing to go by.
  bool guess(std::string_view form, std::vector<Reading>& readings) const;
  // Known forms that equal `form` when marks are ignored (ł is l), most frequent first, `limit` at most.
  void find_accent_free(std::string_view form, std::size_t limit, std::vector<SimilarForm>& found) const;
  // Known forms within `edits` (1 or 2) Damerau edits, fewest edits first, then most frequent, `limit` at
  // most.
  void find_within(std::string_view form, int edits, std::size_t limit,
                   std::vector<SimilarForm>& found) const;
  // Lemmas derived from the same base (zgłosić: zgłoszenie, zgłaszać; zarządzać: zarządca), without the lemma
  // itself, folded, the nearest first. Gerunds that are forms of their verb are not among them.
  std::vector<std::string> relatives(std::string_view folded_lemma) const;
  // The lemmas, in no order, of the known forms that begin or end with `part` (folded), about `limit` at
  // most; `more` is set, and otherwise left alone, if there are others.
  std::vector<LemmaOfForms> lemmas_of_forms(std::string_view part, FormEnd end, std::size_t limit,
                                            bool& more) const;
  // How often the form was seen, not in capitals, in the text that the counts come from (folded form).
  std::uint32_t frequency(std::string_view folded_form) const;

  std::uint64_t hash() const;        // xxh3 of the file: what a manifest records
  std::uint64_t extra_hash() const;  // of the user's own words, ExtraForms::hash(): that, too
  std::uint32_t version() const;     // of the file format

 private:
  struct Impl;
  explicit Lexicon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kwerenda
