// Numbers for people, as the language of messages writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kwerenda {

// What is counted: 1 raport, 2 raporty, 5 raportów; 1 report, 2 reports.
struct Noun {
  std::string_view one, few, many;
  std::string_view english_one, english_many;
};

inline constexpr Noun kReportNoun{"raport", "raporty", "raportów", "report", "reports"};
inline constexpr Noun kPassageNoun{"fragment", "fragmenty", "fragmentów", "passage", "passages"};
inline constexpr Noun kWordNoun{"słowo", "słowa", "słów", "word", "words"};
inline constexpr Noun kFileNoun{"plik", "pliki", "plików", "file", "files"};

// The form that goes with `count`. The view lives as long as the texts of `noun`.
std::string_view form_of(const Noun& noun, std::uint64_t count);

// "1 raport", "12 345 raportów", "12,345 reports": from five digits on thousands are set apart, in Polish by
// no-break spaces.
std::string counted(std::uint64_t count, const Noun& noun);

// "0,5", "0.5".
std::string decimal(double value, int digits);

// "1,5 MB", "1.5 MB"; decimal units.
std::string readable_size(std::uint64_t bytes);

}  // namespace kwerenda
