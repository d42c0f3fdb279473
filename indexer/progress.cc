#include "indexer/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/message.h"
#include "analysis/quantity.h"

namespace kwerenda {

using nlohmann::ordered_json;
using std::chrono::milliseconds;

namespace {

// Names of files may hold any bytes; JSON must be UTF-8.
std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json line_of(std::string_view type) { return {{"schema_version", 1}, {"type", type}}; }

const char* name_of(ProblemCause cause) {
  switch (cause) {
    case ProblemCause::unreadable:
      return "unreadable";
    case ProblemCause::not_found:
      return "not_found";
    case ProblemCause::not_regular:
      return "not_regular";
    case ProblemCause::too_large:
      return "too_large";
    case ProblemCause::empty:
      return "empty";
    case ProblemCause::not_text:
      return "not_text";
    case ProblemCause::bad_encoding:
      return "bad_encoding";
    case ProblemCause::bad_json:
      return "bad_json";
    case ProblemCause::bad_record:
      return "bad_record";
    case ProblemCause::unknown_format:
      return "unknown_format";
    case ProblemCause::no_reports:
      return "no_reports";
    case ProblemCause::not_indexed:
      return "not_indexed";
    case ProblemCause::link:
      return "link";
    case ProblemCause::duplicate_id:
      return "duplicate_id";
    case ProblemCause::legacy_charset:
      return "legacy_charset";
  }
  return "other";
}

}  // namespace

ProgressPrinter::ProgressPrinter(ProgressStyle style, std::function<void(std::string_view)> write,
                                 Clock::time_point start)
    : style_(style), write_(std::move(write)), start_(start), next_(start + milliseconds(1000)) {}

void ProgressPrinter::update(const AddProgress& progress, Clock::time_point now) {
  const bool new_phase = std::exchange(committing_, progress.committing) != progress.committing;
  if (style_ == ProgressStyle::none || now < start_ + milliseconds(1000) || (now < next_ && !new_phase))
    return;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (style_ == ProgressStyle::json) {
    next_ = now + milliseconds(1000);
    write_(progress_json(progress, seconds) + "\n");
  } else {
    next_ = now + milliseconds(100);
    write_("\r" + progress_line(progress, seconds) + "\033[K");
    shown_ = true;
  }
}

void ProgressPrinter::clear() {
  if (std::exchange(shown_, false)) write_("\r\033[K");
}

void ProgressPrinter::finish(const AddProgress& progress, Clock::time_point now) {
  clear();
  if (style_ == ProgressStyle::json) {
    write_(progress_json(progress, std::chrono::duration<double>(now - start_).count()) + "\n");
  }
}

std::string progress_line(const AddProgress& progress, double seconds) {
  const double done = static_cast<double>(progress.bytes_done);
  const double rate = seconds > 0 ? done / seconds : 0;
  std::string line = counted(progress.reports, kReportNoun);
  if (progress.committing) return line + message(", zapis indeksu…", ", writing the index…");
  if (progress.bytes > 0) {
    const double share = std::min(1.0, done / static_cast<double>(progress.bytes));
    line += message(", {} %", ", {}%", static_cast<int>(share * 100));
  }
  line += fmt::format(", {} MB/s", decimal(rate / 1e6, 1));
  if (progress.bytes > progress.bytes_done && rate > 0) {
    const auto left = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(progress.bytes - progress.bytes_done) / rate));
    line += left >= 3600 ? message(", zostało {}:{:02}:{:02}", ", {}:{:02}:{:02} left", left / 3600,
                                   left / 60 % 60, left % 60)
                         : message(", zostało {}:{:02}", ", {}:{:02} left", left / 60, left % 60);
  }
  return line;
}

std::string progress_json(const AddProgress& progress, double seconds) {
  return fmt::format(
      R"({{"schema_version":1,"type":"progress","reports":{},"inputs_done":{},"inputs":{},"bytes_done":{},"bytes":{},"committing":{},"seconds":{:.3f}}})",
      progress.reports, progress.inputs_done, progress.inputs, progress.bytes_done, progress.bytes,
      progress.committing, seconds);
}

std::string problem_json(const Problem& problem) {
  ordered_json json = line_of("problem");
  json["cause"] = name_of(problem.cause);
  json["lost"] = is_loss(problem.cause);
  json["where"] = problem.where;
  json["message"] = problem.detail;
  return dump(json);
}

std::string report_json(std::string_view type, std::string_view report_id) {
  ordered_json json = line_of(type);
  json["report_id"] = report_id;
  return dump(json);
}

std::string summary_json(const AddSummary& summary, double seconds, bool dry_run) {
  ordered_json json = line_of("summary");
  json["reports"] = summary.reports;
  json["passages"] = summary.passages;
  json["bytes"] = summary.bytes;
  json["unchanged"] = summary.unchanged;
  json["removed"] = summary.removed;
  json["passed_over"] = summary.passed_over;
  ordered_json problems = ordered_json::object();
  for (const auto& [cause, found] : summary.problems) problems[name_of(cause)] = found.count;
  json["problems"] = std::move(problems);
  json["stopped"] = summary.stopped;
  json["dry_run"] = dry_run;
  json["seconds"] = std::round(seconds * 1000) / 1000;
  return dump(json);
}

std::string error_json(ErrorKind kind, std::string_view message) {
  static constexpr const char* kNames[] = {"usage",   "query",  "not_found", "incompatible",
                                           "corrupt", "locked", "io",        "limit"};
  ordered_json json = line_of("error");
  json["kind"] = kNames[static_cast<std::size_t>(kind)];
  json["message"] = message;
  return dump(json);
}

}  // namespace kwerenda
