#include "indexer/segments.h"

#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"

namespace kwerenda {

std::vector<Segment> open_segments(const std::filesystem::path& index) {
  std::vector<Segment> segments;
  for (const std::filesystem::path& path : current_segments(index)) {
    verify_version_file(path);
    Segment& segment = segments.emplace_back();
    segment.path = path;
    segment.database = Xapian::Database(path.string(), Xapian::DB_BACKEND_GLASS);
    segment.passages = segment.database.get_doccount();
    const std::string prefix(1, kSupersededPrefix);
    const auto end = segment.database.metadata_keys_end(prefix);
    for (auto entry = segment.database.metadata_keys_begin(prefix); entry != end; ++entry) {
      const std::string key_bytes = (*entry).substr(1);
      const std::uint64_t key = decode_report_key(key_bytes);
      for (auto older = segments.begin(); older + 1 != segments.end(); ++older) {
        if (older->database.get_metadata(kReportMetadataPrefix + key_bytes).empty()) continue;
        if (older->dead_reports.insert(key).second)
          older->dead += older->database.get_termfreq(kReportPrefix + key_bytes);
      }
    }
  }
  return segments;
}

}  // namespace kwerenda
