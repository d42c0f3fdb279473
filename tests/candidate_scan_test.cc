// Our own scan of the posting lists against Xapian's matcher: random queries over a random index of several
// segments with dead passages must find the same passages with the same scores.
//
// KWERENDA_TEST_SEED repeats a run, KWERENDA_ROUNDS makes it longer.
#include "searcher/candidate_scan.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "analysis/schema.h"
#include "indexer/index_writer.h"
#include "memory_collection.h"
#include "random_seed.h"
#include "searcher/index_reader.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

const char* const kWords[] = {"miasto",    "gmina", "schron",  "GIS",     "plan",    "rada",
                              "budżet",    "droga", "ochrona", "ludność", "geodeta", "mapa",
                              "szkoła",    "most",  "powiat",  "debata",  "forum",   "dron",
                              "ćwiczenie", "pożar", "strażak", "żłobek",  "AI",      "rzeka"};
constexpr std::size_t kPassagesOfAReport = 40;

class Index {
 public:
  Index()
      : path_(fs::temp_directory_path() / ("kwerenda-scan-" + std::to_string(::getpid()))), random_(seed()) {
    fs::remove_all(path_);
    IndexWriterSettings settings;
    settings.keys = real_keys();
    settings.manifest.lexicon_hash = real_keys()->lexicon().hash();
    settings.manifest.created = "2026-01-02T03:04:05Z";
    settings.memory_bytes = 64u << 20;
    const auto writer = IndexWriter::open(path_, settings);
    // More than one window of 4,096 passages in the first segment; in the second reports that replace some.
    for (int report = 0; report < 230; ++report) add(*writer, report);
    writer->commit();
    for (int report = 200; report < 250; ++report) add(*writer, report);
    for (int report = 10; report < 20; ++report) writer->remove("r/" + std::to_string(report));
    writer->commit();
    reader_ = std::make_unique<IndexReader>(path_, real_keys());
  }
  ~Index() { fs::remove_all(path_); }

  IndexReader& reader() { return *reader_; }

 private:
  void add(IndexWriter& writer, int number) {
    Report report;
    report.id = report.source = "r/" + std::to_string(number);
    report.title = words(2);
    report.place = number % 3 == 0 ? "Łódź" : "Kraków";
    report.date = 20200101 + 10000 * (static_cast<std::uint32_t>(number) % 5);
    std::vector<Passage> passages;
    for (std::size_t i = 0; i < kPassagesOfAReport; ++i) {
      Passage passage;
      passage.begin = static_cast<std::uint32_t>(report.text.size());
      report.text += words(1 + random_() % 12);
      passage.end = static_cast<std::uint32_t>(report.text.size());
      report.text += "\n\n";
      passage.ordinal = static_cast<std::uint32_t>(i + 1);
      passages.push_back(passage);
    }
    ASSERT_EQ(writer.add(report, passages), std::nullopt);
  }

  std::string words(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      // The later in the list, the rarer.
      const std::size_t limit = 1 + random_() % std::size(kWords);
      text += (i ? " " : "") + std::string(kWords[random_() % limit]);
    }
    return text;
  }

  fs::path path_;
  std::mt19937_64 random_;
  std::unique_ptr<IndexReader> reader_;
};

Index& index() {
  static Index made;
  return made;
}

class QueryGenerator {
 public:
  explicit QueryGenerator(std::uint64_t from) : random_(from) {}

  CandidateQuery query(int depth) {
    const auto child = [&] { return query(depth - 1); };
    const auto children = [&] {
      std::vector<CandidateQuery> made;
      for (std::size_t i = 0, count = 1 + random_() % 4; i < count; ++i) made.push_back(child());
      return made;
    };
    switch (depth == 0 ? random_() % 3 : random_() % 9) {
      case 0:
        return random_() % 8 ? terms() : CandidateQuery::everything();
      case 1:
      case 2:
        return terms();
      case 3:
      case 4:
        return CandidateQuery::any(children());
      case 5:
      case 6:
        return CandidateQuery::all(children());
      case 7:
        return CandidateQuery::except(child(), child());
      default:
        return CandidateQuery::preferring(child(), child());
    }
  }

  std::uint64_t number() { return random_(); }

 private:
  CandidateQuery terms() {
    static constexpr double kWeights[] = {0, 0.5, 1, 3.7};
    std::vector<std::string> terms;
    for (std::size_t i = 0, count = 1 + random_() % 3; i < count; ++i) {
      switch (random_() % 10) {
        case 0:
          terms.push_back(kYearPrefix + std::to_string(2019 + random_() % 6));
          break;
        case 1:
          terms.push_back(kPlacePrefix + std::string(random_() % 2 ? "Łódź" : "Kraków"));
          break;
        case 2:
          terms.push_back(kTitlePrefix + std::string(kWords[random_() % std::size(kWords)]));
          break;
        default:
          terms.push_back(kLemmaPrefix + std::string(kWords[random_() % std::size(kWords)]));
      }
    }
    // A term twice would count twice here and once there.
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    return CandidateQuery::of(std::move(terms), kWeights[random_() % std::size(kWeights)]);
  }

  std::mt19937_64 random_;
};

std::map<Xapian::docid, double> by_xapian(const CandidateQuery& query) {
  const IndexReader& reader = index().reader();
  Xapian::Enquire enquire(reader.database());
  enquire.set_query(reader.of_the_living(xapian_query(query)));
  enquire.set_weighting_scheme(impact_weighting());
  const Xapian::MSet all = enquire.get_mset(0, reader.database().get_doccount());
  std::map<Xapian::docid, double> scores;
  for (auto it = all.begin(); it != all.end(); ++it) scores[*it] = it.get_weight();
  return scores;
}

// Empty if `ids` are the best `wanted` of `scores`, in order.
std::string wrong_with(const std::vector<Xapian::docid>& ids, const std::map<Xapian::docid, double>& scores,
                       std::size_t wanted) {
  if (ids.size() != std::min(wanted, scores.size())) return "number of passages";
  if (std::set<Xapian::docid>(ids.begin(), ids.end()).size() != ids.size()) return "a passage twice";
  double last = std::numeric_limits<double>::max();
  const auto tolerance = [](double score) { return 1e-5 * score; };  // single precision, sums of few
  for (const Xapian::docid id : ids) {
    const auto known = scores.find(id);
    if (known == scores.end()) return "a passage that does not match";
    if (known->second > last + tolerance(last)) return "order";
    last = known->second;
  }
  const std::set<Xapian::docid> found(ids.begin(), ids.end());
  for (const auto& [id, score] : scores) {
    if (!found.contains(id) && score > last + tolerance(last)) return "a better passage left out";
  }
  return {};
}

TEST(CandidateScan, FindsWhatXapianFinds) {
  QueryGenerator generate(seed());
  std::size_t found_any = 0, found_many = 0;
  for (int round = 0; round < rounds(600); ++round) {
    const CandidateQuery query = generate.query(static_cast<int>(generate.number() % 4));
    const std::string shown = xapian_query(query).get_description() + " seed " + std::to_string(seed());
    const auto scores = by_xapian(query);
    const std::size_t wanted = generate.number() % 3 ? generate.number() % 200 : generate.number() % 20000;
    const FoundCandidates found = scan_candidates(index().reader(), query, wanted);
    ASSERT_EQ(found.matches, scores.size()) << shown;
    ASSERT_EQ(wrong_with(found.ids, scores, wanted), "") << shown;
    EXPECT_EQ(found.asked, 0u);
    std::vector<Xapian::docid> matching, visited;
    for (const auto& [id, score] : scores) matching.push_back(id);
    for_each_candidate(index().reader(), query, [&](Xapian::docid id) { visited.push_back(id); });
    std::sort(visited.begin(), visited.end());
    ASSERT_EQ(visited, matching) << shown;
    found_any += !scores.empty();
    found_many += scores.size() > 4096;
  }
  // Else nothing was tested.
  EXPECT_GT(found_any, 0u);
  EXPECT_GT(found_many, 0u);
}

class EveryThird final : public CandidateFilter {
 public:
  void announce(Xapian::docid id) override { announced.insert(id); }
  bool accepts(Xapian::docid id) override {
    EXPECT_TRUE(announced.contains(id));
    EXPECT_TRUE(asked.insert(id).second);
    return id % 3 == 0;
  }
  std::set<Xapian::docid> announced, asked;
};

TEST(CandidateScan, Filter) {
  QueryGenerator generate(seed() + 1);
  for (int round = 0; round < rounds(200); ++round) {
    const CandidateQuery query = generate.query(static_cast<int>(generate.number() % 3));
    const std::string shown = xapian_query(query).get_description() + " seed " + std::to_string(seed());
    auto scores = by_xapian(query);
    const std::size_t all = scores.size(), wanted = 1 + generate.number() % 300;
    std::erase_if(scores, [](const auto& scored) { return scored.first % 3 != 0; });
    EveryThird filter;
    const FoundCandidates found = scan_candidates(index().reader(), query, wanted, &filter);
    ASSERT_EQ(wrong_with(found.ids, scores, wanted), "") << shown;
    EXPECT_EQ(found.matches, all) << shown;
    EXPECT_EQ(found.asked + found.sampled, filter.asked.size()) << shown;
    // Who finds less than wanted has asked about all.
    if (found.ids.size() < wanted) {
      EXPECT_EQ(found.asked, all) << shown;
      EXPECT_EQ(found.accepted, scores.size()) << shown;
      EXPECT_EQ(found.accepted_of_all(), scores.size()) << shown;
    }
    // What the sample says of the others is near the truth where there are many of them.
    if (found.sampled > 100) {
      EXPECT_NEAR(static_cast<double>(found.accepted_of_all()), static_cast<double>(scores.size()),
                  0.5 * static_cast<double>(scores.size()))
          << shown;
    }
  }
}

TEST(CandidateScan, TheExcludedPassageDoesNotMatch) {
  QueryGenerator generate(seed() + 7);
  for (int round = 0; round < rounds(300); ++round) {
    const CandidateQuery query = generate.query(static_cast<int>(generate.number() % 4));
    const std::string shown = xapian_query(query).get_description() + " seed " + std::to_string(seed());
    auto scores = by_xapian(query);
    const std::size_t wanted = 1 + generate.number() % (generate.number() % 3 ? 200 : 20000);
    auto excluded = static_cast<Xapian::docid>(1 + generate.number() % 20100);
    if (!scores.empty() && generate.number() % 2) {
      excluded =
          std::next(scores.begin(), static_cast<std::ptrdiff_t>(generate.number() % scores.size()))->first;
    }
    scores.erase(excluded);
    const std::size_t all = scores.size();
    const bool filtered = generate.number() % 2;
    if (filtered) std::erase_if(scores, [](const auto& scored) { return scored.first % 3 != 0; });
    EveryThird filter;
    const FoundCandidates found =
        scan_candidates(index().reader(), query, wanted, filtered ? &filter : nullptr, excluded);
    ASSERT_EQ(found.matches, all) << shown;
    ASSERT_EQ(wrong_with(found.ids, scores, wanted), "") << shown;
  }
}

// Lemmas that are only joined need no sets of passages. Joined with a list that has no impacts, and that no
// passage is in, they are found through sets.
TEST(CandidateScan, ScoresTellWhatSetsTell) {
  std::mt19937_64 random(seed());
  for (int round = 0; round < rounds(300); ++round) {
    std::vector<CandidateQuery> words(1 + random() % 8);
    for (CandidateQuery& word : words) {
      std::vector<std::string> terms(1 + random() % 4);
      for (std::string& term : terms) term = kLemmaPrefix + std::string(kWords[random() % std::size(kWords)]);
      word = CandidateQuery::of(std::move(terms),
                                random() % 5 ? 0.37 * static_cast<double>(1 + random() % 9) : 1e-30);
    }
    const CandidateQuery joined = CandidateQuery::any(words);
    words.push_back(CandidateQuery::of({kTitlePrefix + std::string("nosuch")}, 0));
    const CandidateQuery by_sets = CandidateQuery::any(words);
    const std::size_t wanted = random() % (random() % 3 ? 300 : 20000);
    const auto excluded = static_cast<Xapian::docid>(random() % 20000);
    const std::string shown = xapian_query(joined).get_description() + " seed " + std::to_string(seed());
    const FoundCandidates a = scan_candidates(index().reader(), joined, wanted, nullptr, excluded);
    const FoundCandidates b = scan_candidates(index().reader(), by_sets, wanted, nullptr, excluded);
    ASSERT_EQ(a.ids, b.ids) << shown;
    ASSERT_EQ(a.matches, b.matches) << shown;
    EveryThird filter, filter_of_sets;
    const FoundCandidates c = scan_candidates(index().reader(), joined, wanted, &filter, excluded);
    const FoundCandidates d = scan_candidates(index().reader(), by_sets, wanted, &filter_of_sets, excluded);
    ASSERT_EQ(c.ids, d.ids) << shown;
    ASSERT_EQ(filter.asked, filter_of_sets.asked) << shown;
    ASSERT_EQ(c.accepted_of_all(), d.accepted_of_all()) << shown;
  }
}

TEST(CandidateScan, EqualScoresByNumber) {
  const CandidateQuery query = CandidateQuery::of({kLemmaPrefix + std::string("miasto")}, 0);
  const FoundCandidates found = scan_candidates(index().reader(), query, 1000);
  ASSERT_EQ(found.ids.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(found.ids.begin(), found.ids.end()));
}

TEST(CandidateScan, LongerListsBeginWithShorterOnes) {
  QueryGenerator generate(seed() + 2);
  for (int round = 0; round < rounds(50); ++round) {
    const CandidateQuery query = generate.query(2);
    const auto few = scan_candidates(index().reader(), query, 50).ids;
    auto many = scan_candidates(index().reader(), query, 5000).ids;
    many.resize(std::min(many.size(), few.size()));
    EXPECT_EQ(few, many) << xapian_query(query).get_description() << " seed " << seed();
  }
}

TEST(CandidateQuery, NothingAndOne) {
  using Kind = CandidateQuery::Kind;
  EXPECT_EQ(CandidateQuery::of({}, 1).kind, Kind::nothing);
  EXPECT_EQ(CandidateQuery::any({}).kind, Kind::nothing);
  EXPECT_EQ(CandidateQuery::all({}).kind, Kind::nothing);
  EXPECT_EQ(CandidateQuery::any({CandidateQuery::everything()}).kind, Kind::everything);
  EXPECT_EQ(scan_candidates(index().reader(), CandidateQuery(), 10).matches, 0u);
  EXPECT_TRUE(xapian_query(CandidateQuery()).empty());
}

}  // namespace
}  // namespace kwerenda
