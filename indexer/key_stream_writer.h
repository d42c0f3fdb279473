// Writes a segment's file of key streams (analysis/key_streams.h), documents in the order of their docids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/key_streams.h"
#include "indexer/glass/output_file.h"

namespace kwerenda {

// One thread at a time. Throws Error{io}, Error{limit} beyond 8 GB (some 30 GB of text).
class KeyStreamWriter {
 public:
  // The directory must exist and have no such file.
  KeyStreamWriter(const std::filesystem::path& directory, glass::Durability durability,
                  glass::Writing writing);

  // The next document, 1 at first. Of passages of one report with increasing ordinals the first one's title
  // is kept for all of them.
  void add(const PassageKeys& keys);
  void finish();
  // REQUIRES: finish() was called.
  SummedFile sum() const { return {kKeyStreamsName, file_.size(), file_.checksum()}; }

 private:
  glass::OutputFile file_;
  std::vector<std::uint32_t> offsets_;  // by docid - 1, in units of two bytes
  std::string report_;                  // the present report's entry
  std::uint64_t report_offset_ = 0, report_key_ = 0;
  std::uint32_t last_ordinal_ = 0;
  std::string entry_;
};

}  // namespace kwerenda
