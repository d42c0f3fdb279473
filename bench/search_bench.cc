// Time a query takes, in one process on one thread: wall and processor time, by kind of query.
//
// usage: search_bench INDEX QUERIES.tsv [what=hits|candidates] [passes=8] [op=OR|AND] [limit=10] [slowest=0]
//                                                        bench/compare.sh runs it beside Lucene and SQLite
//
// QUERIES, a line: `type TAB text`, with `TAB from TAB to` (YYYYMMDD) for a range of dates. A type is w1, w2…
// (words), ph2… (a phrase), flt (words and dates); any other first column is a query's id, and the number of
// its words becomes its type.
//
// what=hits: everything a reader gets: the query parsed, the passages ranked, and the first `limit` of them
// with their matches marked. what=candidates: the first stage alone, as ids: what an engine with one stage
// returns when no text is asked for. Lucene and SQLite parse and mark in their time too.
//
// All queries are run `passes` times over. A query's time is its median in the second half of the passes;
// p50, p95 and p99 are over the queries. `hits` and `text` (bytes, marks included) are of the last pass, and
// the checksum is of ids and texts: two builds that print the same one answered alike.
#include <fmt/format.h>
#include <time.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/data_files.h"
#include "searcher/candidate_scan.h"
#include "searcher/compiled_query.h"
#include "searcher/date_terms.h"
#include "searcher/index_reader.h"
#include "searcher/query_parser.h"
#include "searcher/searcher.h"

namespace kwerenda {
namespace {

constexpr std::string_view kUsage =
    "usage: search_bench INDEX QUERIES.tsv [what=hits|candidates] [passes=8] [op=OR|AND] [limit=10] "
    "[slowest=0]";

enum class What { hits, candidates };
enum class Operator { any_word, every_word };

struct Settings {
  std::string index, queries;
  What what = What::hits;
  Operator joined = Operator::any_word;
  std::uint32_t passes = 8, limit = 10, slowest = 0;
};

struct BenchQuery {
  std::string type, text;
  SearchOptions options;
};

std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw std::runtime_error(fmt::format("„{}”: expected a number\n{}", text, kUsage));
  return number;
}

Settings settings_of(const std::vector<std::string_view>& arguments) {
  if (arguments.size() < 2) throw std::runtime_error(std::string(kUsage));
  Settings settings;
  settings.index = arguments[0];
  settings.queries = arguments[1];
  for (std::size_t i = 2; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string_view name = arguments[i].substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : arguments[i].substr(equals + 1);
    if (name == "what" && (value == "hits" || value == "candidates")) {
      settings.what = value == "hits" ? What::hits : What::candidates;
    } else if (name == "op" && (value == "OR" || value == "AND")) {
      settings.joined = value == "OR" ? Operator::any_word : Operator::every_word;
    } else if (name == "passes") {
      settings.passes = std::max(number_of(value), 1u);
    } else if (name == "limit") {
      settings.limit = number_of(value);
    } else if (name == "slowest") {
      settings.slowest = number_of(value);
    } else {
      throw std::runtime_error(fmt::format("„{}”\n{}", arguments[i], kUsage));
    }
  }
  return settings;
}

std::vector<std::string> split(std::string_view line, char mark) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find(mark, begin), line.size());
    parts.emplace_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool is_type(std::string_view text) {
  for (const std::string_view prefix : {"w", "ph", "flt"}) {
    if (text.substr(0, prefix.size()) == prefix &&
        text.find_first_not_of("0123456789", prefix.size()) == std::string_view::npos)
      return true;
  }
  return false;
}

std::vector<BenchQuery> read_queries(const Settings& settings) {
  std::ifstream in(settings.queries);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", settings.queries));
  std::vector<BenchQuery> queries;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> columns = split(line, '\t');
    if (columns.size() < 2)
      throw std::runtime_error(
          fmt::format("{}:{}: expected type TAB text", settings.queries, queries.size() + 1));
    BenchQuery query{columns[0], columns[1], {}};
    if (!is_type(query.type)) {
      const std::vector<std::string> words = split(query.text, ' ');
      query.type = fmt::format(
          "w{:02}", words.size() - static_cast<std::size_t>(std::count(words.begin(), words.end(), "")));
    }
    if (query.type[0] == 'p') {
      query.text = '"' + query.text + '"';
    } else if (settings.joined == Operator::every_word) {
      std::string joined;
      for (const std::string& word : split(query.text, ' ')) joined += (joined.empty() ? "" : " AND ") + word;
      query.text = joined;
    }
    if (columns.size() >= 4 && !columns[2].empty()) {
      query.options.date_from = number_of(columns[2]);
      query.options.date_to = number_of(columns[3]);
    }
    query.options.limit = settings.limit;
    try {  // a question was not written in the query language
      parse_query(query.text);
    } catch (const Error&) {
      query.options.syntax = QuerySyntax::plain;
    }
    queries.push_back(std::move(query));
  }
  if (queries.empty()) throw std::runtime_error(fmt::format("{}: no query", settings.queries));
  return queries;
}

double microseconds(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

// What a query returned, for the sums below.
struct Answer {
  std::vector<std::string> texts;
};

// The text with its matches between marks: the string that a highlighter hands over.
std::string marked(const Hit& hit) {
  std::string text;
  text.reserve(hit.text.size() + hit.highlights.size() * 7);
  std::size_t at = 0;
  for (const Highlight& highlight : hit.highlights) {
    text.append(hit.text, at, highlight.begin - at).append("<b>");
    text.append(hit.text, highlight.begin, highlight.end - highlight.begin).append("</b>");
    at = highlight.end;
  }
  return text.append(hit.text, at);
}

class Engine {
 public:
  explicit Engine(const Settings& settings)
      : settings_(settings),
        searcher_(Searcher::open(settings.index)),
        keys_(std::make_shared<const KeyMaker>(Lexicon::open(data_file("pl.lex")))),
        lists_{StopWords::load(data_file("stopwords/pl.txt")),
               StopWords::load(data_file("stopwords/questions-pl.txt"))},
        reader_(settings.index, keys_) {}

  Answer answer(const BenchQuery& query) {
    return settings_.what == What::hits ? hits(query) : candidates(query);
  }

 private:
  Answer hits(const BenchQuery& query) const {
    Answer answer;
    for (const Hit& hit : searcher_.search(query.text, query.options).hits)
      answer.texts.push_back(marked(hit));
    return answer;
  }

  Answer candidates(const BenchQuery& query) {
    const Query parsed =
        query.options.syntax == QuerySyntax::plain ? parse_plain(query.text) : parse_query(query.text);
    return reader_.consistently([&] {
      const CompiledQuery compiled =
          compile_query(parsed.root, parsed.text, *keys_, lists_, reader_.vocabulary(), {});
      const DateRange dates{static_cast<int>(query.options.date_from),
                            static_cast<int>(query.options.date_to)};
      std::vector<CandidateQuery> parts{compiled.candidates};
      if (dates.from) parts.push_back(date_query(dates, reader_.vocabulary().years()));
      Answer answer;
      for (const Xapian::docid id :
           scan_candidates(reader_, CandidateQuery::all(std::move(parts)), settings_.limit).ids)
        answer.texts.push_back(std::to_string(id));
      return answer;
    });
  }

  const Settings& settings_;
  Searcher searcher_;
  std::shared_ptr<const KeyMaker> keys_;
  WordLists lists_;
  IndexReader reader_;
};

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double percentile(const std::vector<double>& sorted, std::size_t percent) {
  return sorted[std::min(sorted.size() * percent / 100, sorted.size() - 1)];
}

int run(const Settings& settings) {
  const std::vector<BenchQuery> queries = read_queries(settings);
  Engine engine(settings);
  enum Clock { wall, cpu, clocks };
  std::vector<std::vector<double>> times[clocks];  // of each query, in the passes that count
  for (auto& of_clock : times) of_clock.resize(queries.size());
  std::size_t hits = 0, bytes = 0;
  XXH64_hash_t checksum = 0;
  for (std::uint32_t pass = 0; pass < settings.passes; ++pass) {
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const double wall_before = microseconds(CLOCK_MONOTONIC);
      const double cpu_before = microseconds(CLOCK_THREAD_CPUTIME_ID);
      const Answer answer = engine.answer(queries[i]);
      const double cpu_taken = microseconds(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
      const double wall_taken = microseconds(CLOCK_MONOTONIC) - wall_before;
      if (pass >= settings.passes / 2) {
        times[wall][i].push_back(wall_taken);
        times[cpu][i].push_back(cpu_taken);
      }
      if (pass + 1 < settings.passes) continue;
      hits += answer.texts.size();
      for (const std::string& text : answer.texts) {
        bytes += text.size();
        checksum = XXH64(text.data(), text.size(), checksum);
      }
    }
  }
  for (const Clock clock : {wall, cpu}) {
    std::vector<double> medians;
    for (auto& of_query : times[clock]) medians.push_back(median_of(std::move(of_query)));
    std::vector<double> sorted = medians;
    std::sort(sorted.begin(), sorted.end());
    double sum = 0;
    for (const double time : sorted) sum += time;
    const auto count = static_cast<double>(sorted.size());
    fmt::print(
        "kwerenda search {} {} {} [{}] p50 {:.1f} p95 {:.1f} p99 {:.1f} max {:.1f} us mean {:.1f} QPS {:.0f} "
        "hits {} text {} checksum {:016x}\n",
        settings.joined == Operator::any_word ? "OR" : "AND",
        settings.what == What::hits ? "hits" : "candidates", settings.passes, clock == wall ? "wall" : "cpu",
        percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99), sorted.back(), sum / count,
        1e6 * count / sum, hits, bytes, checksum);
    if (clock == wall) continue;
    std::map<std::string, std::vector<double>> by_type;
    for (std::size_t i = 0; i < queries.size(); ++i) by_type[queries[i].type].push_back(medians[i]);
    fmt::print("   by type p50/p95:");
    for (auto& [type, of_type] : by_type) {
      std::sort(of_type.begin(), of_type.end());
      fmt::print(" {} {:.0f}/{:.0f}", type, percentile(of_type, 50), percentile(of_type, 95));
    }
    fmt::print("\n");
    std::vector<std::size_t> slowest(queries.size());
    for (std::size_t i = 0; i < slowest.size(); ++i) slowest[i] = i;
    std::sort(slowest.begin(), slowest.end(),
              [&](std::size_t a, std::size_t b) { return medians[a] > medians[b]; });
    slowest.resize(std::min<std::size_t>(slowest.size(), settings.slowest));
    for (const std::size_t i : slowest)
      fmt::print("   {:8.0f} us  {}\t{}\n", medians[i], queries[i].type, queries[i].text);
  }
  return 0;
}

}  // namespace
}  // namespace kwerenda

int main(int argc, char** argv) {
  try {
    return kwerenda::run(kwerenda::settings_of({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    fmt::print(stderr, "search_bench: {}\n", error.what());
    return 2;
  }
}
