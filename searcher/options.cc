#include "searcher/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "analysis/edit_distance.h"
#include "searcher/query_date.h"

namespace kwerenda {
namespace {

namespace po = boost::program_options;

constexpr const char* kExamples = R"(kwerenda-search – szuka fragmentów w indeksie raportów

Przykłady:
  kwerenda-search --index indeks ochrona ludności
  kwerenda-search --index indeks '"miejsce doraźnego schronienia"'
  kwerenda-search --index indeks 'tytuł:forum AND (GIS OR geoportal)'
  kwerenda-search --index indeks --topic 'sztuczna inteligencja' urząd
  kwerenda-search --index indeks --format json --limit 3 budżet obywatelski
  kwerenda-search --index indeks --batch pytania.tsv --format trec --per-report 1

Użycie: kwerenda-search --index KATALOG [opcje] [--] ZAPYTANIE…

Kody wyjścia: 0 znaleziono, 1 nic nie znaleziono, 2 błąd.

)";

po::options_description visible_options() {
  po::options_description all("Opcje", 110, 60);
  const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
  all.add_options()
      ("index,i", text("KATALOG"), "katalog indeksu (albo KWERENDA_INDEX)")
      ("limit,n", text("N"), "najwyżej N fragmentów (domyślnie 10, do 10000)")
      ("offset", text("N"), "pomiń pierwszych N")
      ("per-report", text("N"), "najwyżej N fragmentów jednego raportu (0: bez ograniczeń)")
      ("sort", text("KOLEJNOŚĆ"), "relevance (domyślnie), date, date-asc albo report")
      ("from", text("DATA"), "tylko raporty od tego dnia (RRRR-MM-DD, RRRR-MM albo RRRR)")
      ("to", text("DATA"), "tylko raporty do tego dnia włącznie")
      ("place", text("MIEJSCE"), "tylko raporty z tego miejsca")
      ("topic,t", po::value<std::vector<std::string>>()->value_name("TEMAT")->composing(),
       "szukaj w temacie; sam temat wystarczy za zapytanie; można powtarzać")
      ("list-topics", "wypisz tematy")
      ("topics-dir", po::value<std::vector<std::string>>()->value_name("KATALOG")->composing(), "katalog z własnymi tematami (*.toml)")
      ("topic-matrix", "raporty × tematy jako CSV")
      ("facets", "policz trafienia według raportu, miesiąca i miejsca")
      ("context", text("N"), "pokaż N sąsiednich fragmentów z każdej strony")
      ("similar", text("CYTAT"), "fragmenty podobne do podanego (plik#p12)")
      ("why-not", text("CYTAT"), "dlaczego tego fragmentu nie ma wśród trafień")
      ("explain", "rozlicz wynik każdego trafienia na słowa zapytania")
      ("no-repair", "nie poprawiaj słów nieznanych (znaki diakrytyczne, literówki)")
      ("plain", "bez operatorów: każde słowo jest słowem")
      ("batch", text("PLIK|-"), "zapytania z pliku, po jednym w wierszu: id TAB zapytanie")
      ("format,f", text("FORMAT"), "text (domyślnie), json, ndjson albo trec")
      ("color", text("KIEDY"), "auto (domyślnie), always albo never")
      ("lexicon", text("PLIK"), "plik słownika (albo KWERENDA_LEXICON)")
      ("help,h", "ta pomoc")
      ("version", "wersja programu, formatu indeksu i słownika");
  return all;
}

po::options_description all_options() {
  po::options_description all = visible_options();
  all.add_options()("query", po::value<std::vector<std::string>>());
  return all;
}

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorKind::usage, message + ". Pomoc: kwerenda-search --help");
}

std::string without_dashes(std::string name) {
  name.erase(0, name.find_first_not_of('-'));
  return name.substr(0, name.find('='));
}

[[noreturn]] void fail_unknown(const std::string& option) {
  std::vector<std::string> names;
  const po::options_description known = visible_options();
  for (const auto& one : known.options()) names.push_back(one->long_name());
  const std::string near = nearest(without_dashes(option), names);
  fail(near.empty() ? fmt::format("nieznana opcja „{}”; zapytanie zaczynające się od „-” poprzedź dwiema kreskami: -- {}", option, option)
                    : fmt::format("nieznana opcja „{}”; najbliższa to „--{}”", option, near));
}

std::uint32_t number(const std::string& option, const std::string& text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value > most) {
    fail(fmt::format("--{}: oczekiwano liczby od 0 do {}, podano „{}”", option, most, text));
  }
  return value;
}

// A day, month or year as in "data:", but no range; of a month or year its first or last day.
std::uint32_t date(const std::string& option, const std::string& text, bool last) {
  const auto range = parse_date_range(text);
  const bool one_date = !text.empty() && text.front() >= '0' && text.front() <= '9' && text.find("..") == std::string::npos;
  if (!one_date || std::holds_alternative<DateProblem>(range)) {
    fail(fmt::format("--{}: oczekiwano daty RRRR-MM-DD, RRRR-MM albo RRRR, podano „{}”", option, text));
  }
  return static_cast<std::uint32_t>(last ? std::get<DateRange>(range).to : std::get<DateRange>(range).from);
}

template <typename Value>
Value choice(const std::string& option, const std::string& text, const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> names;
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
    names.push_back(name);
  }
  fail(fmt::format("--{}: oczekiwano jednego z: {}; podano „{}”", option, fmt::join(names, ", "), text));
}

}  // namespace

SearchProgramOptions parse_search_options(const std::vector<std::string>& arguments, const char* (*environment)(const char*)) {
  po::variables_map given;
  po::positional_options_description positional;
  positional.add("query", -1);
  const po::options_description known = all_options();  // outlives the parser, which refers to it
  try {
    using namespace po::command_line_style;
    po::store(po::command_line_parser(arguments).options(known).positional(positional).style(unix_style & ~allow_guessing).run(), given);
  } catch (const po::unknown_option& error) {
    fail_unknown(error.get_option_name());
  } catch (const po::error_with_option_name& error) {
    fail(fmt::format("opcja „{}”: brak wartości, podano ją dwa razy albo nie przyjmuje wartości", error.get_option_name()));
  } catch (const po::error& error) {
    fail(fmt::format("nie rozumiem wiersza poleceń ({})", error.what()));
  }

  SearchProgramOptions options;
  const auto text = [&](const char* name) { return given.count(name) ? given[name].as<std::string>() : std::string(); };
  if (given.count("help")) {
    options.action = SearchAction::help;
    return options;
  }
  if (given.count("query")) options.query = fmt::format("{}", fmt::join(given["query"].as<std::vector<std::string>>(), " "));
  const auto from_environment = [&](const char* name) {
    const char* value = environment(name);
    return std::string(value ? value : "");
  };
  options.index = given.count("index") ? text("index") : from_environment("KWERENDA_INDEX");
  options.open.lexicon = given.count("lexicon") ? text("lexicon") : from_environment("KWERENDA_LEXICON");
  if (given.count("topics-dir")) {
    for (const std::string& directory : given["topics-dir"].as<std::vector<std::string>>()) options.open.topics.emplace_back(directory);
  }
  constexpr std::uint32_t kMost = 10000;
  if (given.count("limit")) options.search.limit = number("limit", text("limit"), kMost);
  if (given.count("offset")) options.search.offset = number("offset", text("offset"), kMost);
  if (given.count("per-report")) options.search.per_report = number("per-report", text("per-report"), kMost);
  if (given.count("context")) options.search.context = number("context", text("context"), 5);
  if (given.count("sort")) {
    options.search.sort = choice<SortOrder>("sort", text("sort"),
                                            {{"relevance", SortOrder::relevance}, {"date", SortOrder::date_newest},
                                             {"date-asc", SortOrder::date_oldest}, {"report", SortOrder::report}});
  }
  if (given.count("from")) options.search.date_from = date("from", text("from"), false);
  if (given.count("to")) options.search.date_to = date("to", text("to"), true);
  if (options.search.date_to && options.search.date_from > options.search.date_to) fail("--from jest późniejsze niż --to");
  options.search.place = text("place");
  if (given.count("topic")) options.search.topics = given["topic"].as<std::vector<std::string>>();
  options.search.facets = given.count("facets") > 0;
  options.search.explain = given.count("explain") > 0;
  if (given.count("no-repair")) options.search.repair = Repair::off;
  if (given.count("plain")) options.search.syntax = QuerySyntax::plain;
  if (given.count("format")) {
    options.format = choice<OutputFormat>("format", text("format"),
                                          {{"text", OutputFormat::text}, {"json", OutputFormat::json},
                                           {"ndjson", OutputFormat::ndjson}, {"trec", OutputFormat::trec}});
  }
  if (given.count("color")) {
    options.color = choice<ColorChoice>("color", text("color"),
                                        {{"auto", ColorChoice::automatic}, {"always", ColorChoice::always}, {"never", ColorChoice::never}});
  }
  if (given.count("version")) {
    options.action = SearchAction::version;
    return options;
  }
  if (given.count("list-topics")) {
    options.action = SearchAction::list_topics;
    return options;
  }
  if (options.index.empty()) fail("brak --index KATALOG");
  if (given.count("batch")) {
    options.action = SearchAction::batch;
    options.batch = text("batch");
    if (!options.query.empty()) fail("--batch czyta zapytania z pliku, a podano też zapytanie");
  } else if (given.count("topic-matrix")) {
    options.action = SearchAction::topic_matrix;
    if (!options.query.empty()) fail("--topic-matrix liczy wszystkie tematy, a podano też zapytanie");
  } else if (given.count("similar")) {
    options.action = SearchAction::similar;
    options.citation = text("similar");
    if (!options.query.empty()) fail("--similar szuka według fragmentu, a podano też zapytanie");
  } else if (given.count("why-not")) {
    options.action = SearchAction::why_not;
    options.citation = text("why-not");
    if (options.query.empty() && options.search.topics.empty()) fail("--why-not wymaga zapytania");
  } else if (options.query.empty() && options.search.topics.empty()) {
    fail("brak zapytania");
  }
  return options;
}

std::string search_help() {
  std::ostringstream out;
  out << kExamples << visible_options();
  return out.str();
}

}  // namespace kwerenda
