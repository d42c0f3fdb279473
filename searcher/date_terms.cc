#include "searcher/date_terms.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/schema.h"

namespace kwerenda {
namespace {

std::uint32_t last_day_of_month(std::uint32_t year, std::uint32_t month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

CandidateQuery date_query(const DateRange& dates, std::span<const std::uint32_t> years) {
  const std::uint32_t first = static_cast<std::uint32_t>(std::max(dates.from, 10000101));
  const std::uint32_t last = static_cast<std::uint32_t>(std::min(dates.to, 99991231));
  std::vector<std::string> terms;
  for (const std::uint32_t year : years) {
    if (year < first / 10000 || year > last / 10000) continue;
    if (first <= year * 10000 + 101 && year * 10000 + 1231 <= last) {
      terms.push_back(fmt::format("{}{:04}", kYearPrefix, year));
      continue;
    }
    for (std::uint32_t month = 1; month <= 12; ++month) {
      const std::uint32_t start = year * 10000 + month * 100 + 1,
                          end = year * 10000 + month * 100 + last_day_of_month(year, month);
      if (end < first || start > last) continue;
      if (first <= start && end <= last) {
        terms.push_back(fmt::format("{}{:06}", kMonthPrefix, year * 100 + month));
        continue;
      }
      for (std::uint32_t day = std::max(start, first); day <= std::min(end, last); ++day) {
        terms.push_back(fmt::format("{}{:08}", kDayPrefix, day));
      }
    }
  }
  return CandidateQuery::of(std::move(terms), 0);
}

}  // namespace kwerenda
