// Dates and date ranges as people write them in queries and options.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace kwerenda {

inline constexpr int kOpenStart = 0;
inline constexpr int kOpenEnd = 99999999;

// Days from..to, both inclusive, as numbers YYYYMMDD: comparing the numbers compares the days. A range
// without a start or an end has kOpenStart or kOpenEnd, which compare right with every day.
struct DateRange {
  int from = kOpenStart;
  int to = kOpenEnd;

  friend bool operator==(const DateRange&, const DateRange&) = default;
};

// What is wrong with a date, and where: bytes [begin, end) of the text that was given. `message` is in
// the language of messages, begins with a small letter and has no full stop.
struct DateProblem {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string message;
};

// 2024 | 2024-05 | 2024-05-14 | 05.2024 | 14.05.2024, years 1000 to 9999 of the Gregorian calendar; a year or
// month stands for all its days. Then A..B, A.., ..B (both ends inclusive), >A, >=A, <A, <=A (">2024" begins
// with 2025). Impossible days, empty ranges and everything else are a DateProblem. No exceptions; safe from
// several threads at once.
std::variant<DateRange, DateProblem> parse_date_range(std::string_view text);

}  // namespace kwerenda
