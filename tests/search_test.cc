// The searcher over an index on disk, against a scan of the same passages in memory; paging, orders, filters,
// threads, writers; and every error with its whole message.
//
// The random tests print their seed on failure; KWERENDA_TEST_SEED repeats one, KWERENDA_ROUNDS makes them
// longer.
#include <gtest/gtest.h>
#include <unistd.h>
#include <xapian.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/key_streams.h"
#include "analysis/schema.h"
#include "analysis/segment_sums.h"
#include "analysis/stored.h"
#include "indexer/index_writer.h"
#include "memory_collection.h"
#include "random_seed.h"
#include "searcher/index_reader.h"
#include "searcher/query_parser.h"
#include "searcher/ranking.h"
#include "searcher/searcher.h"
#include "tests/rewritten_segment.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

// A report whose paragraphs are its passages.
struct TestReport {
  std::string id, title, place = "";
  std::uint32_t date = 0;
  Strings paragraphs = {};
  std::string heading = "";
  std::string source = "";  // empty: the id
};

fs::path fresh_directory(const std::string& name) {
  const fs::path directory =
      fs::temp_directory_path() / ("kwerenda-search-" + std::to_string(::getpid())) / name;
  fs::remove_all(directory);
  fs::create_directories(directory.parent_path());
  return directory;
}

// Removes everything at the end of the program.
class Cleanup : public ::testing::Environment {
 public:
  void TearDown() override {
    fs::remove_all(fs::temp_directory_path() / ("kwerenda-search-" + std::to_string(::getpid())));
  }
};
const auto* const kCleanup = ::testing::AddGlobalTestEnvironment(new Cleanup);

IndexWriterSettings writer_settings() {
  IndexWriterSettings settings;
  settings.keys = real_keys();
  settings.manifest.lexicon_hash = real_keys()->lexicon().hash();
  settings.manifest.created = "2026-01-02T03:04:05Z";
  settings.memory_bytes = 64u << 20;
  return settings;
}

void add(IndexWriter& writer, const TestReport& from) {
  Report report;
  report.id = from.id;
  report.source = from.source.empty() ? from.id : from.source;
  report.title = from.title;
  report.place = from.place;
  report.date = from.date;
  std::vector<Passage> passages;
  for (const std::string& paragraph : from.paragraphs) {
    if (!report.text.empty()) report.text += "\n\n";
    Passage passage;
    passage.begin = static_cast<std::uint32_t>(report.text.size());
    report.text += paragraph;
    passage.end = static_cast<std::uint32_t>(report.text.size());
    passage.ordinal = static_cast<std::uint32_t>(passages.size() + 1);
    passage.heading = from.heading;
    passages.push_back(passage);
  }
  ASSERT_EQ(writer.add(report, passages), std::nullopt);
}

void build(const fs::path& index, const std::vector<TestReport>& reports,
           const IndexWriterSettings& settings = writer_settings()) {
  const auto writer = IndexWriter::open(index, settings);
  for (const TestReport& report : reports) add(*writer, report);
  writer->commit();
}

std::vector<MemoryPassage> in_memory(const std::vector<TestReport>& reports) {
  std::vector<MemoryPassage> passages;
  for (const TestReport& report : reports) {
    for (std::size_t i = 0; i < report.paragraphs.size(); ++i) {
      passages.push_back({.citation = report.id + "#p" + std::to_string(i + 1),
                          .text = report.paragraphs[i],
                          .title = report.title,
                          .heading = report.heading,
                          .place = report.place,
                          .source = report.id,
                          .date = report.date});
    }
  }
  return passages;
}

Strings citations(const SearchResult& result) {
  Strings found;
  for (const Hit& hit : result.hits) found.push_back(hit.citation);
  return found;
}

std::string error_of(const std::function<void()>& call, ErrorKind kind) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "no error";
}

// --- random reports and queries ---

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::vector<TestReport> reports(int count) {
    std::vector<TestReport> made;
    for (int i = 0; i < count; ++i) {
      TestReport report;
      report.id = pick({"forum/", "debata/", "Ćwiczenie/"}) + std::to_string(i) + pick({".txt", ".md"});
      report.title = words(1 + below(4));
      report.heading = below(2) ? words(1 + below(3)) : "";
      report.place = pick({"Łódź", "Nowy Sącz", "Wrocław", "", "Police"});
      if (below(5)) report.date = 20230000 + below(3) * 10000 + (1 + below(12)) * 100 + 1 + below(28);
      for (std::uint32_t n = 1 + below(9); n > 0; --n) {
        report.paragraphs.push_back(below(8) == 0 ? "Schron w gminie: ta sama notatka o ochronie ludności."
                                                  : words(2 + below(30)));
      }
      made.push_back(std::move(report));
    }
    return made;
  }

  std::string query() {
    std::string out;
    for (std::uint32_t n = 1 + below(3); n > 0; --n)
      out += (out.empty() ? "" : " ") + (below(6) == 0 ? pick({"+", "-"}) : "") + operand(2);
    return out;
  }

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  std::string pick(std::initializer_list<const char*> choices) {
    return *(choices.begin() + below(static_cast<std::uint32_t>(choices.size())));
  }

 private:
  std::string form() {
    return pick(
        {"schron", "schrony", "schronach", "ochrona",    "ochronie",    "ludności", "ludność",
         "gmina",  "gminy",   "gminach",   "miasto",     "miast",       "GIS",      "GIS-u",
         "gis",    "Łódź",    "Łodzi",     "łodzi",      "w",           "i",        "na",
         "kto",    "plan",    "plany",     "planowanie", "zarządzanie", "zarządca", "zarządzać",
         "2024",   "15/2024", "urząd",     "urzędu",     "mObywatel",   "e-usług",  "polsko-niemiecki",
         "obrona", "obronny", "dane",      "danych"});
  }

  std::string words(std::uint32_t count) {
    std::string out;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (i > 0) out += pick({" ", " ", " ", " ", ", ", ". Potem "});
      out += form();
    }
    return out + ".";
  }

  std::string word() {
    switch (below(12)) {
      case 0:
        return "=" + form();
      case 1:
        return pick({"schr*", "ochron*", "plan*", "zarz*", "*rona", "*ność", "miast*", "GIS*"});
      case 2:
        return pick({"shcron~", "ochrana~", "gmnia~1", "palny~"});
      case 3:
        return pick({"lodz", "ludnosci", "ohcrona", "urzad", "zarzadca", "nieznane"});
      case 4:
        return form() + pick({"^2", "^0.1", "^0.01"});
      default:
        return form();
    }
  }

  std::string phrase() {
    std::string out =
        "\"" + word_of_phrase() + " " + word_of_phrase() + (below(3) ? "" : " " + word_of_phrase()) + "\"";
    return out + pick({"", "", "~1", "~3", "~8"});
  }
  std::string word_of_phrase() { return below(6) ? form() : pick({"=schronach", "ochron*", "gmnia~1"}); }

  std::string near_operand() {
    switch (below(4)) {
      case 0:
        return phrase();
      case 1:
        return "(" + form() + " OR " + form() + ")";
      default:
        return form();
    }
  }

  std::string operand(int depth) {
    switch (below(depth > 0 ? 16 : 6)) {
      case 6:
        return phrase();
      case 7:
        return near_operand() + pick({" NEAR/1 ", " NEAR/3 ", " /z ", " /a "}) + near_operand();
      case 8:
        return "(" + operand(depth - 1) + " AND " + operand(depth - 1) + ")";
      case 9:
        return "(" + operand(depth - 1) + " AND NOT " + operand(depth - 1) + ")";
      case 10:
        return "(" + operand(depth - 1) + " OR " + operand(depth - 1) + ")";
      case 11:
        return "(" + operand(depth - 1) + " " + pick({"", "+", "-"}) + operand(depth - 1) + ")";
      case 12:
        return "tytuł:" + (below(2) ? form() : "(" + form() + pick({" ", " OR ", " NEAR/2 "}) + form() + ")");
      case 13:
        return pick({"miejsce:Łódź", "miejsce:łodzi", "miejsce:\"Nowy Sącz\"", "miejsce:Sącz"});
      case 14:
        return pick(
            {"data:2024", "data:2023-03..2024-07", "data:<2024", "data:>=2025-02-14", "data:2024-05"});
      case 15:
        return pick({"plik:forum", "plik:.md", "plik:\"ćwiczenie/1\""});
      default:
        return word();
    }
  }

  std::mt19937_64 random_;
};

struct RandomIndex {
  std::vector<TestReport> reports;
  MemoryCollection collection;
  fs::path path;
  Searcher searcher;
};

RandomIndex& random_index() {
  static RandomIndex* const made = [] {
    const std::vector<TestReport> reports = Generator(seed()).reports(120);
    const fs::path path = fresh_directory("random");
    build(path, reports);
    return new RandomIndex{reports, MemoryCollection(real_keys(), in_memory(reports)), path,
                           Searcher::open(path)};
  }();
  return *made;
}

SearchOptions everything() {
  SearchOptions options;
  options.limit = 10000;
  options.fold_duplicates = FoldDuplicates::off;
  return options;
}

std::set<std::string> scanned(const std::string& text, MemoryCollection& collection) {
  const Query query = parse_query(text);
  const CompiledQuery compiled =
      compile_query(query.root, query.text, *real_keys(), real_word_lists(), collection, {});
  PassageScan scan(compiled, collection.table());
  std::set<std::string> found;
  for (const MemoryPassage& passage : collection.all()) {
    if (scan.matches(passage)) found.insert(passage.citation);
  }
  return found;
}

// What only one of both has, for messages.
std::string difference(const std::set<std::string>& found, const std::set<std::string>& wanted) {
  std::string out;
  for (const std::string& citation : wanted) out += found.contains(citation) ? "" : " missing " + citation;
  for (const std::string& citation : found) out += wanted.contains(citation) ? "" : " unwanted " + citation;
  return out;
}

TEST(Search, FindsWhatAScanFinds) {
  RandomIndex& index = random_index();
  Generator generator(seed() + 1);
  int searched = 0, found_some = 0;
  for (int round = 0; round < rounds(3000); ++round) {
    const std::string query = generator.query();
    SearchResult result;
    try {
      result = index.searcher.search(query, everything());
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::query) << query << "\n" << error.what();
      continue;
    }
    ++searched;
    const Strings hits = citations(result);
    const std::set<std::string> wanted = scanned(query, index.collection);
    found_some += !wanted.empty();
    ASSERT_EQ(difference({hits.begin(), hits.end()}, wanted), "")
        << query << "\nKWERENDA_TEST_SEED=" << seed();
    ASSERT_EQ(hits.size(), wanted.size()) << query << "\nKWERENDA_TEST_SEED=" << seed();
    ASSERT_TRUE(result.matches_exact) << query;
    ASSERT_EQ(result.matches, wanted.size()) << query << "\nKWERENDA_TEST_SEED=" << seed();
    // Behind the first candidates others are added as they come.
    for (std::size_t i = 1; i < std::min<std::size_t>(result.hits.size(), RankingSettings().least_candidates);
         ++i) {
      ASSERT_GE(result.hits[i - 1].score, result.hits[i].score) << query << "\nKWERENDA_TEST_SEED=" << seed();
    }
    for (const Hit& hit : result.hits) {
      std::uint32_t at = 0;
      for (const Highlight& mark : hit.highlights) {
        ASSERT_LE(at, mark.begin) << query;
        ASSERT_LT(mark.begin, mark.end) << query;
        ASSERT_LE(mark.end, hit.text.size()) << query;
        at = mark.end;
      }
    }
  }
  EXPECT_GT(searched, rounds(3000) * 3 / 4);
  EXPECT_GT(found_some, searched / 2);
}

TEST(Search, CountsWithoutHits) {
  RandomIndex& index = random_index();
  Generator generator(seed() + 2);
  for (int round = 0; round < 200; ++round) {
    const std::string query = generator.query();
    SearchOptions count;
    count.limit = 0;
    SearchResult result;
    try {
      result = index.searcher.search(query, count);
    } catch (const Error&) {
      continue;
    }
    EXPECT_TRUE(result.hits.empty()) << query;
    if (!result.matches_exact) continue;
    EXPECT_EQ(result.matches, scanned(query, index.collection).size())
        << query << "\nKWERENDA_TEST_SEED=" << seed();
  }
  SearchOptions count;
  count.limit = 0;
  EXPECT_EQ(index.searcher.search("\"parasol schron\"", count).matches, 0U);
}

TEST(Search, PagesAreOneList) {
  RandomIndex& index = random_index();
  const SortOrder orders[] = {SortOrder::relevance, SortOrder::date_newest, SortOrder::date_oldest,
                              SortOrder::report};
  for (const char* query :
       {"schron", "schron gmina ochrona", "\"w schronach\" OR plan", "kto w gminie -GIS"}) {
    for (const SortOrder order : orders) {
      for (const std::uint32_t per_report : {0U, 1U, 3U}) {
        for (const FoldDuplicates fold : {FoldDuplicates::on, FoldDuplicates::off}) {
          SearchOptions options;
          options.sort = order;
          options.per_report = per_report;
          options.fold_duplicates = fold;
          options.limit = 5000;
          const Strings whole = citations(index.searcher.search(query, options));
          Strings paged;
          options.limit = 37;
          for (options.offset = 0;; options.offset += options.limit) {
            const Strings page = citations(index.searcher.search(query, options));
            paged.insert(paged.end(), page.begin(), page.end());
            if (page.size() < options.limit) break;
          }
          const auto [at, other] = std::mismatch(paged.begin(), paged.end(), whole.begin(), whole.end());
          EXPECT_EQ(paged.size(), whole.size()) << query;
          EXPECT_EQ(at - paged.begin(), whole.end() - whole.begin())
              << "first difference at this rank: " << query << " order " << static_cast<int>(order)
              << " per report " << per_report << " folded " << (fold == FoldDuplicates::on)
              << " KWERENDA_TEST_SEED=" << seed();
        }
      }
    }
  }
}

TEST(Search, Orders) {
  RandomIndex& index = random_index();
  SearchOptions options = everything();
  const std::size_t all = index.searcher.search("schron gmina", options).hits.size();
  ASSERT_GT(all, 300U);  // more than the second stage looks at
  options.sort = SortOrder::date_newest;
  SearchResult result = index.searcher.search("schron gmina", options);
  EXPECT_EQ(result.hits.size(), all);
  for (std::size_t i = 1; i < all; ++i) EXPECT_GE(result.hits[i - 1].date, result.hits[i].date);
  EXPECT_EQ(result.hits.back().date, 0U);
  options.sort = SortOrder::date_oldest;
  result = index.searcher.search("schron gmina", options);
  EXPECT_EQ(result.hits.size(), all);
  for (std::size_t i = 1; i < all; ++i) {  // reports without a date come last here too
    EXPECT_LE(result.hits[i - 1].date - 1, result.hits[i].date - 1) << i;  // 0 - 1 is more than any date
  }
  EXPECT_NE(result.hits.front().date, 0U);
  EXPECT_EQ(result.hits.back().date, 0U);
  options.sort = SortOrder::report;
  options.limit = 50;
  result = index.searcher.search("schron gmina", options);
  Strings ids;
  for (const TestReport& report : index.reports) ids.push_back(report.id);
  EXPECT_EQ(result.hits.front().report_id, *std::min_element(ids.begin(), ids.end()));
  for (std::size_t i = 1; i < result.hits.size(); ++i) {
    const Hit &a = result.hits[i - 1], &b = result.hits[i];
    EXPECT_TRUE(a.report_id < b.report_id || (a.report_id == b.report_id && a.ordinal < b.ordinal))
        << a.citation << " " << b.citation;
  }
}

TEST(Search, PerReportRefills) {
  RandomIndex& index = random_index();
  for (const char* query : {"schron", "gmina NEAR/3 ochrona", "w"}) {
    std::map<std::string, std::uint32_t> matching;
    for (const std::string& citation : scanned(query, index.collection))
      ++matching[citation.substr(0, citation.rfind("#p"))];
    for (const std::uint32_t bound : {1U, 2U}) {
      SearchOptions options = everything();
      options.per_report = bound;
      std::map<std::string, std::uint32_t> counts;
      for (const Hit& hit : index.searcher.search(query, options).hits) ++counts[hit.report_id];
      for (const auto& [id, count] : matching)
        EXPECT_EQ(counts[id], std::min(count, bound)) << query << " " << id;
      options.limit = 40;
      EXPECT_EQ(index.searcher.search(query, options).hits.size(),
                std::min<std::size_t>(40, matching.size() * bound))
          << query;
    }
  }
}

// Also behind those whose texts were looked at for the first page: evaluation programs sort by score.
TEST(Search, ScoresTellTheOrderAndSharesSumToThem) {
  RandomIndex& index = random_index();
  for (const char* query : {"schron", "gmina ochrona", "gmina NEAR/3 ochrona", "\"ochrona ludności\"",
                            "schron gmina ludność plan w szkole"}) {
    SearchOptions options = everything();
    options.explain = true;
    double before = std::numeric_limits<double>::infinity();
    for (const Hit& hit : index.searcher.search(query, options).hits) {
      EXPECT_LE(hit.score, before) << query << " " << hit.citation;
      before = hit.score;
      double sum = 0;
      for (const ScoreShare& share : hit.explanation) sum += share.share;
      EXPECT_NEAR(sum, hit.score, 1e-9) << query << " " << hit.citation;
    }
    options.sort = SortOrder::report;
    for (const Hit& hit : index.searcher.search(query, options).hits) {
      double sum = 0;
      for (const ScoreShare& share : hit.explanation) sum += share.share;
      EXPECT_NEAR(sum, hit.score, 1e-9) << query << " " << hit.citation;
    }
  }
}

TEST(Search, Filters) {
  RandomIndex& index = random_index();
  const struct {
    std::uint32_t from, to;
    const char *place, *same_as;
  } rows[] = {
      {20240101, 20241231, "", "data:2024"},
      {20240515, 0, "", "data:>=2024-05-15"},
      {0, 20231130, "", "data:<=2023-11-30"},
      {20230305, 20250214, "", "data:2023-03-05..2025-02-14"},
      {0, 0, "Łódź", "miejsce:Łódź"},
      {0, 0, "ŁODZI", "miejsce:Łódź"},
      {0, 0, "Nowym Sączu", "miejsce:Nowy AND miejsce:Sącz"},
      {20240101, 20241231, "Wrocław", "data:2024 AND miejsce:Wrocław"},
      {0, 0, "Paryż", "miejsce:Paryż"},
      {0, 0, "–", "miejsce:Paryż"},  // no word at all is not "any place"
  };
  for (const auto& row : rows) {
    for (const std::string query : {"schron", "w", "\"w schronach\"", "schron -gmina"}) {
      SearchOptions options = everything();
      options.date_from = row.from;
      options.date_to = row.to;
      options.place = row.place;
      const Strings hits = citations(index.searcher.search(query, options));
      EXPECT_EQ(difference({hits.begin(), hits.end()},
                           scanned("(" + query + ") AND " + row.same_as, index.collection)),
                "")
          << query << " " << row.same_as << " KWERENDA_TEST_SEED=" << seed();
    }
  }
}

TEST(Search, Facets) {
  RandomIndex& index = random_index();
  for (const char* query : {"schron", "\"w schronach\" OR plan", "gmina -GIS", "nieznane"}) {
    std::map<std::string, std::uint32_t> reports, months, places;
    const std::set<std::string> found = scanned(query, index.collection);
    for (const MemoryPassage& passage : index.collection.all()) {
      if (!found.contains(passage.citation)) continue;
      ++reports[passage.source];
      if (passage.date)
        ++months[std::to_string(passage.date / 10000) + "-" + std::to_string(passage.date / 100).substr(4)];
      if (!passage.place.empty()) ++places[passage.place];
    }
    SearchOptions options;
    options.facets = true;
    for (const std::uint32_t limit : {0U, 3U}) {
      options.limit = limit;
      const SearchResult result = index.searcher.search(query, options);
      const auto check = [&](const std::vector<FacetCount>& counts,
                             std::map<std::string, std::uint32_t> wanted, const char* name) {
        EXPECT_EQ(counts.size(), wanted.size()) << query << " " << name;
        for (std::size_t i = 0; i < counts.size(); ++i) {
          EXPECT_EQ(counts[i].passages, wanted[counts[i].value])
              << query << " " << name << " " << counts[i].value;
          EXPECT_GE(counts[i ? i - 1 : 0].passages, counts[i].passages);
        }
      };
      std::map<std::string, std::uint32_t> topics;
      for (const TopicInfo& topic : index.searcher.topics()) {
        SearchOptions within = everything();
        within.topics = {topic.name};
        const auto hits = index.searcher.search(query, within).hits.size();
        if (hits) topics[topic.name] = static_cast<std::uint32_t>(hits);
      }
      check(result.by_topic, topics, "topic");
      check(result.by_report, reports, "report");
      check(result.by_month, months, "month");
      check(result.by_place, places, "place");
    }
  }
}

TEST(Search, TopicMatrix) {
  RandomIndex& index = random_index();
  const TopicMatrix matrix = index.searcher.topic_matrix();
  ASSERT_EQ(matrix.topics.size(), index.searcher.topics().size());
  ASSERT_FALSE(matrix.rows.empty());
  std::map<std::string, std::vector<std::uint32_t>> wanted;
  SearchOptions options = everything();
  for (std::size_t i = 0; i < matrix.topics.size(); ++i) {
    options.topics = {matrix.topics[i].name};
    for (const Hit& hit : index.searcher.search("", options).hits) {
      wanted[hit.report_id].resize(matrix.topics.size());
      ++wanted[hit.report_id][i];
    }
  }
  ASSERT_EQ(matrix.rows.size(), wanted.size());
  for (const TopicMatrix::Row& row : matrix.rows)
    EXPECT_EQ(row.passages, wanted[row.report_id]) << row.report_id;
  SearchOptions filters;
  filters.place = "Łódź";
  const TopicMatrix of_place = index.searcher.topic_matrix(filters);
  EXPECT_LT(of_place.rows.size(), matrix.rows.size());
  EXPECT_FALSE(of_place.rows.empty());
}

// Nothing bounds the years but what reports are of.
TEST(Search, YearsLongAgoAndToCome) {
  const fs::path path = fresh_directory("years");
  build(path, {{.id = "1025", .title = "A", .date = 10250418, .paragraphs = {"Zjazd."}},
               {.id = "1863", .title = "B", .date = 18630122, .paragraphs = {"Zjazd."}},
               {.id = "2024", .title = "C", .date = 20240514, .paragraphs = {"Zjazd."}},
               {.id = "2301", .title = "D", .date = 23010203, .paragraphs = {"Zjazd."}},
               {.id = "brak", .title = "E", .paragraphs = {"Zjazd."}}});
  const Searcher searcher = Searcher::open(path);
  const struct {
    const char* query;
    std::uint32_t from, to;
    Strings found;
  } rows[] = {
      {"zjazd data:1863", 0, 0, {"1863#p1"}},
      {"zjazd data:1000..1900", 0, 0, {"1025#p1", "1863#p1"}},
      {"zjazd data:>2100", 0, 0, {"2301#p1"}},
      {"zjazd data:2301-02-03", 0, 0, {"2301#p1"}},
      {"zjazd", 18630101, 20241231, {"1863#p1", "2024#p1"}},
      {"zjazd", 21010101, 0, {"2301#p1"}},
      {"zjazd -data:1025", 0, 0, {"1863#p1", "2024#p1", "2301#p1", "brak#p1"}},
  };
  for (const auto& row : rows) {
    SearchOptions options = everything();
    options.date_from = row.from;
    options.date_to = row.to;
    options.sort = SortOrder::report;
    EXPECT_EQ(citations(searcher.search(row.query, options)), row.found) << row.query << " " << row.from;
  }
}

TEST(Search, ThreadsOnOneSearcher) {
  RandomIndex& index = random_index();
  Generator generator(seed() + 3);
  Strings queries;
  std::vector<Strings> wanted;
  while (queries.size() < 60) {
    const std::string query = generator.query();
    try {
      wanted.push_back(citations(index.searcher.search(query)));
      queries.push_back(query);
    } catch (const Error&) {
    }
  }
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < queries.size(); ++i) {
        const std::size_t at = (i * 7 + t * 13) % queries.size();
        if (citations(index.searcher.search(queries[at])) != wanted[at]) ++wrong;
        try {
          index.searcher.search("(");
        } catch (const Error&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0) << "KWERENDA_TEST_SEED=" << seed();
}

// --- a few reports, known by heart ---

const std::vector<TestReport>& few_reports() {
  static const std::vector<TestReport> reports = {
      {.id = "a.txt",
       .title = "Forum GIS",
       .place = "Łódź",
       .date = 20240514,
       .paragraphs = {"Gmina buduje schron przy szkole i remontuje ukrycie w piwnicy ratusza.",
                      "Schron ma filtry, agregat i dwa wyjścia.", "Mapa pokazuje każdy schron w gminie.",
                      "Na koniec obiad."}},
      {.id = "b.txt",
       .title = "Debata",
       .place = "Wrocław",
       .date = 20250101,
       .paragraphs = {"Schron ma filtry, agregat i dwa wyjścia.", "Radni pytali o budżet."}},
      {.id = "c d.txt",
       .title = "Szkolenie",
       .paragraphs = {"Kurs o mapach i planach.", "Schron ma filtry, agregat i jedno wyjście."}},
  };
  return reports;
}

struct FewIndex {
  fs::path path;
  Searcher searcher;
};

const FewIndex& few() {
  static const FewIndex* const made = [] {
    const fs::path path = fresh_directory("few");
    build(path, few_reports());
    return new FewIndex{path, Searcher::open(path)};
  }();
  return *made;
}

TEST(Search, AHit) {
  SearchOptions options;
  options.explain = true;
  const SearchResult result = few().searcher.search("mapą gmina", options);
  ASSERT_FALSE(result.hits.empty());
  const Hit& hit = result.hits.front();
  EXPECT_EQ(hit.citation, "a.txt#p3");
  EXPECT_EQ(hit.report_id, "a.txt");
  EXPECT_EQ(hit.source, "a.txt");
  EXPECT_EQ(hit.title, "Forum GIS");
  EXPECT_EQ(hit.place, "Łódź");
  EXPECT_EQ(hit.date, 20240514U);
  EXPECT_EQ(hit.ordinal, 3U);
  EXPECT_EQ(hit.text, few_reports()[0].paragraphs[2]);
  EXPECT_EQ(hit.end - hit.begin, hit.text.size());
  EXPECT_EQ(hit.begin, few_reports()[0].paragraphs[0].size() + few_reports()[0].paragraphs[1].size() + 4);
  ASSERT_EQ(hit.highlights.size(), 2U);
  EXPECT_EQ(hit.text.substr(hit.highlights[0].begin, hit.highlights[0].end - hit.highlights[0].begin),
            "Mapa");
  EXPECT_EQ(hit.text.substr(hit.highlights[1].begin, hit.highlights[1].end - hit.highlights[1].begin),
            "gminie");
  EXPECT_EQ(hit.highlights[1].begin_code_point, 29U);  // "ż" is two bytes
  EXPECT_EQ(hit.highlights[1].begin, 30U);
  EXPECT_EQ(hit.highlights[1].end_code_point, 35U);
  ASSERT_EQ(hit.explanation.size(), 2U);
  EXPECT_EQ(hit.explanation[0].word, "mapą");
  EXPECT_EQ(hit.explanation[0].keys.front(), "mapa");
  EXPECT_NEAR(hit.explanation[0].share + hit.explanation[1].share, hit.score, 1e-9);
  ASSERT_EQ(result.words.size(), 2U);
  EXPECT_EQ(result.words[0].typed, "mapą");
  EXPECT_EQ(result.words[0].passages, 2U);
}

TEST(Search, DuplicatesFold) {
  SearchOptions options;
  SearchResult result = few().searcher.search("agregat", options);
  ASSERT_EQ(citations(result), (Strings{"a.txt#p2", "c d.txt#p2"}));
  EXPECT_EQ(result.hits[0].duplicates, 1U);
  EXPECT_EQ(result.hits[1].duplicates, 0U);
  EXPECT_EQ(result.matches, 3U);
  options.fold_duplicates = FoldDuplicates::off;
  result = few().searcher.search("agregat", options);
  EXPECT_EQ(result.hits.size(), 3U);
  EXPECT_EQ(result.hits[0].duplicates, 0U);
}

// Of two passages that say the same, the one first whose report has the rest of the answer.
TEST(Search, ReportsWithTheWholeAnswer) {
  const fs::path index = fresh_directory("elsewhere");
  build(index,
        {{.id = "a.txt", .title = "", .paragraphs = {"Mapa gminy leży w urzędzie.", "Nic więcej."}},
         {.id = "b.txt", .title = "", .paragraphs = {"Mapa gminy leży w urzędzie.", "Schron jest obok."}},
         {.id = "c.txt", .title = "", .paragraphs = {"Mapa gminy leży w urzędzie.", "Nic tu nie ma."}}});
  SearchOptions options;
  options.fold_duplicates = FoldDuplicates::off;
  options.explain = true;
  const SearchResult result = Searcher::open(index).search("mapa gminy schron", options);
  ASSERT_EQ(citations(result), (Strings{"b.txt#p1", "b.txt#p2", "a.txt#p1", "c.txt#p1"}));
  for (const Hit& hit : result.hits) {
    double sum = 0;
    for (const ScoreShare& share : hit.explanation) sum += share.share;
    EXPECT_NEAR(sum, hit.score, 1e-9) << hit.citation;
  }
  EXPECT_GT(result.hits[0].explanation[2].share, 0);
  EXPECT_EQ(result.hits[2].explanation[2].share, 0);
}

// So many copies that they fill all that the second stage looks at: the page is still full.
TEST(Search, FoldingRefills) {
  std::vector<TestReport> reports;
  for (int i = 0; i < 450; ++i)
    reports.push_back(
        {.id = "kopia" + std::to_string(i), .title = "Notatka", .paragraphs = {"Schron, schron i schron."}});
  for (const char* what :
       {"o mostach", "o drogach i ulicach", "o szkołach, ludziach i psach", "o niczym", "o wodzie"}) {
    reports.push_back({.id = what,
                       .title = "Notatka",
                       .paragraphs = {std::string(what) + " mówiono wiele, a na końcu, że jest schron."}});
  }
  const fs::path path = fresh_directory("copies");
  build(path, reports);
  const SearchResult result = Searcher::open(path).search("schron");
  EXPECT_EQ(result.hits.size(), 6U);
  EXPECT_EQ(result.hits.front().duplicates, 449U);
  EXPECT_EQ(result.matches, 455U);
}

// One press note in five reports, and what only looks like it.
TEST(Search, NearDuplicatesFold) {
  const std::string note =
      "W piątek w ratuszu odbyło się spotkanie zarządców nieruchomości, spółdzielni i wspólnot, poświęcone "
      "schronom oraz miejscom doraźnego schronienia. Przedstawiciele straży pożarnej mówili o wentylacji, "
      "nośności "
      "stropów i drugim wyjściu. Po przerwie pytano o koszty remontów, dotacje i odpowiedzialność zarządcy, "
      "a "
      "dyrektor wydziału zapowiedział kolejne przeglądy piwnic, garaży i tuneli w całym mieście jeszcze "
      "przed zimą. ";
  const auto report = [&](const char* id, const std::string& text) {
    return TestReport{.id = id, .title = "Notatka", .paragraphs = {text}};
  };
  const fs::path path = fresh_directory("notes");
  build(path,
        {report("1", note + "Następne spotkanie zaplanowano jesienią."),
         report("2", note + "Organizatorzy dziękują gościom za przybycie."),
         report("3", "Ratusz miasta informuje mieszkańców. " + note),
         report("4", note),
         report("5", note + "Wydarzenie transmitowano w internecie, a nagranie jest na stronie miasta."),
         report("6",
                "W piątek w ratuszu odbyło się spotkanie zarządców nieruchomości o czym innym: o schronisku, "
                "o kotach i o tym, że schron bywa zimny, jeśli nikt go nie ogrzewa zimą."),
         {.id = "7",
          .title = "Notatka",
          .paragraphs = {"Dwa zdania o schronach " + note, "Trzy zdania o schronach " + note}}});
  const Searcher searcher = Searcher::open(path);
  SearchOptions options;
  SearchResult result = searcher.search("schron", options);
  std::uint32_t folded = 0;
  std::map<std::string, int> reports;
  for (const Hit& hit : result.hits) {
    folded += hit.duplicates;
    ++reports[hit.report_id];
  }
  EXPECT_EQ(result.matches, 8U);
  EXPECT_EQ(result.hits.size() + folded, 8U);
  EXPECT_EQ(reports["6"], 1);
  EXPECT_LE(result.hits.size(), 3U);
  const Hit& first = *std::find_if(result.hits.begin(), result.hits.end(),
                                   [](const Hit& hit) { return hit.duplicates > 0; });
  const std::string other = first.report_id == "1" ? "2#p1" : "1#p1";
  EXPECT_TRUE(
      searcher.why_not(other, "schron")
          .ends_with("pominięty, bo pokazano fragment prawie tej samej treści: " + first.citation + "."))
      << searcher.why_not(other, "schron");
  options.fold_duplicates = FoldDuplicates::off;
  EXPECT_EQ(searcher.search("schron", options).hits.size(), 8U);
  // Within one report each passage counts.
  options = SearchOptions();
  options.topics.clear();
  result = searcher.search("plik:7 schron", options);
  EXPECT_EQ(result.hits.size(), 2U);
}

TEST(Search, Context) {
  SearchOptions options;
  options.limit = 1;
  options.context = 1;
  const auto& paragraphs = few_reports()[0].paragraphs;
  Hit hit = few().searcher.search("mapa AND schron", options).hits.at(0);
  EXPECT_EQ(hit.before, paragraphs[1]);
  EXPECT_EQ(hit.after, paragraphs[3]);
  options.context = 5;
  hit = few().searcher.search("mapa AND schron", options).hits.at(0);
  EXPECT_EQ(hit.before, paragraphs[0] + "\n\n" + paragraphs[1]);
  EXPECT_EQ(hit.after, paragraphs[3]);
  hit = few().searcher.search("ukrycie", options).hits.at(0);
  EXPECT_EQ(hit.before, "");
  EXPECT_EQ(hit.after, paragraphs[1] + "\n\n" + paragraphs[2] + "\n\n" + paragraphs[3]);
}

TEST(Search, Repair) {
  SearchResult result = few().searcher.search("agreagt");
  EXPECT_EQ(result.notes, Strings{"Szukano: agregat (wpisano: agreagt)"});
  EXPECT_EQ(result.words.at(0).repaired, "agregat");
  EXPECT_EQ(result.hits.size(), 2U);
  SearchOptions off;
  off.repair = Repair::off;
  result = few().searcher.search("agreagt", off);
  EXPECT_EQ(result.notes, Strings{});
  EXPECT_TRUE(result.hits.empty());
  EXPECT_EQ(result.matches, 0U);
}

TEST(Search, PlainSyntax) {
  SearchOptions plain;
  plain.syntax = QuerySyntax::plain;
  EXPECT_EQ(citations(few().searcher.search("(mapa AND \"gmina", plain)).front(), "a.txt#p3");
  std::string many;
  for (int i = 0; i < 70; ++i) many += "słowo" + std::to_string(i) + " ";
  EXPECT_EQ(few().searcher.search(many, plain).notes.back(),
            "Zapytanie jest długie: na końcu pominięto 6 słów.");
}

TEST(Search, Similar) {
  // Its copy first, then what shares most words; itself left out on every page.
  const Searcher& searcher = few().searcher;
  Strings found = citations(searcher.similar("a.txt#p2"));
  ASSERT_GE(found.size(), 3U);
  EXPECT_EQ(found[0], "b.txt#p1");
  EXPECT_EQ(found[1], "c d.txt#p2");
  EXPECT_EQ(std::count(found.begin(), found.end(), "a.txt#p2"), 0);
  SearchOptions options;
  options.limit = 1;
  Strings paged;
  for (options.offset = 0; options.offset < found.size(); ++options.offset) {
    for (const std::string& citation : citations(searcher.similar("a.txt#p2", options)))
      paged.push_back(citation);
  }
  EXPECT_EQ(paged, found);
  options = {};
  options.limit = 10000;
  EXPECT_EQ(citations(searcher.similar("a.txt#p2", options)), found);
  EXPECT_EQ(searcher.similar("a.txt#p2", options).matches, found.size());
  options.limit = 0;  // itself is not counted either
  options.facets = true;
  const SearchResult counted = searcher.similar("a.txt#p2", options);
  EXPECT_EQ(counted.matches, found.size());
  std::uint64_t in_reports = 0;
  for (const FacetCount& report : counted.by_report) in_reports += report.passages;
  EXPECT_EQ(in_reports, found.size());
  EXPECT_EQ(citations(searcher.similar("c d.txt#p2")).front(), "a.txt#p2");
}

TEST(Search, SimilarWithinTopics) {
  SearchOptions options;
  const Strings all = citations(few().searcher.similar("a.txt#p3", options));
  options.topics = {"gis"};
  const Strings within = citations(few().searcher.similar("a.txt#p3", options));
  EXPECT_LT(within.size(), all.size());
  for (const std::string& citation : within) EXPECT_NE(citation, "b.txt#p1");
}

// "gmini*" is the form "gminie" and not the lemma of it, beside other words too.
TEST(Search, WildcardsAmongWordsAskTheText) {
  for (const char* query :
       {"gmini*", "gmini* parasol", "gmini* -parasol", "gmini* OR parasol", "*inie parasol"}) {
    const SearchResult result = few().searcher.search(query);
    EXPECT_EQ(citations(result), Strings{"a.txt#p3"}) << query;
    EXPECT_EQ(result.matches, 1U) << query;
  }
}

TEST(Search, AWordThatMustBeThereHasNoRelatives) {
  const Searcher& searcher = few().searcher;
  EXPECT_EQ(searcher.search("+budowa").matches, 0U);
  EXPECT_EQ(searcher.search("+budowa parasol").matches, 0U);
  EXPECT_EQ(searcher.search("budowa").matches, searcher.search("budowa parasol").matches);
  EXPECT_GT(searcher.search("budowa").matches, 0U);  // "buduje"
  SearchOptions within;
  within.topics = {"gis"};
  EXPECT_EQ(searcher.search("planista", within).matches, searcher.search("planista parasol", within).matches);
}

TEST(Search, PlacesAreRepairedAmongPlaces) {
  const struct {
    const char* place;
    Strings notes;
    std::size_t hits;
  } rows[] = {
      {"Łódź", {}, 3},
      {"w Łodzi", {}, 3},
      {"lodz", {"Szukano: Łódź (wpisano: lodz)"}, 3},
      {"Wroclw", {"Szukano: Wrocław (wpisano: Wroclw)"}, 1},
      {"Atlantyda", {"Żaden raport nie jest z miejsca „Atlantyda”."}, 0},
  };
  for (const auto& row : rows) {
    SearchOptions options = everything();
    options.place = row.place;
    const SearchResult result = few().searcher.search("schron", options);
    EXPECT_EQ(result.notes, row.notes) << row.place;
    EXPECT_EQ(result.hits.size(), row.hits) << row.place;
    const SearchResult by_field =
        few().searcher.search("schron AND miejsce:(" + std::string(row.place) + ")");
    EXPECT_EQ(by_field.hits.size(), row.hits) << row.place;
  }
}

TEST(Search, WhyNot) {
  const struct {
    const char *citation, *query;
    std::uint32_t limit, per_report;
    const char* pattern;
    std::uint32_t from = 0;
    const char* place = "";
  } rows[] = {
      {"a.txt#p3", "mapa gmina", 10, 0,
       "a.txt#p3: miejsce 1 z wynikiem [0-9]+,[0-9]+; jest wśród pokazanych."},
      {"c d.txt#p1", "mapa gmina", 1, 0,
       "c d.txt#p1: miejsce [0-9] z wynikiem [0-9]+,[0-9]+; pokazano 1 fragment o wyniku co najmniej "
       "[0-9]+,[0-9]+; nie ma w nim "
       "słów: gmina."},
      {"a.txt#p4", "mapa gmina", 10, 0, "a.txt#p4: nie pasuje: nie ma w nim słów: mapa, gmina."},
      {"a.txt#p2", "schron AND zamek", 10, 0, "a.txt#p2: nie pasuje: nie ma w nim słów: zamek."},
      {"a.txt#p2", "\"filtr schron\"", 10, 0,
       "a.txt#p2: nie pasuje: słowa są, ale nie tak, jak żądają operatory \\(fraza, NEAR, pole, "
       "wykluczenie\\)."},
      {"a.txt#p2", "schron -agregat", 10, 0,
       "a.txt#p2: nie pasuje: słowa są, ale nie tak, jak żądają operatory \\(fraza, NEAR, pole, "
       "wykluczenie\\)."},
      {"a.txt#p2", "schron", 10, 0, "a.txt#p2: nie pasuje: raport jest spoza żądanego zakresu dat.",
       20250101},
      {"a.txt#p2", "schron", 10, 0, "a.txt#p2: nie pasuje: raport jest z innego miejsca.", 0, "Wrocław"},
      {"a.txt#p2", "zamek", 10, 0,
       "a.txt#p2: nie pasuje: nie ma w nim słów: zamek; raport jest spoza żądanego zakresu dat; raport jest "
       "z "
       "innego miejsca.",
       20250101, "Wrocław"},
      {"a.txt#p3", "schron gmina", 10, 1,
       "a.txt#p3: miejsce [0-9] z wynikiem [0-9]+,[0-9]+; pominięty, bo z tego raportu pokazano już tyle, "
       "ile "
       "wolno: 1 fragment."},
      {"b.txt#p1", "agregat", 10, 0,
       "b.txt#p1: miejsce [0-9] z wynikiem [0-9]+,[0-9]+; pominięty, bo pokazano już fragment o tej samej "
       "treści."},
      {"a.txt#p3", "mapa gmina", 0, 0,
       "a.txt#p3: miejsce 1 z wynikiem [0-9]+,[0-9]+; nie pokazano żadnego fragmentu."},
  };
  for (const auto& row : rows) {
    SearchOptions options;
    options.limit = row.limit;
    options.per_report = row.per_report;
    options.date_from = row.from;
    options.place = row.place;
    const std::string text = few().searcher.why_not(row.citation, row.query, options);
    EXPECT_TRUE(::testing::internal::RE::FullMatch(text, row.pattern)) << text;
  }
}

TEST(Search, Topics) {
  const Searcher& searcher = few().searcher;
  EXPECT_GE(searcher.topics().size(), 12U);
  SearchOptions options;
  options.topics = {"ochrona ludności"};
  const SearchResult alone = searcher.search("", options);
  ASSERT_FALSE(alone.hits.empty());
  const Strings within = citations(searcher.search("filtry", options));
  EXPECT_EQ(within.front().substr(0, 1), "a");
  for (const std::string& citation : within)
    EXPECT_TRUE(citation.ends_with("2") || citation == "b.txt#p1") << citation;
  // Any of several, and of both first.
  options.topics = {"ochrona ludności", "gis"};
  const SearchResult either = searcher.search("", options);
  EXPECT_GT(either.matches, alone.matches);
  EXPECT_EQ(either.hits.front().report_id, "a.txt");
  options.topics = {"gis"};
  EXPECT_LT(searcher.search("agregat", options).matches, 3U);
  options.topics = {"ochrona ludności", "gis"};
  EXPECT_EQ(searcher.search("agregat", options).matches, 3U);
  options.topics = {"ochrona ludności"};
  EXPECT_EQ(searcher.search("być albo nie być", options).matches, 0U);
}

// What touches much of a topic stands before what repeats a word of it.
TEST(Search, TopicsRankByWhatIsCovered) {
  const fs::path path = fresh_directory("covered");
  const std::string again = "Schron, schron i jeszcze raz schron: schron obok schronu, pod schronem schron.";
  build(path,
        {{.id = "jedno", .title = "A", .paragraphs = {again}},
         {.id = "wiele",
          .title = "B",
          .paragraphs = {"Gmina sprawdza schrony, ćwiczy ewakuację mieszkańców, zawiadamia syrenami i "
                         "uczy zarządzania kryzysowego."}},
         {.id = "tło", .title = "C", .paragraphs = {"Radni pytali o budżet.", "Na koniec był obiad."}}});
  const Searcher searcher = Searcher::open(path);
  SearchOptions options;
  options.topics = {"ochrona ludności"};
  EXPECT_EQ(citations(searcher.search("", options)), (Strings{"wiele#p1", "jedno#p1"}));
  EXPECT_EQ(citations(searcher.search("temat:\"ochrona ludności\"")), (Strings{"wiele#p1", "jedno#p1"}));
}

TEST(Search, Thesaurus) {
  const fs::path path = fresh_directory("synonyms"), file = path.parent_path() / "th.dat";
  build(path, {{.id = "1", .title = "A", .paragraphs = {"Zbudowano schron w gminie."}},
               {.id = "2", .title = "B", .paragraphs = {"Zbudowano bunkier w gminie."}},
               {.id = "3", .title = "C", .paragraphs = {"Zbudowano most w gminie."}}});
  std::ofstream(file) << "UTF-8\nschron|1\n-|bunkier|azyl\n";
  EXPECT_EQ(citations(Searcher::open(path).search("schrony azyle")), Strings{"1#p1"});
  SearcherOptions with;
  with.thesaurus = file;
  const SearchResult result = Searcher::open(path, with).search("schrony azyle");
  ASSERT_EQ(citations(result), (Strings{"1#p1", "2#p1"}));
  ASSERT_EQ(result.hits[1].highlights.size(), 1U);
  EXPECT_EQ(result.hits[1].text.substr(result.hits[1].highlights[0].begin, 7), "bunkier");
  // What an operator asks for must be there itself.
  EXPECT_EQ(citations(Searcher::open(path, with).search("schron AND gmina")), Strings{"1#p1"});
}

TEST(Search, Info) {
  const IndexInfo info = few().searcher.info();
  EXPECT_EQ(info.reports, 3U);
  EXPECT_EQ(info.passages, 8U);
  EXPECT_EQ(info.format_version, kFormatVersion);
  EXPECT_EQ(info.analysis_version, kAnalysisVersion);
  EXPECT_EQ(info.created, "2026-01-02T03:04:05Z");
}

// --- a writer beside the readers ---

// Commit n gives every report the number n: a search that saw two commits would show two numbers.
TEST(Search, OneCommittedStateDuringCommits) {
  const fs::path path = fresh_directory("commits");
  const auto state = [](int n) {
    std::vector<TestReport> reports;
    for (int i = 0; i < 12; ++i) {
      reports.push_back({.id = "r" + std::to_string(i),
                         .title = "Stan" + std::to_string(n),
                         .paragraphs = {"zmiana numer" + std::to_string(n) + " raport" + std::to_string(i),
                                        "zmiana numer" + std::to_string(n)}});
    }
    return reports;
  };
  build(path, state(0));
  std::atomic<bool> done = false;
  std::atomic<int> searches = 0, mixed = 0, short_of = 0, went_back = 0, failed = 0;
  const Searcher searcher = Searcher::open(path);
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      int last = 0;
      while (!done) {
        try {
          SearchOptions options;
          options.limit = 100;
          options.fold_duplicates = FoldDuplicates::off;
          const SearchResult result = searcher.search("zmiana", options);
          std::set<std::string> titles;
          for (const Hit& hit : result.hits) {
            titles.insert(hit.title.substr(4));
            titles.insert(hit.text.substr(12, hit.text.find(' ', 12) - 12));
          }
          mixed += titles.size() != 1;
          short_of += result.hits.size() != 24;
          const int now = titles.empty() ? 0 : std::atoi(titles.begin()->c_str());
          went_back += now < last;
          last = now;
          ++searches;
        } catch (const Error& error) {
          ++failed;
          ADD_FAILURE() << error.what();
        }
      }
    });
  }
  for (int n = 1; n <= 25; ++n) {
    const auto writer = IndexWriter::open(path, writer_settings());
    for (const TestReport& report : state(n)) add(*writer, report);
    writer->commit();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GT(searches, 10);
  EXPECT_EQ(mixed, 0);
  EXPECT_EQ(short_of, 0);
  EXPECT_EQ(went_back, 0);
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(searcher.search("numer25").matches, 24U);
}

// Whatever is committed while a search goes on, it reads the state in which it began.
TEST(Search, CommitsDuringOneSearch) {
  const fs::path path = fresh_directory("commits-during");
  build(path, few_reports());
  IndexReader reader(path, real_keys());
  reader.consistently([&] {
    for (int i = 0; i < 6; ++i) {
      std::vector<TestReport> changed = few_reports();
      for (TestReport& report : changed) report.paragraphs = {"zmiana " + std::to_string(i)};
      build(path, changed);
    }
    EXPECT_EQ(reader.database().get_doccount(), 8U);
    StoredPassage passage;
    for (Xapian::docid id = 1; id <= 8; ++id) {
      reader.read(id, passage);
      EXPECT_EQ(passage.text.find("zmiana"), std::string::npos);
      EXPECT_FALSE(reader.is_dead(id, passage.report_key));
    }
  });
  EXPECT_EQ(Searcher::open(path).info().passages, 3U);
  reader.consistently([&] {
    EXPECT_EQ(reader.passages_of(report_key("a.txt")).size(), 1U);
    return 0;
  });
}

// Replaced and removed reports are dead where they were: never shown, never counted.
TEST(Search, DeadPassages) {
  const fs::path path = fresh_directory("dead");
  std::vector<TestReport> reports;
  for (int i = 0; i < 40; ++i) {
    reports.push_back(
        {.id = "r" + std::to_string(i),
         .title = "Raport",
         .place = i % 2 ? "Łódź" : "Kutno",
         .date = 20240101,
         .paragraphs = {"schron numer" + std::to_string(i), "ukrycie numer" + std::to_string(i)}});
  }
  build(path, reports);
  const auto writer = IndexWriter::open(path, writer_settings());
  add(*writer,
      {.id = "r3", .title = "Nowy", .place = "Kutno", .date = 20250101, .paragraphs = {"schron odnowiony"}});
  writer->remove("r5");
  writer->commit();
  ASSERT_EQ(current_segments(path).size(), 2U);
  const Searcher searcher = Searcher::open(path);
  SearchOptions options = everything();
  options.facets = true;
  const SearchResult found = searcher.search("schron", options);
  EXPECT_EQ(found.matches, 39U);
  EXPECT_TRUE(found.matches_exact);
  EXPECT_EQ(found.hits.size(), 39U);
  std::set<std::string> texts;
  for (const Hit& hit : found.hits) texts.insert(hit.text);
  EXPECT_TRUE(texts.contains("schron odnowiony"));
  EXPECT_FALSE(texts.contains("schron numer3"));
  EXPECT_FALSE(texts.contains("schron numer5"));
  const auto counts = [](const std::vector<FacetCount>& facets) {
    std::map<std::string, std::uint32_t> by_value;
    for (const FacetCount& facet : facets) by_value[facet.value] = facet.passages;
    return by_value;
  };
  EXPECT_EQ(counts(found.by_place), (std::map<std::string, std::uint32_t>{{"Kutno", 21}, {"Łódź", 18}}));
  EXPECT_EQ(counts(found.by_month), (std::map<std::string, std::uint32_t>{{"2024-01", 38}, {"2025-01", 1}}));
  options.limit = 0;
  EXPECT_EQ(searcher.search("schron", options).matches, 39U);
  options.limit = 3;  // the count comes from the index
  EXPECT_EQ(searcher.search("numer7 OR schron", options).matches, 40U);
  EXPECT_TRUE(searcher.search("numer5").hits.empty());
  EXPECT_EQ(searcher.info().reports, 39U);
  EXPECT_EQ(searcher.info().passages, 77U);
  EXPECT_EQ(error_of([&] { searcher.similar("r5#p1"); }, ErrorKind::not_found).find("„r5#p1”"), 0U);
  EXPECT_EQ(searcher.search("odnowiony").hits.front().citation, "r3#p1");
  options = {};
  options.context = 1;
  EXPECT_TRUE(searcher.search("odnowiony", options).hits.front().after.empty());
}

TEST(Search, AllRemoved) {
  const fs::path path = fresh_directory("all-removed");
  build(path, {{.id = "r", .title = "Raport", .paragraphs = {"schron w gminie"}}});
  const auto writer = IndexWriter::open(path, writer_settings());
  writer->remove("r");
  writer->commit();  // a segment without a passage
  const Searcher searcher = Searcher::open(path);
  const SearchResult found = searcher.search("schron");
  EXPECT_TRUE(found.hits.empty());
  EXPECT_EQ(found.matches, 0U);
  EXPECT_EQ(searcher.info().reports, 0U);
}

// As many as the first stage takes in one lot, one less and one more: all are counted, or said not to be.
TEST(Search, CountsOfPhrasesAroundALot) {
  const RankingSettings settings;
  const std::size_t lot = std::max(settings.least_candidates, 2 * settings.candidates_per_word);
  for (const std::size_t count : {lot - 1, lot, lot + 1}) {
    const fs::path path = fresh_directory("lot");
    std::vector<TestReport> reports;
    for (std::size_t i = 0; i < count; ++i) {
      reports.push_back({.id = "r" + std::to_string(i),
                         .title = "Raport",
                         .paragraphs = {"zielony ogórek numer" + std::to_string(i)}});
    }
    build(path, reports);
    const Searcher searcher = Searcher::open(path);
    for (const std::uint32_t limit : {0U, 1U, 50U, 1000U}) {
      SearchOptions options;
      options.limit = limit;
      options.fold_duplicates = FoldDuplicates::off;
      const SearchResult found = searcher.search("\"zielony ogórek\"", options);
      EXPECT_EQ(found.matches, count) << limit;
      EXPECT_TRUE(found.matches_exact || (count > lot && limit > 0 && limit <= lot)) << limit << " " << count;
    }
  }
}

TEST(Search, ReportsByTheirFiles) {
  const fs::path path = fresh_directory("files");
  std::vector<TestReport> reports;
  for (int i = 0; i < 30; ++i)
    reports.push_back(
        {.id = "Zima/r" + std::to_string(i) + ".txt", .title = "Raport", .paragraphs = {"schron"}});
  build(path, reports);
  const IndexReader reader(path, real_keys());
  bool more = false;
  EXPECT_EQ(reader.vocabulary().terms_of_reports("r7.txt", 5, more),
            Strings{kReportPrefix + encode_report_key(report_key("Zima/r7.txt"))});
  EXPECT_EQ(reader.vocabulary().terms_of_reports("zima/r1", 100, more).size(), 11U);
  EXPECT_TRUE(reader.vocabulary().terms_of_reports("lato", 5, more).empty());
  EXPECT_FALSE(more);
  EXPECT_EQ(reader.vocabulary().terms_of_reports("zima", 5, more).size(), 5U);
  EXPECT_TRUE(more);
  EXPECT_EQ(Searcher::open(path).search("plik:r7.txt").hits.front().citation, "Zima/r7.txt#p1");
}

// Records of JSON Lines.
TEST(Search, ReportsByTheirOwnNames) {
  const fs::path path = fresh_directory("names");
  build(path,
        {{.id = "BM-2025-041", .title = "", .paragraphs = {"schron"}, .source = "zbiory/listopad.jsonl"},
         {.id = "BM-2025-042", .title = "", .paragraphs = {"schron"}, .source = "zbiory/listopad.jsonl"},
         {.id = "BM-2025-041.txt", .title = "", .paragraphs = {"schron"}}});
  const Searcher searcher = Searcher::open(path);
  SearchOptions all;
  all.fold_duplicates = FoldDuplicates::off;
  all.sort = SortOrder::report;
  EXPECT_EQ(citations(searcher.search("plik:bm-2025-041", all)),
            (Strings{"BM-2025-041#p1", "BM-2025-041.txt#p1"}));
  EXPECT_EQ(citations(searcher.search("plik:bm-2025-041 AND plik:listopad", all)), Strings{"BM-2025-041#p1"});
  EXPECT_EQ(searcher.search("plik:listopad", all).matches, 2U);
  EXPECT_EQ(searcher.search("plik:041.txtz", all).matches, 0U);
}

// --- errors ---

fs::path segment_of(const fs::path& index) { return index / "gen-000001"; }

TEST(SearchErrors, Opening) {
  const fs::path missing = fresh_directory("missing");
  const auto open = [](const fs::path& path, const SearcherOptions& options = {}) {
    return [=] { Searcher::open(path, options); };
  };
  EXPECT_EQ(error_of(open(missing), ErrorKind::not_found),
            missing.string() + ": nie ma takiego indeksu. Zbuduj go: kwerenda-index add --index " +
                missing.string() + " RAPORTY…");
  const fs::path file = fresh_directory("file");
  std::ofstream(file) << "tekst";
  EXPECT_EQ(
      error_of(open(file), ErrorKind::incompatible),
      file.string() +
          ": oczekiwano katalogu indeksu, znaleziono plik. Wskaż katalog zbudowany przez kwerenda-index.");
  const fs::path empty = fresh_directory("empty");
  fs::create_directories(empty);
  EXPECT_EQ(error_of(open(empty), ErrorKind::not_found),
            empty.string() +
                ": w katalogu nie ma indeksu (brak pliku XAPIANDB). Zbuduj go: "
                "kwerenda-index add --index " +
                empty.string() + " RAPORTY…");
  const fs::path foreign = fresh_directory("foreign");
  Xapian::WritableDatabase(foreign.string(), Xapian::DB_CREATE | Xapian::DB_BACKEND_GLASS).commit();
  EXPECT_EQ(error_of(open(foreign), ErrorKind::incompatible),
            foreign.string() + ": to baza Xapiana innego programu, nie indeks Kwerendy. Wskaż inny katalog.");
  const fs::path stub = fresh_directory("stub");
  fs::create_directories(stub);
  const fs::path proof = fresh_directory("proof");
  std::ofstream(stub / "XAPIANDB") << "remote :touch " << proof.string() << "\n";
  EXPECT_EQ(error_of(open(stub), ErrorKind::incompatible),
            (stub / "XAPIANDB").string() + ": oczekiwano wierszy „glass gen-NNNNNN”, znaleziono „" +
                ("remote :touch " + proof.string()).substr(0, 80) + "”. To nie jest indeks Kwerendy.");
  EXPECT_FALSE(fs::exists(proof));  // no stub runs a command
  std::ofstream(stub / "XAPIANDB") << stub_of({"gen-000001"});
  EXPECT_EQ(error_of(open(stub), ErrorKind::corrupt),
            (stub / "gen-000001").string() + ": " + (stub / "XAPIANDB").string() +
                " wskazuje ten katalog, ale go nie ma. Przywróć indeks z kopii albo zbuduj go od nowa.");
  fs::create_directories(stub / "gen-000001");
  Xapian::WritableDatabase((stub / "gen-000001").string(),
                           Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_BACKEND_GLASS)
      .commit();
  EXPECT_EQ(error_of(open(stub), ErrorKind::corrupt),
            (stub / "gen-000001" / "sums").string() +
                ": nie ma tego pliku. Przywróć indeks z kopii albo zbuduj go od nowa.");

  SearcherOptions options;
  options.lexicon = missing;
  EXPECT_NE(error_of(open(few().path, options), ErrorKind::not_found).find(missing.string()),
            std::string::npos);
  options = {};
  options.stopwords = missing;
  EXPECT_NE(error_of(open(few().path, options), ErrorKind::not_found).find((missing / "pl.txt").string()),
            std::string::npos);
  options = {};
  options.topics = {missing};
  EXPECT_EQ(error_of(open(few().path, options), ErrorKind::not_found),
            missing.string() +
                ": oczekiwano katalogu z plikami tematów (*.toml): nie ma takiego pliku ani katalogu");
}

TEST(SearchErrors, Manifest) {
  const fs::path path = fresh_directory("manifest");
  build(path, few_reports());
  const Manifest manifest = writer_settings().manifest;
  const auto write = [&](const Manifest& changed) {
    IndexWriterSettings settings = writer_settings();
    settings.manifest = changed;
    fs::remove_all(path);
    build(path, few_reports(), settings);
  };
  Manifest other = manifest;
  other.format_version = kFormatVersion + 1;
  write(other);
  EXPECT_NE(error_of([&] { Searcher::open(path); }, ErrorKind::incompatible).find(path.string()),
            std::string::npos);
  // The format before: its blocks had no checksums, which must not pass for damage.
  other = manifest;
  other.format_version = 2;
  write(other);
  unseal_blocks(segment_of(path) / "postlist.glass");
  SearcherOptions trusting;
  trusting.verify = VerifyFiles::no;
  EXPECT_NE(error_of([&] { Searcher::open(path, trusting); }, ErrorKind::incompatible)
                .find("kwerenda-index dump --index " + path.string() + " | kwerenda-index restore"),
            std::string::npos);
  other = manifest;
  other.analysis_version = kAnalysisVersion + 1;
  write(other);
  EXPECT_NE(error_of([&] { Searcher::open(path); }, ErrorKind::incompatible).find(path.string()),
            std::string::npos);
  other = manifest;
  other.lexicon_hash = 0x123;
  write(other);
  char loaded[17];
  std::snprintf(loaded, sizeof loaded, "%016llx", static_cast<unsigned long long>(manifest.lexicon_hash));
  EXPECT_EQ(error_of([&] { Searcher::open(path); }, ErrorKind::incompatible),
            path.string() + ": indeks zbudowano z leksykonem 0000000000000123, a wczytano " + loaded +
                ". Podaj tamten leksykon (--lexicon PLIK) albo zbuduj indeks od nowa.");
  write(manifest);
  EXPECT_EQ(Searcher::open(path).search("schron").matches, 5U);
}

TEST(SearchErrors, Queries) {
  const Searcher& searcher = few().searcher;
  EXPECT_EQ(error_of([&] { searcher.search("(schron AND"); }, ErrorKind::query).find("\n  (schron AND\n"),
            std::string("").size() +
                error_of([&] { searcher.search("(schron AND"); }, ErrorKind::query).find('\n'));
  EXPECT_NE(error_of([&] { searcher.search(""); }, ErrorKind::query), "no error");
  EXPECT_NE(error_of([&] { searcher.search(std::string(1 << 20, 'a')); }, ErrorKind::query).find("4096"),
            std::string::npos);
  EXPECT_NE(error_of([&] { searcher.search(std::string(4000, '(')); }, ErrorKind::query), "no error");
  SearchOptions options;
  options.limit = 9000;
  options.offset = 1001;
  EXPECT_EQ(error_of([&] { searcher.search("schron", options); }, ErrorKind::limit),
            "offset + limit = 10001, a najwyżej może być 10000. Zawęź zapytanie.");
  options.limit = options.offset = 4000000000U;
  EXPECT_EQ(error_of([&] { searcher.search("schron", options); }, ErrorKind::limit),
            "offset + limit = 8000000000, a najwyżej może być 10000. Zawęź zapytanie.");
  options = {};
  options.topics = {"smrt city"};
  EXPECT_EQ(error_of([&] { searcher.search("schron", options); }, ErrorKind::not_found)
                .find("nie ma tematu „smrt city”: może chodzi o: smart-city"),
            0U);
  EXPECT_EQ(error_of([&] { searcher.search("temat:nieznany", {}); }, ErrorKind::query)
                .find("nie ma tematu „nieznany”"),
            0U);
  for (const char* bad : {"", "a.txt", "a.txt#p", "a.txt#p0", "a.txt#pierwszy", "a.txt#p1x", "a.txt#p-1"}) {
    const std::string wanted =
        "„" + std::string(bad) + "”: oczekiwano cytatu w postaci raport#p12, jak w wynikach szukania.";
    EXPECT_EQ(error_of([&] { searcher.similar(bad); }, ErrorKind::not_found), wanted);
    EXPECT_EQ(error_of([&] { searcher.why_not(bad, "schron"); }, ErrorKind::not_found), wanted);
  }
  EXPECT_EQ(error_of([&] { searcher.similar("a.txt#p99"); }, ErrorKind::not_found),
            "„a.txt#p99”: nie ma takiego fragmentu; raport ma 4 fragmenty. Mógł się zmienić, poszukaj w nim "
            "ponownie.");
  EXPECT_EQ(error_of([&] { searcher.similar("a\tb.txt#p1"); }, ErrorKind::not_found),
            "„a\\x09b.txt#p1”: w indeksie nie ma takiego raportu. Przepisz cytat z wyników szukania.");
  const auto with = [&](auto member, auto value) {
    SearchOptions wrong;
    wrong.date_to = 20241231;
    wrong.*member = value;
    return error_of([&] { searcher.search("schron", wrong); }, ErrorKind::usage);
  };
  EXPECT_EQ(with(&SearchOptions::date_from, 99U),
            "date_from: oczekiwano daty RRRRMMDD, np. 20240514, albo 0, jest 99");
  EXPECT_EQ(with(&SearchOptions::date_to, 20230229U),
            "date_to: oczekiwano daty RRRRMMDD, np. 20240514, albo 0, jest 20230229");
  EXPECT_EQ(with(&SearchOptions::date_from, 20250101U),
            "date_from (20250101) jest późniejsze niż date_to (20241231)");
  EXPECT_EQ(with(&SearchOptions::sort, static_cast<SortOrder>(9)),
            "sort: oczekiwano jednej z wartości SortOrder, jest 9");
  EXPECT_EQ(searcher.search("schron").matches, 5U);  // after all of these
}

TEST(SearchErrors, DamagedRecords) {
  const fs::path path = fresh_directory("damaged");
  build(path, few_reports());
  SearcherOptions trusting;  // what the checksums of files would tell at once
  trusting.verify = VerifyFiles::no;
  const std::string advice =
      " nie zgadza się ze swoją sumą kontrolną. Sprawdź indeks (kwerenda-index check), przywróć go z kopii "
      "albo zbuduj od nowa.";
  const Xapian::Database database(segment_of(path).string());
  damage_bytes(segment_of(path) / "docdata.glass", database.get_document(1).get_data());
  EXPECT_EQ(error_of([&] { Searcher::open(path); }, ErrorKind::corrupt),
            (segment_of(path) / "docdata.glass").string() +
                ": treść nie zgadza się z sumą kontrolną. Przywróć indeks z kopii albo zbuduj go od nowa.");
  const Searcher opened = Searcher::open(path, trusting);
  EXPECT_EQ(error_of([&] { opened.search("ukrycie"); }, ErrorKind::corrupt),
            path.string() + ": fragment 1" + advice);
  EXPECT_EQ(opened.search("budżet").matches, 1U);  // the others are still good

  fs::remove_all(path);
  build(path, few_reports());
  const std::string report =
      Xapian::Database(segment_of(path).string())
          .get_metadata(kReportMetadataPrefix + encode_report_key(report_key("a.txt")));
  damage_bytes(segment_of(path) / "postlist.glass", report);
  char key[17];
  std::snprintf(key, sizeof key, "%016llx", static_cast<unsigned long long>(report_key("a.txt")));
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting).search("ukrycie"); }, ErrorKind::corrupt),
            path.string() + ": zapis o raporcie " + key + advice);

  // A report that does not know its passages: a passage has no place among them.
  fs::remove_all(path);
  build(path, few_reports());
  damage_bytes(segment_of(path) / "postlist.glass", kReportPrefix + encode_report_key(report_key("a.txt")));
  SearchOptions with_neighbours;
  with_neighbours.context = 5;
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting).search("ukrycie", with_neighbours); },
                     ErrorKind::corrupt),
            path.string() + ": fragment 1" + advice);

  fs::remove_all(path);
  build(path, few_reports());
  const fs::path streams = segment_of(path) / kKeyStreamsName;
  PassageKeys keys;
  {
    const KeyStreamFile file(segment_of(path));
    ASSERT_TRUE(file.read(1, keys));
    damage_bytes(streams,
                 std::string(reinterpret_cast<const char*>(keys.text.data()), keys.text.size_bytes()));
  }
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting).search("ukrycie"); }, ErrorKind::corrupt),
            path.string() + ": fragment 1" + advice);
  const std::uintmax_t whole = fs::file_size(streams);
  fs::resize_file(streams, whole - 1);
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting); }, ErrorKind::corrupt),
            streams.string() + ": ma mieć " + std::to_string(whole) + " bajtów, ma " +
                std::to_string(whole - 1) + ". Przywróć indeks z kopii albo zbuduj go od nowa.");
  fs::remove(streams);
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting); }, ErrorKind::corrupt).find(streams.string()), 0U);
  std::ofstream(segment_of(path) / "iamglass", std::ios::app) << 'x';
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting); }, ErrorKind::corrupt)
                .find((segment_of(path) / "iamglass").string()),
            0U);
  std::ofstream(segment_of(path) / kSumsName, std::ios::app) << 'x';
  EXPECT_EQ(error_of([&] { Searcher::open(path, trusting); }, ErrorKind::corrupt)
                .find((segment_of(path) / kSumsName).string()),
            0U);
}

// Damage to the file itself: a search answers right or says so, never with other texts.
TEST(SearchErrors, DamagedFile) {
  const fs::path path = fresh_directory("damaged-file");
  build(path, random_index().reports);
  const fs::path file = segment_of(path) / "docdata.glass";
  std::string bytes(fs::file_size(file), '\0');
  std::ifstream(file, std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  std::map<std::string, std::string> texts;
  for (const MemoryPassage& passage : random_index().collection.all()) texts[passage.citation] = passage.text;
  std::mt19937_64 random(seed() + 4);
  int reported = 0;
  for (int round = 0; round < rounds(150); ++round) {
    std::string damaged = bytes;
    for (std::uint64_t i = 1 + random() % 8, at = random() % bytes.size(); i > 0 && at < bytes.size();
         --i, ++at)
      damaged[at] ^= static_cast<char>(1 + random() % 255);
    std::ofstream(file, std::ios::binary) << damaged;
    try {
      SearcherOptions trusting;
      trusting.verify = VerifyFiles::no;
      const SearchResult result = Searcher::open(path, trusting).search("schron gmina", everything());
      for (const Hit& hit : result.hits)
        ASSERT_EQ(hit.text, texts[hit.citation]) << "KWERENDA_TEST_SEED=" << seed();
    } catch (const Error& error) {
      ++reported;
      ASSERT_TRUE(error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::io) << error.what();
      ASSERT_EQ(std::string(error.what()).find(path.string()), 0U) << error.what();
    }
  }
  EXPECT_GT(reported, 0);
}

}  // namespace
}  // namespace kwerenda
