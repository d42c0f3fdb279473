#include "indexer/readers/jsonl_reader.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/message.h"
#include "analysis/utf8.h"
#include "indexer/dates.h"

namespace kwerenda {
namespace {

using nlohmann::json;

Problem wrong(ProblemCause cause, std::string detail) { return {cause, {}, std::move(detail)}; }

// The string field `name`, moved out of `object`; empty if it is missing or null. False if it is of another
// type.
bool take_string(json& object, const char* name, std::string& value) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  value = std::move(found->get_ref<std::string&>());
  return true;
}

Problem wrong_type(const char* name) {
  return wrong(ProblemCause::bad_record,
               message("pole \"{}\" nie jest napisem", "field \"{}\" is not a string", name));
}

}  // namespace

std::variant<Report, Problem> read_json_line(std::string_view line) {
  if (const std::size_t bad = find_invalid_utf8(line); bad != std::string_view::npos) {
    return wrong(ProblemCause::bad_encoding, message("bajt {} wiersza nie jest poprawnym UTF-8",
                                                     "byte {} of the line is not valid UTF-8", bad));
  }
  json object;
  try {
    object = json::parse(line.begin(), line.end());
  } catch (const json::parse_error& error) {
    return wrong(ProblemCause::bad_json, message("niepoprawny JSON przy bajcie {} wiersza",
                                                 "invalid JSON at byte {} of the line", error.byte));
  } catch (const json::exception& error) {
    return wrong(ProblemCause::bad_json, message("niepoprawny JSON: {}", "invalid JSON: {}", error.what()));
  }
  if (!object.is_object()) {
    return wrong(ProblemCause::bad_json,
                 message("oczekiwano obiektu {\"_id\": …, \"title\": …, \"text\": …}",
                         "expected an object {\"_id\": …, \"title\": …, \"text\": …}"));
  }
  Report report;
  const auto id = object.find("_id");
  if (id == object.end())
    return wrong(ProblemCause::bad_record, message("brak pola \"_id\"", "field \"_id\" is missing"));
  if (id->is_string()) {
    report.id = std::move(id->get_ref<std::string&>());
  } else if (id->is_number_integer()) {
    report.id = id->dump();
  } else {
    return wrong(ProblemCause::bad_record, message("pole \"_id\" nie jest napisem ani liczbą całkowitą",
                                                   "field \"_id\" is neither a string nor a whole number"));
  }
  if (trimmed(report.id).empty())
    return wrong(ProblemCause::bad_record, message("puste pole \"_id\"", "field \"_id\" is empty"));
  if (!object.contains("text"))
    return wrong(ProblemCause::bad_record, message("brak pola \"text\"", "field \"text\" is missing"));
  if (!take_string(object, "text", report.text)) return wrong_type("text");
  if (!take_string(object, "title", report.title)) return wrong_type("title");
  if (!take_string(object, "place", report.place)) return wrong_type("place");
  if (!take_string(object, "url", report.url)) return wrong_type("url");
  if (trimmed(report.text).empty())
    return wrong(ProblemCause::empty, message("pole \"text\" jest puste", "field \"text\" is empty"));
  for (const std::string* field : {&report.id, &report.text, &report.title, &report.place, &report.url}) {
    if (field->find('\0') != std::string::npos)
      return wrong(ProblemCause::not_text, message("znak NUL (\\u0000) w polu rekordu",
                                                   "a NUL character (\\u0000) in a field of the record"));
  }
  if (const auto date = object.find("date"); date != object.end() && !date->is_null()) {
    if (date->is_string()) {
      report.date = find_date(date->get_ref<const std::string&>());
    } else if (date->is_number_unsigned()) {
      const auto number = date->get<std::uint64_t>();
      // 20240514 as a number: the same checks as for a date in writing.
      if (number >= 10000101 && number <= 29991231) {
        report.date =
            parse_date(fmt::format("{:04}-{:02}-{:02}", number / 10000, number / 100 % 100, number % 100));
      }
    }
  }
  // A title is one line; its bytes are not cited, so they may be cleaned.
  std::string title(trimmed(report.title));
  for (char& c : title) c = is_ascii_white(c) ? ' ' : c;
  report.title = title.empty() ? printable(report.id) : std::move(title);
  report.content_hash = XXH3_64bits(line.data(), line.size());
  return report;
}

JsonLinesReader::JsonLinesReader(const Input& input, const ReadLimits& limits, const ReaderOutput& output)
    : input_(input), limits_(limits), output_(output) {}

void JsonLinesReader::feed(std::string_view bytes) {
  while (!bytes.empty() && !output_.stop()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (pending_.size() + piece.size() > limits_.max_line_bytes) {
      too_long_ = true;
      pending_.clear();
      pending_.shrink_to_fit();
    }
    if (end == std::string_view::npos) {
      if (!too_long_) pending_ += piece;
      return;
    }
    if (pending_.empty()) {
      line(piece);
    } else {
      pending_ += piece;
      line(pending_);
      pending_.clear();
      if (pending_.capacity() > (std::size_t{1} << 20)) pending_.shrink_to_fit();
    }
    bytes.remove_prefix(end + 1);
  }
}

void JsonLinesReader::finish() {
  if (!pending_.empty() || too_long_) line(pending_);
  pending_.clear();
  if (!seen_text_)
    output_.problem({ProblemCause::empty, input_.source,
                     message("plik nie ma żadnego rekordu", "the file has no record")});
}

void JsonLinesReader::line(std::string_view line) {
  ++line_number_;
  if (line_number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (std::exchange(too_long_, false)) {
    seen_text_ = true;
    problem(ProblemCause::too_large,
            message("wiersz ma ponad {} B (limit jednego rekordu)",
                    "the line has more than {} B (the limit of one record)", limits_.max_line_bytes));
    return;
  }
  if (trimmed(line).empty()) return;
  seen_text_ = true;
  std::variant<Report, Problem> read = read_json_line(line);
  if (auto* found = std::get_if<Problem>(&read)) {
    problem(found->cause, std::move(found->detail));
    return;
  }
  Report& report = std::get<Report>(read);
  report.source = input_.source;
  report.size = input_.size;
  report.mtime_ns = input_.mtime_ns;
  report.ctime_ns = input_.ctime_ns;
  output_.report(std::move(report));
}

void JsonLinesReader::problem(ProblemCause cause, std::string detail) {
  output_.problem({cause, fmt::format("{}:{}", input_.source, line_number_), std::move(detail)});
}

}  // namespace kwerenda
