// Damage of a segment's files reaches neither Xapian nor an answer: every bit of the small files, a bit in
// every 4 KB of the large ones, files cut short and files that are gone. In the test's own process, which a
// crash inside Xapian would end.
#include "analysis/segment_sums.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "analysis/error.h"
#include "analysis/index_directory.h"
#include "analysis/lexicon.h"
#include "indexer/check.h"
#include "indexer/index_writer.h"
#include "searcher/searcher.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

const std::shared_ptr<const KeyMaker>& keys() {
  static const auto kKeys = std::make_shared<const KeyMaker>(
      Lexicon::open(fs::path(KWERENDA_BINARY_DIR) / "share" / "kwerenda" / "pl.lex"));
  return kKeys;
}

std::string slurp(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void spill(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string flipped(std::string bytes, std::size_t at, unsigned bit) {
  bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1u << bit));
  return bytes;
}

class SegmentSums : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("KWERENDA_DATA", KWERENDA_BINARY_DIR "/share/kwerenda", 1);
    directory_ = fs::temp_directory_path() / ("kwerenda-sums-" + std::to_string(::getpid()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    index_ = directory_ / "indeks";
    commit(0, 150);
    commit(148, 152);  // a second segment, by which two reports of the first are dead
    segments_ = current_segments(index_);
    ASSERT_EQ(segments_.size(), 2U);
    right_ = answer(VerifyFiles::yes);
    ASSERT_TRUE(right_.starts_with("raport-")) << right_;
    ASSERT_EQ(finding(), "");
  }
  void TearDown() override { fs::remove_all(directory_); }

  IndexWriterSettings settings() const {
    IndexWriterSettings settings;
    settings.keys = keys();
    settings.manifest.lexicon_hash = keys()->lexicon().hash();
    settings.manifest.created = "2026-01-02T03:04:05Z";
    return settings;
  }

  void commit(int from, int to) const {
    static const char* const kWords[] = {"miasto", "gmina",  "ochrona", "ludności", "Łodzi",
                                         "GIS-u",  "powódź", "budżetu", "mapa",     "schrony"};
    const auto writer = IndexWriter::open(index_, settings());
    for (int number = from; number < to; ++number) {
      std::mt19937 random(static_cast<unsigned>(number + from));
      Report report;
      report.id = report.source = fmt::format("raport-{}", number);
      report.title = fmt::format("Zeszyt {}", number);
      for (int i = 0; i < 80; ++i)
        report.text += std::string(i ? " " : "") + kWords[random() % std::size(kWords)];
      report.text += fmt::format(" x{}y{}", random(), random());
      const auto size = static_cast<std::uint32_t>(report.text.size());
      EXPECT_EQ(writer->add(std::move(report), {{0, size, 1, ""}}), std::nullopt);
    }
    writer->commit();
  }

  // The first damage that check finds, or what it throws.
  std::string finding() const {
    try {
      const CheckResult result = check_index(index_, {keys, CheckSources::no});
      return result.damages.empty() ? "" : result.damages.front();
    } catch (const Error& error) {
      return error.what();
    }
  }

  // What the library makes of the index: an answer, or an Error and its kind.
  std::string answer(VerifyFiles verify) const {
    try {
      SearcherOptions options;
      options.verify = verify;
      std::string out;
      for (const Hit& hit : Searcher::open(index_, options).search("ochrona ludności").hits)
        out += hit.citation + " " + hit.text + "\n";
      return out;
    } catch (const Error& error) {
      return fmt::format("error {}: {}", static_cast<int>(error.kind()), error.what());
    }
  }

  fs::path directory_, index_;
  std::vector<fs::path> segments_;
  std::string right_;
};

TEST_F(SegmentSums, EveryBitOfTheSmallFilesMatters) {
  for (const fs::path& file : {segments_[0] / "iamglass", index_ / "XAPIANDB", segments_[1] / "sums"}) {
    const std::string sound = slurp(file);
    ASSERT_FALSE(sound.empty()) << file;
    for (std::size_t at = 0; at < sound.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        // The sums vouch for themselves: one bit of each byte will do.
        if (file.filename() == "sums" && bit != at % 8) continue;
        spill(file, flipped(sound, at, bit));
        bool harmless = true;
        const std::string what = fmt::format("{}: bit {} of byte {}", file.filename().string(), bit, at);
        for (const VerifyFiles verify : {VerifyFiles::yes, VerifyFiles::no}) {
          const std::string seen = answer(verify);
          EXPECT_TRUE(seen == right_ || seen.starts_with("error")) << what << ": " << seen;
          EXPECT_TRUE(seen.starts_with("error") || file.filename() != "XAPIANDB") << what;
          harmless = harmless && seen == right_;
        }
        EXPECT_FALSE(harmless) << what;
        EXPECT_NE(finding(), "") << what;
      }
    }
    spill(file, sound);
  }
  EXPECT_EQ(finding(), "");
}

TEST_F(SegmentSums, DamageOfTheLargeFilesNeverReachesXapian) {
  std::mt19937 random(7);
  const std::string corrupt = fmt::format("error {}", static_cast<int>(ErrorKind::corrupt));
  std::size_t damages = 0;
  for (const fs::path& segment : segments_) {
    for (const SummedFile& summed : read_sums(segment)) {
      const fs::path file = segment / summed.name;
      const std::string sound = slurp(file);
      const auto expect_told = [&](const std::string& what) {
        const std::string seen = answer(VerifyFiles::yes);
        EXPECT_TRUE(seen.starts_with(corrupt) && seen.find(file.string()) != std::string::npos)
            << file << ": " << what << ": " << seen;
        ++damages;
      };
      for (std::size_t at = 0; at < sound.size(); at += 4096) {
        spill(file, flipped(sound, std::min(sound.size() - 1, at + random() % 4096), random() % 8));
        expect_told(fmt::format("a bit from {} on", at));
      }
      EXPECT_NE(finding().find(file.string()), std::string::npos) << finding();
      spill(file, sound.substr(0, sound.size() / 2));
      expect_told("half of it");
      spill(file, sound + '\0');
      expect_told("a byte too many");
      fs::remove(file);
      expect_told("gone");
      EXPECT_NE(finding().find(file.string()), std::string::npos) << finding();
      spill(file, sound);
    }
  }
  EXPECT_GT(damages, 40U);
  EXPECT_EQ(answer(VerifyFiles::yes), right_);
  EXPECT_EQ(finding(), "");
}

TEST_F(SegmentSums, AnOpenSearcherVerifiesWhatACommitBrought) {
  const Searcher searcher = Searcher::open(index_);
  EXPECT_FALSE(searcher.search("schron").hits.empty());
  commit(500, 502);
  const fs::path file = current_segments(index_).back() / "postlist.glass";
  const std::string sound = slurp(file);
  spill(file, flipped(sound, sound.size() - 100, 1));
  EXPECT_THROW(searcher.search("schron"), Error);
  spill(file, sound);
  EXPECT_FALSE(searcher.search("schron").hits.empty()) << "after an error a Searcher is as good as before";
}

TEST_F(SegmentSums, AMergeDoesNotCarryDamageOn) {
  const fs::path file = segments_[0] / "docdata.glass";
  spill(file, flipped(slurp(file), slurp(file).size() / 2, 4));
  try {
    IndexWriter::open(index_, settings())->compact();
    ADD_FAILURE() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt) << error.what();
    EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << error.what();
  }
  EXPECT_EQ(current_segments(index_), segments_);
}

TEST(SegmentSumsText, IsReadBackAsItWasWrittenOrNotAtAll) {
  const fs::path directory = fs::temp_directory_path() / ("kwerenda-sums-text-" + std::to_string(::getpid()));
  fs::create_directories(directory);
  const std::string text = to_text({{"a.glass", 12, 0x0123456789abcdef}, {"keys.kw", 0, 0}});
  spill(directory / kSumsName, text);
  const std::vector<SummedFile> files = read_sums(directory);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(to_text(files), text);
  for (std::size_t size = 0; size < text.size(); ++size) {
    spill(directory / kSumsName, text.substr(0, size));
    EXPECT_THROW(read_sums(directory), Error) << size;
  }
  spill(directory / kSumsName, text + "x");
  EXPECT_THROW(read_sums(directory), Error);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace kwerenda
