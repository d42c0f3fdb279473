// Keeps Xapian from reading damage: which segments were found to be as they were written, shared by all
// readers of a Searcher. Segments never change, so each is verified once.
#pragma once

#include <filesystem>
#include <mutex>
#include <set>

#include "searcher/searcher.h"

namespace kwerenda {

// Any thread may call.
class VerifiedSegments {
 public:
  explicit VerifiedSegments(VerifyFiles verify) : verify_(verify) {}

  // Compares all files of the segment with their checksums unless that was done before; with VerifyFiles::no
  // the small version file only. Throws Error{corrupt}, Error{io}.
  void ensure(const std::filesystem::path& segment);

 private:
  const VerifyFiles verify_;
  std::mutex mutex_;
  std::set<std::filesystem::path> verified_;
};

}  // namespace kwerenda
