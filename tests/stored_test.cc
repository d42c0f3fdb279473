// The stored records: what goes in comes out, and no damaged record is ever taken for a good one.
#include "analysis/stored.h"

#include <gtest/gtest.h>

#include <limits>

#include "analysis/schema.h"

namespace kwerenda {
namespace {

StoredPassage sample_passage() {
  return {.report_key = 0xfedcba9876543210,
          .ordinal = 12,
          .begin = 70000,
          .heading = "Dzień drugi › Dyskusja",
          .text = "Ćwiczenie objęło schrony i ukrycia w Łodzi."};
}

StoredReport sample_report() {
  return {.id = "2024/łódź.txt",
          .source = "raporty/2024/łódź.txt",
          .title = "Forum w Łodzi",
          .place = "Łódź",
          .url = "https://example.org/1",
          .date = 20240514,
          .passages = 7,
          .passage_bytes = 3210,
          .size = 4096,
          .mtime_ns = -5,
          .ctime_ns = 1'700'000'000'123'456'789,
          .content_hash = std::numeric_limits<std::uint64_t>::max()};
}

TEST(Stored, PassageRoundTrip) {
  TextCompressor compressor("");
  TextDecompressor decompressor("");
  for (const StoredPassage& passage : {sample_passage(), StoredPassage{}}) {
    StoredPassage back;
    ASSERT_TRUE(decode_passage(encode_passage(passage, compressor), decompressor, back));
    EXPECT_EQ(back.report_key, passage.report_key);
    EXPECT_EQ(back.ordinal, passage.ordinal);
    EXPECT_EQ(back.begin, passage.begin);
    EXPECT_EQ(back.heading, passage.heading);
    EXPECT_EQ(back.text, passage.text);
  }
}

TEST(Stored, PassagesAreCompressed) {
  StoredPassage passage = sample_passage(), back;
  for (int i = 0; i < 20; ++i) passage.text += " Ćwiczenie objęło schrony i ukrycia w Łodzi.";
  std::string samples;
  std::vector<std::size_t> sizes;
  for (int i = 0; samples.size() < (2u << 20); ++i) {
    const std::string text =
        "Zdanie numer " + std::to_string(i * 7919 % 10007) + " o schronach. " + passage.text;
    samples += text;
    sizes.push_back(text.size());
  }
  const std::string dictionary = train_text_dictionary(samples, sizes);
  ASSERT_FALSE(dictionary.empty());
  EXPECT_EQ(train_text_dictionary(samples, sizes), dictionary);
  std::size_t with_dictionary = 0;
  for (const std::string& used : {dictionary, std::string()}) {
    TextCompressor compressor(used);
    TextDecompressor decompressor(used);
    const std::string record = encode_passage(passage, compressor);
    EXPECT_LT(record.size(), passage.text.size() / 2);
    ASSERT_TRUE(decode_passage(record, decompressor, back));
    EXPECT_EQ(back.text, passage.text);
    EXPECT_EQ(back.heading, passage.heading);
    if (!used.empty()) with_dictionary = record.size();
    if (used.empty()) {
      EXPECT_LT(with_dictionary, record.size());
    }
  }
  // Read with another dictionary, or none, it is no text at all.
  TextCompressor compressor(dictionary);
  TextDecompressor other("");
  EXPECT_FALSE(decode_passage(encode_passage(passage, compressor), other, back));
  EXPECT_TRUE(train_text_dictionary("za mało", {8}).empty());
}

TEST(Stored, ReportRoundTrip) {
  for (const StoredReport& report : {sample_report(), StoredReport{}}) {
    StoredReport back;
    ASSERT_TRUE(decode_report(encode_report(report), back));
    EXPECT_EQ(back.id, report.id);
    EXPECT_EQ(back.source, report.source);
    EXPECT_EQ(back.title, report.title);
    EXPECT_EQ(back.place, report.place);
    EXPECT_EQ(back.url, report.url);
    EXPECT_EQ(back.date, report.date);
    EXPECT_EQ(back.passages, report.passages);
    EXPECT_EQ(back.passage_bytes, report.passage_bytes);
    EXPECT_EQ(back.size, report.size);
    EXPECT_EQ(back.mtime_ns, report.mtime_ns);
    EXPECT_EQ(back.ctime_ns, report.ctime_ns);
    EXPECT_EQ(back.content_hash, report.content_hash);
  }
}

TEST(Stored, EveryFlippedBitAndEveryTruncationIsNoticed) {
  TextCompressor compressor("");
  TextDecompressor decompressor("");
  const std::string passage = encode_passage(sample_passage(), compressor),
                    report = encode_report(sample_report());
  StoredPassage out_passage;
  StoredReport out_report;
  for (std::size_t bit = 0; bit < passage.size() * 8; ++bit) {
    std::string damaged = passage;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_passage(damaged, decompressor, out_passage)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < passage.size(); ++size) {
    EXPECT_FALSE(decode_passage(std::string_view(passage).substr(0, size), decompressor, out_passage))
        << "size " << size;
  }
  for (std::size_t bit = 0; bit < report.size() * 8; ++bit) {
    std::string damaged = report;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_report(damaged, out_report)) << "bit " << bit;
  }
  for (std::size_t size = 0; size < report.size(); ++size) {
    EXPECT_FALSE(decode_report(std::string_view(report).substr(0, size), out_report)) << "size " << size;
  }
}

TEST(Schema, ReportKeysKeepTheirOrderAsBytes) {
  EXPECT_EQ(decode_report_key(encode_report_key(0x0102030405060708)), 0x0102030405060708u);
  EXPECT_LT(encode_report_key(0x7f), encode_report_key(0x80));
  EXPECT_LT(encode_report_key(0xff), encode_report_key(0x100));
  EXPECT_EQ(decode_report_key("krótki"), 0u);
}

}  // namespace
}  // namespace kwerenda
