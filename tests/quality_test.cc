// The judged queries of tests/quality over corpus/: how good the first ten passages are. Fails below the
// figures of recorded.tsv.
//
// nDCG@10 with gain 2^grade - 1 and discount log2(rank + 1); MRR@10 of the first passage with any grade. A
// judgement names a passage by a quote: the passage of that report whose text contains it, white space
// normalised. Several quotes in one passage count as its highest grade.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "indexer/add.h"
#include "indexer/index_writer.h"
#include "memory_collection.h"
#include "searcher/searcher.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

std::vector<std::vector<std::string>> read_table(const std::string& name) {
  std::ifstream in(std::string(KWERENDA_SOURCE_DIR) + "/tests/quality/" + name);
  EXPECT_TRUE(in) << name;
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    rows.emplace_back();
    for (std::string field; std::getline(fields, field, '\t');) rows.back().push_back(field);
  }
  return rows;
}

std::string with_single_spaces(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

struct JudgedPassage {
  std::string citation, report, text;
};

// Index of corpus/ in a directory of its own, and its passages.
class Corpus {
 public:
  Corpus() : index_(fs::temp_directory_path() / ("kwerenda-quality-" + std::to_string(::getpid()))) {
    fs::remove_all(index_);
    IndexWriterSettings settings;
    settings.keys = real_keys();
    settings.manifest.lexicon_hash = real_keys()->lexicon().hash();
    const auto writer = IndexWriter::open(index_, settings);
    AddTarget target;
    target.find = [](std::string_view) { return std::nullopt; };
    target.add = [&](const Report& report, const std::vector<Passage>& of_report) {
      const std::string prefix = std::string(KWERENDA_SOURCE_DIR) + "/corpus/";
      const std::string name = report.id.starts_with(prefix) ? report.id.substr(prefix.size()) : report.id;
      for (const Passage& passage : of_report) {
        passages.push_back(
            {report.id + "#p" + std::to_string(passage.ordinal), name,
             with_single_spaces(report.text.substr(passage.begin, passage.end - passage.begin))});
      }
      return writer->add(report, of_report);
    };
    target.for_each_report = [](const std::function<void(const StoredReport&)>&) {};  // nothing is there yet
    const AddSummary summary = add_paths({std::string(KWERENDA_SOURCE_DIR) + "/corpus"}, {}, target, {});
    EXPECT_FALSE(summary.lossy());
    EXPECT_GE(summary.reports, 40U);
    writer->commit();
  }
  ~Corpus() { fs::remove_all(index_); }

  const fs::path& index() const { return index_; }

  std::vector<JudgedPassage> passages;

 private:
  fs::path index_;
};

TEST(Quality, JudgedQueries) {
  const Corpus corpus;
  std::map<std::string, std::map<std::string, int>> grades;  // by query, by citation
  int lost = 0;
  const auto judgements = read_table("qrels.tsv");
  for (std::size_t i = 1; i < judgements.size(); ++i) {
    const auto& row = judgements[i];
    ASSERT_EQ(row.size(), 4U) << "qrels.tsv:" << i + 1;
    int found = 0;
    for (const JudgedPassage& passage : corpus.passages) {
      if (passage.report != row[1] || passage.text.find(with_single_spaces(row[3])) == std::string::npos)
        continue;
      ++found;
      int& grade = grades[row[0]][passage.citation];
      grade = std::max(grade, std::atoi(row[2].c_str()));
    }
    // A quote in no passage stands across an edge of two or was changed in the corpus.
    EXPECT_LE(found, 1) << "qrels.tsv:" << i + 1 << ": more than one passage has the quote";
    if (found == 0) {
      ++lost;
      std::printf("qrels.tsv:%zu: no passage of %s has „%s”\n", i + 1, row[1].c_str(), row[3].c_str());
    }
  }
  EXPECT_EQ(lost, 0);

  const Searcher searcher = Searcher::open(corpus.index());
  const auto queries = read_table("queries.tsv");
  double ndcg_sum = 0, reciprocal_sum = 0;
  std::vector<std::pair<double, std::string>> worst;
  for (const auto& row : queries) {
    ASSERT_EQ(row.size(), 2U);
    const auto& judged = grades[row[0]];
    std::vector<int> best;
    for (const auto& [citation, grade] : judged) best.push_back(grade);
    std::sort(best.begin(), best.end(), std::greater<>());
    const auto gain_at = [](int grade, std::size_t rank) {
      return (std::exp2(grade) - 1) / std::log2(static_cast<double>(rank) + 2);
    };
    double ideal = 0, gain = 0, reciprocal = 0;
    for (std::size_t rank = 0; rank < std::min<std::size_t>(best.size(), 10); ++rank)
      ideal += gain_at(best[rank], rank);
    ASSERT_GT(ideal, 0) << row[0] << " has no relevant passage";
    const SearchResult result = searcher.search(row[1]);
    for (std::size_t rank = 0; rank < result.hits.size(); ++rank) {
      const auto grade = judged.find(result.hits[rank].citation);
      if (grade == judged.end()) continue;
      gain += gain_at(grade->second, rank);
      if (reciprocal == 0) reciprocal = 1 / (static_cast<double>(rank) + 1);
    }
    ndcg_sum += gain / ideal;
    reciprocal_sum += reciprocal;
    worst.emplace_back(gain / ideal, row[0] + " " + row[1]);
  }
  const double ndcg = ndcg_sum / static_cast<double>(queries.size()),
               mrr = reciprocal_sum / static_cast<double>(queries.size());
  std::sort(worst.begin(), worst.end());
  for (std::size_t i = 0; i < std::min<std::size_t>(worst.size(), 15); ++i)
    std::printf("%.3f  %s\n", worst[i].first, worst[i].second.c_str());
  std::printf("%zu queries: nDCG@10 %.4f, MRR@10 %.4f\n", queries.size(), ndcg, mrr);
  for (const auto& row : read_table("recorded.tsv")) {
    ASSERT_EQ(row.size(), 2U);
    EXPECT_GE(row[0] == "nDCG@10" ? ndcg : mrr, std::atof(row[1].c_str())) << row[0];
  }
}

}  // namespace
}  // namespace kwerenda
