#include "indexer/file_times.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"
#include "indexer/durable_files.h"

namespace kwerenda {
namespace {

std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

// "" if it cannot be read: what is read here only saves work, and whoever needs it says what is wrong.
std::string read_all(const std::filesystem::path& file) {
  try {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  } catch (const std::ios_base::failure&) {  // a directory, a failing disk
    return {};
  }
}

// Of the list of segments and of their checksums: names come again, when an index is built anew or a copy is
// put in its place. 0 if there is none.
std::uint64_t hash_of_state(const std::filesystem::path& index) {
  std::string state = read_all(index / kStubName);
  if (state.empty()) return 0;
  try {
    for (const std::filesystem::path& segment : current_segments(index))
      state += read_all(segment / kSumsName);
  } catch (const Error&) {
    return 0;  // whoever reads the index says what is wrong
  }
  return hash_of(state);
}

// Takes a number and the one character behind it off `text`.
template <typename Number>
bool take(std::string_view& text, int base, char behind, Number& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  const auto used = static_cast<std::size_t>(stop - text.data());
  if (error != std::errc{} || used >= text.size() || *stop != behind) return false;
  text.remove_prefix(used + 1);
  return true;
}

}  // namespace

FileTimes FileTimes::of(const std::filesystem::path& index) {
  FileTimes times;
  times.state_ = hash_of_state(index);
  const std::string bytes = read_all(index / kFileTimesName);
  constexpr std::size_t kSumBytes = 17;  // the last line
  if (bytes.size() < kSumBytes) return times;
  std::string_view text(bytes.data(), bytes.size() - kSumBytes);
  if (fmt::format("{:016x}\n", hash_of(text)) != std::string_view(bytes).substr(text.size())) return times;
  std::uint64_t state = 0;
  if (!take(text, 16, '\n', state) || state != times.state_) return times;
  while (!text.empty()) {
    std::uint64_t key = 0;
    Entry entry;
    if (!take(text, 16, ' ', key) || !take(text, 16, ' ', entry.source) ||
        !take(text, 16, ' ', entry.time.size) || !take(text, 16, ' ', entry.time.mtime_ns) ||
        !take(text, 16, ' ', entry.time.ctime_ns) || !take(text, 16, ' ', entry.time.content_hash) ||
        !take(text, 10, '\n', entry.time.records)) {
      break;
    }
    if (times.entries_.emplace(key, entry).second) ++times.sources_[entry.source];
  }
  return times;
}

std::optional<FileTime> FileTimes::find(std::string_view path) const {
  const auto found = entries_.find(report_key(path));
  return found == entries_.end() ? std::nullopt : std::optional<FileTime>(found->second.time);
}

void FileTimes::put(std::string_view path, std::string_view source, const FileTime& time) {
  const auto known = find(path);
  if (known && *known == time) return;
  erase(path);
  const Entry entry{report_key(source), time};
  entries_.emplace(report_key(path), entry);
  ++sources_[entry.source];
  changed_ = true;
}

void FileTimes::erase(std::string_view path) {
  const auto found = entries_.find(report_key(path));
  if (found == entries_.end()) return;
  const auto source = sources_.find(found->second.source);
  if (--source->second == 0) sources_.erase(source);
  entries_.erase(found);
  changed_ = true;
}

void FileTimes::erase_source(std::string_view source) {
  const std::uint64_t key = report_key(source);
  if (sources_.erase(key) == 0) return;
  std::erase_if(entries_, [&](const auto& entry) { return entry.second.source == key; });
  changed_ = true;
}

void FileTimes::save(const std::filesystem::path& index) {
  const std::uint64_t state = hash_of_state(index);
  if (!changed_ && state == state_) return;
  const std::filesystem::path file = index / kFileTimesName;
  if (entries_.empty()) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  } else {
    std::map<std::uint64_t, const Entry*> sorted;
    for (const auto& [key, entry] : entries_) sorted.emplace(key, &entry);
    std::string text = fmt::format("{:x}\n", state);
    for (const auto& [key, entry] : sorted) {
      const FileTime& time = entry->time;
      text += fmt::format("{:x} {:x} {:x} {:x} {:x} {:x} {}\n", key, entry->source, time.size, time.mtime_ns,
                          time.ctime_ns, time.content_hash, time.records);
    }
    text += fmt::format("{:016x}\n", hash_of(text));
    replace_file(file, text);
  }
  state_ = state;
  changed_ = false;
}

}  // namespace kwerenda
