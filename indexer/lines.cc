#include "indexer/lines.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "analysis/utf8.h"
#include "indexer/fields.h"

namespace kwerenda {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_letter(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    if (c.value > 0 && u_isalpha(c.value)) return true;
    at += c.bytes;
  }
  return false;
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return text.ends_with(end); });
}

}  // namespace

Line next_line(std::string_view text, std::size_t& at) {
  const std::size_t begin = at;
  const std::size_t found = text.find('\n', at);
  const std::size_t end = found == std::string_view::npos ? text.size() : found;
  at = found == std::string_view::npos ? end : found + 1;
  const std::string_view core = trimmed(text.substr(begin, end - begin));
  if (core.empty()) return {begin, begin};
  const auto core_begin = static_cast<std::size_t>(core.data() - text.data());
  return {core_begin, core_begin + core.size()};
}

bool looks_like_heading(std::string_view line) {
  if (line.empty() || line.size() > kHeadingBytes || line.starts_with("- ") || line.starts_with("* ") ||
      line.starts_with("+ ") || !has_letter(line) || looks_like_field(line)) {
    return false;
  }
  const UChar32 first = code_point_at(line, 0).value;
  const bool begins = (first >= 0 && u_isupper(first)) || (first >= 0 && u_isdigit(first)) ||
                      line.starts_with("„") || line.starts_with("\"") || line.starts_with("«") ||
                      line.starts_with("(");
  if (!begins) return false;
  while (ends_with_any(line, {"”", "\"", "»", ")", "]", "*", "_"})) {
    std::size_t last = line.size() - 1;
    while (last > 0 && U8_IS_TRAIL(static_cast<std::uint8_t>(line[last]))) --last;
    line = line.substr(0, last);
  }
  if (line.ends_with(":")) {
    // "Wnioski:" heads a section, "Padły następujące stanowiska:" leads into a list.
    return std::count(line.begin(), line.end(), ' ') <= 1;
  }
  // A question alone on a line heads its answer.
  return !line.empty() && !ends_with_any(line, {".", "!", "…", ";", ",", "-", "–"});
}

bool looks_like_item(std::string_view line) {
  for (const std::string_view mark : {"- ", "* ", "+ ", "– ", "— ", "• ", "· ", "◦ ", "▪ ", "→ "}) {
    if (line.starts_with(mark)) return true;
  }
  std::size_t i = 0;
  while (i < line.size() && i < 3 && is_digit(line[i])) ++i;
  if (i == 0 && !line.empty() && ((line[0] >= 'a' && line[0] <= 'z') || (line[0] >= 'A' && line[0] <= 'Z'))) {
    return line.size() > 2 && line[1] == ')' && line[2] == ' ';
  }
  return i > 0 && i + 1 < line.size() && (line[i] == '.' || line[i] == ')') && line[i + 1] == ' ';
}

char underline_of(std::string_view line) {
  if (line.size() < 3 || (line[0] != '=' && line[0] != '-')) return 0;
  return line.find_first_not_of(line[0]) == std::string_view::npos ? line[0] : '\0';
}

bool looks_like_field(std::string_view line) { return field_at(line).key != FieldKey::none; }

int markdown_heading_level(std::string_view line) {
  std::size_t level = 0;
  while (level < line.size() && line[level] == '#') ++level;
  if (level == 0 || level > 6) return 0;
  return level == line.size() || is_ascii_white(line[level]) ? static_cast<int>(level) : 0;
}

std::string heading_text(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of('#'), line.size()));
  line = trimmed(line);
  if (const std::size_t last = line.find_last_not_of('#');
      last != std::string_view::npos && last + 1 < line.size()) {
    // A closing run of "#" stands after a space; "C#" does not.
    if (is_ascii_white(line[last])) line = trimmed(line.substr(0, last));
  }
  while (line.size() > 2 && (line.front() == '*' || line.front() == '_' || line.front() == '`') &&
         line.back() == line.front()) {
    line = trimmed(line.substr(1, line.size() - 2));
  }
  while (!line.empty() && line.back() == ':') line = trimmed(line.substr(0, line.size() - 1));
  std::string text(line);
  std::replace_if(text.begin(), text.end(), is_ascii_white, ' ');
  return text;
}

Fence fence_of(std::string_view line) {
  if (line.size() < 3 || (line[0] != '`' && line[0] != '~')) return {};
  const std::size_t length = std::min(line.find_first_not_of(line[0]), line.size());
  if (length < 3) return {};
  if (line[0] == '`' && line.find('`', length) != std::string_view::npos) return {};
  return {line[0], length, length == line.size()};
}

}  // namespace kwerenda
