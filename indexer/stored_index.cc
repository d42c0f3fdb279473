#include "indexer/stored_index.h"

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"

namespace kwerenda {

namespace fs = std::filesystem;

struct StoredIndex::Impl {
  fs::path index;
  fs::path generation;
  Xapian::Database database;
  Manifest manifest;

  [[noreturn]] void throw_damaged(const std::string& what) const {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: {}. Sprawdź indeks (kwerenda-index check --index {}), przywróć go z "
                            "kopii albo zbuduj od nowa.",
                            index.string(), what, index.string()));
  }

  template <typename Work>
  auto reading(Work work) const {
    try {
      return work();
    } catch (const Xapian::DatabaseModifiedError&) {
      throw Error(ErrorKind::busy,
                  fmt::format("{}: indeks zmienił się w czasie czytania. Spróbuj ponownie.", index.string()));
    } catch (const Xapian::Error& error) {
      const std::string_view type = error.get_type();
      const char* reason = error.get_error_string();
      if (type == "DatabaseCorruptError" || type == "DatabaseVersionError" || type == "DocNotFoundError" ||
          !reason) {
        throw_damaged(fmt::format("indeks jest uszkodzony: {}", error.get_msg()));
      }
      throw Error(ErrorKind::io,
                  fmt::format("{}: nie można czytać indeksu: {}: {}. Sprawdź uprawnienia i dysk.",
                              index.string(), error.get_msg(), reason));
    }
  }
};

StoredIndex::StoredIndex(const fs::path& index, Versions versions) : impl_(std::make_unique<Impl>()) {
  impl_->index = index;
  impl_->generation = current_generations(index).front();
  impl_->reading([&] {
    impl_->database = Xapian::Database(impl_->generation.string(), Xapian::DB_BACKEND_GLASS);
    const std::string json = impl_->database.get_metadata(kManifestKey);
    impl_->manifest = versions == Versions::current ? manifest_from_json(json, index.string())
                                                    : readable_manifest_from_json(json, index.string());
  });
}

StoredIndex::~StoredIndex() = default;

const Manifest& StoredIndex::manifest() const { return impl_->manifest; }
const fs::path& StoredIndex::generation() const { return impl_->generation; }

std::string StoredIndex::extra_lexicon() const {
  return impl_->reading([&] { return impl_->database.get_metadata(kExtraLexiconKey); });
}

std::optional<StoredReport> StoredIndex::find(std::string_view report_id) const {
  return impl_->reading([&]() -> std::optional<StoredReport> {
    const std::uint64_t key = report_key(report_id);
    const std::string bytes = impl_->database.get_metadata(kReportMetadataPrefix + encode_report_key(key));
    if (bytes.empty()) return std::nullopt;
    StoredReport report;
    if (!decode_report(bytes, report)) {
      impl_->throw_damaged(
          fmt::format("zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną", key));
    }
    if (report.id != report_id) return std::nullopt;
    return report;
  });
}

void StoredIndex::for_each_report(const std::function<void(const StoredReport&)>& visit) const {
  impl_->reading([&] {
    const std::string prefix(1, kReportMetadataPrefix);
    const auto end = impl_->database.metadata_keys_end(prefix);
    for (auto entry = impl_->database.metadata_keys_begin(prefix); entry != end; ++entry) {
      const std::uint64_t key = decode_report_key(std::string_view(*entry).substr(1));
      StoredReport report;
      if (!decode_report(impl_->database.get_metadata(*entry), report) || report_key(report.id) != key) {
        impl_->throw_damaged(
            fmt::format("zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną", key));
      }
      visit(report);
    }
  });
}

std::vector<StoredPassage> StoredIndex::passages_of(const StoredReport& report) const {
  return impl_->reading([&] {
    const std::uint64_t key = report_key(report.id);
    const std::string term = kReportPrefix + encode_report_key(key);
    std::vector<StoredPassage> passages;
    const auto end = impl_->database.postlist_end(term);
    for (auto document = impl_->database.postlist_begin(term); document != end; ++document) {
      StoredPassage& passage = passages.emplace_back();
      if (!decode_passage(impl_->database.get_document(*document).get_data(), passage) ||
          passage.report_key != key) {
        impl_->throw_damaged(
            fmt::format("fragment raportu „{}” nie zgadza się ze swoją sumą kontrolną", report.id));
      }
    }
    std::sort(passages.begin(), passages.end(),
              [](const auto& a, const auto& b) { return a.ordinal < b.ordinal; });
    bool whole = passages.size() == report.passages;
    for (std::size_t i = 0; whole && i < passages.size(); ++i) whole = passages[i].ordinal == i + 1;
    if (!whole) {
      impl_->throw_damaged(fmt::format("raport „{}” ma mieć {} fragmentów, znaleziono {}", report.id,
                                       report.passages, passages.size()));
    }
    return passages;
  });
}

void StoredIndex::copy_compact(const fs::path& target) const {
  impl_->reading([&] { impl_->database.compact(target.string()); });
}

}  // namespace kwerenda
