#include "searcher/verified_segments.h"

#include "analysis/segment_sums.h"

namespace kwerenda {

void VerifiedSegments::ensure(const std::filesystem::path& segment) {
  verify_version_file(segment);
  if (verify_ == VerifyFiles::no) return;
  const std::lock_guard lock(mutex_);
  if (verified_.contains(segment)) return;
  verify_files(segment);
  verified_.insert(segment);
}

}  // namespace kwerenda
