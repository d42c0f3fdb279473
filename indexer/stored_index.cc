#include "indexer/stored_index.h"

#include <xapian.h>

#include <algorithm>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "indexer/segment_merge.h"
#include "indexer/segments.h"

namespace kwerenda {

namespace fs = std::filesystem;

struct StoredIndex::Impl {
  fs::path index;
  std::vector<Segment> segments;
  std::vector<std::unique_ptr<TextDecompressor>> decompressors;  // one a segment
  Manifest manifest;

  const Xapian::Database& oldest() const { return segments.front().database; }

  // The segment that has the report alive, or their number.
  std::size_t segment_of(std::uint64_t key) const {
    const std::string name = kReportMetadataPrefix + encode_report_key(key);
    std::size_t i = segments.size();
    while (i-- > 0) {
      if (!segments[i].database.get_metadata(name).empty())
        return segments[i].dead_reports.contains(key) ? segments.size() : i;
    }
    return segments.size();
  }

  StoredReport report(const Segment& segment, std::uint64_t key) const {
    StoredReport report;
    const std::string name = kReportMetadataPrefix + encode_report_key(key);
    if (!decode_report(segment.database.get_metadata(name), report) || report_key(report.id) != key)
      throw_damaged(message("zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną",
                            "the record of report {:016x} does not agree with its checksum", key));
    return report;
  }

  [[noreturn]] void throw_damaged(const std::string& what) const {
    throw Error(ErrorKind::corrupt, message("{}: {}. Sprawdź indeks (kwerenda-index check --index {}), "
                                            "przywróć go z kopii albo zbuduj od nowa.",
                                            "{}: {}. Check the index (kwerenda-index check --index {}), "
                                            "restore it from a backup or build it anew.",
                                            index.string(), what, index.string()));
  }

  template <typename Work>
  auto reading(Work work) const {
    try {
      return work();
    } catch (const Xapian::Error& error) {
      const std::string_view type = error.get_type();
      const char* reason = error.get_error_string();
      if (type == "DatabaseCorruptError" || type == "DatabaseVersionError" || type == "DocNotFoundError" ||
          !reason) {
        throw_damaged(message("indeks jest uszkodzony: {}", "the index is damaged: {}", error.get_msg()));
      }
      throw Error(ErrorKind::io,
                  message("{}: nie można czytać indeksu: {}: {}. Sprawdź uprawnienia i dysk.",
                          "{}: cannot read the index: {}: {}. Check the permissions and the disk.",
                          index.string(), error.get_msg(), reason));
    }
  }
};

StoredIndex::StoredIndex(const fs::path& index, Versions versions) : impl_(std::make_unique<Impl>()) {
  impl_->index = index;
  impl_->reading([&] {
    impl_->segments = open_segments(index);
    for (const Segment& segment : impl_->segments) {
      impl_->decompressors.push_back(
          std::make_unique<TextDecompressor>(segment.database.get_metadata(kTextDictionaryKey)));
    }
    const std::string json = impl_->oldest().get_metadata(kManifestKey);
    impl_->manifest = versions == Versions::current ? manifest_from_json(json, index.string())
                                                    : readable_manifest_from_json(json, index.string());
  });
}

StoredIndex::~StoredIndex() = default;

const Manifest& StoredIndex::manifest() const { return impl_->manifest; }

std::string StoredIndex::extra_lexicon() const {
  return impl_->reading([&] { return impl_->oldest().get_metadata(kExtraLexiconKey); });
}

std::optional<StoredReport> StoredIndex::find(std::string_view report_id) const {
  return impl_->reading([&]() -> std::optional<StoredReport> {
    const std::uint64_t key = report_key(report_id);
    const std::size_t segment = impl_->segment_of(key);
    if (segment == impl_->segments.size()) return std::nullopt;
    StoredReport report = impl_->report(impl_->segments[segment], key);
    if (report.id != report_id) return std::nullopt;
    return report;
  });
}

void StoredIndex::for_each_report(const std::function<void(const StoredReport&)>& visit) const {
  impl_->reading([&] {
    std::vector<std::pair<std::uint64_t, const Segment*>> keys;
    const std::string prefix(1, kReportMetadataPrefix);
    for (const Segment& segment : impl_->segments) {
      const auto end = segment.database.metadata_keys_end(prefix);
      for (auto entry = segment.database.metadata_keys_begin(prefix); entry != end; ++entry) {
        const std::uint64_t key = decode_report_key(std::string_view(*entry).substr(1));
        if (!segment.dead_reports.contains(key)) keys.emplace_back(key, &segment);
      }
    }
    std::sort(keys.begin(), keys.end());
    for (const auto& [key, segment] : keys) visit(impl_->report(*segment, key));
  });
}

std::vector<StoredPassage> StoredIndex::passages_of(const StoredReport& report) const {
  return impl_->reading([&] {
    const std::uint64_t key = report_key(report.id);
    const std::string term = kReportPrefix + encode_report_key(key);
    std::vector<StoredPassage> passages;
    const std::size_t number = impl_->segment_of(key);
    if (number == impl_->segments.size())
      impl_->throw_damaged(message("nie ma raportu „{}”", "there is no report “{}”", report.id));
    ensure_whole(impl_->segments[number].path);
    const Xapian::Database& database = impl_->segments[number].database;
    const auto end = database.postlist_end(term);
    for (auto document = database.postlist_begin(term); document != end; ++document) {
      StoredPassage& passage = passages.emplace_back();
      if (!decode_passage(database.get_document(*document, Xapian::DOC_ASSUME_VALID).get_data(),
                          *impl_->decompressors[number], passage) ||
          passage.report_key != key) {
        impl_->throw_damaged(message("fragment raportu „{}” nie zgadza się ze swoją sumą kontrolną",
                                     "a passage of report “{}” does not agree with its checksum", report.id));
      }
    }
    std::sort(passages.begin(), passages.end(),
              [](const auto& a, const auto& b) { return a.ordinal < b.ordinal; });
    bool whole = passages.size() == report.passages;
    for (std::size_t i = 0; whole && i < passages.size(); ++i) whole = passages[i].ordinal == i + 1;
    if (!whole) {
      impl_->throw_damaged(message("raport „{}” ma mieć {} fragmentów, znaleziono {}",
                                   "report “{}” should have {} passages, found {}", report.id,
                                   report.passages, passages.size()));
    }
    return passages;
  });
}

void StoredIndex::copy_merged(const fs::path& target) const {
  impl_->reading([&] {
    std::vector<MergeInput> inputs;
    for (const Segment& segment : impl_->segments) inputs.push_back({segment.path, segment.dead_reports, {}});
    merge_segments(inputs, OlderSegments::none, target);
  });
}

}  // namespace kwerenda
