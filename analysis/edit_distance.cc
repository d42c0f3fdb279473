#include "analysis/edit_distance.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

// So many numbers: words are short and many are compared. (Not thread_local vectors: glibc ends the process
// where there is no memory to remember that they want destroying.)
class Numbers {
 public:
  explicit Numbers(std::size_t size) : many_(size > few_.size() ? size : 0), at_(few_.data()) {
    if (!many_.empty()) at_ = many_.data();
  }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;

  std::int32_t& operator[](std::size_t i) { return at_[i]; }
  std::int32_t operator[](std::size_t i) const { return at_[i]; }
  std::int32_t* begin() { return at_; }

 private:
  std::array<std::int32_t, 48> few_;
  std::vector<std::int32_t> many_;
  std::int32_t* at_;
};

// Returns how many there are; `out` has room for the bytes.
std::size_t read_code_points(std::string_view text, Numbers& out) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    out[count++] = point.value;
    at += point.bytes;
  }
  return count;
}

}  // namespace

int edit_distance(std::string_view a, std::string_view b, int limit) {
  Numbers x(a.size()), y(b.size());
  const std::size_t length = read_code_points(b, y);
  const int rows = static_cast<int>(read_code_points(a, x)), columns = static_cast<int>(length);
  if (std::abs(rows - columns) > limit) return limit + 1;
  Numbers band[] = {Numbers(length + 1), Numbers(length + 1), Numbers(length + 1)};
  for (Numbers& row : band) std::fill_n(row.begin(), length + 1, limit + 1);
  for (int j = 0; j <= columns; ++j) band[0][static_cast<std::size_t>(j)] = j;
  for (int i = 1; i <= rows; ++i) {
    Numbers& now = band[i % 3];
    const Numbers &above = band[(i + 2) % 3], &above_that = band[(i + 1) % 3];
    std::fill_n(now.begin(), length + 1, limit + 1);
    if (i <= limit) now[0] = i;
    int best = now[0];
    for (int j = std::max(1, i - limit); j <= std::min(columns, i + limit); ++j) {
      const auto at = static_cast<std::size_t>(j);
      const bool same = x[static_cast<std::size_t>(i - 1)] == y[at - 1];
      int cost = std::min({above[at - 1] + (same ? 0 : 1), above[at] + 1, now[at - 1] + 1});
      if (i > 1 && j > 1 && x[static_cast<std::size_t>(i - 1)] == y[at - 2] &&
          x[static_cast<std::size_t>(i - 2)] == y[at - 1]) {
        cost = std::min(cost, above_that[at - 2] + 1);
      }
      now[at] = std::min(cost, limit + 1);
      best = std::min(best, now[at]);
    }
    if (best > limit) return limit + 1;
  }
  return band[rows % 3][length];
}

namespace {

// "idx" of "index": the same first letter, the others somewhere behind it in the same order.
bool abbreviates(std::string_view word, std::string_view candidate) {
  if (word.empty() || candidate.empty() || word.front() != candidate.front()) return false;
  std::size_t at = 0;
  for (const char c : word) {
    at = candidate.find(c, at);
    if (at == std::string_view::npos) return false;
    ++at;
  }
  return true;
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  std::string best;
  int fewest = std::min<int>(2, static_cast<int>(word.size() / 3)) + 1;
  for (const std::string& candidate : candidates) {
    const int edits = edit_distance(word, candidate, fewest - 1);
    if (edits < fewest) {
      fewest = edits;
      best = candidate;
    }
  }
  const auto name_of = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('-'), text.size()));
  };
  if (!best.empty() || name_of(word).size() < 2) return best;
  for (const bool beginning : {true, false}) {
    for (const std::string& candidate : candidates) {
      const bool fits = beginning ? name_of(candidate).starts_with(name_of(word))
                                  : abbreviates(name_of(word), name_of(candidate));
      if (fits && (best.empty() || candidate.size() < best.size())) best = candidate;
    }
    if (!best.empty()) break;
  }
  return best;
}

}  // namespace kwerenda
