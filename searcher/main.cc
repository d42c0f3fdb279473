// kwerenda-search: parse, open, search, print.
#include <fmt/format.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <new>

#include "analysis/data_files.h"
#include "analysis/lexicon.h"
#include "analysis/manifest.h"
#include "analysis/message.h"
#include "analysis/quantity.h"
#include "analysis/standard_streams.h"
#include "analysis/system_reason.h"
#include "analysis/utf8.h"
#include "searcher/help.h"
#include "searcher/options.h"
#include "searcher/output.h"
#include "searcher/terminal.h"

namespace kwerenda {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kFound = 0, kNothingFound = 1, kFailed = 2;

const char* environment(const char* name) { return std::getenv(name); }

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    if (errno == EPIPE) std::_Exit(kFound);  // the reader has seen enough
    throw Error(ErrorKind::io, message("standardowe wyjście: nie można zapisać: {}.",
                                       "standard output: cannot write: {}.", system_reason(errno)));
  }
}

// For people at a terminal; a pager that does not start is no reason to lose the answer.
void show(const std::string& text, const TerminalUse& use) {
  if (use.pager.empty()) return print(text);
  if (show_in_pager(text, use.pager)) return;
  std::cerr << message(
      "kwerenda-search: nie można uruchomić „{}”; wynik wypisano bez przewijania. Sprawdź "
      "KWERENDA_PAGER i PAGER.\n",
      "kwerenda-search: cannot start “{}”; the output is not paged. Check KWERENDA_PAGER and "
      "PAGER.\n",
      printable(use.pager));
  print(text);
}

std::string formatted(const SearchResult& result, const std::string& id, const std::string& query,
                      const SearchProgramOptions& options, const TextStyle& style) {
  switch (options.format) {
    case OutputFormat::json:
      return to_json(result, query, options.search);
    case OutputFormat::ndjson:
      return to_ndjson(result, id, options.search);
    case OutputFormat::trec:
      return to_trec(result, id.empty() ? "1" : id, options.search);
    case OutputFormat::text:
      break;
  }
  std::string head = id.empty() ? "" : fmt::format("=== {}\t{}\n", printable(id), printable(query));
  return head + to_text(result, query, options.search, style);
}

// The last words of a handler; they allocate nothing.
[[noreturn]] void die(const char* text) {
  (void)!::write(STDERR_FILENO, text, std::strlen(text));
  ::_exit(kFailed);
}

const char* no_memory() {
  return message("kwerenda-search: zabrakło pamięci. Zmniejsz --limit albo zwolnij pamięć.\n",
                 "kwerenda-search: memory ran out. Lower --limit or free some memory.\n");
}

// A damaged posting list can send Xapian's matcher round in circles; the slowest sound query is far below
// this.
constexpr int kMostSecondsOfOneQuery = 15;

extern "C" void on_query_too_long(int) {
  die(message(
      "kwerenda-search: zapytanie zajęło ponad 15 s procesora i zostało przerwane. Indeks może być "
      "uszkodzony; sprawdź go: kwerenda-index check --index KATALOG\n",
      "kwerenda-search: the query took more than 15 s of processor time and was stopped. The index may "
      "be damaged; check it: kwerenda-index check --index DIRECTORY\n"));
}

// Xapian crashes on some damage of its tables' roots. A message and an exit code are more use than a signal.
extern "C" void on_crash(int) {
  die(
      message("kwerenda-search: program padł przy czytaniu indeksu. Indeks jest zapewne uszkodzony; sprawdź "
              "go: kwerenda-index check --index KATALOG\n",
              "kwerenda-search: the program crashed while it read the index. The index is probably damaged; "
              "check it: kwerenda-index check --index DIRECTORY\n"));
}

// nlohmann::json allocates in its destructor, where an exception ends the process.
[[noreturn]] void on_terminate() { die(no_memory()); }

void install_crash_handler() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE}) std::signal(crash, on_crash);
#endif
}

// From here on so much processor time; called before each query.
void start_watchdog() {
  std::signal(SIGPROF, on_query_too_long);
  struct itimerval limit {};
  limit.it_value.tv_sec = kMostSecondsOfOneQuery;
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

bool is_machine_format(OutputFormat format) {
  return format == OutputFormat::json || format == OutputFormat::ndjson;
}

int run_search(const Searcher& searcher, const SearchProgramOptions& options, const TextStyle& style,
               const TerminalUse& use) {
  start_watchdog();
  const auto start = std::chrono::steady_clock::now();
  const SearchResult result = options.action == SearchAction::similar
                                  ? searcher.similar(options.citation, options.search)
                                  : searcher.search(options.query, options.search);
  if (options.verbose) {
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::cerr << message("Zrozumiano: {}\nTrwało: {} ms\n", "Understood: {}\nTook: {} ms\n",
                         printable(result.understood), decimal(took.count(), 1));
  }
  const std::string text = formatted(result, "", options.query, options, style);
  if (result.hits.empty()) {
    print(text);
  } else {
    show(text, use);
  }
  return result.hits.empty() && result.matches == 0 ? kNothingFound : kFound;
}

// The columns of TREC's format are parted by white space, and other programs know a query by its id alone.
void check_query_id(const std::string& id, OutputFormat format) {
  if (trimmed(id).empty()) {
    throw Error(ErrorKind::usage, message("oczekiwano identyfikatora przed tabulatorem, a jest pusty.",
                                          "expected an id before the tab, it is empty."));
  }
  const bool columns = format == OutputFormat::trec;
  if (columns &&
      std::any_of(id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; })) {
    throw Error(
        ErrorKind::usage,
        message("identyfikator „{}” ma odstęp, a w formacie trec oddziela on kolumny; usuń go.",
                "the id “{}” has white space, which parts the columns of trec; remove it.", printable(id)));
  }
}

// One bad line does not stop the others.
int run_batch(const Searcher& searcher, const SearchProgramOptions& options, const TextStyle& style) {
  const auto check = [&](bool good) {
    if (!good)
      throw Error(ErrorKind::io,
                  message("{}: nie można odczytać pliku zapytań. Sprawdź ścieżkę i uprawnienia.",
                          "{}: cannot read the file of queries. Check the path and the permissions.",
                          printable(options.batch.string())));
  };
  std::ifstream file;
  if (options.batch != "-") {
    file.open(options.batch);
    check(file.good());
  }
  std::istream& in = options.batch == "-" ? std::cin : file;
  // Evaluation judges passages one by one: equal ones are not to be folded.
  SearchOptions search = options.search;
  if (options.format == OutputFormat::trec) search.fold_duplicates = FoldDuplicates::off;
  bool any = false, failed = false;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (number++ == 0 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    const std::size_t tab = line.find('\t');
    const std::string id = line.substr(0, tab);
    const std::string query = tab == std::string::npos ? "" : line.substr(tab + 1);
    try {
      if (tab == std::string::npos) {
        throw Error(ErrorKind::usage, message("oczekiwano wiersza „id TAB zapytanie”, nie ma tabulatora.",
                                              "expected a line “id TAB query”, there is no tab."));
      }
      check_query_id(id, options.format);
      start_watchdog();
      const SearchResult result = searcher.search(query, search);
      any = any || !result.hits.empty() || result.matches > 0;
      print(formatted(result, id, query, options, style));
    } catch (const Error& error) {
      failed = true;
      if (is_machine_format(options.format)) print(error_to_json(error, tab == std::string::npos ? "" : id));
      std::cerr << fmt::format("{}:{}: {}\n", options.batch.string(), number, error.what());
    }
  }
  // A directory, a failing disk; to std::cin a stream that cannot be read is one that ends.
  check(!in.bad() && (options.batch != "-" || !std::ferror(stdin)));
  return failed ? kFailed : any ? kFound : kNothingFound;
}

// Reports × topics: how many passages of the report match each topic.
int run_topic_matrix(const Searcher& searcher, const SearchProgramOptions& options) {
  const TopicMatrix matrix = searcher.topic_matrix(options.search);
  for (const std::string& note : matrix.notes) fmt::print(stderr, "{}\n", note);
  const auto quoted = [](const std::string& text) {
    std::string out = "\"";
    for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  std::string out = "raport";
  for (const TopicInfo& topic : matrix.topics) {
    const std::string name = printable(topic.name);
    out += ',' + (name.find_first_of(",\"") == std::string::npos ? name : quoted(name));
  }
  out += '\n';
  for (const TopicMatrix::Row& row : matrix.rows) {
    out += quoted(printable(row.report_id));
    for (const std::uint32_t passages : row.passages) out += fmt::format(",{}", passages);
    out += '\n';
  }
  print(out);
  return matrix.rows.empty() ? kNothingFound : kFound;
}

int run(const SearchProgramOptions& options) {
  const TerminalUse use = terminal_use(options, ::isatty(STDOUT_FILENO), environment);
  const TextStyle style{use.color, use.hyperlinks, options.quiet};
  switch (options.action) {
    case SearchAction::help:
      show(search_help(), use);
      return kFound;
    case SearchAction::version: {
      const auto lexicon = Lexicon::open(data_file("pl.lex", options.open.lexicon));
      print(message("kwerenda-search {}\nformat indeksu {}, analiza {}\nleksykon {:016x} (format {})\n",
                    "kwerenda-search {}\nindex format {}, analysis {}\nlexicon {:016x} (format {})\n",
                    KWERENDA_VERSION, kFormatVersion, kAnalysisVersion, lexicon->hash(), lexicon->version()));
      return kFound;
    }
    case SearchAction::list_topics: {
      const std::vector<TopicInfo> topics = Searcher::list_topics(options.open);
      show(options.format == OutputFormat::json     ? topics_to_json(topics)
           : options.format == OutputFormat::ndjson ? topics_to_ndjson(topics)
                                                    : topics_to_text(topics),
           use);
      return kFound;
    }
    default:
      break;
  }
  SearcherOptions open = options.open;
  // One search is over before all of a large index could be read; what damage makes of it is caught below.
  const bool many = options.action == SearchAction::batch || options.action == SearchAction::topic_matrix;
  open.verify = many ? VerifyFiles::yes : VerifyFiles::no;
  const Searcher searcher = Searcher::open(options.index, open);
  switch (options.action) {
    case SearchAction::batch:
      return run_batch(searcher, options, style);
    case SearchAction::topic_matrix:
      return run_topic_matrix(searcher, options);
    case SearchAction::why_not: {
      const std::string answer = searcher.why_not(options.citation, options.query, options.search);
      print(is_machine_format(options.format) ? why_not_to_json(options.citation, answer) : answer + "\n");
      return kFound;
    }
    default:
      return run_search(searcher, options, style, use);
  }
}

}  // namespace
}  // namespace kwerenda

int main(int argc, char** argv) {
  using namespace kwerenda;
  occupy_closed_standard_streams();
  set_message_language(language_from(environment));
  std::signal(SIGPIPE, SIG_IGN);
  install_crash_handler();
  std::set_terminate(on_terminate);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  OutputFormat format = requested_format(arguments, environment);
  try {
    Preferences preferences;
    try {
      preferences = read_preferences(".", config_home());
    } catch (const Error&) {
      if (!asks_for_help(arguments)) throw;
    }
    format = requested_format(arguments, environment, preferences);
    const SearchProgramOptions options = parse_search_options(arguments, environment, preferences);
    format = options.format;
    return run(options);
  } catch (const Error& error) {
    if (is_machine_format(format)) std::cout << error_to_json(error);
    std::cerr << "kwerenda-search: " << error.what() << '\n';
  } catch (const std::bad_alloc&) {
    std::fputs(no_memory(), stderr);
  } catch (const std::exception& error) {
    std::cerr << message("kwerenda-search: nieoczekiwany błąd: {}\n",
                         "kwerenda-search: unexpected error: {}\n", error.what());
  }
  return kFailed;
}
