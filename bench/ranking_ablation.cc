// What each feature of the ranking brings: nDCG@10 of judged collections with one setting of RankingSettings
// changed at a time.
//
// usage: ranking_ablation [--rows TEXT] INDEX QUERIES.tsv QRELS.tsv [INDEX QUERIES QRELS…]
//
// bench/ranking.sh makes the indexes and calls it. --rows prints the rows whose name has TEXT in it alone.
//
// QUERIES: id TAB text. QRELS: query-id TAB report id TAB grade, first line a header (BEIR). Gain is 2^grade
// - 1; a report counts once, by its best passage; a query without an answer scores 0. A row is a change, a
// column a collection, the last column the mean over them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/data_files.h"
#include "searcher/index_reader.h"
#include "searcher/query_parser.h"
#include "searcher/search.h"

namespace kwerenda {
namespace {

struct Collection {
  std::unique_ptr<IndexReader> reader;
  std::vector<std::pair<std::string, Query>> queries;
  std::map<std::string, std::map<std::string, int>> grades;  // by query, by report
};

std::vector<std::vector<std::string>> read_table(const char* path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(fmt::format("{}: cannot be read", path));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    rows.emplace_back();
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      rows.back().push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return rows;
}

Query parse(const std::string& text) {
  try {
    return parse_query(text);
  } catch (const Error&) {
    return parse_plain(text);
  }
}

double ndcg(const std::map<std::string, int>& grades, const SearchResult& result) {
  const auto gain = [](int grade, std::size_t rank) {
    return (std::exp2(grade) - 1) / std::log2(static_cast<double>(rank) + 2);
  };
  std::vector<int> best;
  for (const auto& [report, grade] : grades) best.push_back(grade);
  std::sort(best.rbegin(), best.rend());
  double ideal = 0, found = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(10, best.size()); ++i) ideal += gain(best[i], i);
  for (std::size_t i = 0; i < result.hits.size(); ++i) {
    if (const auto judged = grades.find(result.hits[i].report_id); judged != grades.end())
      found += gain(judged->second, i);
  }
  return ideal > 0 ? found / ideal : 0;
}

struct Variant {
  const char* name;
  std::function<void(RankingSettings&)> change;
};

// Whatever the query's length.
void look_at(RankingSettings& settings, std::uint32_t candidates, std::uint32_t texts) {
  settings.least_candidates = settings.candidates = candidates;
  settings.least_refined = settings.refined = texts;
}

const std::vector<Variant> kVariants = {
    {"as shipped", [](RankingSettings&) {}},
    {"lemmas and title alone",
     [](RankingSettings& r) {
       r.exact = r.pair = r.quoted_pair = r.quoted_triple = r.opening = r.together = r.whole_title = r.stem =
           r.elsewhere = 0;
     }},
    {"without the exact form", [](RankingSettings& r) { r.exact = 0; }},
    {"without quoted words", [](RankingSettings& r) { r.quoted_pair = r.quoted_triple = 0; }},
    {"exact form and quoted words, neither",
     [](RankingSettings& r) { r.exact = r.quoted_pair = r.quoted_triple = 0; }},
    {"without derived words", [](RankingSettings& r) { r.relative = 0; }},
    {"without words of one stem", [](RankingSettings& r) { r.stem = 0; }},
    {"derived words and stems, neither", [](RankingSettings& r) { r.relative = r.stem = 0; }},
    {"without the title", [](RankingSettings& r) { r.title = r.whole_title = 0; }},
    {"title as one occurrence", [](RankingSettings& r) { r.title = 1; }},
    {"without the whole-title reward", [](RankingSettings& r) { r.whole_title = 0; }},
    {"capitals as other words", [](RankingSettings& r) { r.capitalised = 1; }},
    {"unknown words as others", [](RankingSettings& r) { r.unknown = 1; }},
    {"numbers as other words", [](RankingSettings& r) { r.number = 1; }},
    {"a question's verbs as other words", [](RankingSettings& r) { r.asked_verb = 1; }},
    {"stop words as other words", [](RankingSettings& r) { r.stop = 1; }},
    {"without stop words", [](RankingSettings& r) { r.stop = 0; }},
    {"question words as other words", [](RankingSettings& r) { r.question = 1; }},
    {"without question words", [](RankingSettings& r) { r.question = 0; }},
    {"without pairs", [](RankingSettings& r) { r.pair = 0; }},
    {"without the window", [](RankingSettings& r) { r.together = 0; }},
    {"without the opening", [](RankingSettings& r) { r.opening = 0; }},
    {"without the report's other passages", [](RankingSettings& r) { r.elsewhere = 0; }},
    {"k1 = .8", [](RankingSettings& r) { r.k1 = 0.8; }},
    {"k1 = 1.2", [](RankingSettings& r) { r.k1 = 1.2; }},
    {"b = .6", [](RankingSettings& r) { r.b = 0.6; }},
    {"b = 1", [](RankingSettings& r) { r.b = 1; }},
    {"length against the mean alone", [](RankingSettings& r) { r.least_pivot_bytes = 0; }},
    {"length against 1,000 bytes at least", [](RankingSettings& r) { r.least_pivot_bytes = 1000; }},
    {"200 candidates, 100 texts", [](RankingSettings& r) { look_at(r, 200, 100); }},
    {"200 candidates, 40 texts", [](RankingSettings& r) { look_at(r, 200, 40); }},
    {"200 candidates, 20 texts", [](RankingSettings& r) { look_at(r, 200, 20); }},
    {"200 candidates, 10 texts", [](RankingSettings& r) { look_at(r, 200, 10); }},
    {"200 candidates, no text", [](RankingSettings& r) { look_at(r, 200, 0); }},
    {"100 candidates, 40 texts", [](RankingSettings& r) { look_at(r, 100, 40); }},
    {"100 candidates, 20 texts", [](RankingSettings& r) { look_at(r, 100, 20); }},
    {"60 candidates, 40 texts", [](RankingSettings& r) { look_at(r, 60, 40); }},
    {"60 candidates, 20 texts", [](RankingSettings& r) { look_at(r, 60, 20); }},
    {"40 candidates, 40 texts", [](RankingSettings& r) { look_at(r, 40, 40); }},
    {"40 candidates, 20 texts", [](RankingSettings& r) { look_at(r, 40, 20); }},
    {"20 candidates, 20 texts", [](RankingSettings& r) { look_at(r, 20, 20); }},
};

int run(std::vector<const char*> arguments) {
  std::string rows;
  if (arguments.size() > 1 && std::string_view(arguments[0]) == "--rows") {
    rows = arguments[1];
    arguments.erase(arguments.begin(), arguments.begin() + 2);
  }
  if (arguments.empty() || arguments.size() % 3 != 0) {
    std::fputs("usage: ranking_ablation [--rows TEXT] INDEX QUERIES.tsv QRELS.tsv [INDEX QUERIES QRELS…]\n",
               stderr);
    return 2;
  }
  const auto keys = std::make_shared<const KeyMaker>(Lexicon::open(data_file("pl.lex")));
  const WordLists lists{StopWords::load(data_file("stopwords/pl.txt")),
                        StopWords::load(data_file("stopwords/questions-pl.txt"))};
  std::vector<Collection> collections;
  for (std::size_t i = 0; i < arguments.size(); i += 3) {
    Collection& collection = collections.emplace_back();
    collection.reader = std::make_unique<IndexReader>(arguments[i], keys);
    for (const auto& row : read_table(arguments[i + 2])) {
      if (row.size() >= 3 && row[2] != "score" && row[2] != "0")
        collection.grades[row[0]][row[1]] = std::stoi(row[2]);
    }
    for (const auto& row : read_table(arguments[i + 1])) {
      if (row.size() >= 2 && collection.grades.count(row[0]))
        collection.queries.emplace_back(row[0], parse(row[1]));
    }
    if (collection.queries.size() < collection.grades.size()) {
      fmt::print(stderr,
                 "ranking_ablation: {} has only {} of the {} queries that {} judges; the rest count 0\n",
                 arguments[i + 1], collection.queries.size(), collection.grades.size(), arguments[i + 2]);
    }
  }
  SearchOptions options;
  options.per_report = 1;
  options.fold_duplicates = FoldDuplicates::off;
  for (const Variant& variant : kVariants) {
    if (std::string_view(variant.name).find(rows) == std::string_view::npos) continue;
    SearchContext context{keys.get(), &lists, {}, nullptr, {}};
    variant.change(context.ranking);
    fmt::print("{:<42}", variant.name);
    double mean = 0;
    for (Collection& collection : collections) {
      double sum = 0;
      for (const auto& [id, query] : collection.queries) {
        sum += ndcg(collection.grades[id],
                    search_index(*collection.reader, query.root, query.text, options, context));
      }
      const double score = sum / static_cast<double>(collection.grades.size());
      fmt::print("{:8.4f}", score);
      mean += score / static_cast<double>(collections.size());
    }
    fmt::print("{:8.4f}\n", mean);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace kwerenda

int main(int argc, char** argv) {
  try {
    return kwerenda::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ranking_ablation: %s\n", error.what());
    return 2;
  }
}
