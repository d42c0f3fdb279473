#include "indexer/readers/text_reader.h"

#include <algorithm>
#include <utility>

#include "analysis/utf8.h"
#include "indexer/dates.h"
#include "indexer/fields.h"
#include "indexer/lines.h"

namespace kwerenda {
namespace {

constexpr std::size_t kTitleBytes = 240;

bool ends_like_title(std::string_view line) {
  return !line.ends_with(".") && !line.ends_with(",") && !line.ends_with(";") && !line.ends_with("…");
}

// Where the body begins if the line at the top is a title, npos if it is none.
std::size_t body_after_title(std::string_view text, const Line& first, std::size_t at) {
  const std::string_view title = first.in(text);
  if (title.size() > kTitleBytes || looks_like_item(title) || looks_like_field(title))
    return std::string_view::npos;
  if (at >= text.size()) return std::string_view::npos;
  const std::size_t second_begin = at;
  const Line second = next_line(text, at);
  const std::string_view after = second.in(text);
  if (underline_of(after) != 0) return at;
  if (looks_like_field(after)) return second_begin;
  if (!ends_like_title(title)) return std::string_view::npos;
  if (second.blank()) return second_begin;
  // A paragraph a line, the title the one that is not.
  return second.size() > kWrappedLineBytes && looks_like_heading(title) ? second_begin
                                                                        : std::string_view::npos;
}

}  // namespace

Report read_text(std::string given, Report report) {
  report.text = std::move(given);
  const std::string_view text = report.text;
  report.format = TextFormat::plain;
  report.body_begin = 0;

  std::size_t at = skip_white(text, 0);
  std::size_t body = at;
  if (at < text.size()) {
    const Line first = next_line(text, at);
    const std::size_t after = body_after_title(text, first, at);
    // A file that is a title only has it as its body.
    if (after != std::string_view::npos && skip_white(text, after) < text.size()) {
      report.title = heading_text(first.in(text));
      report.body_begin = after;
      body = after;
    }
  }
  Fields fields;
  body = read_field_lines(text, skip_white(text, body), fields);
  if (report.body_begin == 0 && !fields.title.empty()) report.title = fields.title;
  if (fields.date == 0) {
    body = skip_white(text, body);
    const std::string_view paragraph =
        text.substr(body, std::min(text.find("\n\n", body), body + 1000) - body);
    fields.date = find_date(paragraph);
  }
  report.date = fields.date;
  report.place = std::move(fields.place);
  report.url = std::move(fields.url);
  return report;
}

}  // namespace kwerenda
