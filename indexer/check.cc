#include "indexer/check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xapian.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/manifest.h"
#include "analysis/message.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"
#include "analysis/stored.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "indexer/file.h"
#include "indexer/passage_document.h"
#include "indexer/readers/reader.h"
#include "indexer/segments.h"
#include "indexer/stored_index.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFindings =
    20;  // of one kind of work; one damaged block can spoil thousands of records
constexpr std::size_t kMaxTableMemory = 256u << 20;

// --- a part of the work in a child process ---

// A child tells its parent of an Error as one digit of kind and the message.
char char_of(ErrorKind kind) { return static_cast<char>('0' + static_cast<int>(kind)); }
ErrorKind kind_of(char digit) { return static_cast<ErrorKind>(digit - '0'); }

// What a child says, one line each: 'D' damage, 'N' note, 'C' counts, 'E' an Error that is no damage: another
// program or version, a file that cannot be read.
class Findings {
 public:
  explicit Findings(int fd) : fd_(fd) {}
  void damage(const std::string& text) {
    if (damages_++ < kMostFindings) say('D', text);
  }
  void note(const std::string& text) {
    if (notes_++ < kMostFindings) say('N', text);
  }
  void counts(std::uint64_t reports, std::uint64_t passages) {
    say('C', fmt::format("{} {}", reports, passages));
  }
  void error(const Error& error) { say('E', char_of(error.kind()) + std::string(error.what())); }
  std::size_t damages() const { return damages_; }
  // The rest that was not told.
  void finish() {
    if (damages_ > kMostFindings)
      say('D', message("… i jeszcze {}", "… and {} more", damages_ - kMostFindings));
    if (notes_ > kMostFindings) say('N', message("… i jeszcze {}", "… and {} more", notes_ - kMostFindings));
  }

 private:
  void say(char kind, const std::string& text) {
    const std::string line = kind + printable(text) + "\n";
    for (std::size_t at = 0; at < line.size();) {
      const ssize_t written = ::write(fd_, line.data() + at, line.size() - at);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) ::_exit(3);
      at += static_cast<std::size_t>(written);
    }
  }

  int fd_;
  std::size_t damages_ = 0, notes_ = 0;
};

std::uint64_t bytes_of(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    std::error_code failed;
    const std::uint64_t size = entry->file_size(failed);
    if (!failed) bytes += size;
  }
  return bytes;
}

// A damaged tree can send its reader round in circles: two minutes and one more for each 20 MB are enough for
// any sound one.
void limit_this_process(std::uint64_t bytes) {
  const rlim_t seconds = 120 + bytes / (20u << 20) * 60;
  const struct rlimit cpu { seconds, seconds };
  const struct rlimit core { 0, 0 };
  ::setrlimit(RLIMIT_CPU, &cpu);
  ::setrlimit(RLIMIT_CORE, &core);
}

void add_counts(const std::string& text, CheckResult& result) {
  std::uint64_t reports = 0, passages = 0;
  std::istringstream(text) >> reports >> passages;
  result.reports += reports;
  result.passages += passages;
}

// Memory that ran out is no damage. The exit code says so where an exception cannot: libstdc++'s directory
// iterators allocate in noexcept functions.
constexpr int kOutOfMemory = 12;

void become_child(pid_t parent, std::uint64_t bytes) {
  // It has the index's lock from its parent and must not keep it when that is killed.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kOutOfMemory);
  std::signal(SIGINT, SIG_DFL);  // it is the parent's to speak
  std::signal(SIGTERM, SIG_DFL);
  std::set_terminate([] { ::_exit(kOutOfMemory); });
  limit_this_process(bytes);
}

[[noreturn]] void throw_out_of_memory() {
  throw Error(ErrorKind::io,
              message("zabrakło pamięci na czytanie indeksu. Zwolnij pamięć i spróbuj ponownie.",
                      "memory ran out while the index was read. Free some memory and try again."));
}

struct ChildEnd {
  std::string said;
  int status = 0;
};

// Reads what a child writes, until it ends. Closes the descriptor.
ChildEnd end_of_child(pid_t child, int fd, const AskStop& stop) {
  constexpr int kAskEveryMs = 100;
  ChildEnd end;
  char buffer[4096];
  for (;;) {
    if (stop) {
      if (stop()) ::kill(child, SIGKILL);  // and with it its end of the pipe is gone
      struct pollfd ready {
        fd, POLLIN, 0
      };
      if (::poll(&ready, 1, kAskEveryMs) <= 0) continue;
    }
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    end.said.append(buffer, static_cast<std::size_t>(size));
  }
  ::close(fd);
  while (::waitpid(child, &end.status, 0) < 0 && errno == EINTR) {
  }
  // Ctrl-C on a terminal ends the child as well, which is no damage.
  if (stop && stop()) throw Stopped{};
  return end;
}

void take_lines(std::string& pending, CheckResult& result) {
  for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
    const std::string text = pending.substr(1, end - 1);
    switch (pending.front()) {
      case 'D':
        result.damages.push_back(text);
        break;
      case 'N':
        result.notes.push_back(text);
        break;
      case 'E':
        throw Error(kind_of(text.front()), text.substr(1));
      case 'C':
        add_counts(text, result);
        break;
      default:
        break;
    }
  }
}

void in_child(const std::string& name, std::uint64_t bytes, CheckResult& result, const AskStop& stop,
              const std::function<void(Findings&)>& work) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw Error(ErrorKind::io, message("check: nie można utworzyć potoku: {}",
                                       "check: cannot make a pipe: {}", system_reason(errno)));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorKind::io, message("check: nie można utworzyć procesu: {}",
                                       "check: cannot make a process: {}", system_reason(reason)));
  }
  if (child == 0) {
    ::close(ends[0]);
    become_child(parent, bytes);
    Findings findings(ends[1]);
    try {
      work(findings);
    } catch (const Xapian::Error& error) {
      // With a reason of the system's it is a file that cannot be read, and not what it holds.
      if (error.get_error_string()) {
        findings.error(Error(ErrorKind::io, message("{}: {}: {}. Sprawdź uprawnienia i dysk.",
                                                    "{}: {}: {}. Check the permissions and the disk.", name,
                                                    error.get_msg(), error.get_error_string())));
      } else {
        findings.damage(fmt::format("{}: {}", name, error.get_description()));
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::corrupt) {
        findings.damage(error.what());
      } else {
        findings.error(error);
      }
    } catch (const std::bad_alloc&) {
      ::_exit(kOutOfMemory);
    } catch (const std::exception& error) {
      findings.damage(fmt::format("{}: {}", name, error.what()));
    }
    findings.finish();
    ::_exit(0);
  }
  ::close(ends[1]);
  auto [pending, status] = end_of_child(child, ends[0], stop);
  take_lines(pending, result);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kOutOfMemory) throw_out_of_memory();
  if (WIFSIGNALED(status)) {
    result.damages.push_back(message("{}: proces sprawdzający padł (sygnał {}); dane są uszkodzone",
                                     "{}: the checking process crashed (signal {}); the data are damaged",
                                     name, WTERMSIG(status)));
  } else if (WEXITSTATUS(status) != 0) {
    result.damages.push_back(message("{}: proces sprawdzający skończył się kodem {}",
                                     "{}: the checking process ended with code {}", name,
                                     WEXITSTATUS(status)));
  }
}

// --- files ---

void check_files(const fs::path& segment, Findings& findings) {
  for (const SummedFile& file : read_sums(segment)) {
    if (const std::string damage = damage_of(segment, file); !damage.empty()) findings.damage(damage);
  }
}

// Whole files can still be wrong ones: a mistake of the writer's.
void check_structure(const fs::path& segment, Findings& findings) {
  // Xapian opens the tables for writing to check them, as it does nowhere else.
  for (const char* table : {"postlist.glass", "docdata.glass"}) {
    if (::faccessat(AT_FDCWD, (segment / table).c_str(), W_OK, AT_EACCESS) == 0 || errno == ENOENT) continue;
    return findings.note(
        message("{}: pominięto budowę drzew, do której sprawdzenia Xapian potrzebuje prawa zapisu ({}); sumy "
                "kontrolne wszystkich plików i ich treść sprawdzono",
                "{}: the structure of the trees was left out, for which Xapian needs permission to write "
                "({}); the checksums of all files and their contents were checked",
                segment.string(), system_reason(errno)));
  }
  std::ostringstream out;
  const std::size_t errors = Xapian::Database::check(segment.string(), 0, &out);
  if (errors == 0) return;
  std::string detail;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    if (line.find("rror") != std::string::npos || line.find("bad") != std::string::npos)
      detail += "; " + line;
    if (detail.size() > 300) break;
  }
  findings.damage(message("{}: struktura bazy, błędów: {}{}", "{}: structure of the database, errors: {}{}",
                          segment.string(), errors, detail));
}

// --- contents ---

// An order-independent sum over entries; two lists with the same entries have the same sum.
class EntrySum {
 public:
  void add(std::string_view term, std::uint64_t document, std::uint64_t number) {
    const std::uint64_t parts[] = {XXH3_64bits(term.data(), term.size()), document, number};
    sum_ += XXH3_64bits(parts, sizeof parts);
    ++entries_;
  }
  friend bool operator==(const EntrySum&, const EntrySum&) = default;

 private:
  std::uint64_t sum_ = 0;
  std::uint64_t entries_ = 0;
};

struct Sums {
  EntrySum terms;
  EntrySum values;
};

// What was seen of a report's passages.
struct Seen {
  std::uint32_t expected = 0;
  std::uint64_t expected_bytes = 0;
  std::uint32_t passages = 0;
  std::uint64_t bytes = 0;     // of their texts
  std::uint64_t ordinals = 0;  // of the mixed numbers
};

std::uint64_t mixed(std::uint64_t number) { return XXH3_64bits(&number, sizeof number); }

// One segment by itself: the passages of its dead reports are as they should be, too.
class ContentCheck {
 public:
  ContentCheck(const Segment& segment, const std::shared_ptr<const KeyMaker>& keys, Findings& findings)
      : segment_(segment),
        database_(segment.database),
        decompressor_(database_.get_metadata(kTextDictionaryKey)),
        streams_(segment.path),
        keys_(keys),
        findings_(findings) {}

  void run() {
    read_metadata();
    read_documents();
    for (const auto& [key, seen] : reports_) {
      std::uint64_t ordinals = 0;
      for (std::uint32_t i = 1; i <= seen.expected && seen.expected == seen.passages; ++i)
        ordinals += mixed(i);
      if (seen.expected != seen.passages || ordinals != seen.ordinals || seen.expected_bytes != seen.bytes) {
        findings_.damage(message("raport {:016x}: ma mieć fragmenty od 1 do {}, znaleziono {}",
                                 "report {:016x}: should have passages 1 to {}, found {}", key, seen.expected,
                                 seen.passages));
      }
    }
    read_postings();
    read_values();
    compare();
    findings_.counts(reports_.size() - segment_.dead_reports.size(), documents_ - segment_.dead);
  }

 private:
  void read_metadata() {
    std::uint64_t expected_bytes = 0;
    for (auto entry = database_.metadata_keys_begin(); entry != database_.metadata_keys_end(); ++entry) {
      const std::string name = *entry;
      if (name == kManifestKey || name == kExtraLexiconKey || name == kPassageBytesKey ||
          name == kTextDictionaryKey || (name.size() == 9 && name.front() == kSupersededPrefix)) {
        continue;
      }
      const std::uint64_t key = decode_report_key(std::string_view(name).substr(1));
      StoredReport report;
      if (name.size() != 9 || name.front() != kReportMetadataPrefix) {
        findings_.damage(message("nieznany wpis metadanych „{}”", "unknown metadata entry “{}”", name));
      } else if (!decode_report(database_.get_metadata(name), report) || report_key(report.id) != key) {
        findings_.damage(message("zapis o raporcie {:016x} nie zgadza się ze swoją sumą kontrolną",
                                 "the record of report {:016x} does not agree with its checksum", key));
      } else {
        reports_[key].expected = report.passages;
        reports_[key].expected_bytes = report.passage_bytes;
        expected_bytes += report.passage_bytes;
      }
    }
    if (database_.get_metadata(kPassageBytesKey) != std::to_string(expected_bytes)) {
      findings_.damage(message("suma długości fragmentów nie zgadza się z zapisami o raportach",
                               "the total length of passages does not agree with the records of reports"));
    }
    const std::string extra = database_.get_metadata(kExtraLexiconKey);
    const Manifest manifest =
        manifest_from_json(database_.get_metadata(kManifestKey), segment_.path.parent_path().string());
    if (manifest.extra_lexicon_hash != (extra.empty() ? 0 : XXH3_64bits(extra.data(), extra.size()))) {
      findings_.damage(
          message("leksykon dodatkowy w indeksie nie zgadza się ze skrótem w manifeście",
                  "the extra lexicon in the index does not agree with the hash in the manifest"));
    }
    if (keys_ && manifest.lexicon_hash != keys_->lexicon().hash()) {
      findings_.note(message(
          "indeks zbudowano z leksykonem {:016x}, a wczytano {:016x}: kluczy nie policzono od nowa",
          "the index was built with lexicon {:016x}, the one loaded is {:016x}: keys were not computed again",
          manifest.lexicon_hash, keys_->lexicon().hash()));
      keys_.reset();
    }
  }

  void read_documents() {
    const auto end = database_.postlist_end("");
    for (auto document = database_.postlist_begin(""); document != end; ++document) {
      const Xapian::docid id = *document;
      ++documents_;
      try {
        read_document(id, document.get_doclength());
      } catch (const Xapian::Error& error) {
        findings_.damage(message("fragment {}: {}", "passage {}: {}", id, error.get_msg()));
      }
    }
  }

  void read_document(Xapian::docid id, Xapian::termcount length) {
    total_length_ += length;
    shortest_ = std::min(shortest_, length);
    longest_ = std::max(longest_, length);
    StoredPassage passage;
    if (!decode_passage(database_.get_document(id).get_data(), decompressor_, passage)) {
      findings_.damage(message("fragment {} nie zgadza się ze swoją sumą kontrolną",
                               "passage {} does not agree with its checksum", id));
      return;
    }
    const auto report = reports_.find(passage.report_key);
    if (report == reports_.end()) {
      findings_.damage(message("fragment {} należy do raportu {:016x}, którego nie ma",
                               "passage {} belongs to report {:016x}, which is missing", id,
                               passage.report_key));
      return;
    }
    ++report->second.passages;
    report->second.bytes += passage.text.size();
    report->second.ordinals += mixed(passage.ordinal);
    if (!streams_.read(id, streamed_) || streamed_.report_key != passage.report_key ||
        streamed_.ordinal != passage.ordinal || streamed_.text_bytes != passage.text.size()) {
      findings_.damage(message("fragment {}: plik kluczy nie zgadza się z tekstem",
                               "passage {}: the file of keys does not agree with the text", id));
    } else if (keys_) {
      expect(id, passage, length);
    }
  }

  // What the index should say of the passage, by its stored text.
  void expect(Xapian::docid id, const StoredPassage& passage, Xapian::termcount length) {
    if (!table_ || table_->memory() > kMaxTableMemory) {
      table_ = std::make_unique<KeyTable>(keys_);
      maker_ = std::make_unique<PassageDocumentMaker>(*table_);
      known_key_.reset();
    }
    if (known_key_ != passage.report_key) {
      StoredReport report;
      decode_report(database_.get_metadata(report_metadata_key(passage.report_key)), report);
      report_ = {};
      report_.id = report.id;
      report_.title = report.title;
      report_.place = report.place;
      report_.date = report.date;
      known_key_ = passage.report_key;
      maker_->begin_report(report_, passage.report_key);
    }
    report_.text = passage.text;
    maker_->make({0, static_cast<std::uint32_t>(passage.text.size()), passage.ordinal, passage.heading},
                 made_);
    const auto same = [](KeyStreamView a, KeyStreamView b) {
      return std::equal(a.begin(), a.end(), b.begin(), b.end());
    };
    if (!same(made_.keys.text, streamed_.text) || !same(made_.keys.title, streamed_.title) ||
        !same(made_.keys.heading, streamed_.heading)) {
      findings_.damage(message("fragment {}: ciągi kluczy nie zgadzają się z tekstem",
                               "passage {}: the sequences of keys do not agree with the text", id));
    }
    std::uint64_t sum = 0;
    for (const PassageTerm& term : made_.terms) {
      expected_.terms.add(term_text(term, *table_), id, term.wdf);
      sum += term.wdf;
    }
    if (sum != length)
      findings_.damage(message("fragment {}: długość {}, suma kluczy {}",
                               "passage {}: length {}, sum of keys {}", id, length, sum));
    for (const std::string& filter : maker_->filters()) expected_.terms.add(filter, id, 0);
    for (const auto& [slot, bytes] : maker_->values()) expected_.values.add(bytes, id, slot);
  }

  void read_postings() {
    for (auto term = database_.allterms_begin(); term != database_.allterms_end(); ++term) {
      const std::string text = *term;
      Xapian::termcount frequency = 0, collection = 0, most = 0;
      const auto end = database_.postlist_end(text);
      for (auto posting = database_.postlist_begin(text); posting != end; ++posting) {
        const Xapian::termcount wdf = posting.get_wdf();
        if (keys_) posted_.terms.add(text, *posting, wdf);
        ++frequency;
        collection += wdf;
        most = std::max(most, wdf);
      }
      posted_length_ += collection;
      if (frequency != term.get_termfreq() || collection != database_.get_collection_freq(text) ||
          database_.get_wdf_upper_bound(text) < most) {
        findings_.damage(message("klucz „{}”: liczby wystąpień nie zgadzają się z listą",
                                 "key “{}”: the numbers of occurrences do not agree with the list", text));
      }
    }
  }

  void read_values() {
    for (const Xapian::valueno slot : {kReportSlot, kDateSlot}) {
      Xapian::doccount count = 0;
      std::string least, most;
      for (auto value = database_.valuestream_begin(slot); value != database_.valuestream_end(slot);
           ++value) {
        const std::string bytes = *value;
        posted_.values.add(bytes, value.get_docid(), slot);
        if (count == 0 || bytes < least) least = bytes;
        if (bytes > most) most = bytes;
        ++count;
      }
      if (count != database_.get_value_freq(slot) || database_.get_value_lower_bound(slot) > least ||
          database_.get_value_upper_bound(slot) < most) {
        findings_.damage(message("wartości {}: liczba albo granice nie zgadzają się z listą",
                                 "values {}: their number or bounds do not agree with the list", slot));
      }
    }
  }

  void compare() {
    if (keys_ && findings_.damages() == 0) {
      if (!(expected_.terms == posted_.terms))
        findings_.damage(message("klucze w indeksie nie zgadzają się z tekstem fragmentów",
                                 "the keys in the index do not agree with the text of the passages"));
      if (!(expected_.values == posted_.values))
        findings_.damage(message("wartości w indeksie nie zgadzają się z raportami",
                                 "the values in the index do not agree with the reports"));
    }
    if (posted_length_ != total_length_)
      findings_.damage(message("listy wystąpień nie zgadzają się z długościami fragmentów",
                               "the posting lists do not agree with the lengths of the passages"));
    const bool bounds = documents_ == 0 || (database_.get_doclength_lower_bound() <= shortest_ &&
                                            database_.get_doclength_upper_bound() >= longest_);
    if (database_.get_doccount() != documents_ || database_.get_total_length() != total_length_ || !bounds) {
      findings_.damage(message(
          "liczba albo długości fragmentów w nagłówku bazy nie zgadzają się z fragmentami",
          "the number or the lengths of passages in the database's header do not agree with the passages"));
    }
    if (database_.has_positions())
      findings_.damage(message("w bazie są pozycje, których Kwerenda nie zapisuje",
                               "the database holds positions, which Kwerenda does not write"));
  }

  const Segment& segment_;
  const Xapian::Database& database_;
  TextDecompressor decompressor_;
  KeyStreamFile streams_;
  PassageKeys streamed_;
  std::shared_ptr<const KeyMaker> keys_;
  Findings& findings_;
  std::unordered_map<std::uint64_t, Seen> reports_;
  Sums posted_, expected_;
  std::uint64_t posted_length_ = 0;
  Xapian::doccount documents_ = 0;
  std::uint64_t total_length_ = 0;
  Xapian::termcount shortest_ = ~Xapian::termcount{0}, longest_ = 0;
  std::unique_ptr<KeyTable> table_;
  std::unique_ptr<PassageDocumentMaker> maker_;
  PassageDocument made_;
  Report report_;
  std::optional<std::uint64_t> known_key_;
};

// --- sources ---

class SourceCheck {
 public:
  SourceCheck(const fs::path& index, Findings& findings)
      : stored_(index, Versions::current), findings_(findings) {}

  void run() {
    stored_.for_each_report(
        [&](const StoredReport& report) { by_source_[report.source].emplace(report.id, report); });
    for (auto& [source, reports] : by_source_) read(source, reports);
  }

 private:
  using Reports = std::map<std::string, StoredReport>;

  void read(const std::string& source, Reports& reports) {
    if (source == "-") {
      findings_.note(message("ze standardowego wejścia, nie ma z czym porównać: {}",
                             "from standard input, nothing to compare with: {}", reports.size()));
      return;
    }
    // A file that is one report has its path as id, bytes and all; the source is that path made printable.
    Input input;
    const auto whole = std::find_if(reports.begin(), reports.end(),
                                    [&](const auto& entry) { return printable(entry.first) == source; });
    input.path = input.id = whole == reports.end() ? source : whole->first;
    input.source = source;
    input.named = true;
    input.format = format_of_name(input.path);
    if (input.format == InputFormat::by_name)
      input.format = whole == reports.end() ? InputFormat::jsonl : InputFormat::text;
    std::error_code failed;
    if (!fs::exists(input.path, failed)) {
      // The source of records is their file's name made printable.
      if (const std::string bytes = unescaped(source); whole == reports.end() && fs::exists(bytes, failed)) {
        input.path = bytes;
      }
    }
    if (const auto status = fs::status(input.path, failed); !fs::exists(status)) {
      const bool gone = status.type() == fs::file_type::not_found;
      findings_.note(gone ? message("{}: nie ma już tego pliku", "{}: the file is no longer there", source)
                          : message("{}: nie można porównać: {}", "{}: cannot be compared: {}", source,
                                    error_text(failed.value())));
      return;
    }
    bool whole_read = true;
    std::map<std::string, Compared> found;  // by id: of several records with one the last counts
    ReaderOutput output;
    output.report = [&](Report&& report) {
      const auto known = reports.find(report.id);
      if (known != reports.end()) found[report.id] = compared(known->second, report);
    };
    output.problem = [&](Problem&& problem) {
      if (problem.cause == ProblemCause::unreadable) whole_read = false;
      if (is_loss(problem.cause)) findings_.note(to_line(problem));
    };
    read_input(input, ReadLimits{}, output);
    for (const auto& [id, report] : reports) {
      const auto seen = found.find(id);
      if (seen == found.end()) {
        if (whole_read) findings_.note(message("{}: nie ma już w {}", "{}: no longer in {}", id, source));
        continue;
      }
      for (const std::string& damage : seen->second.damages) findings_.damage(damage);
      for (const std::string& note : seen->second.notes) findings_.note(note);
    }
  }

  struct Compared {
    std::vector<std::string> damages, notes;
  };

  // The id of a record alone does not say where it is from.
  static std::string place_of(const StoredReport& report) {
    return printable(report.id) == report.source ? report.id : report.source + ": " + report.id;
  }

  Compared compared(const StoredReport& stored, const Report& report) {
    Compared result;
    if (stored.content_hash != report.content_hash) {
      result.notes.push_back(message("{}: zmienił się od zaindeksowania; uaktualnij indeks (add)",
                                     "{}: has changed since it was indexed; update the index (add)",
                                     place_of(stored)));
      return result;
    }
    for (const StoredPassage& passage : stored_.passages_of(stored)) {
      if (passage.begin > report.text.size() ||
          std::string_view(report.text).substr(passage.begin, passage.text.size()) != passage.text) {
        result.damages.push_back(message("{}#p{}: tekst w indeksie różni się od źródła",
                                         "{}#p{}: the text in the index differs from the source",
                                         place_of(stored), passage.ordinal));
      }
    }
    return result;
  }

  StoredIndex stored_;
  Findings& findings_;
  std::map<std::string, Reports> by_source_;
};

}  // namespace

void in_child_process(const fs::path& index, const std::function<void()>& work, const AskStop& stop) {
  int ends[2];
  if (::pipe(ends) != 0)
    throw Error(ErrorKind::io,
                message("nie można utworzyć potoku: {}", "cannot make a pipe: {}", system_reason(errno)));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw Error(ErrorKind::io, message("nie można utworzyć procesu: {}", "cannot make a process: {}",
                                       system_reason(reason)));
  }
  if (child == 0) {
    ::close(ends[0]);
    // One byte of kind, then the message.
    std::string failure;
    try {
      std::uint64_t bytes = 0;
      for (const fs::path& segment : current_segments(index)) bytes += bytes_of(segment);
      become_child(parent, bytes);
      work();
    } catch (const Error& error) {
      failure = char_of(error.kind()) + std::string(error.what());
    } catch (const std::bad_alloc&) {
      ::_exit(kOutOfMemory);
    } catch (const std::exception& error) {
      failure = char_of(ErrorKind::io) + std::string(error.what());
    }
    (void)!::write(ends[1], failure.data(), failure.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  const auto [failure, status] = end_of_child(child, ends[0], stop);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kOutOfMemory) throw_out_of_memory();
  if (!failure.empty()) throw Error(kind_of(failure.front()), failure.substr(1));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(ErrorKind::corrupt,
                message("{}: czytanie indeksu przerwał sygnał {}; indeks jest uszkodzony. Sprawdź go "
                        "(kwerenda-index check --index {}), przywróć z kopii albo zbuduj od nowa.",
                        "{}: reading the index was stopped by signal {}; the index is damaged. Check it "
                        "(kwerenda-index check --index {}), restore it from a backup or build it anew.",
                        index.string(), WTERMSIG(status), index.string()));
  }
}

CheckResult check_index(const fs::path& index, const CheckSettings& settings) {
  CheckResult result;
  std::vector<fs::path> segments;
  try {
    segments = current_segments(index);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    result.damages.emplace_back(error.what());
    return result;
  }
  // Files first: only what is as it was written is handed to Xapian, which damage can send astray.
  std::uint64_t all_bytes = 0;
  for (const fs::path& segment : segments) {
    const std::uint64_t bytes = bytes_of(segment);
    all_bytes += bytes;
    in_child(segment.string(), bytes, result, settings.stop,
             [&](Findings& findings) { check_files(segment, findings); });
  }
  if (!result.damages.empty()) return result;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string name = segments[i].string();
    const std::uint64_t bytes = bytes_of(segments[i]);
    in_child(name, bytes, result, settings.stop,
             [&](Findings& findings) { check_structure(segments[i], findings); });
    in_child(name, bytes, result, settings.stop, [&](Findings& findings) {
      std::shared_ptr<const KeyMaker> keys;
      try {
        if (settings.keys) keys = settings.keys();
      } catch (const Error& error) {
        return findings.error(error);
      }
      ContentCheck(open_segments(index).at(i), keys, findings).run();
    });
  }
  if (settings.sources == CheckSources::yes) {
    in_child(index.string(), all_bytes, result, settings.stop,
             [&](Findings& findings) { SourceCheck(index, findings).run(); });
  }
  return result;
}

}  // namespace kwerenda
