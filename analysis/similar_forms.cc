#include "analysis/similar_forms.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "analysis/edit_distance.h"
#include "analysis/fold.h"

namespace kwerenda {
namespace {

// A walk stops after so many states. Of 872 unknown words of Wikipedia the worst took 14,344 with two edits
// (half of them 7,755 and 4 ms) and 1,103 with one (0.2 ms).
constexpr std::size_t kMaxVisitedStates = 60000;

struct Found {
  SimilarForm similar;
  std::uint32_t lemma_frequency = 0;  // of the best lemma, if the form itself was never seen
};

class SimilarSearch {
 public:
  explicit SimilarSearch(const LexiconFile& file) : file_(file) {}

  void accent_free(const Labels& word) {
    word_ = &word;
    spelling_.clear();
    walk_free(file_.forms.root, 0);
  }

  void within(const Labels& word, int edits) {
    word_ = &word;
    edits_ = edits;
    spelling_.clear();
    rows_.assign((word.size + 4) * (word.size + 1), 0);
    for (std::size_t i = 0; i <= word.size; ++i) rows_[i] = static_cast<std::uint8_t>(i);
    walk_within(file_.forms.root, 1);
  }

  // Own words are few: they are compared one by one.
  void own_words(const ExtraForms& extra, std::string_view form, int edits) {
    if (extra.empty()) return;
    const std::string plain = without_marks(folded(form));
    for (const auto& [own, lemmas] : extra.lemmas_of) {
      const std::string own_folded = folded(own);
      const int distance = edit_distance(plain, without_marks(own_folded), edits);
      if (distance <= edits) found_.push_back({{own_folded, file_.frequency(own_folded), distance}, 0});
    }
  }

  // Fewest edits first, then most frequent, then those of the more frequent lemma (most forms of a word are
  // never seen), then by letters.
  void finish(std::size_t limit, std::vector<SimilarForm>& out) {
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::tie(a.similar.form, a.similar.edits, b.lemma_frequency) <
             std::tie(b.similar.form, b.similar.edits, a.lemma_frequency);
    });
    found_.erase(std::unique(found_.begin(), found_.end(),
                             [](const Found& a, const Found& b) { return a.similar.form == b.similar.form; }),
                 found_.end());
    std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return std::tie(a.similar.edits, b.similar.frequency, b.lemma_frequency) <
             std::tie(b.similar.edits, a.similar.frequency, a.lemma_frequency);
    });
    if (found_.size() > limit) found_.resize(limit);
    for (Found& found : found_) out.push_back(std::move(found.similar));
  }

 private:
  std::uint8_t base_of(std::uint8_t label) const { return file_.to_base()[label]; }

  void keep(int edits, std::uint32_t record) {
    std::string written, lower;
    for (const std::uint8_t label : spelling_)
      written.append(file_.text[label].bytes, file_.text[label].size);
    file_.append_lower(written, lower);
    const std::uint32_t frequency = file_.frequency(lower);
    std::uint32_t lemma_frequency = 0;
    readings_.clear();
    if (frequency == 0 && file_.read(file_.readings, record, written, ReadingSource::lexicon, readings_) &&
        !readings_.empty()) {
      lemma_frequency = file_.frequency(folded(readings_.front().lemma));
    }
    found_.push_back({{std::move(lower), frequency, edits}, lemma_frequency});
  }

  template <typename Each>
  void for_each_letter(std::size_t depth, Each each) const {
    if (depth > 0) {
      for (const std::uint8_t label : file_.small_letters) each(label);
    } else {
      for (std::uint8_t label = 1; label < kMaxLabels; ++label) each(label);
    }
  }

  void walk_free(std::uint32_t state, std::size_t at) {
    if (++visited_ > kMaxVisitedStates) return;
    std::uint32_t value = 0;
    if (at == word_->size) {
      if (file_.forms.value(state, value)) keep(0, value);
      return;
    }
    const std::uint8_t wanted = base_of(word_->label[at]);
    for_each_letter(at, [&](std::uint8_t label) {
      std::uint32_t next = state;
      if (base_of(label) != wanted || !file_.forms.step(next, label)) return;
      spelling_.push_back(label);
      walk_free(next, at + 1);
      spelling_.pop_back();
    });
  }

  // rows_ holds, for each letter of the spelling so far, the edits between it and each beginning of the word.
  void walk_within(std::uint32_t state, std::size_t depth) {
    const std::size_t width = word_->size + 1;
    if (++visited_ > kMaxVisitedStates || (depth + 1) * width > rows_.size()) return;
    const std::uint8_t* const last = &rows_[(depth - 1) * width];
    std::uint8_t* const row = &rows_[depth * width];
    for_each_letter(depth - 1, [&](std::uint8_t label) {
      std::uint32_t next = state;
      if (!file_.forms.step(next, label)) return;
      const std::uint8_t base = base_of(label);
      row[0] = static_cast<std::uint8_t>(depth);
      std::uint8_t least = row[0];
      for (std::size_t i = 1; i < width; ++i) {
        const std::uint8_t wanted = base_of(word_->label[i - 1]);
        int cost = std::min({last[i] + 1, row[i - 1] + 1, last[i - 1] + (base == wanted ? 0 : 1)});
        if (depth > 1 && i > 1 && base == base_of(word_->label[i - 2]) &&
            base_of(spelling_.back()) == wanted) {
          cost = std::min(cost, rows_[(depth - 2) * width + i - 2] + 1);
        }
        row[i] = static_cast<std::uint8_t>(cost);
        least = std::min(least, row[i]);
      }
      if (least > edits_) return;
      spelling_.push_back(label);
      std::uint32_t value = 0;
      if (row[width - 1] <= edits_ && file_.forms.value(next, value)) keep(row[width - 1], value);
      walk_within(next, depth + 1);
      spelling_.pop_back();
    });
  }

  const LexiconFile& file_;
  const Labels* word_ = nullptr;
  int edits_ = 0;
  std::size_t visited_ = 0;
  std::vector<std::uint8_t> rows_;
  std::vector<std::uint8_t> spelling_;
  std::vector<Found> found_;
  std::vector<Reading> readings_;
};

}  // namespace

void find_similar(const LexiconFile& file, const ExtraForms& extra, std::string_view form, int edits,
                  std::size_t limit, std::vector<SimilarForm>& found) {
  SimilarSearch search(file);
  Labels labels;
  if (file.encode(form, labels)) {
    if (edits == 0) {
      search.accent_free(labels);
    } else {
      search.within(labels, edits);
    }
  }
  search.own_words(extra, form, edits);
  search.finish(limit, found);
}

}  // namespace kwerenda
