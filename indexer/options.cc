#include "indexer/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "analysis/edit_distance.h"
#include "analysis/error.h"
#include "analysis/utf8.h"
#include "indexer/file_walk.h"

namespace kwerenda {
namespace {

namespace po = boost::program_options;

struct VerbName {
  std::string_view name;
  Verb verb;
};

constexpr VerbName kVerbs[] = {
    {"add", Verb::add},       {"remove", Verb::remove},   {"info", Verb::info},
    {"tokens", Verb::tokens}, {"check", Verb::check},     {"compact", Verb::compact},
    {"dump", Verb::dump},     {"restore", Verb::restore}, {"backup", Verb::backup},
    {"help", Verb::help},     {"version", Verb::version}};

constexpr std::string_view kProgramHelp =
    R"(kwerenda-index – buduje indeks polskich sprawozdań, w którym szuka kwerenda-search

Przykłady:
  kwerenda-index add --index indeks raporty/          wszystkie .txt, .md i .jsonl z katalogu
  kwerenda-index add --index indeks zbior.jsonl       jeden raport w wierszu
  find . -name '*.txt' -print0 | kwerenda-index add --index indeks --files-from - -0
  kwerenda-index info --index indeks                  co jest w indeksie
  echo 'w Łodzi o GIS-ie' | kwerenda-index tokens     jakie klucze trafiają do indeksu

Polecenia:
  add      dodaje raporty; raport o tej samej nazwie zastępuje poprzedni
  remove   usuwa raporty
  info     manifest, liczby i rozmiary
  tokens   analiza tekstu wyraz po wyrazie
  check    sprawdza, czy indeks jest cały
  backup   kopia indeksu, sprawdzona; działającego indeksu nie kopiuj przez cp
  compact  zapisuje indeks na nowo, bez luk po zmianach
  dump     cała zawartość jako wiersze JSON
  restore  nowy indeks z takiego zrzutu

  -h, --help      ta pomoc, a po poleceniu (kwerenda-index add --help) jego opcje
  --version       wersja programu, formatu indeksu i leksykonu

Kody wyjścia: 0 wykonano, 2 nie udało się, 3 wykonano częściowo (wypisano, co pominięto),
75 indeks zajęty, można spróbować ponownie.

Opcje index, lexicon, lexicon-extra, memory, threads, lock-timeout i progress można ustawić
na stałe plikiem kwerenda.toml w katalogu bieżącym lub nad nim, albo ~/.config/kwerenda/kwerenda.toml.
Zmienne KWERENDA_* mają przed nim pierwszeństwo, a przed nimi opcje w wierszu poleceń.
)";

constexpr std::string_view kAddHelp = R"(kwerenda-index add --index KATALOG ŚCIEŻKA…

Przykłady:
  kwerenda-index add --index indeks raporty/ notatka.md
  kwerenda-index add --index indeks --input-format jsonl - < zbior.json
  kwerenda-index add --index indeks --files-from lista.txt
  kwerenda-index add --index indeks --dry-run raporty/

ŚCIEŻKA to plik, katalog (z podkatalogami) albo - (standardowe wejście). Z katalogów czytane są
.txt, .md, .markdown, .jsonl i .ndjson; pliki ukryte, pliki README i dowiązania są pomijane.
Plik, którego nie da się odczytać, jest wymieniony z przyczyną, a praca trwa dalej.

Co czytać:
  --index KATALOG           gdzie jest indeks; powstaje, jeśli go nie ma [KWERENDA_INDEX]
  --files-from PLIK|-       ścieżki z pliku, po jednej w wierszu
  -0, --null                ścieżki w --files-from kończą się bajtem NUL (find -print0)
  --input-format RODZAJ     auto, txt, md albo jsonl (domyślnie auto: według rozszerzenia)
  --strict                  pierwszy problem kończy pracę, indeks zostaje bez zmian
  --dry-run                 tylko czyta i mówi, co by zrobiono
  --purge never|vanished    vanished usuwa z indeksu raporty, których plików już nie ma
                            (domyślnie never; brakujący lub pusty katalog niczego nie usuwa)
  --watch                   potem czuwa i indeksuje zmiany, aż do Ctrl-C

Analiza:
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lexicon-extra PLIK      własne słowa, wiersze „forma TAB lemat”; indeks je zapamiętuje
                            [KWERENDA_LEXICON_EXTRA]

Praca:
  --memory ROZMIAR          ile pamięci wolno zająć, np. 512M, 2G (domyślnie 1G) [KWERENDA_MEMORY]
  --threads N               ile wątków (domyślnie tyle, ile rdzeni) [KWERENDA_THREADS]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  --progress auto|json|never   postęp na stderr (domyślnie auto: tylko na terminalu); przy json
                            wszystkie komunikaty są wierszami JSON [KWERENDA_PROGRESS]
  -q, --quiet               tylko błędy
  -v, --verbose             także nazwy dodanych raportów
  -h, --help                ta pomoc

Limity: plik tekstowy 256 MiB, wiersz JSON Lines 256 MiB (sam plik bez limitu), 100 poziomów katalogów.
)";

constexpr std::string_view kInfoHelp = R"(kwerenda-index info --index KATALOG

Przykłady:
  kwerenda-index info --index indeks

Wypisuje manifest indeksu (wersja formatu, leksykon, podział na fragmenty), liczbę raportów i
fragmentów oraz rozmiary.

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  -h, --help                ta pomoc
)";

constexpr std::string_view kRemoveHelp = R"(kwerenda-index remove --index KATALOG RAPORT…

Przykłady:
  kwerenda-index remove --index indeks raporty/2024/narada.txt
  kwerenda-index remove --index indeks zbior.jsonl raporty/2019/
  kwerenda-index remove --index indeks --dry-run raporty/2019/

RAPORT to identyfikator (dla pliku: ścieżka, pod którą go dodano; dla wiersza JSON Lines: „_id”),
plik JSON Lines (wszystkie jego wiersze) albo katalog (wszystkie raporty spod niego).

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  --dry-run                 tylko wypisuje, co by usunięto
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -v, --verbose             także nazwy usuniętych raportów
  -h, --help                ta pomoc
)";

constexpr std::string_view kCheckHelp = R"(kwerenda-index check --index KATALOG

Przykłady:
  kwerenda-index check --index indeks
  kwerenda-index check --index indeks --sources

Sprawdza strukturę tabel, manifest, wszystkie sumy kontrolne, liczbę fragmentów każdego raportu oraz
liczy na nowo klucze każdego fragmentu. Zapis do indeksu czeka, aż sprawdzenie się skończy.
Kod wyjścia: 0 indeks jest cały, 2 jest uszkodzony.

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  --sources                 porównuje też fragmenty z plikami, z których je przeczytano
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko uszkodzenia
  -h, --help                ta pomoc
)";

constexpr std::string_view kCompactHelp = R"(kwerenda-index compact --index KATALOG

Przykłady:
  kwerenda-index compact --index indeks

Zapisuje indeks na nowo, bez luk, które zostają po wielu zmianach. Potrzebuje tyle wolnego miejsca,
ile zajmuje indeks; szukać można przez cały czas.

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)";

constexpr std::string_view kDumpHelp = R"(kwerenda-index dump --index KATALOG

Przykłady:
  kwerenda-index dump --index indeks > zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Wypisuje wszystko, co jest w indeksie: raporty z polami i fragmentami, po jednym obiekcie JSON
w wierszu. Format opisuje docs/dump-format.md. Czyta też indeksy zbudowane starszą analizą.

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -h, --help                ta pomoc
)";

constexpr std::string_view kRestoreHelp = R"(kwerenda-index restore --index KATALOG [PLIK|-]

Przykłady:
  kwerenda-index restore --index nowy zrzut.ndjson
  kwerenda-index dump --index stary | kwerenda-index restore --index nowy

Buduje nowy indeks ze zrzutu. Indeks powstaje dopiero, gdy zrzut okaże się cały.

  --index KATALOG           gdzie ma być nowy indeks [KWERENDA_INDEX]
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --memory ROZMIAR          ile pamięci wolno zająć (domyślnie 1G) [KWERENDA_MEMORY]
  --threads N               ile wątków (domyślnie tyle, ile rdzeni) [KWERENDA_THREADS]
  --lock-timeout SEKUNDY    jak długo czekać na inny zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)";

constexpr std::string_view kBackupHelp = R"(kwerenda-index backup --index KATALOG --to KOPIA

Przykłady:
  kwerenda-index backup --index indeks --to /kopie/indeks-poniedzialek

Robi zwartą kopię indeksu, utrwala ją i sprawdza; dopiero potem powstaje katalog KOPIA. Szukać można
przez cały czas, zapis czeka. Nie kopiuj działającego indeksu przez cp ani rsync: w czasie zapisu co
czwarta taka kopia była uszkodzona. Kopia jest zwykłym indeksem.

  --index KATALOG           gdzie jest indeks [KWERENDA_INDEX]
  --to KOPIA                nowy albo pusty katalog
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  --lock-timeout SEKUNDY    jak długo czekać na zapis (domyślnie 10) [KWERENDA_LOCK_TIMEOUT]
  -q, --quiet               tylko błędy
  -h, --help                ta pomoc
)";

constexpr std::string_view kTokensHelp = R"(kwerenda-index tokens [PLIK…|-]

Przykłady:
  echo 'Ćwiczenia w Łodzi' | kwerenda-index tokens
  kwerenda-index tokens raport.txt
  kwerenda-index tokens --explain zamku

Wypisuje po jednym wyrazie w wierszu: początek TAB koniec TAB wyraz TAB klucz|klucz…
Początek i koniec to bajty UTF-8 od początku pliku; klucze są dokładnie tymi, które trafiają do indeksu.

  --explain WYRAZ           wszystkie odczytania wyrazu: skąd pochodzą i jak są prawdopodobne
  --lexicon PLIK            inny leksykon niż dołączony [KWERENDA_LEXICON]
  -h, --help                ta pomoc
)";

[[noreturn]] void usage(const std::string& message) { throw Error(ErrorKind::usage, message); }

std::string verb_name(Verb verb) {
  for (const VerbName& known : kVerbs) {
    if (known.verb == verb) return std::string(known.name);
  }
  return {};
}

bool is_maintenance(Verb verb) { return verb >= Verb::remove; }

bool needs_lexicon(Verb verb) {
  return verb == Verb::add || verb == Verb::tokens || verb == Verb::check || verb == Verb::restore ||
         verb == Verb::backup;
}

po::options_description described(Verb verb) {
  po::options_description options;
  auto add = options.add_options();
  add("help,h", po::bool_switch());
  if (verb != Verb::tokens) add("index", po::value<std::string>());
  if (needs_lexicon(verb)) add("lexicon", po::value<std::string>());
  if (verb == Verb::add || verb == Verb::tokens) add("lexicon-extra", po::value<std::vector<std::string>>());
  if (is_maintenance(verb)) {
    add("lock-timeout", po::value<std::string>());
    add("quiet,q", po::bool_switch());
  }
  if (verb == Verb::remove) {
    add("dry-run", po::bool_switch());
    add("verbose,v", po::bool_switch());
  }
  if (verb == Verb::check) add("sources", po::bool_switch());
  if (verb == Verb::backup) add("to", po::value<std::string>());
  if (verb == Verb::restore) {
    add("memory", po::value<std::string>());
    add("threads", po::value<std::string>());
  }
  if (verb == Verb::tokens) add("explain", po::value<std::string>());
  if (verb == Verb::add) {
    add("files-from", po::value<std::string>());
    add("null,0", po::bool_switch());
    add("input-format", po::value<std::string>());
    add("memory", po::value<std::string>());
    add("threads", po::value<std::string>());
    add("dry-run", po::bool_switch());
    add("strict", po::bool_switch());
    add("purge", po::value<std::string>());
    add("watch", po::bool_switch());
    add("lock-timeout", po::value<std::string>());
    add("progress", po::value<std::string>());
    add("quiet,q", po::bool_switch());
    add("verbose,v", po::bool_switch());
  }
  return options;
}

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) {
    if (option->long_name() != "path") names.push_back("--" + option->long_name());
  }
  return names;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? std::string() : fmt::format("; czy chodziło o „{}”?", near);
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// A value with where it came from, for messages.
struct Setting {
  std::string name;
  std::string value;
};

void set_format(const Setting& setting, IndexerOptions& options) {
  if (setting.value == "auto")
    options.format = InputFormat::by_name;
  else if (setting.value == "txt")
    options.format = InputFormat::text;
  else if (setting.value == "md")
    options.format = InputFormat::markdown;
  else if (setting.value == "jsonl")
    options.format = InputFormat::jsonl;
  else
    usage(fmt::format("{}: oczekiwano auto, txt, md albo jsonl, jest „{}”", setting.name,
                      printable(setting.value)));
}

void set_memory(const Setting& setting, IndexerOptions& options) {
  constexpr std::uint64_t kLeast = std::uint64_t{64} << 20;
  const std::optional<std::uint64_t> size = parse_size(setting.value);
  if (!size || *size < kLeast) {
    usage(fmt::format("{}: oczekiwano rozmiaru od 64M wzwyż, np. 512M albo 2G, jest „{}”", setting.name,
                      printable(setting.value)));
  }
  options.memory_bytes = *size;
}

void set_threads(const Setting& setting, IndexerOptions& options) {
  const std::optional<unsigned> count = parse_number<unsigned>(setting.value);
  if (!count || *count < 1 || *count > 256) {
    usage(
        fmt::format("{}: oczekiwano liczby od 1 do 256, jest „{}”", setting.name, printable(setting.value)));
  }
  options.threads = *count;
}

void set_lock_timeout(const Setting& setting, IndexerOptions& options) {
  const std::optional<double> seconds = parse_number<double>(setting.value);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > 86400) {
    usage(fmt::format("{}: oczekiwano liczby sekund od 0 do 86400, jest „{}”", setting.name,
                      printable(setting.value)));
  }
  options.lock_timeout_seconds = *seconds;
}

void set_progress(const Setting& setting, IndexerOptions& options) {
  if (setting.value == "auto")
    options.progress = ProgressMode::automatic;
  else if (setting.value == "json")
    options.progress = ProgressMode::json;
  else if (setting.value == "never")
    options.progress = ProgressMode::never;
  else
    usage(fmt::format("{}: oczekiwano auto, json albo never, jest „{}”", setting.name,
                      printable(setting.value)));
}

void set_purge(const Setting& setting, IndexerOptions& options) {
  if (setting.value == "never")
    options.purge = Purge::never;
  else if (setting.value == "vanished")
    options.purge = Purge::vanished;
  else
    usage(
        fmt::format("{}: oczekiwano never albo vanished, jest „{}”", setting.name, printable(setting.value)));
}

std::vector<std::string> split_paths(std::string_view list) { return split_names(list, ':'); }

// Where the values of a verb's options come from, in order of precedence.
class Values {
 public:
  Values(const po::variables_map& flags, const Environment& environment, const Preferences& preferences)
      : flags_(flags), environment_(environment), preferences_(preferences) {}

  bool flag(const char* name) const { return flags_.count(name) > 0 && flags_[name].as<bool>(); }

  std::optional<Setting> text(const std::string& name, const char* variable = nullptr) const {
    if (flags_.count(name) > 0) return Setting{"--" + name, flags_[name].as<std::string>()};
    if (variable == nullptr) return std::nullopt;
    if (std::optional<std::string> value = environment_(variable); value && !value->empty()) {
      return Setting{variable, *value};
    }
    if (const auto found = preferences_.find(name)) return Setting{found->where, found->values.front()};
    return std::nullopt;
  }

  // Of an option that may be given several times; the variable's are separated by ':'.
  std::vector<std::string> texts(const std::string& name, const char* variable) const {
    if (flags_.count(name) > 0) return flags_[name].as<std::vector<std::string>>();
    if (const std::optional<std::string> list = environment_(variable)) return split_paths(*list);
    if (const auto found = preferences_.find(name)) return found->values;
    return {};
  }

 private:
  const po::variables_map& flags_;
  const Environment& environment_;
  const Preferences& preferences_;
};

po::variables_map parse_flags(Verb verb, const std::vector<std::string>& arguments) {
  po::options_description options = described(verb);
  const std::vector<std::string> names = long_names(options);
  options.add_options()("path", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("path", -1);
  const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  const std::string help = fmt::format("; zobacz kwerenda-index {} --help", verb_name(verb));
  po::variables_map flags;
  try {
    po::store(po::command_line_parser(arguments).options(options).positional(positional).style(style).run(),
              flags);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    usage(fmt::format("nieznana opcja „{}”{}{}", printable(name), suggestion(name, names), help));
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
    usage(fmt::format("opcja „{}” {}{}", printable(error.get_option_name()),
                      extra ? "nie ma wartości" : "wymaga wartości", help));
  } catch (const po::multiple_occurrences& error) {
    usage(fmt::format("opcja „{}” występuje więcej niż raz{}", printable(error.get_option_name()), help));
  } catch (const po::error& error) {
    usage(fmt::format("niezrozumiałe argumenty ({}){}", printable(error.what()), help));
  }
  return flags;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "-h" || argument == "--help") return true;
  }
  return false;
}

// remove, check, compact, dump, restore, backup.
void set_maintenance(const Values& values, const std::string& name, IndexerOptions& options) {
  const auto see = fmt::format(" (zobacz kwerenda-index {} --help)", name);
  if (const auto lexicon = values.text("lexicon", "KWERENDA_LEXICON")) options.lexicon = lexicon->value;
  if (const auto memory = values.text("memory", "KWERENDA_MEMORY")) set_memory(*memory, options);
  if (const auto threads = values.text("threads", "KWERENDA_THREADS")) set_threads(*threads, options);
  if (const auto timeout = values.text("lock-timeout", "KWERENDA_LOCK_TIMEOUT"))
    set_lock_timeout(*timeout, options);
  if (const auto to = values.text("to")) options.to = to->value;
  options.sources = values.flag("sources");
  options.dry_run = values.flag("dry-run");
  if (values.flag("quiet") && values.flag("verbose")) usage("-q i -v wykluczają się");
  if (values.flag("quiet")) options.verbosity = Verbosity::quiet;
  if (values.flag("verbose")) options.verbosity = Verbosity::verbose;
  const std::size_t most = options.verb == Verb::remove ? SIZE_MAX : options.verb == Verb::restore ? 1 : 0;
  if (options.paths.size() > most) {
    usage(fmt::format("{}: zbędny argument „{}”; indeks podaje się przez --index{}", name,
                      printable(options.paths[most]), see));
  }
  if (options.verb == Verb::remove && options.paths.empty()) usage("brak raportów do usunięcia" + see);
  if (options.verb == Verb::backup && options.to.empty())
    usage("brak --to KATALOG: gdzie ma być kopia?" + see);
}

}  // namespace

bool asks_for_json(const std::vector<std::string>& arguments, const Environment& environment,
                   const Preferences& preferences) {
  if (arguments.empty() || arguments.front() != "add") return false;
  std::string mode;
  if (const auto found = preferences.find("progress")) mode = found->values.front();
  if (const auto variable = environment("KWERENDA_PROGRESS"); variable && !variable->empty())
    mode = *variable;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    if (arguments[i].starts_with("--progress=")) mode = arguments[i].substr(11);
    if (arguments[i] == "--progress" && i + 1 < arguments.size()) mode = arguments[i + 1];
  }
  return mode == "json";
}

IndexerOptions parse_options(const std::vector<std::string>& arguments, const Environment& environment,
                             const Preferences& preferences) {
  IndexerOptions options;
  if (arguments.empty())
    usage("brak polecenia; oczekiwano add, info albo innego (zobacz kwerenda-index --help)");
  const std::string& first = arguments.front();
  if (first == "-h" || first == "--help") return options;
  if (first == "--version" || first == "-V") {
    options.verb = Verb::version;
    return options;
  }
  const auto known = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                  [&](const VerbName& verb) { return verb.name == first; });
  std::vector<std::string> names;
  for (const VerbName& verb : kVerbs) names.emplace_back(verb.name);
  if (known == std::end(kVerbs)) {
    if (first.starts_with("-")) {
      usage(fmt::format("pierwsze jest polecenie, potem opcje; jest „{}”{} (zobacz kwerenda-index --help)",
                        printable(first), suggestion(first, {"--help", "--version"})));
    }
    usage(fmt::format("nieznane polecenie „{}”{} (zobacz kwerenda-index --help)", printable(first),
                      suggestion(first, names)));
  }
  options.verb = known->verb;
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  if (options.verb == Verb::version) return options;
  if (options.verb == Verb::help) {
    if (rest.empty()) return options;
    for (const VerbName& verb : kVerbs) {
      if (verb.name == rest.front()) options.help_about = verb.verb;
    }
    if (!options.help_about) {
      usage(
          fmt::format("nieznane polecenie „{}”{}", printable(rest.front()), suggestion(rest.front(), names)));
    }
    return options;
  }
  if (asks_for_help(rest)) {
    options.help_about = options.verb;
    options.verb = Verb::help;
    return options;
  }

  const po::variables_map flags = parse_flags(options.verb, rest);
  const Values values(flags, environment, preferences);
  if (flags.count("path") > 0) options.paths = flags["path"].as<std::vector<std::string>>();

  if (options.verb != Verb::tokens) {
    if (const auto index = values.text("index", "KWERENDA_INDEX")) options.index = index->value;
    if (options.index.empty()) {
      usage(
          fmt::format("brak --index KATALOG: gdzie ma być indeks? (zobacz kwerenda-index {} --help)", first));
    }
  }
  if (options.verb == Verb::info) {
    if (!options.paths.empty()) {
      usage(fmt::format("info nie przyjmuje ścieżek, jest „{}”; indeks podaje się przez --index",
                        printable(options.paths.front())));
    }
    return options;
  }

  if (is_maintenance(options.verb)) {
    set_maintenance(values, first, options);
    return options;
  }

  if (const auto lexicon = values.text("lexicon", "KWERENDA_LEXICON")) options.lexicon = lexicon->value;
  options.lexicon_extra = values.texts("lexicon-extra", "KWERENDA_LEXICON_EXTRA");
  if (options.verb == Verb::tokens) {
    if (const auto word = values.text("explain")) {
      options.explain = word->value;
      if (trimmed(options.explain).empty()) usage("--explain: oczekiwano wyrazu, jest pusty napis");
      if (!options.paths.empty()) usage("--explain objaśnia jeden wyraz i nie przyjmuje plików");
    }
    return options;
  }

  if (const auto list = values.text("files-from")) options.files_from = list->value;
  if (const auto format = values.text("input-format")) set_format(*format, options);
  if (const auto memory = values.text("memory", "KWERENDA_MEMORY")) set_memory(*memory, options);
  if (const auto threads = values.text("threads", "KWERENDA_THREADS")) set_threads(*threads, options);
  if (const auto timeout = values.text("lock-timeout", "KWERENDA_LOCK_TIMEOUT"))
    set_lock_timeout(*timeout, options);
  if (const auto progress = values.text("progress", "KWERENDA_PROGRESS")) set_progress(*progress, options);
  if (const auto purge = values.text("purge")) set_purge(*purge, options);
  options.null_separated = values.flag("null");
  options.dry_run = values.flag("dry-run");
  options.strict = values.flag("strict");
  options.watch = values.flag("watch");
  if (values.flag("quiet") && values.flag("verbose")) usage("-q i -v wykluczają się");
  if (values.flag("quiet")) options.verbosity = Verbosity::quiet;
  if (values.flag("verbose")) options.verbosity = Verbosity::verbose;
  if (options.null_separated && options.files_from.empty()) usage("-0 ma sens tylko z --files-from");
  if (options.paths.empty() && options.files_from.empty()) {
    usage("brak ścieżek: podaj pliki, katalogi, - albo --files-from (zobacz kwerenda-index add --help)");
  }
  if (options.files_from == "-" &&
      std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end()) {
    usage("standardowe wejście może być listą plików albo raportem, nie oboma naraz");
  }
  return options;
}

std::string help_text(std::optional<Verb> verb) {
  switch (verb.value_or(Verb::help)) {
    case Verb::add:
      return std::string(kAddHelp);
    case Verb::info:
      return std::string(kInfoHelp);
    case Verb::tokens:
      return std::string(kTokensHelp);
    case Verb::remove:
      return std::string(kRemoveHelp);
    case Verb::check:
      return std::string(kCheckHelp);
    case Verb::compact:
      return std::string(kCompactHelp);
    case Verb::dump:
      return std::string(kDumpHelp);
    case Verb::restore:
      return std::string(kRestoreHelp);
    case Verb::backup:
      return std::string(kBackupHelp);
    case Verb::help:
    case Verb::version:
      break;
  }
  return std::string(kProgramHelp);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (text.ends_with('B') || text.ends_with('b')) text.remove_suffix(1);
  if (text.ends_with('i')) text.remove_suffix(1);
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        shift = 10;
        break;
      case 'm':
      case 'M':
        shift = 20;
        break;
      case 'g':
      case 'G':
        shift = 30;
        break;
      default:
        break;
    }
  }
  if (shift != 0) text.remove_suffix(1);
  const std::optional<std::uint64_t> number = parse_number<std::uint64_t>(text);
  if (!number || *number > (std::numeric_limits<std::uint64_t>::max() >> shift)) return std::nullopt;
  return *number << shift;
}

}  // namespace kwerenda
