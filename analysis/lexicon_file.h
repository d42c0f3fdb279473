// The mapped lexicon file: its sections, its letters, its records. See lexicon_format.h for what is where.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/automaton.h"
#include "analysis/lexicon.h"
#include "analysis/lexicon_format.h"

namespace kwerenda {

inline constexpr std::size_t kMaxFormLetters = 96;  // no dictionary has a longer word

// A word as labels.
struct Labels {
  std::array<std::uint8_t, kMaxFormLetters> label;
  std::size_t size = 0;

  friend bool operator==(const Labels& a, const Labels& b) {
    return a.size == b.size &&
           std::equal(a.label.begin(), a.label.begin() + static_cast<std::ptrdiff_t>(a.size),
                      b.label.begin());
  }
};

// The UTF-8 of a label's letter.
struct LetterBytes {
  char bytes[2] = {};
  std::uint8_t size = 0;
};

// Owns the mapping; const after open() and safe from several threads at once. Whatever the bytes, nothing is
// read outside them.
class LexiconFile {
 public:
  LexiconFile() = default;
  LexiconFile(const LexiconFile&) = delete;
  LexiconFile& operator=(const LexiconFile&) = delete;
  ~LexiconFile();

  // Maps and verifies. Throws Error{not_found, io, incompatible, corrupt}.
  void open(const std::filesystem::path& path);
  // Verifies bytes that somebody else owns and keeps. Throws Error{incompatible, corrupt}.
  void use(std::string_view bytes, const std::string& name);

  std::uint64_t checksum = 0;
  Automaton forms, suffixes, families, prefixes;
  std::string_view readings, counts, guesses, related;
  std::array<LetterBytes, kMaxLabels> text;  // of each label
  std::vector<std::uint8_t> small_letters;   // labels of lower-case letters and of signs

  // Label to label, 0 where there is none.
  const std::uint8_t* to_lower() const { return letters_ + kLetterTable; }
  const std::uint8_t* to_upper() const { return to_lower() + kMaxLabels; }
  const std::uint8_t* to_base() const { return to_upper() + kMaxLabels; }

  // The letter of `word` that starts at byte `at`: its bytes (at most what is left), and its label, 0 if it
  // has none.
  static std::size_t letter_size(std::string_view word, std::size_t at) {
    const auto lead = static_cast<std::uint8_t>(word[at]);
    const std::size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return std::min(size, word.size() - at);
  }
  std::uint8_t label_at(std::string_view word, std::size_t at, std::size_t size) const {
    const auto lead = static_cast<std::uint8_t>(word[at]);
    if (size == 1) return lead < 0x80 ? letters_[lead] : std::uint8_t{0};
    if (size != 2) return 0;
    return letters_[((lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(word[at + 1]) & 0x3fu)) &
                    (kLetterTable - 1)];
  }

  // The label of the letter at byte `at`, 0 if it has none; `at` moves behind it.
  std::uint8_t next_label(std::string_view word, std::size_t& at) const {
    const auto lead = static_cast<std::uint8_t>(word[at++]);
    if (lead < 0x80) return letters_[lead];
    if ((lead & 0xe0u) != 0xc0u || at == word.size()) return 0;
    return letters_[(lead & 0x1fu) << 6 | (static_cast<std::uint8_t>(word[at++]) & 0x3fu)];
  }

  // False if a letter occurs in no form, or there are too many.
  bool encode(std::string_view form, Labels& labels) const;
  // False if some letter has no such counterpart.
  bool mapped(const Labels& from, const std::uint8_t* first, const std::uint8_t* rest, Labels& to) const;
  void append_text(const Labels& labels, std::string& out) const {
    for (std::size_t i = 0; i < labels.size; ++i)
      out.append(text[labels.label[i]].bytes, text[labels.label[i]].size);
  }
  // Appends `word` in lower case; letters without a label stay as they are.
  void append_lower(std::string_view word, std::string& out) const;
  void capitalise(std::string& word) const;

  // The record of a form written exactly so.
  bool find(std::string_view form, std::uint32_t& record) const {
    std::uint32_t state = forms.root;
    for (std::size_t i = 0; i < form.size();) {
      const std::uint8_t label = next_label(form, i);
      if (label == 0 || !forms.step(state, label)) return false;
    }
    return forms.value(state, record);
  }
  // The record of `form` in another case: its first letter mapped by `first`, the others by `rest`.
  bool find_spelling(std::string_view form, const std::uint8_t* first, const std::uint8_t* rest,
                     std::uint32_t& record) const {
    std::uint32_t state = forms.root;
    const std::uint8_t* table = first;
    for (std::size_t i = 0; i < form.size(); table = rest) {
      const std::uint8_t label = table[next_label(form, i)];
      if (label == 0 || !forms.step(state, label)) return false;
    }
    return forms.value(state, record);
  }
  // Appends that spelling; letters without a label are left out.
  void append_spelling(std::string_view form, const std::uint8_t* first, const std::uint8_t* rest,
                       std::string& out) const {
    const std::uint8_t* table = first;
    for (std::size_t i = 0; i < form.size(); table = rest) {
      const LetterBytes& letter = text[table[next_label(form, i)]];
      out.append(letter.bytes, letter.size);
    }
  }
  bool find(const Labels& labels, std::uint32_t& record) const {
    std::uint32_t state = forms.root;
    for (std::size_t i = 0; i < labels.size; ++i) {
      if (!forms.step(state, labels.label[i])) return false;
    }
    return forms.value(state, record);
  }

  // Reads the record at `offset` and appends its readings of `form`. False if the record does not hold
  // together.
  bool read(std::string_view records, std::uint32_t offset, std::string_view form, ReadingSource source,
            std::vector<Reading>& out) const;
  // Occurrences of a folded form in the counted text.
  std::uint32_t frequency(std::string_view form) const;

 private:
  std::string_view section(const LexiconHeader& header, LexiconSection which) const;
  Automaton automaton(const LexiconHeader& header, LexiconSection which) const;

  void map_file(const std::filesystem::path& path);

  std::string path_;
  std::string_view bytes_;
  void* data_ = nullptr;  // of the mapping
  std::size_t size_ = 0;
  const std::uint8_t* letters_ = nullptr;
};

}  // namespace kwerenda
