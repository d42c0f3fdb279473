#include "searcher/verified_segments.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "analysis/segment_sums.h"

namespace kwerenda {
namespace {

// Empty if there is no such file; verifying then says so.
std::string identity_of(const std::filesystem::path& segment) {
  struct stat status {};
  if (::stat((segment / kSumsName).c_str(), &status) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}", status.st_dev, status.st_ino, status.st_size, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec);
}

}  // namespace

void VerifiedSegments::ensure(const std::filesystem::path& segment) {
  verify_version_file(segment);
  if (verify_ == VerifyFiles::no) return;
  const std::lock_guard lock(mutex_);
  const std::string identity = identity_of(segment);
  if (verified_.contains(identity)) return;
  verify_files(segment);
  verified_.insert(identity);
}

void VerifiedSegments::ensure_lists(const std::filesystem::path& segment) {
  if (verify_ == VerifyFiles::yes) return;  // by ensure()
  const std::lock_guard lock(mutex_);
  const std::string identity = identity_of(segment);
  if (verified_lists_.contains(identity)) return;
  verify_file(segment, "postlist.glass");
  verified_lists_.insert(identity);
}

}  // namespace kwerenda
