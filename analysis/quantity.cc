#include "analysis/quantity.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/message.h"

namespace kwerenda {

std::string_view form_of(const Noun& noun, std::uint64_t count) {
  if (message_language() == Language::english) return count == 1 ? noun.english_one : noun.english_many;
  const std::uint64_t last = count % 10;
  const bool teen = count % 100 >= 12 && count % 100 <= 14;
  return count == 1 ? noun.one : last >= 2 && last <= 4 && !teen ? noun.few : noun.many;
}

std::string counted(std::uint64_t count, const Noun& noun) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3 && digits.size() > 4;) {
    at -= 3;
    digits.insert(at, message("\u00A0", ","));
  }
  return fmt::format("{} {}", digits, form_of(noun, count));
}

std::string decimal(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (message_language() == Language::polish) std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

std::string readable_size(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return decimal(value / 1e3, 1) + " kB";
  if (bytes < 1'000'000'000) return decimal(value / 1e6, 1) + " MB";
  return decimal(value / 1e9, 2) + " GB";
}

}  // namespace kwerenda
