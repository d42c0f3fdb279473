// Tables read in place against Xapian's own reading of them, for databases that the bulk builder wrote; and
// the same tables damaged: an error or other content, never a crash (the sanitizers watch).
#include "searcher/glass_table.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <xapian.h>

#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <sstream>

#include "analysis/error.h"
#include "indexer/glass/bulk_builder.h"
#include "searcher/posting_list.h"

namespace kwerenda {
namespace {

namespace fs = std::filesystem;

class GlassTables : public ::testing::Test {
 protected:
  GlassTables()
      : directory_(fs::temp_directory_path() / ("kwerenda-glass-" + std::to_string(::getpid()))),
        path_(directory_ / "db") {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~GlassTables() override { fs::remove_all(directory_); }

  // Terms of all kinds: frequent ones with many chunks, chunks in pieces (a long term), zero bytes, docids of
  // two to four bytes.
  void build(std::uint32_t documents, std::uint32_t step = 1) {
    fs::remove_all(path_);
    glass::BulkBuilder builder(path_, {.term_lists = glass::TermLists::omit});
    glass::BulkShard& shard = builder.shard(0);
    const glass::TermId all = shard.intern("Zall"), with_zero = shard.intern(std::string("Za\0b", 4)),
                        zero_at_end = shard.intern(std::string("Za\0", 3)), a = shard.intern("Za"),
                        full = shard.intern(std::string(glass::kMaxTermBytes, 'y'));
    std::mt19937 random(documents);
    for (std::uint32_t i = 1; i <= documents; ++i) {
      std::vector<glass::Posting> postings{{all, static_cast<std::uint32_t>(1 + random() % 300), {}}};
      if (i % 3 == 0) postings.push_back({with_zero, i % 7, {}});
      if (i % 5 == 0) postings.push_back({zero_at_end, 1, {}});
      if (i % 2 == 0) postings.push_back({a, 200, {}});
      postings.push_back({full, 1 + i % 200, {}});
      if (i % 50 == 1) postings.push_back({shard.intern("Zrare" + std::to_string(i)), 3, {}});
      const std::string data(i % 1000 == 0 ? 20000 : i % 40, static_cast<char>('a' + i % 26));
      shard.add(i * step, postings, data);
    }
    builder.set_metadata("short", "metadane");
    builder.set_metadata("long", std::string(50000, 'm'));
    builder.finish();
  }

  std::string error_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::corrupt);
      return error.what();
    }
    return "no error";
  }

  fs::path directory_, path_;
};

std::vector<std::pair<std::uint64_t, std::uint32_t>> list_of(PostingCursor cursor) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> postings;
  cursor.each_below(PostingCursor::kEnd,
                    [&](std::uint64_t docid, std::uint32_t impact) { postings.emplace_back(docid, impact); });
  return postings;
}

TEST_F(GlassTables, HoldWhatXapianReads) {
  for (const auto& [documents, step] : {std::pair{1u, 1u}, {30u, 1u}, {9000u, 1u}, {3000u, 100000u}}) {
    build(documents, step);
    const Xapian::Database database(path_.string());
    const GlassTable postlist(path_, GlassTable::Name::postlist, GlassTable::Blocks::verify),
        docdata(path_, GlassTable::Name::docdata, GlassTable::Blocks::verify);
    std::map<std::string, std::uint32_t> terms;
    for (auto term = database.allterms_begin(); term != database.allterms_end(); ++term) {
      terms[*term] = term.get_termfreq();
      std::vector<std::pair<std::uint64_t, std::uint32_t>> expected;
      for (auto posting = database.postlist_begin(*term); posting != database.postlist_end(*term); ++posting)
        expected.emplace_back(*posting, posting.get_wdf());
      ASSERT_EQ(list_of(PostingCursor(postlist, *term)), expected) << *term;
      ASSERT_EQ(passages_with_term(postlist, *term), expected.size()) << *term;
    }
    std::map<std::string, std::uint32_t> beginning_with_z;
    for (const auto& [term, passages] : terms) {
      if (term.front() == 'Z') beginning_with_z[term] = passages;
    }
    std::map<std::string, std::uint32_t> listed;
    for_each_term(postlist, "Z", [&](std::string_view term, std::uint32_t passages) {
      EXPECT_TRUE(listed.emplace(term, passages).second);
    });
    EXPECT_EQ(listed, beginning_with_z);
    std::string joined;
    for (auto id = database.postlist_begin(""); id != database.postlist_end(""); ++id) {
      const auto data = docdata.find(sortable(*id), joined);
      ASSERT_EQ(data.value_or(""), database.get_document(*id).get_data()) << *id;
    }
    EXPECT_EQ(postlist.find(std::string("\0\xc0short", 7), joined), "metadane");
    EXPECT_EQ(postlist.find(std::string("\0\xc0long", 6), joined), std::string(50000, 'm'));
    EXPECT_EQ(postlist.find(std::string("\0\xc0none", 6), joined), std::nullopt);
    for (const char* absent : {"Z", "Zal", "Zalll", "zzz", "A", "Zrare"}) {
      PostingCursor none(postlist, absent);
      EXPECT_EQ(none.docid(), PostingCursor::kEnd) << absent;
      EXPECT_EQ(none.documents(), 0u) << absent;
    }
  }
}

TEST_F(GlassTables, SkipTo) {
  build(9000);
  const GlassTable postlist(path_, GlassTable::Name::postlist, GlassTable::Blocks::trust);
  for (const std::string term : {"Zall", "Za", "Zrare51"}) {
    const auto all = list_of(PostingCursor(postlist, term));
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
      PostingCursor cursor(postlist, term);
      std::uint64_t at = 0;
      while (cursor.docid() != PostingCursor::kEnd) {
        at += 1 + random() % (round % 2 ? 20 : 4000);
        cursor.skip_to(at);
        const auto expected = std::lower_bound(all.begin(), all.end(), std::pair{at, 0u});
        if (expected == all.end()) {
          ASSERT_EQ(cursor.docid(), PostingCursor::kEnd) << term << at;
        } else {
          ASSERT_EQ((std::pair{cursor.docid(), cursor.impact()}), *expected) << term << at;
          at = cursor.docid();
        }
      }
    }
  }
}

// Gaps and impacts of one to three bytes in any order, windows that end anywhere.
TEST_F(GlassTables, EachBelow) {
  std::mt19937 random(5);
  fs::remove_all(path_);
  glass::BulkBuilder builder(path_, {.term_lists = glass::TermLists::omit});
  glass::BulkShard& shard = builder.shard(0);
  const glass::TermId dense = shard.intern("Zdense"), mixed = shard.intern("Zmixed");
  std::vector<std::pair<std::uint64_t, std::uint32_t>> all_dense, all_mixed;
  std::uint32_t docid = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::uint32_t most[] = {1, 3, 127, 128, 129, 400, 16384, 70000};
    docid += static_cast<std::uint32_t>(1 + random() % most[random() % std::size(most)]);
    const auto impact = static_cast<std::uint32_t>(random() % 50 ? 1 + random() % 72 : random() % 70000);
    std::vector<glass::Posting> postings{{mixed, impact, {}}};
    all_mixed.emplace_back(docid, impact);
    if (docid < 200000 || i % 3) {
      postings.push_back({dense, 7, {}});
      all_dense.emplace_back(docid, 7);
    }
    shard.add(docid, postings, "x");
  }
  builder.finish();
  const GlassTable postlist(path_, GlassTable::Name::postlist, GlassTable::Blocks::trust);
  for (const auto& [term, all] : {std::pair{"Zdense", &all_dense}, std::pair{"Zmixed", &all_mixed}}) {
    EXPECT_EQ(list_of(PostingCursor(postlist, term)), *all);
    for (const std::uint32_t window : {1u, 5u, 600u, 4096u, 1000000u}) {
      PostingCursor cursor(postlist, term);
      std::vector<std::pair<std::uint64_t, std::uint32_t>> found;
      while (cursor.docid() != PostingCursor::kEnd) {
        const std::uint64_t limit = cursor.docid() + 1 + random() % window;
        const std::size_t before = found.size();
        cursor.each_below(limit,
                          [&](std::uint64_t id, std::uint32_t impact) { found.emplace_back(id, impact); });
        ASSERT_GE(cursor.docid(), limit);
        for (std::size_t i = before; i < found.size(); ++i) ASSERT_LT(found[i].first, limit);
      }
      EXPECT_EQ(found, *all) << term << " " << window;
    }
  }
}

// Every key and what stands around it: where it is looked for first must not tell what is found.
TEST_F(GlassTables, LowerBound) {
  for (const auto& [documents, step] : {std::pair{3u, 1u}, {40000u, 1u}, {3000u, 100000u}}) {
    build(documents, step);
    for (const auto name : {GlassTable::Name::postlist, GlassTable::Name::docdata}) {
      const GlassTable table(path_, name, GlassTable::Blocks::verify);
      std::vector<std::string> keys;
      TableItem item;
      for (TablePlace place = table.lower_bound(""); table.next(place, item);) {
        if (item.first) keys.emplace_back(item.key);
      }
      ASSERT_TRUE(std::is_sorted(keys.begin(), keys.end()));
      ASSERT_GE(keys.size(), documents / 40);
      std::vector<std::string> looked_for{"", std::string(3, '\xff'), std::string("\0", 1)};
      for (std::size_t i = 0; i < keys.size(); i += 1 + keys.size() / 3000) {
        looked_for.push_back(keys[i]);
        looked_for.push_back(keys[i] + '\0');
        looked_for.push_back(keys[i].substr(0, keys[i].size() / 2));
        if (!keys[i].empty()) ++looked_for.emplace_back(keys[i]).back();
      }
      table.prefetch(looked_for);
      for (const std::string& key : looked_for) {
        TablePlace place = table.lower_bound(key);
        bool found = table.next(place, item);
        while (found && !item.first) found = table.next(place, item);
        const auto expected = std::lower_bound(keys.begin(), keys.end(), key);
        ASSERT_EQ(found, expected != keys.end()) << key;
        if (found) {
          ASSERT_EQ(item.key, *expected) << key;
        }
      }
    }
  }
}

TEST(GlassNumbers, Sortable) {
  std::string last;
  for (const std::uint32_t docid :
       {0u, 1u, 0x7fffu, 0x8000u, 0x3fffffu, 0x400000u, 0x1fffffffu, 0x20000000u, 0xffffffffu}) {
    const std::string key = sortable(docid);
    EXPECT_LT(last, key) << docid;
    last = key;
    std::uint64_t back = 1;
    EXPECT_TRUE(read_sortable(key, back)) << docid;
    EXPECT_EQ(back, docid);
    EXPECT_FALSE(read_sortable(key + '\0', back));
    EXPECT_FALSE(read_sortable(key.substr(1), back) && key.size() > 3);
  }
}

std::uint64_t read_everything(const fs::path& path, GlassTable::Blocks blocks) {
  const GlassTable postlist(path, GlassTable::Name::postlist, blocks),
      docdata(path, GlassTable::Name::docdata, blocks);
  std::uint64_t sum = 0;
  std::vector<std::string> terms{"Zall", "Za", "Zrare51"};
  for_each_term(postlist, "Z", [&](std::string_view term, std::uint32_t) {
    if (terms.size() < 100) terms.emplace_back(term);
  });
  for (const std::string& term : terms) {
    PostingCursor cursor(postlist, term);
    // Damaged lists may be long, never endless: each step reads on.
    cursor.each_below(PostingCursor::kEnd,
                      [&](std::uint64_t docid, std::uint32_t impact) { sum += docid ^ impact; });
  }
  postlist.prefetch(terms);
  std::string joined;
  for (std::uint32_t docid = 1; docid < 2000; ++docid) {
    docdata.prefetch({{sortable(docid)}});
    const std::string_view data = docdata.find(sortable(docid), joined).value_or("");
    sum = sum * 31 + std::hash<std::string_view>()(data);
  }
  return sum;
}

std::string bytes_of(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return std::move(out).str();
}

TEST_F(GlassTables, DamagedAnywhere) {
  build(1500);
  std::mt19937 random(11);
  int errors = 0, told = 0;
  const std::uint64_t right = read_everything(path_, GlassTable::Blocks::trust);
  for (const char* name : {"postlist.glass", "docdata.glass", "iamglass"}) {
    const std::string sound = bytes_of(path_ / name);
    for (int round = 0; round < 150; ++round) {
      std::string damaged = sound;
      if (round % 5 == 0) {
        damaged.resize(random() % damaged.size());
      } else {
        // Half of the time in the head or the directory of a block, where it hurts.
        for (int i = 0; i < 1 + round % 4; ++i) {
          const std::size_t block = random() % (damaged.size() / 8192 + 1) * 8192;
          const std::size_t at = round % 2 ? random() % damaged.size() : block + random() % 40;
          if (at < damaged.size()) damaged[at] = static_cast<char>(random());
        }
      }
      fs::remove(path_ / name);  // a file that is mapped must not change
      std::ofstream(path_ / name, std::ios::binary) << damaged;
      errors += error_of([&] { read_everything(path_, GlassTable::Blocks::trust); }) != "no error";
      // A cut is told by the sizes of files, a version file by its checksum (segment_sums.h).
      if (round % 5 == 0 || *name == 'i') continue;
      std::uint64_t read = 0;
      const bool failed =
          error_of([&] { read = read_everything(path_, GlassTable::Blocks::verify); }) != "no error";
      EXPECT_TRUE(failed || read == right) << name << " " << round;
      told += failed;
    }
    fs::remove(path_ / name);
    std::ofstream(path_ / name, std::ios::binary) << sound;
  }
  EXPECT_GT(errors, 100);
  EXPECT_GT(told, 150);
  EXPECT_EQ(error_of([&] { EXPECT_EQ(read_everything(path_, GlassTable::Blocks::verify), right); }),
            "no error");
}

TEST_F(GlassTables, Errors) {
  build(10);
  const auto opened = [&] { GlassTable(path_, GlassTable::Name::docdata, GlassTable::Blocks::verify); };
  const std::string advice =
      "Sprawdź indeks (kwerenda-index check), przywróć go z kopii albo zbuduj od nowa.";
  const std::string version = bytes_of(path_ / "iamglass");
  std::ofstream(path_ / "iamglass", std::ios::binary) << "x" << version;
  EXPECT_EQ(error_of(opened), (path_ / "docdata.glass").string() + ": plik jest uszkodzony. " + advice);
  fs::remove(path_ / "iamglass");
  EXPECT_EQ(error_of(opened),
            (path_ / "iamglass").string() +
                ": nie można otworzyć pliku: nie ma takiego pliku ani katalogu. Przywróć indeks z kopii "
                "albo zbuduj go od nowa.");
  std::ofstream(path_ / "iamglass", std::ios::binary) << version;
  EXPECT_EQ(error_of(opened), "no error");
  fs::remove(path_ / "docdata.glass");
  EXPECT_EQ(error_of(opened),
            (path_ / "docdata.glass").string() +
                ": nie można otworzyć pliku: nie ma takiego pliku ani katalogu. Przywróć indeks z kopii "
                "albo zbuduj go od nowa.");
}

}  // namespace
}  // namespace kwerenda
