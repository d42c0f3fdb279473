#include "indexer/readers/markdown_reader.h"

#include <algorithm>
#include <utility>

#include "analysis/utf8.h"
#include "indexer/dates.h"
#include "indexer/fields.h"
#include "indexer/lines.h"

namespace kwerenda {
namespace {

constexpr std::size_t kFrontMatterBytes = 64 << 10;

std::string_view unquoted(std::string_view value) {
  value = trimmed(value);
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front()) {
    value = value.substr(1, value.size() - 2);
  }
  return trimmed(value);
}

// Reads front matter at the top; returns the offset behind it, 0 if there is none.
std::size_t read_front_matter(std::string_view text, Fields& fields) {
  std::size_t at = skip_white(text, 0);
  if (at >= text.size() || next_line(text, at).in(text) != "---") return 0;
  Fields found;
  while (at < text.size() && at < kFrontMatterBytes) {
    const std::string_view line = next_line(text, at).in(text);
    if (line == "---" || line == "...") {
      fields = std::move(found);
      return at;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    set_field(field_key(line.substr(0, colon)), unquoted(line.substr(colon + 1)), found);
  }
  return 0;
}

struct Heading {
  std::size_t begin = 0;  // of what it belongs to in the text: the line, with its underline
  std::size_t end = std::string_view::npos;
  std::string title;
};

// The first heading of level 1 from `at` on; its title is empty if there is none.
Heading first_heading(std::string_view text, std::size_t at) {
  Fence fence;
  Line before;
  while (at < text.size()) {
    const Line line = next_line(text, at);
    const std::string_view content = line.in(text);
    const Fence found = fence_of(content);
    if (fence.mark) {
      if (found.mark == fence.mark && found.length >= fence.length && found.bare) fence = {};
    } else if (found.mark) {
      fence = found;
    } else if (markdown_heading_level(content) == 1) {
      return {line.begin, at, heading_text(content)};
    } else if (underline_of(content) == '=' && !before.blank() && before.size() <= 2 * kHeadingBytes) {
      return {before.begin, at, heading_text(before.in(text))};
    }
    before = line;
  }
  return {};
}

}  // namespace

Report read_markdown(std::string given, Report report) {
  report.text = std::move(given);
  const std::string_view text = report.text;
  report.format = TextFormat::markdown;

  Fields fields;
  report.body_begin = read_front_matter(text, fields);
  if (skip_white(text, report.body_begin) == text.size()) report.body_begin = 0;
  std::size_t body = skip_white(text, report.body_begin);

  Heading heading = first_heading(text, body);
  if (!heading.title.empty()) {
    const bool same = fields.title.empty() || lowered(fields.title) == lowered(heading.title);
    if (heading.begin == body && same && skip_white(text, heading.end) < text.size()) {
      report.body_begin = heading.end;
      body = skip_white(text, heading.end);
    }
    if (fields.title.empty()) fields.title = std::move(heading.title);
  }
  body = read_field_lines(text, body, fields);
  if (!fields.title.empty()) report.title = fields.title;
  if (fields.date == 0) {
    body = skip_white(text, body);
    fields.date = find_date(text.substr(body, std::min(text.find("\n\n", body), body + 1000) - body));
  }
  report.date = fields.date;
  report.place = std::move(fields.place);
  report.url = std::move(fields.url);
  return report;
}

}  // namespace kwerenda
