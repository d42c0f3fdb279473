#include "indexer/dates.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include "analysis/utf8.h"

namespace kwerenda {
namespace {

constexpr auto kMonths =
    std::to_array<std::string_view>({"stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca",
                                     "sierpnia", "września", "października", "listopada", "grudnia"});
constexpr auto kNumerals = std::to_array<std::string_view>(
    {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"});
constexpr auto kShort = std::to_array<std::string_view>(
    {"sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru"});

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A place in a text, with what may stand there. Each function moves on only if it succeeds.
struct Scanner {
  std::string_view text;
  std::size_t at = 0;

  bool literal(std::string_view what) {
    if (!text.substr(at).starts_with(what)) return false;
    at += what.size();
    return true;
  }

  // Digits, as many as there are; 0 if not between `least` and `most` of them.
  int number(std::size_t least, std::size_t most) {
    std::size_t end = at;
    int value = 0;
    while (end < text.size() && is_digit(text[end]) && end - at <= most)
      value = value * 10 + (text[end++] - '0');
    if (end - at < least || end - at > most) return 0;
    at = end;
    return value;
  }

  void spaces() {
    while (literal(" ") || literal("\u00A0") || literal("\u202F") || literal("\t")) {
    }
  }

  bool dash() {
    spaces();
    const bool found =
        literal("–") || literal("-") || literal("—") || literal("−") || literal("/") || literal("i ");
    if (found) spaces();
    return found;
  }

  // 1 to 12, 0 if there is no month.
  int month() {
    std::size_t end = at;
    while (end < text.size() && end - at < 16 &&
           ((text[end] & 0x80) != 0 || (text[end] >= 'a' && text[end] <= 'z') ||
            (text[end] >= 'A' && text[end] <= 'Z'))) {
      if (text.substr(end).starts_with("\u00A0") || text.substr(end).starts_with("\u202F") ||
          text.substr(end).starts_with("–"))
        break;
      ++end;
    }
    if (end == at) return 0;
    const std::string word = lowered(text.substr(at, end - at));
    for (std::size_t i = 0; i < 12; ++i) {
      if (word != kMonths[i] && word != kNumerals[i] && word != kShort[i]) continue;
      at = end;
      literal(".");
      return static_cast<int>(i) + 1;
    }
    return 0;
  }
};

std::uint32_t checked(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (year < 1000 || year > 2999 || !date.ok()) return 0;
  return static_cast<std::uint32_t>(year * 10000 + month * 100 + day);
}

// A date that begins with the digit at `at`.
std::uint32_t date_at(std::string_view text, std::size_t at) {
  Scanner scanner{text, at};
  if (const int year = scanner.number(4, 4); year != 0) {
    for (const std::string_view separator : {"-", ".", "/"}) {
      Scanner rest = scanner;
      if (!rest.literal(separator)) continue;
      const int month = rest.number(1, 2);
      if (month == 0 || !rest.literal(separator)) continue;
      return checked(year, month, rest.number(1, 2));
    }
    return 0;
  }
  const int day = scanner.number(1, 2);
  if (day == 0) return 0;
  for (const std::string_view separator : {".", "-", "/"}) {
    Scanner rest = scanner;
    if (!rest.literal(separator)) continue;
    rest.spaces();
    const int month = rest.number(1, 2);
    if (month == 0 || !rest.literal(separator)) continue;
    rest.spaces();
    if (const int year = rest.number(4, 4); year != 0) return checked(year, month, day);
  }
  scanner.literal(".");
  if (scanner.dash()) {
    if (scanner.number(1, 2) == 0) return 0;
    scanner.literal(".");
  }
  scanner.spaces();
  const int month = scanner.month();
  if (month == 0) return 0;
  Scanner range = scanner;
  if (range.dash() && range.number(1, 2) != 0) {
    range.spaces();
    if (range.month() != 0) scanner = range;
  }
  scanner.spaces();
  return checked(scanner.number(4, 4), month, day);
}

}  // namespace

std::uint32_t find_date(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    if (at == 0 || !(is_digit(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '/')) {
      if (const std::uint32_t date = date_at(text, at); date != 0) return date;
    }
    while (at + 1 < text.size() && is_digit(text[at + 1])) ++at;
  }
  return 0;
}

std::uint32_t parse_date(std::string_view text) {
  text = trimmed(text);
  return text.empty() || !is_digit(text.front()) ? 0 : date_at(text, 0);
}

}  // namespace kwerenda
