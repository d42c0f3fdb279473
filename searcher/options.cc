#include "searcher/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <optional>

#include "analysis/edit_distance.h"
#include "analysis/message.h"
#include "searcher/query_date.h"

namespace kwerenda {
namespace {

namespace po = boost::program_options;

po::options_description visible_options() {
  po::options_description all;
  auto add = all.add_options();
  for (const char* name : {"index,i", "limit,n", "offset", "per-report", "sort", "from", "to", "place",
                           "duplicates", "thesaurus", "context", "similar", "why-not", "batch", "format,f",
                           "color", "hyperlinks", "pager", "lexicon"}) {
    add(name, po::value<std::string>());
  }
  for (const char* name : {"topic,t", "topics-dir"})
    add(name, po::value<std::vector<std::string>>()->composing());
  for (const char* name : {"list-topics", "topic-matrix", "facets", "explain", "no-repair", "plain",
                           "quiet,q", "verbose,v", "help,h", "version,V"}) {
    add(name, po::bool_switch());
  }
  return all;
}

po::options_description all_options() {
  po::options_description all = visible_options();
  all.add_options()("query", po::value<std::vector<std::string>>());
  return all;
}

[[noreturn]] void fail(const std::string& what) {
  throw Error(ErrorKind::usage,
              what + message(". Pomoc: kwerenda-search --help", ". Help: kwerenda-search --help"));
}

std::string without_dashes(std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  return name.substr(0, name.find('='));
}

// A value, and what messages call the place that it comes from.
struct Setting {
  std::string name;
  std::string value;
};

[[noreturn]] void fail_unknown(const std::string& option) {
  std::vector<std::string> names;
  const po::options_description known = visible_options();
  for (const auto& one : known.options()) names.push_back(one->long_name());
  const std::string near = nearest(without_dashes(option), names);
  fail(near.empty()
           ? message("nieznana opcja „{}”; zapytanie zaczynające się od „-” poprzedź dwiema kreskami: -- {}",
                     "unknown option “{}”; put two hyphens before a query that begins with “-”: -- {}",
                     option, option)
           : message("nieznana opcja „{}”; najbliższa to „--{}”",
                     "unknown option “{}”; the nearest is “--{}”", option, near));
}

std::uint32_t number(const Setting& setting, std::uint32_t most) {
  const std::string& text = setting.value;
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value > most) {
    fail(message("{}: oczekiwano liczby od 0 do {}, podano „{}”",
                 "{}: expected a number from 0 to {}, found “{}”", setting.name, most, text));
  }
  return value;
}

// A day, month or year as in "data:", but no range; of a month or year its first or last day.
std::uint32_t date(const Setting& setting, bool last) {
  const std::string& text = setting.value;
  const auto range = parse_date_range(text);
  const bool one_date =
      !text.empty() && text.front() >= '0' && text.front() <= '9' && text.find("..") == std::string::npos;
  if (!one_date || std::holds_alternative<DateProblem>(range)) {
    fail(message("{}: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „{}”",
                 "{}: expected a date YYYY-MM-DD, YYYY-MM or YYYY, found “{}”", setting.name, text));
  }
  return static_cast<std::uint32_t>(last ? std::get<DateRange>(range).to : std::get<DateRange>(range).from);
}

template <typename Value>
Value choice(const Setting& setting, const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == setting.value) return value;
    names.push_back(name);
  }
  fail(message("{}: oczekiwano jednego z: {}; podano „{}”", "{}: expected one of: {}; found “{}”",
               setting.name, fmt::join(names, ", "), setting.value));
}

OutputFormat format_of(const Setting& setting) {
  return choice<OutputFormat>(setting, {{"text", OutputFormat::text},
                                        {"json", OutputFormat::json},
                                        {"ndjson", OutputFormat::ndjson},
                                        {"trec", OutputFormat::trec}});
}

TerminalChoice terminal_choice(const Setting& setting) {
  return choice<TerminalChoice>(setting, {{"auto", TerminalChoice::automatic},
                                          {"always", TerminalChoice::always},
                                          {"never", TerminalChoice::never}});
}

// "per-report" to "KWERENDA_PER_REPORT".
std::string variable_of(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return "KWERENDA_" + name;
}

}  // namespace

SearchProgramOptions parse_search_options(const std::vector<std::string>& arguments,
                                          const char* (*environment)(const char*),
                                          const Preferences& preferences) {
  po::variables_map given;
  po::positional_options_description positional;
  positional.add("query", -1);
  const po::options_description known = all_options();  // outlives the parser, which refers to it
  try {
    using namespace po::command_line_style;
    po::store(po::command_line_parser(arguments)
                  .options(known)
                  .positional(positional)
                  .style(unix_style & ~allow_guessing)
                  .run(),
              given);
  } catch (const po::unknown_option& error) {
    fail_unknown(error.get_option_name());
  } catch (const po::invalid_command_line_syntax& error) {
    fail(error.kind() == po::invalid_syntax::extra_parameter
             ? message("opcja „{}” nie przyjmuje wartości", "option “{}” takes no value",
                       error.get_option_name())
             : message("opcja „{}” wymaga wartości", "option “{}” needs a value", error.get_option_name()));
  } catch (const po::multiple_occurrences& error) {
    fail(message("opcja „{}” występuje więcej niż raz", "option “{}” is given more than once",
                 error.get_option_name()));
  } catch (const po::error& error) {
    fail(message("nie rozumiem wiersza poleceń ({})", "cannot understand the command line ({})",
                 error.what()));
  }

  SearchProgramOptions options;
  const auto text = [&](const char* name) {
    return given.count(name) ? given[name].as<std::string>() : std::string();
  };
  const auto has = [&](const char* name) { return given[name].as<bool>(); };
  const auto flag = [&](const char* name) -> std::optional<Setting> {
    if (!given.count(name)) return std::nullopt;
    return Setting{std::string("--") + name, text(name)};
  };
  // What can be set once and for all.
  const auto preferred = [&](const char* name) -> std::optional<Setting> {
    if (auto setting = flag(name)) return setting;
    const std::string variable = variable_of(name);
    if (const char* value = environment(variable.c_str()); value && *value) return Setting{variable, value};
    if (const auto found = preferences.find(name)) return Setting{found->where, found->values.front()};
    return std::nullopt;
  };
  if (has("help")) {
    options.action = SearchAction::help;
    return options;
  }
  if (given.count("query"))
    options.query = fmt::format("{}", fmt::join(given["query"].as<std::vector<std::string>>(), " "));
  if (const auto index = preferred("index")) options.index = index->value;
  if (const auto lexicon = preferred("lexicon")) options.open.lexicon = lexicon->value;
  if (has("version")) {
    options.action = SearchAction::version;
    return options;
  }
  if (const auto thesaurus = preferred("thesaurus")) options.open.thesaurus = thesaurus->value;
  if (given.count("topics-dir")) {
    for (const std::string& directory : given["topics-dir"].as<std::vector<std::string>>())
      options.open.topics.emplace_back(directory);
  } else if (const char* list = environment("KWERENDA_TOPICS_DIR"); list && *list) {
    for (std::string_view rest = list; !rest.empty();) {
      const std::size_t end = std::min(rest.find(':'), rest.size());
      if (end > 0) options.open.topics.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  } else if (const auto found = preferences.find("topics-dir")) {
    for (const std::string& directory : found->values) options.open.topics.emplace_back(directory);
  }
  constexpr std::uint32_t kMost = 10000;
  if (const auto limit = preferred("limit")) options.search.limit = number(*limit, kMost);
  if (const auto offset = flag("offset")) options.search.offset = number(*offset, kMost);
  if (const auto most = preferred("per-report")) options.search.per_report = number(*most, kMost);
  if (const auto context = preferred("context")) options.search.context = number(*context, 5);
  if (const auto sort = preferred("sort")) {
    options.search.sort = choice<SortOrder>(*sort, {{"relevance", SortOrder::relevance},
                                                    {"date", SortOrder::date_newest},
                                                    {"date-asc", SortOrder::date_oldest},
                                                    {"report", SortOrder::report}});
  }
  if (const auto duplicates = preferred("duplicates")) {
    options.search.fold_duplicates =
        choice<FoldDuplicates>(*duplicates, {{"fold", FoldDuplicates::on}, {"show", FoldDuplicates::off}});
  }
  if (const auto from = flag("from")) options.search.date_from = date(*from, false);
  if (const auto to = flag("to")) options.search.date_to = date(*to, true);
  if (options.search.date_to && options.search.date_from > options.search.date_to)
    fail(message("--from jest późniejsze niż --to", "--from is later than --to"));
  options.search.place = text("place");
  if (given.count("topic")) options.search.topics = given["topic"].as<std::vector<std::string>>();
  options.search.facets = has("facets");
  options.search.explain = has("explain");
  if (has("no-repair")) options.search.repair = Repair::off;
  if (has("plain")) options.search.syntax = QuerySyntax::plain;
  if (const auto format = preferred("format")) options.format = format_of(*format);
  if (const auto color = preferred("color")) options.color = terminal_choice(*color);
  if (const auto links = preferred("hyperlinks")) options.hyperlinks = terminal_choice(*links);
  if (const auto pager = preferred("pager")) options.pager = terminal_choice(*pager);
  options.quiet = has("quiet");
  options.verbose = has("verbose");
  if (options.quiet && options.verbose)
    fail(message("-q i -v wykluczają się", "-q and -v exclude each other"));
  const auto actions = {has("list-topics"), has("topic-matrix"), given.count("batch") > 0,
                        given.count("similar") > 0, given.count("why-not") > 0};
  if (std::count(actions.begin(), actions.end(), true) > 1)
    fail(message("--batch, --similar, --why-not, --topic-matrix i --list-topics wykluczają się",
                 "--batch, --similar, --why-not, --topic-matrix and --list-topics exclude each other"));
  if (has("list-topics")) {
    options.action = SearchAction::list_topics;
    if (options.format == OutputFormat::trec)
      fail(message("--list-topics: oczekiwano formatu text, json albo ndjson, podano „trec”",
                   "--list-topics: expected the format text, json or ndjson, found “trec”"));
    return options;
  }
  if (options.index.empty()) fail(message("brak --index KATALOG", "--index DIRECTORY is missing"));
  if (given.count("batch")) {
    options.action = SearchAction::batch;
    options.batch = text("batch");
    if (!options.query.empty())
      fail(message("--batch czyta zapytania z pliku, a podano też zapytanie",
                   "--batch reads queries from a file, but a query is given too"));
  } else if (has("topic-matrix")) {
    options.action = SearchAction::topic_matrix;
    if (!options.query.empty())
      fail(message("--topic-matrix liczy wszystkie tematy, a podano też zapytanie",
                   "--topic-matrix counts all topics, but a query is given too"));
  } else if (given.count("similar")) {
    options.action = SearchAction::similar;
    options.citation = text("similar");
    if (!options.query.empty())
      fail(message("--similar szuka według fragmentu, a podano też zapytanie",
                   "--similar searches by a passage, but a query is given too"));
  } else if (given.count("why-not")) {
    options.action = SearchAction::why_not;
    options.citation = text("why-not");
    if (options.query.empty() && options.search.topics.empty())
      fail(message("--why-not wymaga zapytania", "--why-not needs a query"));
  } else if (options.query.empty() && options.search.topics.empty()) {
    fail(message("brak zapytania", "there is no query"));
  }
  return options;
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const std::string& argument) {
    return argument == "-h" || argument == "--help" || argument == "-V" || argument == "--version";
  });
}

OutputFormat requested_format(const std::vector<std::string>& arguments,
                              const char* (*environment)(const char*), const Preferences& preferences) {
  std::string name;
  if (const auto found = preferences.find("format")) name = found->values.front();
  if (const char* variable = environment("KWERENDA_FORMAT"); variable && *variable) name = variable;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string_view argument = arguments[i];
    if ((argument == "--format" || argument == "-f") && i + 1 < arguments.size()) {
      name = arguments[i + 1];
    } else if (argument.starts_with("--format=")) {
      name = argument.substr(9);
    } else if (argument.starts_with("-f") && argument.size() > 2) {
      name = argument.substr(2);
    }
  }
  return name == "json" ? OutputFormat::json : name == "ndjson" ? OutputFormat::ndjson : OutputFormat::text;
}

}  // namespace kwerenda
