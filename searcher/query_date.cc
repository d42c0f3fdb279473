#include "searcher/query_date.h"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "analysis/message.h"

namespace kwerenda {
namespace {

const char* a_date_expected() {
  return message(
      "oczekiwano daty: 2024, 2024-05, 2024-05-14, 05.2024 albo 14.05.2024, lub zakresu: 2024-05..2025, "
      ">2024-05-14, <=2024",
      "expected a date: 2024, 2024-05, 2024-05-14, 05.2024 or 14.05.2024, or a range: 2024-05..2025, "
      ">2024-05-14, <=2024");
}

constexpr int kFirstDay = 1000'01'01;
constexpr int kLastDay = 9999'12'31;

struct Failure {
  DateProblem problem;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

int number_of(int year, int month, int day) { return year * 10000 + month * 100 + day; }

int next_day(int date) {
  int year = date / 10000, month = date / 100 % 100, day = date % 100 + 1;
  if (day > days_in(year, month)) day = 1, ++month;
  if (month > 12) month = 1, ++year;
  return number_of(year, month, day);
}

int previous_day(int date) {
  int year = date / 10000, month = date / 100 % 100, day = date % 100 - 1;
  if (day > 0) return number_of(year, month, day);
  if (--month < 1) month = 12, --year;
  return number_of(year, month, days_in(year, month));
}

// One date at text[begin, end).
DateRange parse_date(std::string_view text, std::size_t begin, std::size_t end) {
  auto fail = [&](std::string what) -> DateRange { throw Failure{{begin, end, std::move(what)}}; };
  const std::string_view date = text.substr(begin, end - begin);
  if (date.empty())
    return fail(message("{}; a tu nic nie ma", "{}; there is nothing here", a_date_expected()));
  auto unknown = [&] { return fail(message("{}; a jest „{}”", "{}; found “{}”", a_date_expected(), date)); };

  std::array<int, 3> parts{};
  std::array<std::size_t, 3> digits{};
  std::size_t count = 0;
  char separator = 0;
  for (std::size_t i = 0; i < date.size(); ++i) {
    if (is_digit(date[i])) {
      if (++digits[count] > 4) return unknown();
      parts[count] = parts[count] * 10 + (date[i] - '0');
      continue;
    }
    const bool known = (date[i] == '-' || date[i] == '.') && (separator == 0 || date[i] == separator);
    if (!known || digits[count] == 0 || count == 2) return unknown();
    separator = date[i];
    ++count;
  }
  if (digits[count] == 0) return unknown();

  // Hyphens mean year first, as in ISO 8601; dots mean day first, as in Polish, unless a year does stand
  // first.
  if (separator == '.' && digits[0] != 4) {
    std::swap(parts[0], parts[count]);
    std::swap(digits[0], digits[count]);
  }
  if (digits[0] != 4) return unknown();
  for (std::size_t i = 1; i <= count; ++i) {
    if (digits[i] > 2) return unknown();
  }
  const int year = parts[0], month = parts[1], day = parts[2];
  if (year < 1000)
    return fail(message("oczekiwano roku od 1000 do 9999, a jest {:04}",
                        "expected a year from 1000 to 9999, found {:04}", year));
  if (count == 0) return {number_of(year, 1, 1), number_of(year, 12, 31)};
  if (month < 1 || month > 12)
    return fail(message("nie ma takiego miesiąca: {}; oczekiwano liczby od 1 do 12",
                        "there is no such month: {}; expected a number from 1 to 12", month));
  if (count == 1) return {number_of(year, month, 1), number_of(year, month, days_in(year, month))};
  if (day < 1 || day > days_in(year, month)) {
    return fail(message("nie ma takiego dnia: „{}”; ten miesiąc ma {} dni",
                        "there is no such day: “{}”; this month has {} days", date, days_in(year, month)));
  }
  return {number_of(year, month, day), number_of(year, month, day)};
}

DateRange parse_range(std::string_view text) {
  const std::size_t end = text.size();
  auto starts = [&](std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; };
  DateRange range;
  if (starts(">=")) {
    range.from = parse_date(text, 2, end).from;
  } else if (starts("<=")) {
    range.to = parse_date(text, 2, end).to;
  } else if (starts(">")) {
    range.from = next_day(parse_date(text, 1, end).to);
  } else if (starts("<")) {
    range.to = previous_day(parse_date(text, 1, end).from);
  } else if (const std::size_t dots = text.find(".."); dots == std::string_view::npos) {
    range = parse_date(text, 0, end);
  } else {
    if (text.size() == 2) parse_date(text, 0, 0);
    if (dots > 0) range.from = parse_date(text, 0, dots).from;
    if (dots + 2 < end) range.to = parse_date(text, dots + 2, end).to;
    if (range.from > range.to) {
      throw Failure{{0, end,
                     message("początek zakresu jest późniejszy niż koniec; oczekiwano „{}..{}”",
                             "the range begins after its end; expected “{}..{}”", text.substr(dots + 2),
                             text.substr(0, dots))}};
    }
  }
  if (range.from > kLastDay || range.to < kFirstDay) {
    throw Failure{{0, end,
                   message("zakres jest pusty; oczekiwano dni od 1000-01-01 do 9999-12-31",
                           "the range is empty; expected days from 1000-01-01 to 9999-12-31")}};
  }
  return range;
}

}  // namespace

std::variant<DateRange, DateProblem> parse_date_range(std::string_view text) {
  try {
    return parse_range(text);
  } catch (Failure& failure) {
    return std::move(failure.problem);
  }
}

}  // namespace kwerenda
