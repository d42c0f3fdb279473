// kwerenda-index: parse, open, call, print, exit.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <new>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/data_files.h"
#include "analysis/error.h"
#include "analysis/extra_forms.h"
#include "analysis/index_directory.h"
#include "analysis/keys.h"
#include "analysis/lexicon.h"
#include "analysis/manifest.h"
#include "analysis/message.h"
#include "analysis/standard_streams.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "indexer/add.h"
#include "indexer/charset.h"
#include "indexer/durable_files.h"
#include "indexer/file.h"
#include "indexer/file_times.h"
#include "indexer/help.h"
#include "indexer/index_writer.h"
#include "indexer/maintenance.h"
#include "indexer/options.h"
#include "indexer/progress.h"
#include "indexer/stored_index.h"
#include "indexer/tokens_command.h"
#include "indexer/watch.h"

namespace kwerenda {
namespace {

enum ExitCode { kDone = 0, kFailed = 2, kPartly = 3, kLocked = 75 };

constexpr std::uint64_t kListBytes = std::uint64_t{256} << 20;  // of --files-from

// Set by Ctrl-C and SIGTERM while `add` works, finish and commit, or `backup`: remove the copy. The second
// one leaves at once, and so does the first where there is nothing to finish: in other verbs, whose work is
// there whole or not at all, and while the index's lock is waited for. The index stays at its last commit.
volatile std::sig_atomic_t g_stop = 0;
volatile std::sig_atomic_t g_can_finish = 0;
const char* g_interrupted = "";

extern "C" void on_stop_signal(int signal_number) {
  if (g_stop != 0 || g_can_finish == 0) {
    struct pollfd ready {
      STDERR_FILENO, POLLOUT, 0
    };
    // Whoever does not read what is said must not keep the program.
    if (::poll(&ready, 1, 0) > 0 && ready.revents & POLLOUT)
      (void)!::write(STDERR_FILENO, g_interrupted, std::strlen(g_interrupted));
    ::_exit(128 + signal_number);
  }
  g_stop = signal_number;
}

void install_signal_handlers() {
  g_interrupted = message("kwerenda-index: przerwano. Indeks jest w ostatnim zatwierdzonym stanie.\n",
                          "kwerenda-index: interrupted. The index is as it was at the last commit.\n");
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  // A closed pipe and a file size limit become errors of the call that met them.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool g_json = false;  // messages are JSON lines

const char* no_memory() {
  return message(
      "kwerenda-index: zabrakło pamięci; zmniejsz --memory albo podziel największe pliki. Indeks jest w "
      "ostatnim zatwierdzonym stanie.\n",
      "kwerenda-index: memory ran out; lower --memory or divide the largest files. The index is as it was at "
      "the last commit.\n");
}

// Where memory runs out in a noexcept function: libstdc++'s directory iterators, nlohmann's destructor.
[[noreturn]] void on_terminate() {
  const char* const text = no_memory();
  (void)!::write(STDERR_FILENO, text, std::strlen(text));
  ::_exit(kFailed);
}

void say(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

// Line by line as printable() makes it: a path may hold anything.
std::string printable_lines(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = text.find('\n');
    out += printable(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
  }
}

void say_error(ErrorKind kind, const std::string& message) {
  const std::string text = printable_lines(message);
  say(g_json ? error_json(kind, text) + "\n" : fmt::format("kwerenda-index: {}\n", text));
}

// Data for standard output. False if nobody reads it any more; throws Error{io} on any other failure.
bool put(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return true;
  if (errno == EPIPE) return false;
  const int reason = errno;
  const bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
  throw Error(ErrorKind::io,
              message("standardowe wyjście: {}{}", "standard output: {}{}", system_reason(reason),
                      full ? message("; sprawdź wolne miejsce", "; check free space") : ""));
}

std::string read_standard_input() {
  std::string bytes;
  for (;;) {
    const std::ptrdiff_t got = read_some(STDIN_FILENO, std::size_t{1} << 20, bytes);
    if (got < 0)
      throw Error(ErrorKind::io, message("standardowe wejście: ", "standard input: ") + error_text(errno));
    if (got == 0) return bytes;
    if (bytes.size() > kListBytes)
      throw Error(ErrorKind::limit,
                  message("standardowe wejście: ponad {} B", "standard input: more than {} B", kListBytes));
  }
}

// The user's own words: those of the files named, else those that the index was begun with.
ExtraForms extra_forms(const IndexerOptions& options) {
  ExtraForms extra;
  for (const std::string& path : options.lexicon_extra)
    extra.add(read_named_file(path, kListBytes), printable(path));
  if (options.lexicon_extra.empty() && !options.index.empty() && is_index(options.index)) {
    try {
      extra.add(StoredIndex(options.index, Versions::readable).extra_lexicon(), options.index);
    } catch (const Error& error) {
      // What is damaged is for the verb itself to say, `check` above all.
      if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::io) throw;
    }
  }
  return extra;
}

std::shared_ptr<const KeyMaker> open_keys(const IndexerOptions& options) {
  return std::make_shared<const KeyMaker>(
      Lexicon::open(data_file("pl.lex", options.lexicon), extra_forms(options)));
}

std::string now_utc() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

unsigned threads_of(const IndexerOptions& options) {
  return options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
}

IndexWriterSettings writer_settings(const IndexerOptions& options, const PassageSettings& passages,
                                    std::shared_ptr<const KeyMaker> keys) {
  IndexWriterSettings settings;
  settings.keys = std::move(keys);
  settings.manifest.lexicon_hash = settings.keys->lexicon().hash();
  const ExtraForms extra = extra_forms(options);
  settings.manifest.extra_lexicon_hash = extra.hash();
  settings.extra_lexicon = extra.text();
  settings.manifest.passage_max_bytes = passages.max_bytes;
  settings.manifest.passage_min_bytes = passages.min_bytes;
  settings.manifest.created = now_utc();
  settings.lock_timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.lock_timeout_seconds * 1000));
  if (options.verbosity != Verbosity::quiet && !g_json)
    settings.waiting = [&options](const std::string& holder) { say(waiting_text(options, holder)); };
  settings.memory_bytes =
      options.memory_bytes / 2;  // the rest is for the queue, the analysis and the reports that wait
  settings.threads = threads_of(options);
  return settings;
}

std::vector<std::string> paths_of(const IndexerOptions& options) {
  std::vector<std::string> paths = options.paths;
  if (options.files_from.empty()) return paths;
  const std::string list =
      options.files_from == "-" ? read_standard_input() : read_named_file(options.files_from, kListBytes);
  for (std::string& name : split_names(list, options.null_separated ? '\0' : '\n'))
    paths.push_back(std::move(name));
  return paths;
}

using StoredPointer = std::unique_ptr<StoredIndex>;

// What the index held before the run, or at the last commit on its way; null: nothing. `stored` must outlive
// the target.
AddTarget reading_target(const StoredPointer& stored) {
  AddTarget target;
  target.for_each_report = [&stored](const std::function<void(const StoredReport&)>& visit) {
    if (stored) stored->for_each_report(visit);
  };
  target.restore = [&stored](const StoredReport& report) {
    return restored_report(report, stored->passages_of(report));
  };
  return target;
}

// A dry run takes no lock and changes nothing.
AddTarget dry_target(const StoredPointer& stored, const std::string& index) {
  AddTarget target = reading_target(stored);
  const auto added = std::make_shared<std::unordered_map<std::string, StoredReport>>();
  const auto times = std::make_shared<const FileTimes>(FileTimes::of(index));
  const auto find_stored = [&stored](std::string_view id) {
    return stored ? stored->find(id) : std::optional<StoredReport>();
  };
  target.find = [=](std::string_view id) {
    const auto found = added->find(std::string(id));
    return found == added->end() ? find_stored(id) : std::optional<StoredReport>(found->second);
  };
  target.add = [=](Report&& report, std::vector<Passage>&& passages) {
    StoredReport& known = (*added)[report.id];
    known.id = report.id;
    known.source = report.source;
    known.content_hash = report.content_hash;
    known.passage_bytes = 0;
    known.passages = static_cast<std::uint32_t>(passages.size());
    for (const Passage& passage : passages) known.passage_bytes += passage.end - passage.begin;
    return std::optional<std::string>();
  };
  target.remove = [](std::string_view) {};
  target.take_back = [=](const Report& report) {
    const auto known = find_stored(report.id);
    const bool same = known && known->content_hash == report.content_hash && known->source == report.source;
    if (same) added->erase(report.id);
    return same;
  };
  target.file_time = [=](std::string_view path) { return times->find(path); };
  target.set_file_time = [](const Input&, const std::optional<FileTime>&) {};
  return target;
}

// Commits on the way, as IndexWriter::wants_commit() says, unless `all_at_once`; `stored` is opened anew
// then, since segments that it reads may be deleted by the next one.
AddTarget target_of(IndexWriter* writer, StoredPointer& stored, const std::string& index, bool all_at_once) {
  AddTarget target = reading_target(stored);
  target.find = [=](std::string_view id) { return writer->find(id); };
  target.add = [=, &stored](Report&& report, std::vector<Passage>&& passages) -> std::optional<std::string> {
    std::optional<std::string> refused = writer->add(std::move(report), std::move(passages));
    if (!all_at_once && writer->wants_commit()) {
      writer->commit();
      stored = std::make_unique<StoredIndex>(index, Versions::current);
    }
    return refused;
  };
  target.remove = [=](std::string_view id) { writer->remove(id); };
  target.take_back = [=](const Report& report) { return writer->take_back(report); };
  target.file_time = [=](std::string_view path) { return writer->file_time(path); };
  target.set_file_time = [=](const Input& input, const std::optional<FileTime>& time) {
    writer->set_file_time(input.id, input.source, time);
  };
  return target;
}

ProgressStyle progress_style(const IndexerOptions& options) {
  if (options.progress == ProgressMode::json) return ProgressStyle::json;
  const bool wanted = options.progress == ProgressMode::automatic && options.verbosity == Verbosity::normal;
  return wanted && ::isatty(STDERR_FILENO) ? ProgressStyle::terminal : ProgressStyle::none;
}

// `is_news` says whether a problem's line is to be told.
int add_once(const IndexerOptions& options, const std::vector<std::string>& paths,
             const std::shared_ptr<const KeyMaker>& keys,
             const std::function<bool(const std::string& line)>& is_news) {
  using Clock = ProgressPrinter::Clock;
  AddSettings settings;
  settings.walk.format = options.format;
  settings.strict = options.strict;
  settings.purge = options.purge;
  settings.walk.exclude = options.index;
  settings.walk.threads = threads_of(options);

  std::unique_ptr<IndexWriter> writer;
  StoredPointer stored;
  if (!options.dry_run) {
    g_can_finish = 0;
    writer = IndexWriter::open(options.index, writer_settings(options, settings.passages, keys));
  }
  g_can_finish = 1;
  if (is_index(options.index)) stored = std::make_unique<StoredIndex>(options.index, Versions::current);
  const AddTarget target = writer ? target_of(writer.get(), stored, options.index, options.strict)
                                  : dry_target(stored, options.index);

  const Clock::time_point start = Clock::now();
  ProgressPrinter printer(progress_style(options), say, start);
  AddProgress last;
  AddObserver observer;
  observer.stop = [] { return g_stop != 0; };
  observer.progress = [&](const AddProgress& progress) {
    last = progress;
    printer.update(progress, Clock::now());
  };
  const auto say_line = [&](const std::string& line) {
    printer.clear();
    say(line + "\n");
  };
  observer.problem = [&](const Problem& problem) {
    if (options.verbosity == Verbosity::quiet && !is_loss(problem.cause)) return;
    if (const std::string line = g_json ? problem_json(problem) : to_line(problem); is_news(line))
      say_line(line);
  };
  if (options.verbosity == Verbosity::verbose) {
    observer.added = [&](std::string_view id) {
      say_line(g_json ? report_json("added", id) : "+ " + printable(id));
    };
    observer.removed = [&](std::string_view id) {
      say_line(g_json ? report_json("removed", id) : "- " + printable(id));
    };
  }

  const AddSummary summary = add_paths(paths, settings, target, observer);
  last.committing = true;
  printer.update(last, Clock::now());
  // Nothing to commit is no reason to make a new, empty index.
  if (writer && summary.reports + summary.removed > 0) writer->commit();
  if (writer) writer->save_times();
  printer.finish(last, Clock::now());
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (options.verbosity != Verbosity::quiet) {
    say(g_json ? summary_json(summary, seconds, options.dry_run) + "\n"
               : to_text(summary, seconds, options.dry_run));
  }
  if (summary.stopped) {
    if (!g_json)
      say(message("Przerwano; to, co dodano, jest w indeksie. To samo polecenie dokończy pracę.\n",
                  "Interrupted; what was added is in the index. The same command will finish the work.\n"));
    return kPartly;
  }
  if (!summary.lossy()) return kDone;
  return summary.reports + summary.unchanged + summary.removed == 0 ? kFailed : kPartly;
}

std::string as_sentence(std::string text) {
  if (!text.ends_with('.')) text += '.';
  return text;
}

// Adds, then waits for changes and adds again, until it is told to stop. The index is locked only while there
// is work.
int run_watch(const IndexerOptions& options, const std::vector<std::string>& paths,
              const std::shared_ptr<const KeyMaker>& keys) {
  constexpr WatchTimes kChanges;
  constexpr std::chrono::milliseconds kRetry{5000};
  constexpr WatchTimes kAfterFailure{.longest = kRetry, .rescan = kRetry};
  TreeWatch watch(paths);
  const auto stop = [] { return g_stop != 0; };
  IndexerOptions again = options;
  // What stays as it was is told once, not with each walk.
  std::unordered_set<std::string> told, telling;
  std::string failure;
  const auto is_news = [&](const std::string& line) {
    telling.insert(line);
    return !told.contains(line);
  };
  for (bool first = true; !stop(); first = false) {
    watch.arm();
    try {
      const int code = add_once(again, paths, keys, is_news);
      if (stop()) return code;
      failure.clear();
      told = std::exchange(telling, {});
    } catch (const Error& error) {
      g_can_finish = 1;
      if (first || (error.kind() != ErrorKind::locked && error.kind() != ErrorKind::io)) throw;
      telling.clear();
      if (std::exchange(failure, error.what()) != error.what()) {
        say_error(error.kind(), message("{} Ponawiam co {} s.", "{} Trying again every {} s.",
                                        as_sentence(error.what()), kRetry.count() / 1000));
      }
      if (!watch.wait(kAfterFailure, stop)) return kPartly;
      continue;
    }
    if (first && options.verbosity != Verbosity::quiet && !g_json) {
      say(message("Czuwam nad zmianami; Ctrl-C kończy.\n", "Watching for changes; Ctrl-C ends.\n"));
    }
    if (options.verbosity != Verbosity::verbose) again.verbosity = Verbosity::quiet;
    if (!watch.wait(kChanges, stop)) break;
  }
  return kDone;
}

int run_add(const IndexerOptions& options) {
  const std::vector<std::string> paths = paths_of(options);
  if (options.watch && std::find(paths.begin(), paths.end(), "-") != paths.end()) {
    throw Error(
        ErrorKind::usage,
        message("--watch: oczekiwano plików i katalogów, jest „-”, a standardowego wejścia nie da się "
                "obserwować; podaj same pliki i katalogi albo pomiń --watch",
                "--watch: expected files and directories, found “-”, and standard input cannot be "
                "watched; give files and directories only or leave out --watch"));
  }
  const std::shared_ptr<const KeyMaker> keys = open_keys(options);
  if (options.watch) return run_watch(options, paths, keys);
  return add_once(options, paths, keys, [](const std::string&) { return true; });
}

int exit_code(Outcome outcome) {
  return outcome == Outcome::done ? kDone : outcome == Outcome::partly ? kPartly : kFailed;
}

// A line of the dump that is restored, without its line break.
bool read_dump_line(std::istream& in, std::string& line) { return static_cast<bool>(std::getline(in, line)); }

bool read_dump_line_of_standard_input(std::string& line) {
  if (read_dump_line(std::cin, line)) return true;
  // To std::cin a stream that cannot be read is one that ends.
  if (std::ferror(stdin))
    throw Error(ErrorKind::io, message("standardowe wejście: ", "standard input: ") + error_text(errno));
  return false;
}

int run_maintenance(const IndexerOptions& options) {
  MaintenanceOutput out{put, say, read_dump_line_of_standard_input};
  switch (options.verb) {
    case Verb::remove:
      return exit_code(run_remove(options, out));
    case Verb::check:
      return exit_code(run_check(
          options, [&] { return open_keys(options); }, out));
    case Verb::compact:
      return exit_code(run_compact(options, out));
    case Verb::dump:
      return exit_code(run_dump(options, out));
    case Verb::backup:
      // From the first question on there is a copy to be removed.
      out.stop = [] {
        g_can_finish = 1;
        return g_stop != 0;
      };
      try {
        return exit_code(run_backup(
            options, [&] { return open_keys(options); }, out));
      } catch (const Stopped&) {
        say(g_interrupted);
        return 128 + g_stop;
      }
    default:
      break;
  }
  std::ifstream file;
  if (!options.paths.empty() && options.paths.front() != "-") {
    if (std::error_code ignored; std::filesystem::is_directory(options.paths.front(), ignored)) {
      throw Error(ErrorKind::usage,
                  message("{}: to katalog, a nie zrzut; podaj plik, który zapisało kwerenda-index dump",
                          "{}: this is a directory, not a dump; name a file that kwerenda-index dump wrote",
                          printable(options.paths.front())));
    }
    file.open(options.paths.front());
    if (!file) {
      throw Error(ErrorKind::io, message("{}: nie można odczytać zrzutu: {}. Sprawdź ścieżkę i uprawnienia.",
                                         "{}: cannot read the dump: {}. Check the path and the permissions.",
                                         printable(options.paths.front()), system_reason(errno)));
    }
    out.read_line = [&](std::string& line) { return read_dump_line(file, line); };
  }
  return exit_code(
      run_restore(options, writer_settings(options, PassageSettings{}, open_keys(options)), out));
}

int run_info(const IndexerOptions& options) {
  const IndexStatistics statistics = statistics_of(options.index);
  put(fmt::format("reports\t{}\npassages\t{}\nterms\t{}\nbytes_on_disk\t{}\nsegments\t{}\nmanifest\t{}\n",
                  statistics.reports, statistics.passages, statistics.terms, statistics.bytes_on_disk,
                  statistics.segments.size(), to_json(statistics.manifest)));
  return kDone;
}

int run_tokens(const IndexerOptions& options) {
  const std::shared_ptr<const KeyMaker> keys = open_keys(options);
  if (!options.explain.empty()) {
    put(explain_word(options.explain, *keys));
    return kDone;
  }
  int code = kDone;
  const std::vector<std::string> paths =
      options.paths.empty() ? std::vector<std::string>{"-"} : options.paths;
  for (const std::string& path : paths) {
    try {
      const std::string name =
          path == "-" ? message("standardowe wejście", "standard input") : printable(path);
      Decoded decoded =
          decode(path == "-" ? read_standard_input() : read_named_file(path, ReadLimits{}.max_file_bytes));
      if (decoded.charset == Charset::unknown) {
        throw Error(ErrorKind::io, message("{}: bajt {} nie jest poprawnym UTF-8; zapisz plik w UTF-8",
                                           "{}: byte {} is not valid UTF-8; save the file as UTF-8", name,
                                           decoded.bad_offset));
      }
      std::string lines;
      append_token_lines(decoded.text, *keys, lines);
      if (!put(lines)) return kDone;
    } catch (const Error& error) {
      say_error(error.kind(), error.what());
      code = paths.size() == 1 ? kFailed : kPartly;
    }
  }
  return code;
}

int run_version() {
  std::string lexicon = message("brak", "none");
  try {
    const auto opened = Lexicon::open(data_file("pl.lex"));
    lexicon = fmt::format("{} ({:016x})", opened->version(), opened->hash());
  } catch (const Error&) {  // the version of the rest is still worth telling
  }
  put(message("kwerenda-index {}\nformat indeksu {}\nanaliza {}\nleksykon {}\n",
              "kwerenda-index {}\nindex format {}\nanalysis {}\nlexicon {}\n", KWERENDA_VERSION,
              kFormatVersion, kAnalysisVersion, lexicon));
  return kDone;
}

int run(const std::vector<std::string>& arguments) {
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  g_json = asks_for_json(arguments, environment);
  Preferences preferences;
  try {
    preferences = read_preferences(".", config_home());
  } catch (const Error&) {
    if (!asks_for_help(arguments)) throw;
  }
  g_json = asks_for_json(arguments, environment, preferences);
  const IndexerOptions options = parse_options(arguments, environment, preferences);
  switch (options.verb) {
    case Verb::help:
      put(help_text(options.help_about));
      return kDone;
    case Verb::version:
      return run_version();
    case Verb::add:
      return run_add(options);
    case Verb::info:
      return run_info(options);
    case Verb::tokens:
      return run_tokens(options);
    default:
      return run_maintenance(options);
  }
  return kFailed;
}

}  // namespace
}  // namespace kwerenda

int main(int argc, char** argv) {
  using namespace kwerenda;
  occupy_closed_standard_streams();
  set_message_language(language_from([](const char* name) { return std::getenv(name); }));
  install_signal_handlers();
  std::set_terminate(on_terminate);
  try {
    return run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const Error& error) {
    say_error(error.kind(), error.what());
    return error.kind() == ErrorKind::locked ? kLocked : kFailed;
  } catch (const std::bad_alloc&) {
    say(no_memory());
  } catch (const std::exception& error) {
    say(message("kwerenda-index: nieoczekiwany błąd: {}\n", "kwerenda-index: unexpected error: {}\n",
                error.what()));
  }
  return kFailed;
}
