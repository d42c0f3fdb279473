// Dates as Polish reports write them.
#pragma once

#include <cstdint>
#include <string_view>

namespace kwerenda {

// The first full date in `text` as YYYYMMDD, 0 if there is none: "14 maja 2024", "14.05.2024", "14-05-2024",
// "2024-05-14", "14 V 2024", "18–19 listopada 2025 r.", "30 maja – 2 czerwca 2024 r." (the first day of a
// range). Days that do not exist are no dates. Years 1000 to 2999. Linear; safe from several threads.
std::uint32_t find_date(std::string_view text);

// The same for a text that must be a date from its first character on ("2024-05-14T10:00"); 0 if it is not.
std::uint32_t parse_date(std::string_view text);

}  // namespace kwerenda
