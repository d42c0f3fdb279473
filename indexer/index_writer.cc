#include "indexer/index_writer.h"

#include <fmt/format.h>
#include <xapian.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "indexer/durable_files.h"
#include "indexer/index_lock.h"
#include "indexer/bulk_batch.h"
#include "indexer/passage_document.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDocumentBytes = 16u << 20;  // glass fails at commit, and with the whole batch, somewhere above 100 MB
constexpr std::size_t kMaxReportRecordBytes = 1u << 20;
constexpr std::size_t kMaxTableMemory = 256u << 20;

std::string generation_name(unsigned number) { return fmt::format("gen-{:06}", number); }

[[noreturn]] void throw_xapian(const fs::path& index, const Xapian::Error& error) {
  const auto say = [&](ErrorKind kind, const char* advice) {
    throw Error(kind, fmt::format("{}: indeks pozostał bez zmian od ostatniego zatwierdzenia; Xapian zgłosił: {}{}{}. {}", index.string(),
                                  error.get_msg(), error.get_error_string() ? ": " : "",
                                  error.get_error_string() ? error.get_error_string() : "", advice));
  };
  const std::string_view type = error.get_type();
  if (type == "DatabaseLockError") {
    say(ErrorKind::locked, "Inny program trzyma otwartą bazę; spróbuj później.");
  }
  if (type == "DatabaseCorruptError") {
    say(ErrorKind::corrupt, "Sprawdź indeks: kwerenda-index check; w razie szkody zbuduj go od nowa.");
  }
  say(ErrorKind::io, "Sprawdź wolne miejsce i uprawnienia, potem powtórz to samo polecenie.");
  std::abort();
}

void check_agrees(const Manifest& found, const Manifest& wanted, const fs::path& index) {
  const auto fail = [&](const char* what) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: indeks zbudowano z {} niż teraz podano. Użyj tych samych ustawień albo zbuduj nowy indeks w innym katalogu.",
                            index.string(), what));
  };
  if (found.lexicon_hash != wanted.lexicon_hash) fail("innym słownikiem");
  if (found.extra_lexicon_hash != wanted.extra_lexicon_hash) fail("innym słownikiem dodatkowym (--lexicon-extra)");
  if (found.passage_max_bytes != wanted.passage_max_bytes || found.passage_min_bytes != wanted.passage_min_bytes) {
    fail("innym podziałem na fragmenty");
  }
}

// Of two entries of one key the newer database's holds: compact() is given them oldest first.
class NewerMetadata : public Xapian::Compactor {
 public:
  std::string resolve_duplicate_metadata(const std::string&, size_t count, const std::string tags[]) override { return tags[count - 1]; }
};

struct Change {
  Report report;
  std::vector<Passage> passages;
};

}  // namespace

struct IndexWriter::Impl {
  fs::path index;
  IndexWriterSettings settings;
  std::unique_ptr<IndexLock> lock;
  fs::path current;                                   // the published generation; empty before the first
  std::unique_ptr<Xapian::WritableDatabase> database; // of it
  std::vector<Change> changes;                        // waiting; later ones of the same report win
  std::set<std::string, std::less<>> removals;        // ids of reports to be removed from the present generation
  std::uint64_t waiting_bytes = 0;
  std::uint64_t passage_bytes = 0;                    // the sum in the making, during a transaction
  std::unique_ptr<BulkBatch> batch;                   // once the changes are many
  std::unique_ptr<KeyTable> table;
  std::unique_ptr<PassageDocumentMaker> documents;

  void open() {
    std::error_code error;
    fs::create_directories(index, error);
    if (error) {
      throw Error(ErrorKind::io, fmt::format("{}: nie można utworzyć katalogu indeksu: {}. Sprawdź ścieżkę i uprawnienia.", index.string(),
                                             error.message()));
    }
    if (!is_index(index)) refuse_foreign_directory();
    lock = std::make_unique<IndexLock>(index, settings.lock_timeout);
    if (is_index(index)) open_generation(current_generations(index).front());
    remove_leftovers();
  }

  // Anything else than an empty directory or what a killed first build left must not become an index by mistake.
  void refuse_foreign_directory() const {
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (name == kLockName || name.starts_with("gen-") || name.starts_with(".gen-") || name.starts_with(kStubName)) continue;
      if (name == "iamglass" || name == "iamchert") current_generations(index);  // throws the better message
      throw Error(ErrorKind::incompatible, fmt::format("{}: katalog nie jest indeksem i nie jest pusty (zawiera „{}”). Wskaż nowy katalog.",
                                                       index.string(), name));
    }
  }

  void open_generation(const fs::path& generation) {
    database = std::make_unique<Xapian::WritableDatabase>(generation.string(), Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
    check_agrees(manifest_from_json(database->get_metadata(kManifestKey), index.string()), settings.manifest, index);
    current = generation;
  }

  // Generations that nothing names: superseded ones, and those of a build that was killed before it was published.
  void remove_leftovers() const {
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_directory() && (name.starts_with("gen-") || name.starts_with(".gen-")) && entry.path() != current) {
        std::error_code ignored;
        fs::remove_all(entry.path(), ignored);
      }
    }
  }

  std::optional<StoredReport> find_present(std::uint64_t key) const {
    if (!database) return std::nullopt;
    const std::string bytes = database->get_metadata(report_metadata_key(key));
    if (bytes.empty()) return std::nullopt;
    StoredReport report;
    if (!decode_report(bytes, report)) {
      throw Error(ErrorKind::corrupt, fmt::format("{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną. Przywróć indeks z "
                                                  "kopii albo zbuduj go od nowa.",
                                                  index.string(), key));
    }
    return report;
  }

  std::optional<StoredReport> find(std::string_view id) const {
    const std::uint64_t key = report_key(id);
    if (batch) {
      if (auto added = batch->find(key)) return added;
    }
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
      if (change->report.id != id) continue;
      return stored_report(change->report, change->passages);
    }
    if (removals.contains(id)) return std::nullopt;
    return find_present(key);
  }

  // Everything that could make a whole batch fail is looked at before it begins.
  std::optional<std::string> reason_to_reject(const Report& report, const std::vector<Passage>& passages) const {
    if (report.id.empty()) return "raport bez identyfikatora";
    if (report.id.size() + report.source.size() + report.title.size() + report.place.size() + report.url.size() > kMaxReportRecordBytes) {
      return fmt::format("tytuł, miejsce i adres mają razem ponad {} MB", kMaxReportRecordBytes >> 20);
    }
    for (const Passage& passage : passages) {
      if (passage.end - passage.begin + passage.heading.size() > kMaxDocumentBytes) {
        return fmt::format("fragment od bajtu {} ma ponad {} MB", passage.begin, kMaxDocumentBytes >> 20);
      }
    }
    const auto known = find_present(report_key(report.id));
    if (known && known->id != report.id) return fmt::format("skrót identyfikatora zderza się ze skrótem raportu „{}”", known->id);
    return std::nullopt;
  }

  std::optional<std::string> add(Report report, std::vector<Passage> passages) {
    if (auto reason = reason_to_reject(report, passages)) return reason;
    removals.erase(report.id);
    if (batch) {
      batch->add(std::move(report), std::move(passages));
      return std::nullopt;
    }
    waiting_bytes += report.text.size();
    changes.push_back({std::move(report), std::move(passages)});
    if (waiting_bytes > settings.large_batch_bytes) begin_batch();
    return std::nullopt;
  }

  fs::path generation(unsigned number, const char* prefix = "") const { return index / (prefix + generation_name(number)); }
  unsigned next_number() const { return (current.empty() ? 0 : generation_number(current)) + 1; }

  void begin_batch() {
    batch = std::make_unique<BulkBatch>(generation(next_number(), ".batch-"),
                                        BulkBatchSettings{settings.keys, settings.memory_bytes, settings.threads});
    for (Change& change : changes) batch->add(std::move(change.report), std::move(change.passages));
    changes.clear();
    waiting_bytes = 0;
  }

  bool remove(std::string_view id) {
    bool was_there = batch && batch->remove(report_key(id));
    was_there = std::erase_if(changes, [&](const Change& change) { return change.report.id == id; }) > 0 || was_there;
    const auto present = find_present(report_key(id));
    if (present && present->id == id) was_there = removals.emplace(id).second || was_there;
    return was_there;
  }

  std::vector<std::pair<std::string, std::string>> commit() {
    std::vector<std::pair<std::string, std::string>> refused;
    if (!batch && !database) begin_batch();  // even an empty first build is an index
    if (batch) {
      publish_batch();
    } else if (!changes.empty() || !removals.empty()) {
      commit_changes(refused);
    }
    changes.clear();
    removals.clear();
    waiting_bytes = 0;
    return refused;
  }

  // --- a few changes: one transaction ---

  void commit_changes(std::vector<std::pair<std::string, std::string>>& refused) {
    // On an exception the transaction is given up and made again without the report that Xapian refused.
    for (;;) {
      const Change* culprit = nullptr;
      try {
        database->begin_transaction();
        passage_bytes = std::stoull("0" + database->get_metadata(kPassageBytesKey));
        for (const std::string& id : removals) remove_present(report_key(id));
        for (const Change& change : changes) {
          culprit = &change;
          put(change);
        }
        culprit = nullptr;
        database->set_metadata(kPassageBytesKey, std::to_string(passage_bytes));
        database->commit_transaction();
        break;
      } catch (const Xapian::InvalidArgumentError& error) {
        database->cancel_transaction();
        if (!culprit) throw;
        const std::string id = culprit->report.id;
        refused.emplace_back(id, error.get_msg());
        std::erase_if(changes, [&](const Change& change) { return change.report.id == id; });
      }
    }
    fsync_directory(current);
  }

  void remove_present(std::uint64_t key) {
    if (const auto present = find_present(key)) passage_bytes -= std::min(passage_bytes, present->passage_bytes);
    database->delete_document(kReportPrefix + encode_report_key(key));
    database->set_metadata(report_metadata_key(key), "");
  }

  void put(const Change& change) {
    if (!table || table->memory() > kMaxTableMemory) {
      table = std::make_unique<KeyTable>(settings.keys);
      documents = std::make_unique<PassageDocumentMaker>(*table);
    }
    const std::uint64_t key = report_key(change.report.id);
    remove_present(key);
    documents->begin_report(change.report, key);
    PassageDocument made;
    for (const Passage& passage : change.passages) {
      documents->make(passage, made);
      Xapian::Document document;
      for (const PassageTerm& term : made.terms) document.add_term(term_text(term, *table), term.wdf);
      for (const std::string& filter : made.filters) document.add_boolean_term(filter);
      for (const auto& [slot, bytes] : made.values) document.add_value(slot, bytes);
      document.set_data(made.data);
      database->add_document(document);
    }
    const StoredReport stored = stored_report(change.report, change.passages);
    database->set_metadata(report_metadata_key(key), encode_report(stored));
    passage_bytes += stored.passage_bytes;
  }

  // --- many changes: a database of their own, merged and published ---

  void publish_batch() {
    const unsigned number = next_number();
    const fs::path built = generation(number, ".batch-");
    batch->set_metadata(kManifestKey, to_json(settings.manifest));
    if (!settings.extra_lexicon.empty()) batch->set_metadata(kExtraLexiconKey, settings.extra_lexicon);
    batch->finish();
    fs::path ready = built;
    if (database) {
      ready = generation(number, ".merged-");
      merge(built, ready);
    }
    batch.reset();
    const fs::path published = generation(number);
    rename_durably(ready, published);
    replace_file(index / kStubName, fmt::format("glass {}\n", published.filename().string()));
    database.reset();
    open_generation(published);
    // The superseded generation stays until the next writer comes: readers may still be in it.
    std::error_code ignored;
    fs::remove_all(built, ignored);
  }

  // The present generation without what the batch replaces, and the batch behind it.
  void merge(const fs::path& built, const fs::path& merged) {
    Xapian::Database both(current.string(), Xapian::DB_BACKEND_GLASS);
    both.add_database(Xapian::Database(built.string(), Xapian::DB_BACKEND_GLASS));
    NewerMetadata newer;
    both.compact(merged.string(), 0, 0, newer);
    Xapian::WritableDatabase whole(merged.string(), Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
    std::uint64_t bytes = std::stoull("0" + database->get_metadata(kPassageBytesKey)) + batch->passage_bytes();
    for (auto entry = database->metadata_keys_begin(std::string(1, kReportMetadataPrefix));
         entry != database->metadata_keys_end(std::string(1, kReportMetadataPrefix)); ++entry) {
      const std::uint64_t key = decode_report_key(std::string_view(*entry).substr(1));
      StoredReport old;
      const bool readable = decode_report(database->get_metadata(*entry), old);
      const std::optional<StoredReport> added = batch->find(key);
      const bool removed = readable && removals.contains(old.id) && !added;
      if (!removed && !added) continue;
      const std::string term = kReportPrefix + encode_report_key(key);
      // compact() renumbers, so numbers do not tell old from new; but the batch's passages are the last ones.
      std::vector<Xapian::docid> docs(whole.postlist_begin(term), whole.postlist_end(term));
      docs.resize(docs.size() - std::min<std::size_t>(docs.size(), added ? added->passages : 0));
      for (Xapian::docid doc : docs) whole.delete_document(doc);
      if (removed) whole.set_metadata(*entry, "");
      if (readable) bytes -= std::min(bytes, old.passage_bytes);
    }
    whole.set_metadata(kPassageBytesKey, std::to_string(bytes));
    whole.commit();
    whole.close();
    for (const auto& entry : fs::directory_iterator(merged)) fsync_file(entry.path());
    fsync_directory(merged);
  }
};

std::unique_ptr<IndexWriter> IndexWriter::open(const fs::path& index, IndexWriterSettings settings) {
  auto impl = std::make_unique<Impl>();
  impl->index = index;
  impl->settings = std::move(settings);
  try {
    impl->open();
  } catch (const Xapian::Error& error) {
    throw_xapian(index, error);
  }
  return std::unique_ptr<IndexWriter>(new IndexWriter(std::move(impl)));
}

IndexWriter::IndexWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IndexWriter::~IndexWriter() = default;

std::optional<StoredReport> IndexWriter::find(std::string_view report_id) const {
  auto known = impl_->find(report_id);
  if (known && known->id != report_id) known.reset();
  return known;
}

std::vector<std::string> IndexWriter::report_ids() const {
  std::vector<std::string> ids;
  if (!impl_->database) return ids;
  const std::string prefix(1, kReportMetadataPrefix);
  for (auto entry = impl_->database->metadata_keys_begin(prefix); entry != impl_->database->metadata_keys_end(prefix); ++entry) {
    StoredReport report;
    if (decode_report(impl_->database->get_metadata(*entry), report)) ids.push_back(report.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<std::string> IndexWriter::add(Report report, std::vector<Passage> passages) {
  try {
    return impl_->add(std::move(report), std::move(passages));
  } catch (const Xapian::Error& error) {
    throw_xapian(impl_->index, error);
  }
}

bool IndexWriter::remove(std::string_view report_id) { return impl_->remove(report_id); }

std::vector<std::pair<std::string, std::string>> IndexWriter::commit() {
  try {
    return impl_->commit();
  } catch (const Xapian::Error& error) {
    throw_xapian(impl_->index, error);
  }
}

IndexStatistics statistics_of(const fs::path& index) {
  IndexStatistics statistics;
  statistics.generations = current_generations(index);
  try {
    for (const fs::path& generation : statistics.generations) {
      const Xapian::Database database(generation.string(), Xapian::DB_BACKEND_GLASS);
      statistics.manifest = manifest_from_json(database.get_metadata(kManifestKey), index.string());
      statistics.passages += database.get_doccount();
      const std::string prefix(1, kReportMetadataPrefix);
      statistics.reports += static_cast<std::uint64_t>(
          std::distance(database.metadata_keys_begin(prefix), database.metadata_keys_end(prefix)));
      statistics.terms += static_cast<std::uint64_t>(std::distance(database.allterms_begin(), database.allterms_end()));
      for (const auto& entry : fs::directory_iterator(generation)) statistics.bytes_on_disk += entry.file_size();
    }
  } catch (const Xapian::Error& error) {
    throw Error(ErrorKind::corrupt, fmt::format("{}: nie można odczytać indeksu: {}. Przywróć go z kopii albo zbuduj od nowa.",
                                                index.string(), error.get_msg()));
  }
  return statistics;
}

}  // namespace kwerenda
