// How far `add` has come: one line that rewrites itself on a terminal, or JSON lines for programs.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "analysis/error.h"
#include "indexer/add.h"

namespace kwerenda {

enum class ProgressStyle { none, terminal, json };

class ProgressPrinter {
 public:
  using Clock = std::chrono::steady_clock;

  // `write` takes what is to appear on stderr.
  ProgressPrinter(ProgressStyle style, std::function<void(std::string_view)> write, Clock::time_point start);

  // Prints if it is time to: after one second, then on a terminal ten times a second, as JSON once a second,
  // and when the writing of the index begins.
  void update(const AddProgress& progress, Clock::time_point now);
  // Clears the terminal's line, so that a message can be printed.
  void clear();
  // The last state, for programs; clears the line on a terminal.
  void finish(const AddProgress& progress, Clock::time_point now);

 private:
  ProgressStyle style_;
  std::function<void(std::string_view)> write_;
  Clock::time_point start_;
  Clock::time_point next_;
  bool shown_ = false;
  bool committing_ = false;
};

// "1 234 raporty, 45 %, 12,3 MB/s, zostało 1:05"
std::string progress_line(const AddProgress& progress, double seconds);
// {"schema_version":1,"type":"progress","reports":…,"inputs_done":…,"inputs":…,"bytes_done":…,"bytes":…,"committing":…,"seconds":…}
std::string progress_json(const AddProgress& progress, double seconds);

// The other lines for programs, described in docs/output.md: what was skipped or noted, a report added or
// removed
// ("added", "removed"), the account at the end, an error.
std::string problem_json(const Problem& problem);
std::string report_json(std::string_view type, std::string_view report_id);
std::string summary_json(const AddSummary& summary, double seconds, bool dry_run);
std::string error_json(ErrorKind kind, std::string_view message);

}  // namespace kwerenda
