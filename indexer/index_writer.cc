#include "indexer/index_writer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xapian.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>
#include <unordered_map>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/schema.h"
#include "indexer/bulk_batch.h"
#include "indexer/discard_changes.h"
#include "indexer/durable_files.h"
#include "indexer/index_lock.h"
#include "indexer/passage_document.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDocumentBytes =
    16u << 20;  // glass fails at commit, and with the whole batch, somewhere above 100 MB
constexpr std::size_t kMaxReportRecordBytes = 1u << 20;
constexpr std::size_t kMaxTableMemory = 256u << 20;
constexpr std::size_t kMaxTermBytes = 245;  // in glass, with each NUL counted twice

// Xapian keeps what a transaction deletes in memory, about 8 KB a passage; beyond this the generation is
// written anew.
constexpr std::uint64_t kMaxPassagesRemovedInTransaction = 25000;

constexpr std::string_view kBatchPrefix = ".batch-";
constexpr std::string_view kMergedPrefix = ".merged-";

std::string generation_name(unsigned number) { return fmt::format("gen-{:06}", number); }

// What can stand in an index's directory beside the stub: "gen-000001", and what a killed writer leaves of
// one (".batch-gen-000001",
// ".merged-gen-000001", "..batch-gen-000001.bulk-XXXXXX").
bool is_generation_name(const std::string& name) { return name.size() == 10 && generation_number(name) != 0; }
bool is_work_name(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {kBatchPrefix, kMergedPrefix};
  for (std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix) && is_generation_name(std::string(name.substr(prefix.size())))) return true;
    const bool hidden = name.starts_with('.') && name.substr(1).starts_with(prefix);
    if (hidden && name.find(".bulk-") == 1 + prefix.size() + 10) return true;
  }
  return false;
}

// Xapian's errors are no std::exception; each leaves this file as an Error.
Error translated(const fs::path& index, const Xapian::Error& error) {
  const std::string_view type = error.get_type();
  const char* reason = error.get_error_string();
  // Xapian calls every failure to open its lock file a lock that is held; only one of them is.
  if (type == "DatabaseLockError" && error.get_msg().find("already locked") != std::string::npos) {
    return {ErrorKind::locked,
            fmt::format("{}: inny program trzyma otwartą bazę Xapiana. Spróbuj później.", index.string())};
  }
  if (type == "DatabaseCorruptError" || type == "DatabaseVersionError") {
    return {
        ErrorKind::corrupt,
        fmt::format(
            "{}: indeks jest uszkodzony: {}. Sprawdź go (kwerenda-index check --index {}), przywróć z kopii "
            "albo zbuduj od nowa.",
            index.string(), error.get_msg(), index.string())};
  }
  const std::string room = room_left(index);
  return {ErrorKind::io, fmt::format("{}: Xapian zgłosił: {}{}{}{}. Sprawdź wolne miejsce i uprawnienia, "
                                     "potem powtórz to samo polecenie.",
                                     index.string(), error.get_msg(), reason ? ": " : "",
                                     reason ? reason : "", room.empty() ? "" : " (" + room + ")")};
}

Error translated(const fs::path& index, const fs::filesystem_error& error) {
  return {ErrorKind::io, fmt::format("{}: {}. Sprawdź uprawnienia i dysk, potem powtórz to samo polecenie.",
                                     error.path1().empty() ? index.string() : error.path1().string(),
                                     error.code().message())};
}

// Runs `work` and lets nothing but Error, and what says that memory ran out, through.
template <typename Work>
auto translating(const fs::path& index, Work work) {
  try {
    return work();
  } catch (const Xapian::Error& error) {
    throw translated(index, error);
  } catch (const fs::filesystem_error& error) {
    throw translated(index, error);
  }
}

std::string time_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  std::tm parts{};
  ::gmtime_r(&status.st_mtim.tv_sec, &parts);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void check_agrees(const Manifest& found, const Manifest& wanted, const fs::path& index) {
  const auto fail = [&](const char* what) {
    throw Error(ErrorKind::incompatible,
                fmt::format("{}: indeks zbudowano z {} niż teraz podano. Użyj tych samych ustawień albo "
                            "zbuduj nowy indeks w innym katalogu.",
                            index.string(), what));
  };
  if (found.lexicon_hash != wanted.lexicon_hash) fail("innym słownikiem");
  if (found.extra_lexicon_hash != wanted.extra_lexicon_hash)
    fail("innym słownikiem dodatkowym (--lexicon-extra)");
  if (found.passage_max_bytes != wanted.passage_max_bytes ||
      found.passage_min_bytes != wanted.passage_min_bytes) {
    fail("innym podziałem na fragmenty");
  }
}

// Of two records of one report the batch's holds. Xapian hands them over in no particular order.
class BatchMetadata : public Xapian::Compactor {
 public:
  explicit BatchMetadata(const BulkBatch& batch) : batch_(batch) {}
  std::string resolve_duplicate_metadata(const std::string& stored, size_t,
                                         const std::string tags[]) override {
    // The name comes as it stands in the table, behind two bytes of glass's own.
    std::string_view name = stored;
    if (name.starts_with(kGlassPrefix)) name.remove_prefix(kGlassPrefix.size());
    const bool of_report = name.size() == 9 && name.front() == kReportMetadataPrefix;
    const auto added = of_report ? batch_.find(decode_report_key(name.substr(1))) : std::nullopt;
    return added ? encode_report(*added) : tags[0];  // what is not of a report is the same in both
  }

 private:
  static constexpr std::string_view kGlassPrefix{"\0\xc0", 2};
  const BulkBatch& batch_;
};

struct Change {
  Report report;
  std::vector<Passage> passages;
  bool dropped = false;  // removed again before the commit
};

// A directory that goes unless it was put to use.
class Aside {
 public:
  explicit Aside(fs::path path) : path_(std::move(path)) {}
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  ~Aside() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  fs::path path_;
};

std::size_t bytes_in_glass(std::string_view term) {
  return term.size() + static_cast<std::size_t>(std::count(term.begin(), term.end(), '\0'));
}

}  // namespace

struct IndexWriter::Impl {
  fs::path index;
  IndexWriterSettings settings;
  std::unique_ptr<IndexLock> lock;
  fs::path current;  // the published generation; empty before the first
  mutable std::unique_ptr<Xapian::WritableDatabase> opened;  // of it, once it was needed
  std::vector<Change> changes;                               // waiting, none of a report twice
  std::unordered_map<std::uint64_t, std::size_t> change_of;  // report key to its place in `changes`
  std::set<std::string, std::less<>> removals;  // ids of reports to be removed from the present generation
  std::uint64_t waiting_bytes = 0;
  std::uint64_t passage_bytes = 0;   // the sum in the making, during a transaction
  std::unique_ptr<BulkBatch> batch;  // once the changes are many
  std::unique_ptr<KeyTable> table;
  std::unique_ptr<PassageDocumentMaker> documents;
  bool spent = false;    // after an error
  bool visible = false;  // readers see the state that is being committed

  void open() {
    if (!settings.keys) current_generations(index);  // throws if there is nothing to change
    make_directories(index);
    if (!is_index(index)) refuse_foreign_directory();
    lock = std::make_unique<IndexLock>(index, settings.lock_timeout);
    if (is_index(index)) {
      current = current_generations(index).front();
      const Manifest found = manifest_from_json(database().get_metadata(kManifestKey), index.string());
      if (settings.keys) check_agrees(found, settings.manifest, index);
      settings.manifest = found;
      settings.extra_lexicon = database().get_metadata(kExtraLexiconKey);
    }
    remove_leftovers();
  }

  // Anything else than an empty directory or what a killed first build left must not become an index by
  // mistake.
  void refuse_foreign_directory() const {
    const bool ours = fs::exists(index / kLockName);
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (name == kLockName || name == std::string(kStubName) + ".tmp") continue;
      if (ours && (is_generation_name(name) || is_work_name(name))) continue;
      if (name == "iamglass" || name == "iamchert") current_generations(index);  // throws the better message
      throw Error(
          ErrorKind::incompatible,
          fmt::format("{}: katalog nie jest indeksem i nie jest pusty (zawiera „{}”). Wskaż nowy katalog.",
                      index.string(), name));
    }
  }

  // Opened when it is needed: once a generation is published, nothing that can still fail belongs to the
  // commit.
  Xapian::WritableDatabase& database() const {
    if (!opened)
      opened = std::make_unique<Xapian::WritableDatabase>(current.string(),
                                                          Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
    return *opened;
  }

  // Generations that nothing names: superseded ones, and those of a build that was killed before it was
  // published.
  void remove_leftovers(const fs::path& but = {}) const {
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (!is_generation_name(name) && !is_work_name(name)) continue;
      if (name == current.filename() || name == but.filename()) continue;
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
  }

  std::optional<StoredReport> find_present(std::uint64_t key) const {
    if (current.empty()) return std::nullopt;
    const std::string bytes = database().get_metadata(report_metadata_key(key));
    if (bytes.empty()) return std::nullopt;
    StoredReport report;
    if (!decode_report(bytes, report)) throw_damaged(key);
    return report;
  }

  [[noreturn]] void throw_damaged(std::uint64_t key) const {
    throw Error(
        ErrorKind::corrupt,
        fmt::format(
            "{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną. Przywróć indeks z kopii "
            "albo zbuduj go od nowa.",
            index.string(), key));
  }

  // What will be there of a report's key once everything is committed.
  std::optional<StoredReport> find(std::uint64_t key) const {
    if (batch) {
      if (auto added = batch->find(key)) return added;
    }
    if (const auto waiting = change_of.find(key);
        waiting != change_of.end() && !changes[waiting->second].dropped) {
      const Change& change = changes[waiting->second];
      return stored_report(change.report, change.passages);
    }
    auto present = find_present(key);
    if (present && removals.contains(present->id)) present.reset();
    return present;
  }

  // Everything that could make a whole batch fail is looked at before it begins.
  std::optional<std::string> reason_to_reject(const Report& report,
                                              const std::vector<Passage>& passages) const {
    if (report.id.empty()) return "raport bez identyfikatora";
    if (report.id.size() + report.source.size() + report.title.size() + report.place.size() +
            report.url.size() >
        kMaxReportRecordBytes) {
      return fmt::format("identyfikator, tytuł, miejsce i adres mają razem ponad {} MB",
                         kMaxReportRecordBytes >> 20);
    }
    for (const Passage& passage : passages) {
      if (passage.end - passage.begin + passage.heading.size() > kMaxDocumentBytes) {
        return fmt::format("fragment od bajtu {} ma ponad {} MB", passage.begin, kMaxDocumentBytes >> 20);
      }
    }
    if (report.text.find('\0') != std::string::npos || report.title.find('\0') != std::string::npos ||
        report.place.find('\0') != std::string::npos) {
      return "w tekście, tytule albo miejscu jest bajt NUL";
    }
    const auto known = find(report_key(report.id));
    if (known && known->id != report.id)
      return fmt::format("skrót identyfikatora zderza się ze skrótem raportu „{}”", known->id);
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
    const auto [place, is_new] = change_of.try_emplace(report_key(report.id), changes.size());
    if (is_new) {
      changes.push_back({std::move(report), std::move(passages)});
    } else {
      waiting_bytes -= changes[place->second].report.text.size();
      changes[place->second] = {std::move(report), std::move(passages)};
    }
    if (waiting_bytes > settings.large_batch_bytes) begin_batch();
    return std::nullopt;
  }

  fs::path generation(unsigned number, std::string_view prefix = "") const {
    return index / (std::string(prefix) + generation_name(number));
  }
  unsigned next_number() const { return (current.empty() ? 0 : generation_number(current)) + 1; }

  Xapian::docid last_docid() const { return current.empty() ? 0 : database().get_lastdocid(); }

  void begin_batch() {
    batch = std::make_unique<BulkBatch>(
        generation(next_number(), kBatchPrefix),
        BulkBatchSettings{settings.keys, settings.memory_bytes, last_docid() + 1, settings.threads});
    for (Change& change : changes) {
      if (!change.dropped) batch->add(std::move(change.report), std::move(change.passages));
    }
    forget_changes();
  }

  void forget_changes() {
    changes.clear();
    change_of.clear();
    waiting_bytes = 0;
  }

  bool remove(std::string_view id) {
    const std::uint64_t key = report_key(id);
    const auto known = find(key);
    if (!known || known->id != id) return false;
    if (batch) batch->remove(key);
    if (const auto waiting = change_of.find(key); waiting != change_of.end()) {
      Change& change = changes[waiting->second];
      waiting_bytes -= change.report.text.size();
      change.report.text.clear();
      change.dropped = true;
    }
    const auto present = find_present(key);
    if (present && present->id == id) removals.emplace(id);
    return true;
  }

  std::vector<std::pair<std::string, std::string>> commit() {
    std::vector<std::pair<std::string, std::string>> refused;
    visible = false;
    if (!batch && settings.keys && (current.empty() || is_heavy()))
      begin_batch();  // even an empty first build is an index
    if (batch) {
      publish_batch();
    } else if (!changes.empty() || !removals.empty()) {
      commit_changes(refused);
    }
    forget_changes();
    removals.clear();
    return refused;
  }

  bool is_heavy() const {
    std::uint64_t passages = 0;
    const auto count = [&](std::uint64_t key) {
      if (const auto present = find_present(key)) passages += present->passages;
    };
    for (const std::string& id : removals) count(report_key(id));
    for (const Change& change : changes) count(report_key(change.report.id));
    return passages > kMaxPassagesRemovedInTransaction;
  }

  // --- a few changes: one transaction ---

  void commit_changes(std::vector<std::pair<std::string, std::string>>& refused) {
    // On an exception the transaction is given up and made again without the report that Xapian refused.
    for (bool done = false; !done;) {
      Change* culprit = nullptr;
      database().begin_transaction();
      try {
        passage_bytes = stored_passage_bytes();
        for (const std::string& id : removals) remove_present(report_key(id));
        for (Change& change : changes) {
          if (change.dropped) continue;
          culprit = &change;
          put(change);
        }
        culprit = nullptr;
        database().set_metadata(kPassageBytesKey, std::to_string(passage_bytes));
        done = true;
      } catch (const Xapian::InvalidArgumentError& error) {
        database().cancel_transaction();
        if (!culprit) throw;
        refused.emplace_back(culprit->report.id, error.get_msg());
        culprit->dropped = true;
      }
    }
    database().commit_transaction();
    visible = true;
    fsync_directory(current);
  }

  // Nothing that waits in the handle may be committed by its destructor: an error was reported.
  void give_up() {
    spent = true;
    batch.reset();
    if (!opened) return;
    discard_changes(*opened);
    try {
      opened.reset();
    } catch (const Xapian::Error&) {
    }
  }

  std::uint64_t stored_passage_bytes() const {
    return std::strtoull(database().get_metadata(kPassageBytesKey).c_str(), nullptr, 10);
  }

  void remove_present(std::uint64_t key) {
    if (const auto present = find_present(key))
      passage_bytes -= std::min(passage_bytes, present->passage_bytes);
    database().delete_document(kReportPrefix + encode_report_key(key));
    database().set_metadata(report_metadata_key(key), "");
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
      for (const PassageTerm& term : made.terms)
        document.add_term(checked(term_text(term, *table)), term.wdf);
      for (const std::string& filter : made.filters) document.add_boolean_term(checked(filter));
      for (const auto& [slot, bytes] : made.values) document.add_value(slot, bytes);
      document.set_data(made.data);
      database().add_document(document);
    }
    const StoredReport stored = stored_report(change.report, change.passages);
    database().set_metadata(report_metadata_key(key), encode_report(stored));
    passage_bytes += stored.passage_bytes;
  }

  // Glass finds a term with many NULs too long only at the commit, and then fails with the whole batch.
  static const std::string& checked(const std::string& term) {
    if (bytes_in_glass(term) > kMaxTermBytes)
      throw Xapian::InvalidArgumentError(fmt::format("klucz ma ponad {} bajtów", kMaxTermBytes));
    return term;
  }

  // --- many changes: a database of their own, merged and published ---

  void publish_batch() {
    const unsigned number = next_number();
    Aside built(generation(number, kBatchPrefix));
    batch->set_metadata(kManifestKey, to_json(settings.manifest));
    if (!settings.extra_lexicon.empty()) batch->set_metadata(kExtraLexiconKey, settings.extra_lexicon);
    batch->finish();
    if (current.empty()) {
      publish(built);
    } else {
      Aside merged(generation(number, kMergedPrefix));
      merge(built.path(), merged.path());
      publish(merged);
    }
    batch.reset();
  }

  void publish(Aside& ready) {
    const fs::path published = generation(next_number());
    rename_durably(ready.path(), published);
    ready.keep();
    try {
      replace_file(index / kStubName, fmt::format("glass {}\n", published.filename().string()));
    } catch (const Error&) {
      // The rename may have happened, and only its fsync failed. Who sees the stub must find what it names.
      visible = may_name(published);
      std::error_code ignored;
      if (!visible) fs::remove_all(published, ignored);
      throw;
    }
    visible = true;
    opened.reset();
    const fs::path superseded = std::exchange(current, published);
    try {
      remove_leftovers(superseded);
    } catch (const fs::filesystem_error&) {  // the next writer's affair
    }
  }

  bool may_name(const fs::path& published) const {
    try {
      return is_index(index) && current_generations(index).front() == published;
    } catch (const Error&) {
      return true;
    }
  }

  // The present generation without what the batch replaces, and the batch behind it.
  void merge(const fs::path& built, const fs::path& merged) {
    const Xapian::docid last_old = last_docid();
    std::uint64_t bytes = stored_passage_bytes() + batch->passage_bytes();
    Xapian::Database both(current.string(), Xapian::DB_BACKEND_GLASS);
    both.add_database(Xapian::Database(built.string(), Xapian::DB_BACKEND_GLASS));
    BatchMetadata metadata(*batch);
    // Renumbered, the present documents would lose the unused numbers before the first, and last_old tell
    // nothing.
    both.compact(merged.string(), Xapian::DBCOMPACT_NO_RENUMBER, 0, metadata);
    Xapian::WritableDatabase whole(merged.string(), Xapian::DB_OPEN | Xapian::DB_BACKEND_GLASS);
    changing(whole, [&] {
      for (auto entry = database().metadata_keys_begin(std::string(1, kReportMetadataPrefix));
           entry != database().metadata_keys_end(std::string(1, kReportMetadataPrefix)); ++entry) {
        const std::uint64_t key = decode_report_key(std::string_view(*entry).substr(1));
        StoredReport old;
        if (!decode_report(database().get_metadata(*entry), old)) throw_damaged(key);
        const bool replaced = batch->find(key).has_value();
        if (!replaced && !removals.contains(old.id)) continue;
        const std::string term = kReportPrefix + encode_report_key(key);
        std::vector<Xapian::docid> superseded;
        for (auto doc = whole.postlist_begin(term); doc != whole.postlist_end(term) && *doc <= last_old;
             ++doc)
          superseded.push_back(*doc);
        for (Xapian::docid doc : superseded) whole.delete_document(doc);
        if (!replaced) whole.set_metadata(*entry, "");
        bytes -= std::min(bytes, old.passage_bytes);
      }
      whole.set_metadata(kPassageBytesKey, std::to_string(bytes));
      whole.commit();
    });
    whole.close();
    fsync_files_of(merged);
  }

  void compact() {
    visible = false;
    Aside merged(generation(next_number(), kMergedPrefix));
    Xapian::Database(current.string(), Xapian::DB_BACKEND_GLASS).compact(merged.path().string());
    fsync_files_of(merged.path());
    publish(merged);
  }

  // Runs a step after which, if it fails, the writer is spent; the error then says in which state the index
  // is.
  template <typename Work>
  auto committing(Work work) {
    if (spent)
      throw Error(ErrorKind::io, fmt::format("{}: poprzedni zapis się nie powiódł; otwórz indeks ponownie.",
                                             index.string()));
    try {
      return translating(index, work);
    } catch (const Error& error) {
      give_up();
      throw Error(error.kind(), fmt::format("{} {}", error.what(), state()));
    } catch (...) {
      give_up();
      throw;
    }
  }

  std::string state() const {
    if (visible) {
      return "Zmiana jest już widoczna, ale nie udało się potwierdzić, że przetrwa awarię zasilania; powtórz "
             "to samo polecenie.";
    }
    if (current.empty()) return "Indeks jeszcze nie powstał.";
    const std::string time = time_of(current / "iamglass");
    return fmt::format("Indeks pozostał bez zmian od zatwierdzenia {}.",
                       time.empty() ? "poprzedniego zapisu" : time);
  }
};

std::unique_ptr<IndexWriter> IndexWriter::open(const fs::path& index, IndexWriterSettings settings) {
  auto impl = std::make_unique<Impl>();
  impl->index = index;
  impl->settings = std::move(settings);
  translating(index, [&] { impl->open(); });
  return std::unique_ptr<IndexWriter>(new IndexWriter(std::move(impl)));
}

IndexWriter::IndexWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

IndexWriter::~IndexWriter() {
  if (!impl_->spent) impl_->give_up();
}

std::optional<StoredReport> IndexWriter::find(std::string_view report_id) const {
  return translating(impl_->index, [&] {
    auto known = impl_->find(report_key(report_id));
    if (known && known->id != report_id) known.reset();
    return known;
  });
}

std::vector<std::string> IndexWriter::report_ids() const {
  return translating(impl_->index, [&] {
    std::vector<std::string> ids;
    if (impl_->current.empty()) return ids;
    const std::string prefix(1, kReportMetadataPrefix);
    const Xapian::WritableDatabase& database = impl_->database();
    for (auto entry = database.metadata_keys_begin(prefix); entry != database.metadata_keys_end(prefix);
         ++entry) {
      StoredReport report;
      if (!decode_report(database.get_metadata(*entry), report)) {
        impl_->throw_damaged(decode_report_key(std::string_view(*entry).substr(1)));
      }
      ids.push_back(report.id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  });
}

std::optional<std::string> IndexWriter::add(Report report, std::vector<Passage> passages) {
  return impl_->committing([&] { return impl_->add(std::move(report), std::move(passages)); });
}

bool IndexWriter::remove(std::string_view report_id) {
  return impl_->committing([&] { return impl_->remove(report_id); });
}

std::vector<std::pair<std::string, std::string>> IndexWriter::commit() {
  return impl_->committing([&] { return impl_->commit(); });
}

void IndexWriter::compact() {
  impl_->committing([&] {
    impl_->commit();
    impl_->compact();
  });
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
      statistics.terms +=
          static_cast<std::uint64_t>(std::distance(database.allterms_begin(), database.allterms_end()));
      for (const auto& entry : fs::directory_iterator(generation))
        statistics.bytes_on_disk += entry.file_size();
    }
  } catch (const Xapian::Error& error) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: nie można odczytać indeksu: {}. Przywróć go z kopii albo zbuduj od nowa.",
                            index.string(), error.get_msg()));
  }
  return statistics;
}

}  // namespace kwerenda
