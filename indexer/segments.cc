#include "indexer/segments.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <mutex>
#include <set>
#include <string>

#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"

namespace kwerenda {
namespace {

constexpr const char* kPostlistName = "postlist.glass";  // Xapian's: metadata, lists, values

std::string identity_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return fmt::format("{}:{}:{}:{}.{}:{}.{}", status.st_dev, status.st_ino, status.st_size,
                     status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
                     status.st_ctim.tv_nsec);
}

// Verifies what `verify` looks at unless this process found it sound before: `add` opens an index four times.
template <typename Verify>
void once(const std::filesystem::path& file, std::string_view what, Verify verify) {
  static std::mutex mutex;
  static std::set<std::string> verified;
  const std::string identity = identity_of(file);
  const std::string entry = fmt::format("{} {}", what, identity);
  {
    const std::lock_guard lock(mutex);
    if (verified.contains(entry)) return;
  }
  verify();
  if (identity.empty()) return;
  const std::lock_guard lock(mutex);
  verified.insert(entry);
}

}  // namespace

void ensure_whole(const std::filesystem::path& segment) {
  once(segment / kSumsName, "all", [&] { verify_files(segment); });
}

std::vector<Segment> open_segments(const std::filesystem::path& index) {
  std::vector<Segment> segments;
  for (const std::filesystem::path& path : current_segments(index)) {
    verify_version_file(path);
    once(path / kPostlistName, "postlist", [&] { verify_file(path, kPostlistName); });
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
