#include "indexer/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kwerenda {

using std::chrono::milliseconds;

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
  std::string line = counted(progress.reports, "raport", "raporty", "raportów");
  if (progress.committing) return line + ", zapis indeksu…";
  if (progress.bytes > 0) {
    const double share = std::min(1.0, done / static_cast<double>(progress.bytes));
    line += fmt::format(", {} %", static_cast<int>(share * 100));
  }
  std::string speed = fmt::format("{:.1f}", rate / 1e6);
  std::replace(speed.begin(), speed.end(), '.', ',');
  line += fmt::format(", {} MB/s", speed);
  if (progress.bytes > progress.bytes_done && rate > 0) {
    const auto left =
        static_cast<std::uint64_t>(static_cast<double>(progress.bytes - progress.bytes_done) / rate + 0.5);
    line += left >= 3600 ? fmt::format(", zostało {}:{:02}:{:02}", left / 3600, left / 60 % 60, left % 60)
                         : fmt::format(", zostało {}:{:02}", left / 60, left % 60);
  }
  return line;
}

std::string progress_json(const AddProgress& progress, double seconds) {
  return fmt::format(
      R"({{"schema_version":1,"type":"progress","reports":{},"inputs_done":{},"inputs":{},"bytes_done":{},"bytes":{},"committing":{},"seconds":{:.3f}}})",
      progress.reports, progress.inputs_done, progress.inputs, progress.bytes_done, progress.bytes,
      progress.committing, seconds);
}

}  // namespace kwerenda
