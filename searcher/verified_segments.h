// Keeps Xapian from reading damage: which segments were found to be as they were written, shared by all
// readers of a Searcher. Segments never change, so each is verified once. It is known by its file of
// checksums and not by its name, which an index that was built anew in the same place uses again.
#pragma once

#include <filesystem>
#include <mutex>
#include <set>
#include <string>

#include "searcher/searcher.h"

namespace kwerenda {

// Any thread may call.
class VerifiedSegments {
 public:
  explicit VerifiedSegments(VerifyFiles verify) : verify_(verify) {}

  // Compares all files of the segment with their checksums unless that was done before; with VerifyFiles::no
  // the small version file and the sizes of the others only. Throws Error{corrupt}, Error{io}.
  void ensure(const std::filesystem::path& segment);
  // Before Xapian reads the lists of the segment: compares the file that holds them unless that was done.
  // Throws as ensure().
  void ensure_lists(const std::filesystem::path& segment);
  // What ensure() leaves to whoever reads the tables.
  bool verifies_files() const { return verify_ == VerifyFiles::yes; }

 private:
  const VerifyFiles verify_;
  std::mutex mutex_;
  std::set<std::string> verified_, verified_lists_;  // identities
};

}  // namespace kwerenda
