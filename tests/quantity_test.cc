#include "analysis/quantity.h"

#include <gtest/gtest.h>

#include "analysis/language.h"

namespace kwerenda {
namespace {

class Quantity : public ::testing::Test {
 protected:
  void TearDown() override { set_message_language(Language::polish); }
};

TEST_F(Quantity, Counts) {
  const struct {
    std::uint64_t count;
    const char *polish, *english;
  } rows[] = {{0, "0 raportów", "0 reports"},
              {1, "1 raport", "1 report"},
              {2, "2 raporty", "2 reports"},
              {5, "5 raportów", "5 reports"},
              {12, "12 raportów", "12 reports"},
              {21, "21 raportów", "21 reports"},
              {22, "22 raporty", "22 reports"},
              {112, "112 raportów", "112 reports"},
              {1234, "1234 raporty", "1234 reports"},
              {12345, "12\u00A0345 raportów", "12,345 reports"},
              {1234567, "1\u00A0234\u00A0567 raportów", "1,234,567 reports"}};
  for (const auto& row : rows) {
    set_message_language(Language::polish);
    EXPECT_EQ(counted(row.count, kReportNoun), row.polish);
    set_message_language(Language::english);
    EXPECT_EQ(counted(row.count, kReportNoun), row.english);
  }
}

TEST_F(Quantity, Decimals) {
  EXPECT_EQ(decimal(0.25, 1), "0,2");
  EXPECT_EQ(decimal(12, 2), "12,00");
  EXPECT_EQ(readable_size(999), "999 B");
  EXPECT_EQ(readable_size(1500), "1,5 kB");
  EXPECT_EQ(readable_size(2'250'000'000), "2,25 GB");
  set_message_language(Language::english);
  EXPECT_EQ(decimal(12.5, 1), "12.5");
  EXPECT_EQ(readable_size(1500), "1.5 kB");
  EXPECT_EQ(readable_size(2'250'000'000), "2.25 GB");
}

}  // namespace
}  // namespace kwerenda
