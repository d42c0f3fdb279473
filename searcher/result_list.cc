#include "searcher/result_list.h"

namespace kwerenda {
namespace {

// Pairs of passages compared for likeness in one search, about a microsecond each.
constexpr std::uint32_t kMaxCompared = 2000;
// Passages in the list up to which the filter keeps back most that are like none of them.
constexpr std::size_t kMostFiltered = 100;

}  // namespace

bool ResultList::fold(const Candidate& candidate) {
  if (!folds_) return false;
  const auto same = like(candidate);
  if (same) ++passages_[*same].duplicates;
  return same.has_value();
}

bool ResultList::has_room_for_report(std::uint64_t key) const {
  if (per_report_ == 0) return true;
  const auto taken = of_report_.find(key);
  return taken == of_report_.end() || taken->second < per_report_;
}

void ResultList::add(const Candidate& candidate) {
  ++of_report_[candidate.report_key];
  by_text_.emplace(candidate.text_hash, passages_.size());
  if (folds_ && passages_.size() < kMostFiltered) runs_.add(candidate.text);
  passages_.push_back(candidate);
}

// Nearly the same only if it is of another report: one report does not say the same thing twice unless it
// means two things, as provisions of a statute do.
std::optional<std::size_t> ResultList::like(const Candidate& candidate) {
  if (const auto same = by_text_.find(candidate.text_hash); same != by_text_.end()) return same->second;
  if (passages_.size() <= kMostFiltered && !runs_.may_be_copy(candidate.text)) return std::nullopt;
  for (; sketched_ < passages_.size(); ++sketched_)
    by_sketch_.add(sketch_of(passages_[sketched_].text), sketched_);
  similar_.clear();
  by_sketch_.similar_to(sketch_of(candidate.text), similar_);
  for (const std::uint32_t place : similar_) {
    const Candidate& listed = passages_[place];
    if (listed.report_key == candidate.report_key || compared_ == kMaxCompared) continue;
    ++compared_;
    if (comparison_.is_near_copy(candidate.text, listed.text)) return place;
  }
  return std::nullopt;
}

}  // namespace kwerenda
