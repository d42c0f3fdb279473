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
#include "analysis/message.h"
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
  if (verb != Verb::tokens) add("index,i", po::value<std::string>());
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
  return near.empty() ? std::string() : message("; czy chodziło o „{}”?", "; did you mean “{}”?", near);
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
    usage(message("{}: oczekiwano auto, txt, md albo jsonl, jest „{}”",
                  "{}: expected auto, txt, md or jsonl, found “{}”", setting.name, printable(setting.value)));
}

void set_memory(const Setting& setting, IndexerOptions& options) {
  constexpr std::uint64_t kLeast = std::uint64_t{64} << 20;
  const std::optional<std::uint64_t> size = parse_size(setting.value);
  if (!size || *size < kLeast) {
    usage(message("{}: oczekiwano rozmiaru od 64M wzwyż, np. 512M albo 2G, jest „{}”",
                  "{}: expected a size of 64M or more, e.g. 512M or 2G, found “{}”", setting.name,
                  printable(setting.value)));
  }
  options.memory_bytes = *size;
}

void set_threads(const Setting& setting, IndexerOptions& options) {
  const std::optional<unsigned> count = parse_number<unsigned>(setting.value);
  if (!count || *count < 1 || *count > 256) {
    usage(message("{}: oczekiwano liczby od 1 do 256, jest „{}”",
                  "{}: expected a number from 1 to 256, found “{}”", setting.name, printable(setting.value)));
  }
  options.threads = *count;
}

void set_lock_timeout(const Setting& setting, IndexerOptions& options) {
  const std::optional<double> seconds = parse_number<double>(setting.value);
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > 86400) {
    usage(message("{}: oczekiwano liczby sekund od 0 do 86400, jest „{}”",
                  "{}: expected a number of seconds from 0 to 86400, found “{}”", setting.name,
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
    usage(message("{}: oczekiwano auto, json albo never, jest „{}”",
                  "{}: expected auto, json or never, found “{}”", setting.name, printable(setting.value)));
}

void set_purge(const Setting& setting, IndexerOptions& options) {
  if (setting.value == "never")
    options.purge = Purge::never;
  else if (setting.value == "vanished")
    options.purge = Purge::vanished;
  else
    usage(message("{}: oczekiwano never albo vanished, jest „{}”",
                  "{}: expected never or vanished, found “{}”", setting.name, printable(setting.value)));
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
  const std::string help =
      message(" (zobacz kwerenda-index {} --help)", " (see kwerenda-index {} --help)", verb_name(verb));
  po::variables_map flags;
  try {
    po::store(po::command_line_parser(arguments).options(options).positional(positional).style(style).run(),
              flags);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    usage(message("nieznana opcja „{}”{}{}", "unknown option “{}”{}{}", printable(name),
                  suggestion(name, names), help));
  } catch (const po::invalid_command_line_syntax& error) {
    const bool extra = error.kind() == po::invalid_syntax::extra_parameter;
    usage(message("opcja „{}” {}{}", "option “{}” {}{}", printable(error.get_option_name()),
                  extra ? message("nie przyjmuje wartości", "takes no value")
                        : message("wymaga wartości", "needs a value"),
                  help));
  } catch (const po::multiple_occurrences& error) {
    usage(message("opcja „{}” występuje więcej niż raz{}", "option “{}” is given more than once{}",
                  printable(error.get_option_name()), help));
  } catch (const po::error& error) {
    usage(message("niezrozumiałe argumenty ({}){}", "cannot understand the arguments ({}){}",
                  printable(error.what()), help));
  }
  return flags;
}

bool has_help_flag(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") return false;
    if (argument == "-h" || argument == "--help") return true;
  }
  return false;
}

// remove, check, compact, dump, restore, backup.
void set_maintenance(const Values& values, const std::string& name, IndexerOptions& options) {
  const auto see = message(" (zobacz kwerenda-index {} --help)", " (see kwerenda-index {} --help)", name);
  if (const auto lexicon = values.text("lexicon", "KWERENDA_LEXICON")) options.lexicon = lexicon->value;
  if (const auto memory = values.text("memory", "KWERENDA_MEMORY")) set_memory(*memory, options);
  if (const auto threads = values.text("threads", "KWERENDA_THREADS")) set_threads(*threads, options);
  if (const auto timeout = values.text("lock-timeout", "KWERENDA_LOCK_TIMEOUT"))
    set_lock_timeout(*timeout, options);
  if (const auto to = values.text("to")) options.to = to->value;
  options.sources = values.flag("sources");
  options.dry_run = values.flag("dry-run");
  if (values.flag("quiet") && values.flag("verbose"))
    usage(message("-q i -v wykluczają się", "-q and -v exclude each other"));
  if (values.flag("quiet")) options.verbosity = Verbosity::quiet;
  if (values.flag("verbose")) options.verbosity = Verbosity::verbose;
  const std::size_t most = options.verb == Verb::remove ? SIZE_MAX : options.verb == Verb::restore ? 1 : 0;
  if (options.paths.size() > most) {
    usage(message("{}: zbędny argument „{}”; indeks podaje się przez --index{}",
                  "{}: needless argument “{}”; the index is given with --index{}", name,
                  printable(options.paths[most]), see));
  }
  if (options.verb == Verb::remove && options.paths.empty())
    usage(message("nie podano raportów do usunięcia", "no reports to remove were given") + see);
  if (options.verb == Verb::backup && options.to.empty())
    usage(message("brak --to KATALOG: gdzie ma być kopia?",
                  "--to DIRECTORY is missing: where should the backup be?") +
          see);
}

}  // namespace

bool asks_for_help(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return false;
  const std::string& first = arguments.front();
  return first == "help" || first == "version" || first == "--version" || first == "-V" ||
         has_help_flag(arguments);
}

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
    usage(message("brak polecenia; oczekiwano add, info albo innego (zobacz kwerenda-index --help)",
                  "no command; expected add, info or another (see kwerenda-index --help)"));
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
      usage(message("pierwsze jest polecenie, potem opcje; jest „{}”{} (zobacz kwerenda-index --help)",
                    "the command comes first, then options; found “{}”{} (see kwerenda-index --help)",
                    printable(first), suggestion(first, {"--help", "--version"})));
    }
    usage(message("nieznane polecenie „{}”{} (zobacz kwerenda-index --help)",
                  "unknown command “{}”{} (see kwerenda-index --help)", printable(first),
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
      usage(message("nieznane polecenie „{}”{} (zobacz kwerenda-index --help)",
                    "unknown command “{}”{} (see kwerenda-index --help)", printable(rest.front()),
                    suggestion(rest.front(), names)));
    }
    return options;
  }
  if (has_help_flag(rest)) {
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
      const bool makes = options.verb == Verb::add || options.verb == Verb::restore;
      usage(message("brak --index KATALOG: gdzie {} indeks? (zobacz kwerenda-index {} --help)",
                    "--index DIRECTORY is missing: where {} the index? (see kwerenda-index {} --help)",
                    makes ? message("ma być", "is to be") : message("jest", "is"), first));
    }
  }
  if (options.verb == Verb::info) {
    if (!options.paths.empty()) {
      usage(message("info nie przyjmuje ścieżek, jest „{}”; indeks podaje się przez --index",
                    "info takes no paths, found “{}”; the index is given with --index",
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
      if (trimmed(options.explain).empty())
        usage(message("--explain: oczekiwano wyrazu, jest pusty napis",
                      "--explain: expected a word, found an empty string"));
      if (!options.paths.empty())
        usage(message("--explain objaśnia jeden wyraz i nie przyjmuje plików",
                      "--explain explains one word and takes no files"));
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
  if (values.flag("quiet") && values.flag("verbose"))
    usage(message("-q i -v wykluczają się", "-q and -v exclude each other"));
  if (values.flag("quiet")) options.verbosity = Verbosity::quiet;
  if (values.flag("verbose")) options.verbosity = Verbosity::verbose;
  if (options.null_separated && options.files_from.empty())
    usage(message("-0 ma sens tylko z --files-from", "-0 makes sense with --files-from only"));
  if (options.paths.empty() && options.files_from.empty()) {
    usage(
        message("brak ścieżek: podaj pliki, katalogi, - albo --files-from (zobacz kwerenda-index add --help)",
                "no paths: give files, directories, - or --files-from (see kwerenda-index add --help)"));
  }
  if (std::find(options.paths.begin(), options.paths.end(), "") != options.paths.end()) {
    usage(
        message("oczekiwano ścieżki, jest pusty napis; podaj plik, katalog albo -, a jeśli miała tu być "
                "zmienna powłoki, sprawdź, czy jest ustawiona",
                "expected a path, found an empty string; give a file, a directory or -, and if a shell "
                "variable was meant, check that it is set"));
  }
  if (options.files_from == "-" &&
      std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end()) {
    usage(message("standardowe wejście może być listą plików albo raportem, nie oboma naraz",
                  "standard input can be the list of files or a report, not both at once"));
  }
  return options;
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
