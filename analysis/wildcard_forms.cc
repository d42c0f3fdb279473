#include "analysis/wildcard_forms.h"

#include <algorithm>
#include <unordered_map>

namespace kwerenda {
namespace {

// A walk stops after so many states: "*ami", the worst ending of three letters, takes some 0.3 s for all its
// forms.
constexpr std::size_t kMaxVisitedStates = 10'000'000;

// Below a state the same letters lead to the same ends, whichever way one came. So a walk for an ending that
// found nothing below a state, with so many letters of the ending matched, need not go there again: most of
// the millions of forms are never spelled out.
class FormWalk {
 public:
  FormWalk(const LexiconFile& file, std::size_t limit)
      : file_(file), limit_(limit), arcs_{0}, arcs_at_(file.forms.size) {}

  // The first letter may be a capital: proper names are spelled with one.
  void beginning(const Labels& part) {
    const std::uint8_t capital = file_.to_upper()[part.label[0]];
    from(part.label[0], part);
    if (capital != 0 && capital != part.label[0]) from(capital, part);
  }

  void ending(const Labels& part) {
    // How many letters of the ending are matched after one more letter (Knuth, Morris and Pratt).
    next_.assign((part.size + 1) * kMaxLabels, 0);
    std::size_t fallback = 0;
    for (std::size_t at = 0; at <= part.size; ++at) {
      for (std::size_t label = 0; label < kMaxLabels; ++label) {
        next_[at * kMaxLabels + label] = next_[fallback * kMaxLabels + label];
      }
      if (at == part.size) break;
      next_[at * kMaxLabels + part.label[at]] = static_cast<std::uint8_t>(at + 1);
      if (at > 0) fallback = next_[fallback * kMaxLabels + part.label[at]];
    }
    wanted_ = part.size;
    barren_.assign(file_.forms.size, 0);
    spelling_.clear();
    ending_below(file_.forms.root, 0);
  }

  bool more() const { return lemmas_.size() >= limit_ || visited_ > kMaxVisitedStates; }

  void append(std::vector<LemmaOfForms>& lemmas) const {
    for (const auto& [lemma, frequency] : lemmas_) lemmas.push_back({lemma, frequency});
  }

 private:
  bool step(std::uint32_t& state, std::uint8_t label) {
    if (!file_.forms.step(state, label)) return false;
    spelling_.append(file_.text[label].bytes, file_.text[label].size);
    return true;
  }

  // Where in arcs_ the labels out of `state` begin; they end in 0. Looked for once: most states are met again
  // and again, and have two or three arcs of some ninety labels.
  std::size_t arcs_of(std::uint32_t state) {
    if (state >= arcs_at_.size()) return 0;
    if (arcs_at_[state] == 0) {
      arcs_at_[state] = static_cast<std::uint32_t>(arcs_.size());
      for (std::uint8_t label = 1; label < kMaxLabels; ++label) {
        std::uint32_t next = state;
        if (file_.text[label].size != 0 && file_.forms.step(next, label)) arcs_.push_back(label);
      }
      arcs_.push_back(0);
    }
    return arcs_at_[state];
  }

  void from(std::uint8_t first, const Labels& part) {
    std::uint32_t state = file_.forms.root;
    spelling_.clear();
    bool known = step(state, first);
    for (std::size_t i = 1; known && i < part.size; ++i) known = step(state, part.label[i]);
    if (known) all_below(state);
  }

  void keep(std::uint32_t record) {
    readings_.clear();
    file_.read(file_.readings, record, spelling_, ReadingSource::lexicon, readings_);
    form_.clear();
    file_.append_lower(spelling_, form_);
    const std::uint32_t frequency = file_.frequency(form_);
    for (const Reading& reading : readings_) {
      lemma_.clear();
      file_.append_lower(reading.lemma, lemma_);
      lemmas_[lemma_] += frequency;
    }
  }

  void all_below(std::uint32_t state) {
    std::uint32_t record = 0;
    if (more() || depth_ == kMaxFormLetters) return;
    ++depth_;
    ++visited_;
    if (file_.forms.value(state, record)) keep(record);
    for (std::size_t at = arcs_of(state); arcs_[at] != 0; ++at) {
      std::uint32_t further = state;
      const std::size_t length = spelling_.size();
      step(further, arcs_[at]);
      all_below(further);
      spelling_.resize(length);
    }
    --depth_;
  }

  // True if something was found.
  bool ending_below(std::uint32_t state, std::size_t matched) {
    // A bit for each number of letters matched; beyond seven the walk is narrow anyway.
    const std::uint8_t place = matched < 7 ? static_cast<std::uint8_t>(1u << matched) : std::uint8_t{0};
    if (more() || depth_ == kMaxFormLetters || state >= barren_.size() || (barren_[state] & place))
      return false;
    ++depth_;
    ++visited_;
    bool found = false;
    std::uint32_t record = 0;
    if (matched == wanted_ && file_.forms.value(state, record)) {
      keep(record);
      found = true;
    }
    for (std::size_t at = arcs_of(state); arcs_[at] != 0; ++at) {
      const std::uint8_t label = arcs_[at];
      std::uint32_t further = state;
      const std::size_t length = spelling_.size();
      step(further, label);
      const std::uint8_t small = file_.to_lower()[label] ? file_.to_lower()[label] : label;
      found = ending_below(further, next_[matched * kMaxLabels + small]) || found;
      spelling_.resize(length);
    }
    --depth_;
    if (!found && !more()) barren_[state] |= place;
    return found;
  }

  const LexiconFile& file_;
  std::size_t limit_;
  std::vector<std::uint8_t> arcs_;      // of all states met; the first is of none
  std::vector<std::uint32_t> arcs_at_;  // by state
  std::size_t depth_ = 0, wanted_ = 0, visited_ = 0;
  std::string spelling_;
  std::vector<std::uint8_t> next_;
  std::vector<std::uint8_t> barren_;  // by state
  std::vector<Reading> readings_;
  std::string form_, lemma_;
  std::unordered_map<std::string, std::uint32_t> lemmas_;  // with how often the forms were seen
};

}  // namespace

void find_lemmas_of_forms(const LexiconFile& file, std::string_view part, FormEnd end, std::size_t limit,
                          std::vector<LemmaOfForms>& lemmas, bool& more) {
  Labels labels;
  if (part.empty() || !file.encode(part, labels)) return;
  FormWalk walk(file, limit);
  if (end == FormEnd::beginning) {
    walk.beginning(labels);
  } else {
    walk.ending(labels);
  }
  more = more || walk.more();
  walk.append(lemmas);
}

}  // namespace kwerenda
