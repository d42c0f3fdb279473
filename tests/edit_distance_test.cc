// Edit distance: a table, and agreement with the textbook recurrence on random words.
#include "analysis/edit_distance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace kwerenda {
namespace {

struct Row {
  const char *a, *b;
  int limit, distance;
};

TEST(EditDistance, Table) {
  const Row rows[] = {
      {"", "", 2, 0},
      {"rada", "rada", 0, 0},
      {"rada", "radaa", 1, 1},
      {"rada", "rda", 2, 1},
      {"ludność", "ludnosć", 2, 1},
      {"łódź", "lodz", 2, 3},
      {"łódź", "lodz", 3, 3},
      {"obowiąbkach", "obowiązkach", 2, 1},
      {"sanowisko", "stanowisko", 1, 1},
      {"ab", "ba", 2, 1},
      {"abcd", "badc", 2, 2},
      {"ca", "abc", 3, 3},
      {"ż", "z", 1, 1},
      {"kot", "", 2, 3},
      {"", "ab", 2, 2},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(edit_distance(row.a, row.b, row.limit), row.distance) << row.a << " " << row.b;
    EXPECT_EQ(edit_distance(row.b, row.a, row.limit), row.distance) << row.b << " " << row.a;
  }
}

// The full table without band or early stop.
int plain_distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<int>(i + j);
        continue;
      }
      d[i][j] = std::min({d[i - 1][j - 1] + (a[i - 1] != b[j - 1]), d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(EditDistance, AgreesWithTheFullTable) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  for (int round = 0; round < 20000; ++round) {
    std::string a(random() % 8, ' '), b(random() % 8, ' ');
    for (char& c : a) c = static_cast<char>('a' + random() % 3);
    for (char& c : b) c = static_cast<char>('a' + random() % 3);
    const int limit = static_cast<int>(random() % 4);
    ASSERT_EQ(edit_distance(a, b, limit), std::min(plain_distance(a, b), limit + 1))
        << a << " " << b << " seed " << seed;
  }
}

// Longer than what is kept on the stack.
TEST(EditDistance, LongWords) {
  std::mt19937 random(3);
  for (const std::size_t size : {46u, 47u, 48u, 49u, 96u, 5000u}) {
    std::string a(size, ' ');
    for (char& c : a) c = static_cast<char>('a' + random() % 26);
    std::string b = a;
    EXPECT_EQ(edit_distance(a, b, 2), 0) << size;
    b[size / 2] = '!';
    b += 'z';
    EXPECT_EQ(edit_distance(a, b, 3), 2) << size;
    EXPECT_EQ(edit_distance(b, a, 1), 2) << size;
    EXPECT_EQ(edit_distance(a, "a", 2), 3) << size;
  }
}

TEST(EditDistance, NearestSuggestsOnlyWhatIsNear) {
  const std::string verbs[] = {"add", "info", "tokens", "remove"};
  EXPECT_EQ(nearest("tokns", verbs), "tokens");
  EXPECT_EQ(nearest("ad", verbs), "add");
  EXPECT_EQ(nearest("a", verbs), "");
  EXPECT_EQ(nearest("rm", verbs), "remove");
  EXPECT_EQ(nearest("ls", verbs), "");
  EXPECT_EQ(nearest("addd", verbs), "add");
  EXPECT_EQ(nearest("indeksuj", verbs), "");
  EXPECT_EQ(nearest("rem", verbs), "remove");
  EXPECT_EQ(nearest("in", verbs), "info");
  const std::string options[] = {"--help", "--index"};
  EXPECT_EQ(nearest("--idx", options), "--index");
  EXPECT_EQ(nearest("-x", options), "");
}

}  // namespace
}  // namespace kwerenda
