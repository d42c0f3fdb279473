#include "indexer/index_writer.h"

#include <fmt/format.h>
#include <unistd.h>
#include <xapian.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "indexer/durable_files.h"
#include "indexer/index_lock.h"
#include "indexer/passage_terms.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDocumentBytes = 16u << 20;  // glass fails at commit, and with the whole batch, somewhere above 100 MB
constexpr std::size_t kMaxTermBytes = 245;            // key bytes plus NUL bytes, which glass doubles
constexpr std::size_t kMaxTableMemory = 256u << 20;

std::string generation_name(unsigned number) { return fmt::format("gen-{:06}", number); }

std::string metadata_key(std::uint64_t key) { return kReportMetadataPrefix + encode_report_key(key); }

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

std::size_t term_bytes(std::string_view term) {
  return term.size() + static_cast<std::size_t>(std::count(term.begin(), term.end(), '\0'));
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

}  // namespace

struct IndexWriter::Impl {
  fs::path index;
  IndexWriterSettings settings;
  std::unique_ptr<IndexLock> lock;
  fs::path database_path;       // a generation, or the aside directory of a first build
  bool published = false;       // database_path is what readers see
  std::unique_ptr<Xapian::WritableDatabase> database;
  bool in_transaction = false;
  std::uint64_t uncommitted_bytes = 0;
  std::unique_ptr<KeyTable> table;
  std::unique_ptr<PassageTermMaker> terms;
  IndexWriterSummary summary;

  ~Impl() {
    // The database goes first: destroying it inside a transaction commits nothing.
    if (database && in_transaction) {
      try {
        database->cancel_transaction();
      } catch (...) {  // the destructor's only duty is to give up
      }
    }
    database.reset();
    if (!published && !database_path.empty()) {
      std::error_code ignored;
      fs::remove_all(database_path, ignored);
    }
  }

  void open() {
    std::error_code error;
    fs::create_directories(index, error);
    if (error) {
      throw Error(ErrorKind::io, fmt::format("{}: nie można utworzyć katalogu indeksu: {}. Sprawdź ścieżkę i uprawnienia.", index.string(),
                                             error.message()));
    }
    if (!is_index(index)) {
      // Anything else than an empty directory or what a killed first build left must not become an index by mistake.
      for (const auto& entry : fs::directory_iterator(index)) {
        const std::string name = entry.path().filename().string();
        if (name != kLockName && !name.starts_with("gen-") && !name.starts_with(kStubName)) current_or_throw(name);
      }
    }
    lock = std::make_unique<IndexLock>(index, settings.lock_timeout);
    fresh_table();
    if (is_index(index)) {
      open_existing();
    } else {
      begin_first_generation();
    }
    begin();
  }

  [[noreturn]] void current_or_throw(const std::string& name) {
    if (name == "iamglass" || name == "iamchert") current_generations(index);  // throws with the better message
    throw Error(ErrorKind::incompatible, fmt::format("{}: katalog nie jest indeksem i nie jest pusty (zawiera „{}”). Wskaż nowy katalog.",
                                                     index.string(), name));
  }

  void fresh_table() {
    terms.reset();
    table = std::make_unique<KeyTable>(settings.keys);
    terms = std::make_unique<PassageTermMaker>(*table);
  }

  void open_existing() {
    database_path = current_generations(index).front();
    published = true;
    remove_leftovers();
    database = std::make_unique<Xapian::WritableDatabase>(database_path.string(), Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
    check_agrees(manifest_from_json(database->get_metadata(kManifestKey), index.string()), settings.manifest, index);
  }

  // Generations that nothing names: of a build that was killed before it was published.
  void remove_leftovers() {
    std::set<fs::path> wanted;
    if (is_index(index)) {
      for (const fs::path& generation : current_generations(index)) wanted.insert(generation);
    }
    for (const auto& entry : fs::directory_iterator(index)) {
      if (entry.is_directory() && entry.path().filename().string().starts_with("gen-") && !wanted.contains(entry.path())) {
        std::error_code ignored;
        fs::remove_all(entry.path(), ignored);
      }
    }
  }

  void begin_first_generation() {
    remove_leftovers();
    database_path = index / (generation_name(1) + ".new");
    database = std::make_unique<Xapian::WritableDatabase>(
        database_path.string(), Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS | Xapian::DB_NO_SYNC);
    database->set_metadata(kManifestKey, to_json(settings.manifest));
    if (!settings.extra_lexicon.empty()) database->set_metadata(kExtraLexiconKey, settings.extra_lexicon);
    database->commit();
  }

  void publish_first_generation() {
    database->commit();
    database.reset();
    // Made without syncs (a killed first build is thrown away whole), so every file is synced once, here.
    for (const auto& entry : fs::directory_iterator(database_path)) fsync_file(entry.path());
    fsync_directory(database_path);
    const fs::path generation = index / generation_name(1);
    rename_durably(database_path, generation);
    replace_file(index / kStubName, fmt::format("glass {}\n", generation.filename().string()));
    database_path = generation;
    published = true;
    database = std::make_unique<Xapian::WritableDatabase>(database_path.string(), Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
  }

  void begin() {
    database->begin_transaction();
    in_transaction = true;
  }

  void commit() {
    try {
      in_transaction = false;
      database->commit_transaction();
      if (published) {
        fsync_directory(database_path);
      } else {
        publish_first_generation();
      }
      uncommitted_bytes = 0;
      begin();
    } catch (const Xapian::Error& error) {
      throw_xapian(index, error);
    }
  }

  std::optional<StoredReport> find(std::uint64_t key) const {
    const std::string bytes = database->get_metadata(metadata_key(key));
    if (bytes.empty()) return std::nullopt;
    StoredReport report;
    if (!decode_report(bytes, report)) {
      throw Error(ErrorKind::corrupt, fmt::format("{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną. Przywróć indeks z "
                                                  "kopii albo zbuduj go od nowa.",
                                                  index.string(), key));
    }
    return report;
  }

  // Everything that could make the whole batch fail is looked at before the first change. Empty if the report can go in.
  std::string reason_to_reject(const Report& report, const std::vector<Passage>& passages) const {
    if (report.id.empty()) return "raport bez identyfikatora";
    for (const Passage& passage : passages) {
      if (passage.end - passage.begin + passage.heading.size() > kMaxDocumentBytes) {
        return fmt::format("fragment od bajtu {} ma ponad {} MB", passage.begin, kMaxDocumentBytes >> 20);
      }
    }
    const auto known = find(report_key(report.id));
    if (known && known->id != report.id) return fmt::format("skrót identyfikatora zderza się ze skrótem raportu „{}”", known->id);
    return {};
  }

  Xapian::Document document_of(const Report& report, const Passage& passage, std::uint64_t key, std::vector<PassageTerm>& scratch) {
    StoredPassage stored{.report_key = key, .ordinal = passage.ordinal, .begin = passage.begin, .heading = passage.heading,
                         .text = report.text.substr(passage.begin, passage.end - passage.begin)};
    Xapian::Document document;
    terms->set_heading(passage.heading);
    terms->terms_of(stored.text, scratch);
    for (const PassageTerm& term : scratch) {
      const std::string text = term_text(term, *table);
      if (term_bytes(text) <= kMaxTermBytes) document.add_term(text, term.wdf);
    }
    const std::string key_bytes = encode_report_key(key);
    document.add_boolean_term(kReportPrefix + key_bytes);
    document.add_value(kReportSlot, key_bytes);
    if (report.date) {
      const std::string date = fmt::format("{:08}", report.date);
      document.add_boolean_term(kYearPrefix + date.substr(0, 4));
      document.add_boolean_term(kMonthPrefix + date.substr(0, 6));
      document.add_boolean_term(kDayPrefix + date);
      document.add_value(kDateSlot, date);
    }
    for (const std::string& place : place_terms) document.add_boolean_term(place);
    document.set_data(encode_passage(stored));
    return document;
  }

  std::vector<std::string> place_terms;

  void add(const Report& report, const std::vector<Passage>& passages) {
    try {
      if (std::string reason = reason_to_reject(report, passages); !reason.empty()) {
        summary.rejected.push_back({report.id, std::move(reason)});
        return;
      }
      const std::uint64_t key = report_key(report.id);
      place_terms.clear();
      for (const PassageTerm& term : terms->place_terms_of(report.place)) place_terms.push_back(term_text(term, *table));
      terms->set_title(report.title);
      std::vector<PassageTerm> scratch;
      remove_passages(key);
      for (const Passage& passage : passages) database->add_document(document_of(report, passage, key, scratch));
      database->set_metadata(metadata_key(key),
                             encode_report({.id = report.id, .source = report.source, .title = report.title, .place = report.place,
                                            .url = report.url, .date = report.date,
                                            .passages = static_cast<std::uint32_t>(passages.size()), .size = report.size,
                                            .mtime_ns = report.mtime_ns,
                                            .content_hash = XXH3_64bits(report.text.data(), report.text.size())}));
      ++summary.reports;
      summary.passages += passages.size();
      summary.bytes += report.text.size();
      uncommitted_bytes += report.text.size();
      if (table->memory() > kMaxTableMemory) fresh_table();
      if (uncommitted_bytes >= settings.batch_bytes && published) commit();
      else if (uncommitted_bytes >= settings.batch_bytes) flush_first_generation();
    } catch (const Xapian::Error& error) {
      throw_xapian(index, error);
    }
  }

  // Bounds memory during a first build; nobody sees it before it is published.
  void flush_first_generation() {
    in_transaction = false;
    database->commit_transaction();
    uncommitted_bytes = 0;
    begin();
  }

  void remove_passages(std::uint64_t key) { database->delete_document(kReportPrefix + encode_report_key(key)); }

  bool remove(std::string_view report_id) {
    try {
      const std::uint64_t key = report_key(report_id);
      const auto known = find(key);
      if (!known || known->id != report_id) return false;
      remove_passages(key);
      database->set_metadata(metadata_key(key), "");
      ++summary.removed;
      return true;
    } catch (const Xapian::Error& error) {
      throw_xapian(index, error);
    }
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
  auto known = impl_->find(report_key(report_id));
  if (known && known->id != report_id) known.reset();
  return known;
}

std::vector<std::string> IndexWriter::report_ids() const {
  std::vector<std::string> ids;
  const std::string prefix(1, kReportMetadataPrefix);
  for (auto it = impl_->database->metadata_keys_begin(prefix); it != impl_->database->metadata_keys_end(prefix); ++it) {
    StoredReport report;
    if (decode_report(impl_->database->get_metadata(*it), report)) ids.push_back(report.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void IndexWriter::add(const Report& report, const std::vector<Passage>& passages) { impl_->add(report, passages); }
bool IndexWriter::remove(std::string_view report_id) { return impl_->remove(report_id); }
void IndexWriter::commit() { impl_->commit(); }
const IndexWriterSummary& IndexWriter::summary() const { return impl_->summary; }

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
