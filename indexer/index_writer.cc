#include "indexer/index_writer.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <xapian.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>
#include <thread>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/system_reason.h"
#include "indexer/bulk_batch.h"
#include "indexer/durable_files.h"
#include "indexer/index_lock.h"
#include "indexer/passage_document.h"
#include "indexer/segment_merge.h"
#include "indexer/segments.h"
#include "indexer/stored_index.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDocumentBytes = 16u << 20;
constexpr std::size_t kMaxReportRecordBytes = 1u << 20;

// Segments are merged with the one before them once they hold this part of its passages.
constexpr std::uint64_t kMergeRatio = 3;

constexpr std::string_view kBatchPrefix = ".batch-";
constexpr std::string_view kMergedPrefix = ".merged-";

constexpr std::string_view kStubAside = "XAPIANDB.tmp";  // what replace_file() writes first
constexpr std::string_view kTimesAside = "files.tmp";
constexpr std::string_view kSupersededValue = "1";  // an empty value would be no entry

// What can stand in an index's directory beside the stub: "gen-000001", and what a killed writer leaves of
// one (".batch-gen-000001",
// ".merged-gen-000001", "..batch-gen-000001.bulk-XXXXXX").
bool is_segment_name(std::string_view name) { return segment_number(name) != 0; }
bool is_work_name(std::string_view name) {
  constexpr std::string_view kPrefixes[] = {kBatchPrefix, kMergedPrefix};
  for (std::string_view prefix : kPrefixes) {
    if (name.starts_with(prefix) && is_segment_name(name.substr(prefix.size()))) return true;
    const std::size_t end = name.find(".bulk-");
    if (name.starts_with('.') && name.substr(1).starts_with(prefix) && end != std::string_view::npos &&
        end > prefix.size() && is_segment_name(name.substr(1 + prefix.size(), end - 1 - prefix.size()))) {
      return true;
    }
  }
  return false;
}

// What a replace_file() that was interrupted leaves of the first, empty list: a part of it.
bool is_part_of_empty_stub(const fs::path& file) {
  std::error_code failed;
  const std::uint64_t size = fs::file_size(file, failed);
  return !failed && fs::is_regular_file(fs::symlink_status(file, failed)) && size <= stub_of({}).size();
}

// Xapian's errors are no std::exception; each leaves this file as an Error.
Error translated(const fs::path& index, const Xapian::Error& error) {
  const std::string_view type = error.get_type();
  const char* reason = error.get_error_string();
  // Xapian calls every failure to open its lock file a lock that is held; only one of them is.
  if (type == "DatabaseLockError" && error.get_msg().find("already locked") != std::string::npos) {
    return {ErrorKind::locked,
            message("{}: inny program trzyma otwartą bazę Xapiana. Spróbuj później.",
                    "{}: another program keeps the Xapian database open. Try later.", index.string())};
  }
  if (type == "DatabaseCorruptError" || type == "DatabaseVersionError") {
    return {ErrorKind::corrupt, message("{}: indeks jest uszkodzony: {}. Sprawdź go (kwerenda-index check "
                                        "--index {}), przywróć z kopii albo zbuduj od nowa.",
                                        "{}: the index is damaged: {}. Check it (kwerenda-index check "
                                        "--index {}), restore it from a backup or build it anew.",
                                        index.string(), error.get_msg(), index.string())};
  }
  const std::string room = room_left(index);
  return {
      ErrorKind::io,
      message(
          "{}: Xapian zgłosił: {}{}{}{}. Sprawdź wolne miejsce i uprawnienia, potem powtórz to samo "
          "polecenie.",
          "{}: Xapian reported: {}{}{}{}. Check free space and permissions, then repeat the same command.",
          index.string(), error.get_msg(), reason ? ": " : "", reason ? reason : "",
          room.empty() ? "" : " (" + room + ")")};
}

Error translated(const fs::path& index, const fs::filesystem_error& error) {
  return {ErrorKind::io, message("{}: {}. Sprawdź uprawnienia i dysk, potem powtórz to samo polecenie.",
                                 "{}: {}. Check the permissions and the disk, then repeat the same command.",
                                 error.path1().empty() ? index.string() : error.path1().string(),
                                 system_reason(error.code().value()))};
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
    throw Error(ErrorKind::incompatible, message("{}: indeks zbudowano z {} niż teraz podano. Użyj tych "
                                                 "samych ustawień albo zbuduj nowy indeks w innym katalogu.",
                                                 "{}: the index was built with {} than is given now. Use the "
                                                 "same settings or build a new index in another directory.",
                                                 index.string(), what));
  };
  if (found.lexicon_hash != wanted.lexicon_hash) fail(message("innym leksykonem", "another lexicon"));
  if (found.extra_lexicon_hash != wanted.extra_lexicon_hash)
    fail(message("innym leksykonem dodatkowym (--lexicon-extra)", "another extra lexicon (--lexicon-extra)"));
  if (found.passage_max_bytes != wanted.passage_max_bytes ||
      found.passage_min_bytes != wanted.passage_min_bytes) {
    fail(message("innym podziałem na fragmenty", "another division into passages"));
  }
}

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

 private:
  fs::path path_;
};

}  // namespace

// How far a commit came before it failed.
enum class Progress {
  none,       // readers see the state before
  visible,    // they see the new one, but it may not outlive a power cut
  committed,  // it is there; only merging failed
};

struct IndexWriter::Impl {
  fs::path index;
  IndexWriterSettings settings;
  std::unique_ptr<IndexLock> lock;
  std::vector<Segment> segments;       // of the published state, the oldest first
  std::vector<fs::path> overtaken;     // those of the state before, for readers that are on their way
  std::unique_ptr<BulkBatch> batch;    // once there is a report to add
  std::set<std::uint64_t> superseded;  // keys of reports in `segments` that the batch replaces or removes
  FileTimes times;                     // as of `segments` and the batch
  bool spent = false;                  // after an error
  Progress progress = Progress::none;  // of the commit at hand

  void open() {
    if (!settings.keys) current_segments(index);  // throws if there is nothing to change
    make_directories(index);
    refuse_foreign_directory();
    lock = std::make_unique<IndexLock>(index, settings.lock_timeout, LockMode::exclusive, settings.waiting);
    refuse_foreign_directory();  // meanwhile another may have built here
    if (is_index(index)) {
      segments = open_segments(index);
      write_present_form();
      times = FileTimes::of(index);
      const Xapian::Database& database = segments.front().database;
      const Manifest found = manifest_from_json(database.get_metadata(kManifestKey), index.string());
      if (settings.keys) check_agrees(found, settings.manifest, index);
      settings.manifest = found;
      settings.extra_lexicon = database.get_metadata(kExtraLexiconKey);
    }
    // A list of none, durable before anything else is made here: by it what a killed first build leaves is
    // known for ours.
    if (!fs::exists(index / kStubName)) replace_file(index / kStubName, stub_of({}));
    // The stub, should the writer before not have been able to confirm it.
    fsync_directory(index);
    remove_leftovers();
  }

  // A stub without a checksum, which an earlier version wrote: with it a cut would be noticed.
  void write_present_form() const {
    std::vector<fs::path> named;
    for (const Segment& segment : segments) named.push_back(segment.path);
    std::ifstream in(index / kStubName, std::ios::binary);
    const std::string stub{std::istreambuf_iterator<char>(in), {}};
    // Reading that failed gives no stub at all, which is as it was.
    if (!stub.empty() && !is_summed_stub(stub)) replace_file(index / kStubName, stub_of(named));
  }

  // Nothing is deleted, and nothing becomes an index by mistake, unless a list says that what is here is ours
  // or there is nothing here.
  void refuse_foreign_directory() const {
    if (is_index(index)) return;
    const bool ours = is_begun(index);
    if (!ours && has_segments(index)) current_segments(index);  // throws the better message
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (name == kLockName || (ours && name == kStubName)) continue;
      if (name == kStubAside && (ours || is_part_of_empty_stub(entry.path()))) continue;
      if (ours && (is_segment_name(name) || is_work_name(name))) continue;
      if (name == "iamglass" || name == "iamchert") current_segments(index);  // throws the better message
      throw Error(
          ErrorKind::incompatible,
          message("{}: katalog nie jest indeksem i nie jest pusty (zawiera „{}”). Wskaż nowy katalog.",
                  "{}: the directory is no index and not empty (it holds “{}”). Name a new directory.",
                  index.string(), name));
    }
  }

  // Segments that nothing names: superseded ones, and those of a build that was killed before it was
  // published.
  void remove_leftovers() const {
    for (const auto& entry : fs::directory_iterator(index)) {
      const std::string name = entry.path().filename().string();
      if (!is_segment_name(name) && !is_work_name(name) && name != kStubAside && name != kTimesAside)
        continue;
      if (std::any_of(segments.begin(), segments.end(),
                      [&](const Segment& segment) { return segment.path.filename() == name; }) ||
          std::any_of(overtaken.begin(), overtaken.end(),
                      [&](const fs::path& path) { return path.filename() == name; })) {
        continue;
      }
      std::error_code ignored;
      fs::remove_all(entry.path(), ignored);
    }
  }

  // In the published state.
  std::optional<StoredReport> find_present(std::uint64_t key) const {
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
      const std::string bytes = segment->database.get_metadata(report_metadata_key(key));
      if (bytes.empty()) continue;
      if (segment->dead_reports.contains(key)) return std::nullopt;  // and so in those before
      StoredReport report;
      if (!decode_report(bytes, report)) throw_damaged(key);
      return report;
    }
    return std::nullopt;
  }

  [[noreturn]] void throw_damaged(std::uint64_t key) const {
    throw Error(ErrorKind::corrupt, message("{}: zapis o raporcie {:016x} nie zgadza się ze swoją sumą "
                                            "kontrolną. Przywróć indeks z kopii albo zbuduj go od nowa.",
                                            "{}: the record of report {:016x} does not agree with its "
                                            "checksum. Restore the index from a backup or build it anew.",
                                            index.string(), key));
  }

  // What will be there of a report's key once everything is committed.
  std::optional<StoredReport> find(std::uint64_t key) const {
    if (batch) {
      if (auto added = batch->find(key)) return added;
    }
    if (superseded.contains(key)) return std::nullopt;
    return find_present(key);
  }

  // Everything that could make a whole batch fail is looked at before it begins.
  std::optional<std::string> reason_to_reject(const Report& report,
                                              const std::vector<Passage>& passages) const {
    if (report.id.empty()) return message("raport bez identyfikatora", "a report without an identifier");
    if (report.id.size() + report.source.size() + report.title.size() + report.place.size() +
            report.url.size() >
        kMaxReportRecordBytes) {
      return message("identyfikator, tytuł, miejsce i adres mają razem ponad {} MB",
                     "identifier, title, place and address together have more than {} MB",
                     kMaxReportRecordBytes >> 20);
    }
    for (const Passage& passage : passages) {
      if (passage.end - passage.begin + passage.heading.size() > kMaxDocumentBytes) {
        return message("fragment od bajtu {} ma ponad {} MB", "the passage from byte {} has more than {} MB",
                       passage.begin, kMaxDocumentBytes >> 20);
      }
    }
    if (report.text.find('\0') != std::string::npos || report.title.find('\0') != std::string::npos ||
        report.place.find('\0') != std::string::npos) {
      return message("w tekście, tytule albo miejscu jest bajt NUL",
                     "there is a NUL byte in the text, the title or the place");
    }
    const auto known = find(report_key(report.id));
    if (known && known->id != report.id)
      return message("skrót identyfikatora zderza się ze skrótem raportu „{}”",
                     "the identifier's hash collides with that of report “{}”", known->id);
    return std::nullopt;
  }

  std::optional<std::string> add(Report report, std::vector<Passage> passages) {
    if (auto reason = reason_to_reject(report, passages)) return reason;
    const std::uint64_t key = report_key(report.id);
    if (const auto known = find(key)) forget_times(*known, report.source);
    if (find_present(key)) superseded.insert(key);
    begin_batch();
    batch->add(std::move(report), std::move(passages));
    return std::nullopt;
  }

  bool remove(std::string_view id) {
    const std::uint64_t key = report_key(id);
    const auto known = find(key);
    if (!known || known->id != id) return false;
    forget_times(*known, "");
    if (batch) batch->remove(key);
    if (find_present(key)) superseded.insert(key);
    return true;
  }

  bool take_back(const Report& report) {
    const std::uint64_t key = report_key(report.id);
    const auto present = find_present(key);
    if (!present || present->id != report.id || present->content_hash != report.content_hash ||
        present->source != report.source) {
      return false;
    }
    if (const auto known = find(key)) forget_times(*known, report.source);
    if (batch) batch->remove(key);
    superseded.erase(key);
    return true;
  }

  // A report is not what it was: neither is what is known of its file. A file of records that is being read
  // says itself, at its end, what is known of it then.
  void forget_times(const StoredReport& report, std::string_view new_source) {
    times.erase(report.id);
    if (report.source != new_source) times.erase_source(report.source);
  }

  void save_times() {
    if (!is_index(index)) return;
    try {
      times.save(index);
    } catch (const Error&) {
      // Everything is committed; files are only read once more.
    }
  }

  fs::path segment_path(std::string_view prefix = "") const {
    unsigned last = 0;
    for (const Segment& segment : segments) last = std::max(last, segment_number(segment.path));
    for (const fs::path& path : overtaken) last = std::max(last, segment_number(path));
    return index / fmt::format("{}gen-{:06}", prefix, last + 1);
  }

  void begin_batch() {
    if (batch) return;
    batch = std::make_unique<BulkBatch>(
        segment_path(kBatchPrefix),
        BulkBatchSettings{settings.keys, settings.memory_bytes, settings.threads});
  }

  void commit() {
    progress = Progress::none;
    // An empty first build is an index, too.
    if (batch || !superseded.empty() || segments.empty()) publish_batch();
    if (const std::size_t first = first_to_merge(); first < segments.size()) merge(first);
    save_times();
  }

  // --- publication ---

  void publish_batch() {
    begin_batch();
    const Aside built(segment_path(kBatchPrefix));
    batch->set_metadata(kManifestKey, to_json(settings.manifest));
    if (!settings.extra_lexicon.empty()) batch->set_metadata(kExtraLexiconKey, settings.extra_lexicon);
    for (const std::uint64_t key : superseded)
      batch->set_metadata(kSupersededPrefix + encode_report_key(key), kSupersededValue);
    batch->finish();
    const std::vector<std::uint32_t> superseded_documents = batch->superseded();
    const std::jthread freeing = free_aside(std::move(batch));
    std::vector<fs::path> kept;
    for (const Segment& segment : segments) kept.push_back(segment.path);
    if (superseded_documents.empty()) {
      publish(kept, built.path());
    } else {
      const Aside merged(segment_path(kMergedPrefix));
      MergeInput input{built.path(), {}, {}};
      input.dead_documents.insert(superseded_documents.begin(), superseded_documents.end());
      merge_segments({input}, segments.empty() ? OlderSegments::none : OlderSegments::some, merged.path());
      publish(kept, merged.path());
    }
    superseded.clear();
  }

  // Gives back the memory of a finished batch while the disk is waited for.
  static std::jthread free_aside(std::unique_ptr<BulkBatch> spent) {
    try {
      return std::jthread([spent = std::move(spent)]() mutable { spent.reset(); });
    } catch (const std::system_error&) {  // no thread to be had: then it was freed here
      return {};
    }
  }

  // Makes `kept` and, behind them, what was built at `ready` the current state.
  void publish(const std::vector<fs::path>& kept, const fs::path& ready) {
    const fs::path published = segment_path();
    rename_durably(ready, published);
    std::vector<fs::path> named = kept;
    named.push_back(published);
    try {
      replace_file(index / kStubName, stub_of(named));
    } catch (const Error&) {
      // The rename may have happened, and only its fsync failed. Who sees the stub must find what it names.
      const bool visible = may_name(published);
      if (visible && progress == Progress::none) progress = Progress::visible;
      std::error_code ignored;
      if (!visible) fs::remove_all(published, ignored);
      throw;
    }
    progress = Progress::committed;
    overtaken.clear();
    for (const Segment& segment : segments) overtaken.push_back(segment.path);
    segments = open_segments(index);
    try {
      remove_leftovers();
    } catch (const fs::filesystem_error&) {  // the next writer's affair
    }
  }

  bool may_name(const fs::path& published) const {
    try {
      const auto current = current_segments(index);
      return std::find(current.begin(), current.end(), published) != current.end();
    } catch (const Error&) {
      return true;
    }
  }

  // --- merging ---

  // From which segment on they are to become one; their number if none.
  std::size_t first_to_merge() const {
    std::uint64_t behind = 0;
    std::size_t first = segments.size();
    for (std::size_t i = segments.size(); i-- > 0;) {
      const Segment& segment = segments[i];
      const std::uint64_t alive = segment.passages - segment.dead;
      if (std::uint64_t{2} * segment.dead > segment.passages ||
          (i + 1 < segments.size() && kMergeRatio * behind >= alive)) {
        first = i;
      }
      behind += alive;
    }
    return first;
  }

  void merge(std::size_t first) {
    std::vector<MergeInput> inputs;
    std::vector<fs::path> kept;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (i < first) {
        kept.push_back(segments[i].path);
      } else {
        inputs.push_back({segments[i].path, segments[i].dead_reports, {}});
      }
    }
    const Aside merged(segment_path(kMergedPrefix));
    merge_segments(inputs, first == 0 ? OlderSegments::none : OlderSegments::some, merged.path());
    publish(kept, merged.path());
  }

  void give_up() {
    spent = true;
    batch.reset();
  }

  // Runs a step after which, if it fails, the writer is spent; the error then says in which state the index
  // is.
  template <typename Work>
  auto committing(Work work) {
    if (spent)
      throw Error(ErrorKind::io,
                  message("{}: poprzedni zapis się nie powiódł; otwórz indeks ponownie.",
                          "{}: the previous write failed; open the index again.", index.string()));
    try {
      return translating(index, work);
    } catch (const Error& error) {
      give_up();
      std::string text = error.what();
      if (!text.ends_with('.')) text += '.';
      const std::string room = error.kind() == ErrorKind::io ? room_left(index) : "";
      const bool told = room.empty() || text.find(message(" MB)", " MB free)")) != std::string::npos;
      throw Error(error.kind(), fmt::format("{} {}{}", text, state(error.kind()),
                                            told ? "" : message(" Na dysku {}.", " On the disk: {}.", room)));
    } catch (...) {
      give_up();
      throw;
    }
  }

  std::string state(ErrorKind kind) const {
    if (progress == Progress::visible) {
      return message(
          "Zmiana jest już widoczna, ale nie udało się potwierdzić, że przetrwa awarię zasilania; powtórz to "
          "samo polecenie.",
          "The change can be seen already, but it is not certain that it would outlast a power failure; "
          "repeat the same command.");
    }
    if (progress == Progress::committed && kind == ErrorKind::corrupt) {
      return message(
          "Zmiana jest zapisana, ale dopóki indeks ma uszkodzoną część, szukanie i następne zapisy "
          "mogą się nie udać. Co jeszcze jest uszkodzone, mówi kwerenda-index check --index {}; "
          "całość przywraca kopia, którą zrobiło backup.",
          "The change is saved, but as long as a part of the index is damaged, searching and the next "
          "writes may fail. What else is damaged says kwerenda-index check --index {}; a copy that "
          "backup made restores the whole.",
          index.string());
    }
    if (progress == Progress::committed) {
      return message(
          "Zmiana jest w indeksie; nie udało się tylko scalić jego części, co nie przeszkadza w szukaniu. "
          "Zrobi to następny zapis albo kwerenda-index compact.",
          "The change is in the index; only the merging of its parts has failed, which does not hinder "
          "searching. The next write will do it, or kwerenda-index compact.");
    }
    if (segments.empty()) return message("Indeks jeszcze nie powstał.", "The index was not made yet.");
    const std::string time = time_of(index / kStubName);
    return message("Indeks pozostał bez zmian od zatwierdzenia {}.",
                   "The index is as it was at the commit of {}.",
                   time.empty() ? message("poprzedniego zapisu", "the previous write") : time);
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
    const std::string prefix(1, kReportMetadataPrefix);
    for (const Segment& segment : impl_->segments) {
      const Xapian::Database& database = segment.database;
      for (auto entry = database.metadata_keys_begin(prefix); entry != database.metadata_keys_end(prefix);
           ++entry) {
        const std::uint64_t key = decode_report_key(std::string_view(*entry).substr(1));
        if (segment.dead_reports.contains(key)) continue;
        StoredReport report;
        if (!decode_report(database.get_metadata(*entry), report)) impl_->throw_damaged(key);
        ids.push_back(report.id);
      }
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

bool IndexWriter::take_back(const Report& report) {
  return impl_->committing([&] { return impl_->take_back(report); });
}

bool IndexWriter::wants_commit() const {
  return impl_->batch && impl_->batch->kept_bytes() > impl_->settings.memory_bytes / 2;
}

std::optional<FileTime> IndexWriter::file_time(std::string_view path) const {
  return impl_->times.find(path);
}

void IndexWriter::set_file_time(std::string_view path, std::string_view source,
                                const std::optional<FileTime>& time) {
  if (time) {
    impl_->times.put(path, source, *time);
  } else {
    impl_->times.erase(path);
  }
}

void IndexWriter::save_times() {
  if (!impl_->spent && !impl_->batch && impl_->superseded.empty()) impl_->save_times();
}

void IndexWriter::commit() {
  impl_->committing([&] { impl_->commit(); });
}

void IndexWriter::compact() {
  impl_->committing([&] {
    impl_->commit();
    if (impl_->segments.size() > 1 || impl_->segments.front().dead > 0) impl_->merge(0);
    impl_->save_times();
  });
}

IndexStatistics statistics_of(const fs::path& index) {
  IndexStatistics statistics;
  return translating(index, [&] {
    StoredIndex stored(index, Versions::current);
    statistics.manifest = stored.manifest();
    statistics.segments = current_segments(index);
    stored.for_each_report([&](const StoredReport& report) {
      ++statistics.reports;
      statistics.passages += report.passages;
    });
    for (const fs::path& segment : statistics.segments) {
      const Xapian::Database database(segment.string(), Xapian::DB_BACKEND_GLASS);
      statistics.terms +=
          static_cast<std::uint64_t>(std::distance(database.allterms_begin(), database.allterms_end()));
      for (const auto& entry : fs::directory_iterator(segment)) statistics.bytes_on_disk += entry.file_size();
    }
    return statistics;
  });
}

}  // namespace kwerenda
